internal import Backup
internal import Config
internal import Control
internal import Crypto
internal import HAL
internal import Settings

/// The files that make a station itself, as `backup` finds them.
///
/// Its settings, its secret key, the pre-shared keys and the peers of both folders, its volumes and
/// mutes. Not the history: it says who spoke with whom, and makes nothing work. No counter either,
/// for a station keeps none on its disk: what recognises a repeated packet or request lies in the
/// memory of a running daemon and in the keys of its sessions, and each start begins both anew. So
/// a restored station is one that has started again, and no old request counts with it.
struct StationBackup: ~Copyable {
    let content: BackupContent
    private let config: Config
    private let fingerprint: String

    /// In place of settings that have not been written yet.
    static let unconfigured = "[station]\nname = station\n"
    /// As the daemon reads it.
    private static let stateMax = 64 * 1024

    /// Reads them; settings with mistakes are refused, as no station would start with them.
    init(_ folder: ConfigFolder) throws(Failure) {
        let sources: [ConfigSource]
        let config: Config
        do throws(SystemError) {
            sources = try folder.sources(orElse: Self.unconfigured)
        } catch { throw Failure(error) }
        do throws(ConfigError) {
            config = try Config(sources, paths: folder.paths)
        } catch {
            throw Failure(.failed, "no station starts with these settings: \(error)")
        }
        guard let key = try ownKey(config.paths) else {
            throw Failure(
                .failed,
                "this station has no key yet, so there is nothing to keep: intercomd makes it at"
                    + " its first start (sudo systemctl enable --now intercomd)")
        }
        content = try Self.content(
            of: folder.isEmpty ? Array(sources.dropFirst()) : sources, config)
        self.config = config
        fingerprint = key.fingerprint
    }

    private static func content(
        of sources: [ConfigSource], _ config: Config
    ) throws(Failure) -> BackupContent {
        let paths = config.paths
        var content = BackupContent()
        for source in sources where source.role == .main {
            try add(.settings, source.bytes, to: &content)
        }
        try add(sources, of: .peers, to: &content) { .peers($0) }
        try add(.identity, keyNamed: Paths.identityName, paths, to: &content)
        var names: Set<String> = []
        for case .file(let name) in config.peers.map({ $0.psk }) { names.insert(name) }
        do throws(KeyStoreError) {
            names.formUnion(try PairKeyFiles.names(paths))
        } catch { throw Failure(error) }
        for name in names.sorted(by: precedes) {
            // One that the daemon would refuse is refused here.
            do throws(KeyStoreError) {
                _ = try KeyStore.psk(named: name, paths)
            } catch { throw Failure(error) }
            try add(.psk(name), keyNamed: name, paths, to: &content)
        }
        try add(sources, of: .learned, to: &content) { .learned($0) }
        if let state = try state(paths) { try add(.state, state, to: &content) }
        // One that is damaged is refused here, as `site` refuses it.
        if try SiteBook.roster(paths) != nil, let text = try SiteBook.text(paths) {
            try add(.roster, text, to: &content)
        }
        if try siteKey(paths) != nil {
            try add(.siteKey, keyNamed: SiteFiles.keyName, paths, to: &content)
        }
        return content
    }

    private static func add(
        _ place: BackupPlace, _ file: [UInt8], to content: inout BackupContent
    ) throws(Failure) {
        guard content.add(place, file) else { throw tooLarge }
    }

    private static func add(
        _ sources: [ConfigSource], of role: ConfigSource.Role, to content: inout BackupContent,
        _ place: (String) -> BackupPlace
    ) throws(Failure) {
        for source in sources where source.role == role {
            let place = place(FileStore.name(of: source.path))
            guard place.isSound else {
                throw Failure(
                    .failed,
                    "rename \(source.path): a backup keeps names of up to 64 letters a-z, digits,"
                        + " dots, hyphens and underlines")
            }
            try add(place, source.bytes, to: &content)
        }
    }

    private static func add(
        _ place: BackupPlace, keyNamed name: String, _ paths: Paths,
        to content: inout BackupContent
    ) throws(Failure) {
        let isAdded: Bool
        do throws(KeyStoreError) {
            isAdded = try content.add(place) { (bytes) throws(KeyStoreError) in
                try KeyStore.text(of: name, paths, into: &bytes) ?? 0
            }
        } catch { throw Failure(error) }
        guard isAdded else { throw tooLarge }
    }

    private static func precedes(_ left: String, _ right: String) -> Bool {
        left.utf8.lexicographicallyPrecedes(right.utf8)
    }

    private static let tooLarge = Failure(
        .failed, "the files of this station are larger than a backup can be")

    /// What people have set; nil where they have not, or where the daemon would set it aside.
    private static func state(_ paths: Paths) throws(Failure) -> [UInt8]? {
        do throws(SystemError) {
            guard let folder = try OwnersDirectory.existing(paths.state),
                try folder.status(of: Paths.savedStateName) != nil
            else { return nil }
            let bytes = try folder.read(Paths.savedStateName, limit: stateMax)
            return SavedState(parsing: bytes) == nil ? nil : bytes
        } catch { throw Failure(error) }
    }

    /// What a person should know of the backup.
    var summary: String {
        var text = "backup of \(config.station.name), with \(plural(config.peers.count, "peer"))"
        text += "; fingerprint: \(fingerprint)\n"
        let others = ["the call history"] + config.leftOutOfBackups
        text += "not in it: \(others.joined(separator: ", "))\n"
        return text + "to see whether a copy opens: sudo intercomctl restore --check FILE\n"
    }
}
