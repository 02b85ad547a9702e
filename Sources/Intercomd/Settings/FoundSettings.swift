internal import Config
internal import Peering

/// What the files say now, read and checked, and what of it is not in use yet.
struct FoundSettings {
    let files: StationFiles
    /// The settings that can be taken over without a restart, and the others as they are in use.
    let config: Config
    /// The files as they were read.
    let sources: [ConfigSource]
    /// The folder has no settings yet.
    let isUnconfigured: Bool
    let lines: [ConfigDifference.Line]

    /// Settings that only a restart applies.
    var awaitsRestart: [String] { lines.filter { $0.needsRestart }.map { $0.text } }

    /// The numbers of peers that stay as they are, and do not notice the change: their key, psk and
    /// suite are as before.
    func kept(in table: borrowing PeerTable) -> Set<Int> {
        var kept: Set<Int> = []
        for (place, key) in files.keys.enumerated() {
            let suite = config.peers[place].suiteChoice
            if let number = table.peer(of: key, psk: files.psks[place].key, suite: suite) {
                kept.insert(number)
            }
        }
        return kept
    }
}
