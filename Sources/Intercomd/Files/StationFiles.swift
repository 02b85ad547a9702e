internal import Config
internal import Crypto
internal import HAL
internal import Session
internal import Settings
internal import Time

/// What lies in the files of a station, read and checked as one: the settings, and peers' keys.
struct StationFiles {
    /// Why the files are no use, in words for whoever wrote them.
    struct Failure: Error {
        let text: String
    }

    /// A peer's pre-shared key, between its file and the peer table.
    final class PSK {
        let key: Key?
        init(_ key: consuming Key?) { self.key = key }

        func copy() -> Key? {
            switch key {
            case .some(let key): key.copy()
            case .none: nil
            }
        }
    }

    let config: Config
    /// Those of the peers, in the order of the configuration.
    let keys: [PublicKey]
    let psks: [PSK]

    /// Reads the keys that belong to settings, the secret ones in `paths`; `own` is this station's.
    init(_ config: Config, in paths: Paths, own: PublicKey) throws(Failure) {
        let checked = KeyChecks.keys(of: config.peers, own: own)
        guard checked.mistakes.isEmpty else {
            let complaints = checked.mistakes.map { $0.description }
            throw Failure(text: complaints.joined(separator: "\n"))
        }
        var psks: [PSK] = []
        for peer in config.peers { psks.append(try Self.psk(of: peer, paths)) }
        self.config = config
        keys = checked.keys
        self.psks = psks
    }

    /// Makes the peer at a place of the configuration known; returns its number.
    func add(_ place: Int, to table: inout PeerTable, at now: Instant) -> Int {
        let number = table.add(
            publicKey: keys[place], psk: psks[place].copy(),
            suite: config.peers[place].cipherSuite, at: now)
        table.setKeepalive(config.peers[place].keepalive, of: number, at: now)
        return number
    }

    private static func psk(of peer: Config.Peer, _ paths: Paths) throws(Failure) -> PSK {
        do throws(KeyStoreError) {
            return PSK(try KeyStore.psk(of: peer, paths))
        } catch { throw Failure(text: error.description) }
    }

    /// The settings in a folder; without any, those of a station that has no peers and no sound.
    static func settings(in folder: String) throws(Failure) -> (Config, isUnconfigured: Bool) {
        let folder = ConfigFolder(folder)
        let sources: [ConfigSource]
        do throws(SystemError) {
            sources = try folder.sources(orElse: unconfigured)
        } catch { throw Failure(text: error.description) }
        do throws(ConfigError) {
            return (try Config(sources, paths: folder.paths), folder.isEmpty)
        } catch { throw Failure(text: error.description) }
    }

    /// A card that nobody has chosen is left alone: it may be another program's.
    private static var unconfigured: String {
        "[station]\nname = \(nearestName(to: Environment.hostName) ?? "station")\n"
            + "[audio]\ninput = none\noutput = none\n"
    }
}
