internal import Backup
internal import Config
internal import Control
internal import HAL
internal import Settings

/// The folders into which `restore` writes.
///
/// The state directory belongs to the daemon's user, which may have put anything there: root acts
/// in both folders through `OwnersDirectory`, and each file gets the owner of its directory.
struct RestorePlace {
    /// The settings' folder.
    let folder: String
    let paths: Paths

    private static let peersName = "peers.d"
    private static let conf = ".conf"
    private static let mainName = "intercomd.conf"

    /// Refuses a place in which a station runs, or is set up already.
    func checkIsFree(_ invocation: borrowing Invocation) throws(Failure) {
        for socket in [paths.controlSocket, invocation.socket].compactMap({ $0 })
        where LocalSocket.isAnswered(socket) {
            throw Failure(
                .failed,
                "intercomd is running, and would use a key that changes under it; stop it first:"
                    + " sudo systemctl stop intercomd")
        }
        let found = try filesThere()
        guard found.isEmpty || invocation.isForced else {
            throw Failure(
                .failed,
                "a station is set up here already, and stays as it is: \(found[0])"
                    + (found.count > 1 ? " and \(plural(found.count - 1, "other file"))" : "")
                    + "; to keep it: sudo intercomctl backup > FILE; to replace it, its key and all"
                    + " its peers: restore --force")
        }
    }

    /// Refuses a place in which no station can be.
    func checkIsUsable() throws(Failure) {
        do throws(SystemError) {
            guard try !FileStore.isLink("\(folder)/\(Self.mainName)") else {
                throw SystemError(
                    operation: "replace \(folder)/\(Self.mainName)", errno: SystemError.exists,
                    advice: "it is a symbolic link and stays as it is: remove the link first")
            }
            guard try OwnersDirectory.existing(paths.state) != nil else {
                throw SystemError(
                    operation: "open \(paths.state)", errno: SystemError.noSuchFile,
                    advice: "install intercomd first (docs/install.md); this makes its folders:"
                        + " sudo systemd-tmpfiles --create intercomd.conf")
            }
        } catch { throw Failure(error) }
        do throws(KeyStoreError) {
            try KeyStore.checkFolder(paths)
        } catch { throw Failure(error) }
    }

    /// The files of a station that are here.
    private func filesThere() throws(Failure) -> [String] {
        do throws(SystemError) {
            var found: [String] = []
            if let settings = try OwnersDirectory.existing(folder) {
                if try settings.status(of: Self.mainName) != nil {
                    found.append("\(folder)/\(Self.mainName)")
                }
                if let peers = try settings.folder(Self.peersName) {
                    found += try peers.names(suffix: Self.conf).map { "\(peers.path)/\($0)" }
                }
            }
            guard let state = try OwnersDirectory.existing(paths.state) else { return found }
            if let keys = try state.folder(Paths.keysName),
                try keys.status(of: Paths.identityName) != nil
            {
                found.append(paths.identity)
            }
            if let peers = try state.folder(Paths.learnedPeersName) {
                found += try peers.names(suffix: Self.conf).map { "\(peers.path)/\($0)" }
            }
            return found
        } catch { throw Failure(error) }
    }

    /// Writes a station in place of the one that is here; of that one no peer and no key stays.
    ///
    /// Each file is whole or not there. The key comes first: a station that is cut short has it,
    /// and does not make another one at its next start. A pre-shared key comes before the peer that
    /// names it, and goes after it. Settings and peers of two stations need not fit together, so
    /// what was cut short is to be done again.
    ///
    /// - Parameters:
    ///   - files: The files of the backup.
    ///   - channels: The text of `site.conf`; nil removes it.
    /// - Throws: The first file that cannot be written.
    func write(_ files: borrowing RestoredFiles, channels: [UInt8]?) throws(SystemError) {
        let state = try OwnersDirectory(paths.state)
        let keys = try state.makeFolder(Paths.keysName, mode: 0o700)
        let learned = try state.makeFolder(Paths.learnedPeersName, mode: 0o750)
        let settings = try OwnersDirectory(making: folder, mode: 0o755)
        let peers = try settings.makeFolder(Self.peersName, mode: 0o755)
        try files.write(.identity, as: Paths.identityName, in: keys, mode: 0o600)
        try files.write(in: keys, mode: 0o600) { .psk($0) }
        try files.write(.siteKey, as: SiteFiles.keyName, in: keys, mode: 0o600)
        try files.remove(in: learned, suffix: Self.conf) { .learned($0) }
        try files.write(in: learned, mode: 0o640) { .learned($0) }
        try files.write(.state, as: Paths.savedStateName, in: state, mode: 0o600)
        try files.write(.roster, as: SiteFiles.rosterName, in: state, mode: 0o640)
        if let channels {
            try state.write(channels.span, to: SiteFiles.channelsName, mode: 0o640)
        } else {
            try state.remove(SiteFiles.channelsName)
        }
        try files.remove(in: peers, suffix: Self.conf) { .peers($0) }
        try files.write(in: peers, mode: 0o644) { .peers($0) }
        try files.write(.settings, as: Self.mainName, in: settings, mode: 0o644)
        try files.remove(in: keys, suffix: ".psk") { .psk($0) }
    }
}
