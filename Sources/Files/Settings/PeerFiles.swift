public import Config
public import Crypto
public import HAL

/// All files of the settings, with those of the state directory, which can be changed.
///
/// The state directory belongs to the daemon's user, who cannot mislead root in it
/// (`StateDirectory`). Each file is read once: the content that is checked here is also the content
/// that is written.
public struct PeerFiles: Sendable {
    public let paths: Paths
    public private(set) var sources: [ConfigSource]
    /// The settings after the last change.
    private var parsed: Config?

    public init(_ sources: [ConfigSource], in paths: Paths) {
        self.sources = sources
        self.paths = paths
    }

    /// Reads the files of the state directory again; the other settings stay.
    public func renewed() throws(StateError) -> PeerFiles {
        do throws(SystemError) {
            let written = try ConfigFolder.stateSources(in: paths)
            return PeerFiles(sources.filter { !$0.role.isOfState } + written, in: paths)
        } catch { throw StateError(error) }
    }

    /// Returns the present settings.
    public func config() throws(StateError) -> Config {
        if let parsed { return parsed }
        do throws(ConfigError) {
            return try Config(sources, paths: paths)
        } catch { throw StateError(error) }
    }

    /// Returns the path of a file for this peer alone.
    public func path(of peer: String) -> String { "\(paths.learnedPeers)/\(peer).conf" }

    /// Replaces one of these files; nil removes it.
    ///
    /// - Parameters:
    ///   - file: The file.
    ///   - path: The file's path.
    ///   - isRemoval: Whether the file's peer is removed, and may leave a policy behind.
    /// - Throws: The resulting mistake in the settings.
    public mutating func put(
        _ file: PeerFile?, at path: String, isRemoval: Bool = false
    ) throws(StateError) {
        try replace(path, by: file?.bytes, .learned, isRemoval: isRemoval)
    }

    /// Replaces the channels of the site; nil removes them.
    ///
    /// - Throws: The resulting mistake in the settings.
    mutating func put(channels: [UInt8]?) throws(StateError) {
        try replace(SiteFiles.channelsPath(paths), by: channels, .site)
    }

    private mutating func replace(
        _ path: String, by bytes: [UInt8]?, _ role: ConfigSource.Role, isRemoval: Bool = false
    ) throws(StateError) {
        var all = sources.filter { $0.path != path }
        if let bytes { all.append(ConfigSource(role: role, path: path, bytes: bytes)) }
        let size = all.reduce(0) { $0 + $1.bytes.count }
        guard size <= ConfigFolder.sizeLimit else {
            throw StateError(
                "nothing is changed: all files of the settings would have \(size) bytes, and at"
                    + " most \(ConfigFolder.sizeLimit) are read")
        }
        // A button for one peer must not become a button for a channel of that name.
        if role == .learned, let before = try? self.config() {
            let lost = before.peers.map { $0.name }.filter { name in
                (isRemoval ? before.needs(peer: name) : before.names(peer: name))
                    && !all.contains { PeerFile($0.bytes).has(name) }
            }
            guard lost.isEmpty else { throw Self.wrong(lost.map { Self.use(of: $0, in: before) }) }
        }
        let config: Config
        do throws(ConfigError) {
            config = try Config(all, paths: paths)
        } catch {
            // A line number does not help with a file that is not written yet.
            let text = error.mistakes.map { mistake in
                mistake.origin.file == path ? mistake.what : mistake.description
            }
            throw Self.wrong(text)
        }
        sources = all
        parsed = config
    }

    private static func use(of peer: String, in config: Config) -> String {
        "settings name the peer \(peer)\(config.place(ofPeer: peer)): change that first; or, if"
            + " another station takes its place: sudo intercomctl peer replace \(peer) KEY|PEER"
    }

    private static func wrong(_ lines: [String]) -> StateError {
        StateError(
            "with this the configuration would be wrong, so nothing is changed:\n"
                + lines.joined(separator: "\n"))
    }

    /// Writes one of these files, or removes it from the disk if it was removed here.
    public func write(_ path: String) throws(StateError) {
        try write(sources.first { $0.path == path }?.bytes, at: path)
    }

    /// Writes a file as of one step of a change; nil removes it.
    func write(_ bytes: [UInt8]?, at path: String) throws(StateError) {
        do throws(SystemError) {
            let name = Self.name(of: path)
            guard let bytes else { return try paths.directory.remove(name) }
            try paths.directory.write(bytes.span, to: name, mode: 0o640)
        } catch { throw StateError(error) }
    }

    /// The end of a file's name during the write.
    static let unwritten = ".new"

    /// The name in the state directory of a file with peers.
    static func name(of path: String) -> String {
        "\(Paths.learnedPeersName)/\(FileStore.name(of: path))"
    }

    /// Returns the two places of a peer's own pre-shared key: one stays free for the next key; no
    /// peer can have the second name.
    public static func secrets(of peer: String) -> [String] { [peer, "\(peer).2"] }

    /// Returns the name of a peer's own file for its pre-shared key.
    public static func pskFile(of peer: String) -> String { "\(peer).psk" }

    /// Writes a peer's pre-shared key; must come before the file that names it.
    public func write(psk: borrowing Key, of peer: String) throws(StateError) {
        try KeyStore.write(psk: psk, of: peer, paths)
    }

    /// Removes the files of a peer's own pre-shared key that no peer here names; returns whether
    /// there was one.
    @discardableResult
    public func removeStray(of peer: String) throws(StateError) -> Bool {
        let named = try config().peers.map { $0.psk }
        let names = Self.secrets(of: peer).map { Self.pskFile(of: $0) }
        do throws(SystemError) {
            var hasRemoved = false
            for name in names where !named.contains(.file(name)) {
                let file = "\(Paths.keysName)/\(name)"
                try paths.directory.remove(file + Self.unwritten)
                guard try paths.directory.status(of: file) != nil else { continue }
                try paths.directory.remove(file)
                hasRemoved = true
            }
            return hasRemoved
        } catch { throw StateError(error) }
    }
}

/// The reason why a file of the settings, a key or a peer is unusable, for the person who must act.
public struct StateError: Error, Equatable, CustomStringConvertible {
    public let finding: String
    /// The remedy; nil where the finding names it, or there is none.
    public let fix: String?
    /// Whether the process's user has no right to a file; another user may have the right.
    public let isRefused: Bool
    /// Whether there is no such file.
    let isAbsent: Bool

    public var description: String { fix.map { "\(finding); \($0)" } ?? finding }

    public init(_ finding: String) {
        (self.finding, fix, isRefused, isAbsent) = (finding, nil, false, false)
    }

    public init(_ error: ConfigError) {
        self.init("the configuration has mistakes; correct them first:\n\(error.description)")
    }

    public init(_ error: SystemError) {
        (finding, fix) = (error.finding, error.fix)
        isRefused = error.errno == SystemError.noPermission && error.advice.isEmpty
        isAbsent = error.errno == SystemError.noSuchFile
    }

    /// Adds the place of an error to it, and a remedy where it has none.
    init(_ error: StateError, before place: String, fix: String? = nil) {
        (finding, self.fix) = (place + error.finding, error.fix ?? fix)
        (isRefused, isAbsent) = (error.isRefused, error.isAbsent)
    }
}

extension Paths {
    /// Returns the commands that make a station another one, with a key of its own.
    ///
    /// The daemon is stopped first, because it writes its volumes when it ends.
    public func keyAnew(on box: String) -> String {
        "on \(box): sudo systemctl stop intercomd, sudo find \(state) -mindepth 1 -delete, another"
            + " name in [station], sudo systemctl start intercomd"
    }
}
