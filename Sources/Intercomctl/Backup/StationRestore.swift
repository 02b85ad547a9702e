internal import Backup
internal import Config
internal import Control
internal import Crypto
internal import HAL
internal import Settings
internal import Site

/// The station of a backup: every file of it is parsed before the first one is written.
struct StationRestore: ~Copyable {
    let place: RestorePlace
    private let files: RestoredFiles
    /// `site.conf`, which follows from the roster.
    private let channels: [UInt8]?
    private let config: Config
    private let fingerprint: String
    /// Whether it has the key with which the site is changed.
    private let introduces: Bool

    init(_ content: consuming BackupContent, into folder: String) throws(Failure) {
        var main = ConfigSource(
            role: .main, path: "\(folder)/intercomd.conf",
            bytes: Array(StationBackup.unconfigured.utf8))
        if let entry = content.entry(of: .settings) {
            main = ConfigSource(role: .main, path: main.path, bytes: content.copy(of: entry))
        }
        let paths = Config.paths(
            in: main, otherwise: Paths(stateDirectory: nil, runtimeDirectory: nil))
        var sources = [main]
        for entry in content.entries {
            let name = entry.place.name
            switch entry.place {
            case .peers:
                sources.append(
                    ConfigSource(
                        role: .peers, path: "\(folder)/peers.d/\(name)",
                        bytes: content.copy(of: entry)))
            case .learned:
                sources.append(
                    ConfigSource(
                        role: .learned, path: "\(paths.learnedPeers)/\(name)",
                        bytes: content.copy(of: entry)))
            case .settings, .identity, .psk, .state, .roster, .siteKey: break
            }
        }
        let channels = try Self.channels(content)
        if let channels {
            sources.append(
                ConfigSource(role: .site, path: SiteFiles.channelsPath(paths), bytes: channels))
        }
        let config: Config
        do throws(ConfigError) {
            config = try Config(sources, paths: paths)
        } catch {
            throw Failure(
                .failed,
                "this intercomctl finds mistakes in the settings of the backup, and nothing is"
                    + " written; another version made it:\n\(error)")
        }
        let fingerprint = try Self.checkKeys(content, config)
        if let entry = content.entry(of: .state),
            SavedState(parsing: content.copy(of: entry)) == nil
        {
            throw Self.unsound("its volumes and mutes are damaged")
        }
        try Self.checkSite(content)
        introduces = content.entry(of: .siteKey) != nil
        place = RestorePlace(folder: folder, paths: paths)
        files = RestoredFiles(content: content)
        self.channels = channels
        self.config = config
        self.fingerprint = fingerprint
    }

    /// Parses the keys, which must be those that the settings name; returns the fingerprint.
    private static func checkKeys(
        _ content: borrowing BackupContent, _ config: Config
    ) throws(Failure) -> String {
        guard let entry = content.entry(of: .identity) else {
            throw unsound("it has no key of the station")
        }
        var named: Set<String> = []
        for case .file(let name) in config.peers.map({ $0.psk }) { named.insert(name) }
        for entry in content.entries {
            guard case .psk(let name) = entry.place else { continue }
            guard named.remove(name) != nil || PairKeyFiles.isName(name) else {
                throw unsound("no peer in it uses its pre-shared key \(name)")
            }
            do throws(KeyFileError) {
                _ = try PSKFile.parse(content.bytes(of: entry))
            } catch { throw unsound("its pre-shared key \(name) \(error)") }
        }
        if let name = named.first { throw unsound("the pre-shared key \(name) is not in it") }
        do throws(KeyFileError) {
            let key = try IdentityFile.parse(content.bytes(of: entry))
            return X25519.publicKey(of: key).fingerprint
        } catch { throw unsound("its key \(error)") }
    }

    /// Parses the roster, and the key that signs it.
    private static func checkSite(_ content: borrowing BackupContent) throws(Failure) {
        var signer: VerifyingKey?
        if let entry = content.entry(of: .roster) {
            do throws(RosterFault) {
                signer = try Roster(parsing: content.copy(of: entry)).key
            } catch { throw unsound("its roster \(error)") }
        }
        guard let entry = content.entry(of: .siteKey) else { return }
        let owner: VerifyingKey?
        do throws(KeyFileError) {
            owner = SigningKey(try PSKFile.parse(content.bytes(of: entry)))?.verifyingKey
        } catch { throw unsound("its key of the site \(error)") }
        guard let owner, signer == nil || owner == signer else {
            throw unsound("its key of the site is another one's")
        }
    }

    /// The channels of the site, as this station has them; nil where it is in none.
    private static func channels(_ content: borrowing BackupContent) throws(Failure) -> [UInt8]? {
        guard let entry = content.entry(of: .roster), let identity = content.entry(of: .identity)
        else { return nil }
        let own: PublicKey
        do throws(KeyFileError) {
            own = X25519.publicKey(of: try IdentityFile.parse(content.bytes(of: identity)))
        } catch { throw unsound("its key \(error)") }
        do throws(RosterFault) {
            return SiteFiles.channels(of: try Roster(parsing: content.copy(of: entry)), own: own)
        } catch { throw unsound("its roster \(error)") }
    }

    private static func unsound(_ what: String) -> Failure {
        Failure(.failed, "the backup opens, but \(what): nothing is written")
    }

    /// Writes all of it; `again` is the command that finishes what an error has cut short.
    func write(again: String) throws(Failure) {
        do throws(SystemError) {
            try place.write(files, channels: channels)
        } catch {
            throw Failure(
                .failed,
                "\(error)\nthe station is restored in part only; correct that, then: \(again)")
        }
    }

    /// What the backup has, and what not.
    var contents: String {
        let names = config.peers.map { $0.name }
        var text = "\(config.station.name), fingerprint: \(fingerprint)\n"
        text += "peers: \(names.isEmpty ? "none" : names.joined(separator: ", "))\n"
        text += "settings: \(place.folder), keys and paired peers: \(config.paths.state)\n"
        let others = config.leftOutOfBackups
        return others.isEmpty
            ? text : text + "not in the backup: \(others.joined(separator: ", "))\n"
    }

    /// What to do now.
    var advice: String {
        "restored. A peer that was removed after the backup was made is known again: see above\n"
            + "next: sudo systemctl enable --now intercomd, then intercomctl status\n"
            + "if the box of which this is the backup still runs, stop it: two stations with one"
            + " key disturb each other\n"
            + (introduces
                ? "this station introduces a site, and its list may be old: before you change the"
                    + " site, let it meet another box (intercomctl site list shows the number)\n"
                : "")
    }
}

extension BackupContent {
    /// The bytes of a file that is no secret.
    fileprivate borrowing func copy(of entry: Entry) -> [UInt8] {
        let bytes = bytes(of: entry)
        return bytes.indices.map { bytes[$0] }
    }
}
