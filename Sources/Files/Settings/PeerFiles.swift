public import Config
public import Crypto
public import HAL

/// All files of the settings, and of them those in the state directory, which can be changed.
///
/// That directory belongs to the daemon's user, who cannot mislead root in it (`StateDirectory`).
/// Each file is read once: what is checked here is what is written again.
public struct PeerFiles: Sendable {
    public let paths: Paths
    public private(set) var sources: [ConfigSource]
    /// The settings after the last change.
    private var parsed: Config?

    public init(_ sources: [ConfigSource], in paths: Paths) {
        self.sources = sources
        self.paths = paths
    }

    /// The same settings with the files of the state directory as they are now.
    public func renewed() throws(StateError) -> PeerFiles {
        do throws(SystemError) {
            let written = try ConfigFolder.stateSources(in: paths)
            return PeerFiles(sources.filter { !$0.role.isOfState } + written, in: paths)
        } catch { throw StateError(error) }
    }

    /// The settings as they stand.
    public func config() throws(ConfigError) -> Config {
        if let parsed { return parsed }
        return try Config(sources, paths: paths)
    }

    /// Where a peer of this name has a file of its own.
    public func path(of peer: String) -> String { "\(paths.learnedPeers)/\(peer).conf" }

    /// Puts a file in place among these; nil takes it away.
    ///
    /// - Parameters:
    ///   - file: The file.
    ///   - path: Its place.
    ///   - isRemoval: Whether its peer is to go, and may leave a policy behind.
    /// - Throws: what would be wrong with the settings then.
    public mutating func put(
        _ file: PeerFile?, at path: String, isRemoval: Bool = false
    ) throws(StateError) {
        try replace(path, by: file?.bytes, .learned, isRemoval: isRemoval)
    }

    /// Puts the channels of the site in place among these; nil takes them away.
    ///
    /// - Throws: what would be wrong with the settings then.
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
        // A button that is for one peer must not become one for a channel of that name.
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
            // A line number is of no use for a file that is not written yet.
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

    /// Writes one of these files, or removes it from the disk if it was taken away.
    public func write(_ path: String) throws(StateError) {
        try write(sources.first { $0.path == path }?.bytes, at: path)
    }

    /// Writes a file as it was at one step of a change; nil removes it.
    func write(_ bytes: [UInt8]?, at path: String) throws(StateError) {
        do throws(SystemError) {
            let name = Self.name(of: path)
            guard let bytes else { return try paths.directory.remove(name) }
            try paths.directory.write(bytes.span, to: name, mode: 0o640)
        } catch { throw StateError(error) }
    }

    /// Writes one of these files under a name that nobody reads, so that `commit` needs no room on
    /// the disk.
    func prepare(_ path: String) throws(StateError) {
        guard let source = sources.first(where: { $0.path == path }) else { return }
        do throws(SystemError) {
            try paths.directory.write(source.bytes.span, to: Self.draft(of: path), mode: 0o640)
        } catch { throw StateError(error) }
    }

    /// Puts a file that is prepared in its place.
    func commit(_ path: String) throws(StateError) {
        do throws(SystemError) {
            try paths.directory.rename(Self.draft(of: path), to: Self.name(of: path))
        } catch { throw StateError(error) }
    }

    /// Removes a file that is prepared.
    func withdraw(_ path: String) throws(StateError) {
        do throws(SystemError) {
            try paths.directory.remove(Self.draft(of: path))
            try paths.directory.remove(Self.draft(of: path) + Self.unwritten)
        } catch { throw StateError(error) }
    }

    /// Whether the file that a peer of this name would have for its pre-shared key is on the disk,
    /// and not because it is prepared.
    func hasSecret(of peer: String) -> Bool {
        !prepared.contains(peer) && isOnDisk(secretOf: peer)
    }

    /// Whether this file of a pre-shared key is on the disk, for whatever.
    func isOnDisk(secretOf peer: String) -> Bool {
        (try? paths.directory.status(of: "\(Paths.keysName)/\(Self.pskFile(of: peer))")) != nil
    }

    /// Whether this file is on the disk.
    func isWritten(_ path: String) -> Bool {
        (try? paths.directory.status(of: Self.name(of: path))) != nil
    }

    /// The peers whose files were prepared by a program that has died since.
    var prepared: [String] {
        let folder = paths.directory
        var names: Set<String> = []
        for suffix in [".conf\(Self.draftSuffix)", ".conf\(Self.draftSuffix)\(Self.unwritten)"] {
            guard let files = try? folder.names(in: Paths.learnedPeersName, suffix: suffix)
            else { continue }
            names.formUnion(files.map { String($0.dropLast(suffix.utf8.count)) })
        }
        return names.sorted()
    }

    private static let draftSuffix = ".draft"
    /// The end of a file's name while it is written.
    private static let unwritten = ".new"

    private static func draft(of path: String) -> String { name(of: path) + draftSuffix }

    /// The name in the state directory of a file with peers.
    private static func name(of path: String) -> String {
        "\(Paths.learnedPeersName)/\(FileStore.name(of: path))"
    }

    /// The two places of a peer's own pre-shared key, of which one is free while it gets another
    /// one; no peer has the second's name.
    public static func secrets(of peer: String) -> [String] { [peer, "\(peer).2"] }

    /// The name of a peer's own file for its pre-shared key.
    public static func pskFile(of peer: String) -> String { "\(peer).psk" }

    /// Writes a peer's pre-shared key; must come before the file that names it.
    public func write(psk: borrowing Key, of peer: String) throws(StateError) {
        try KeyStore.write(psk: psk, of: peer, paths)
    }

    /// Removes the files of a peer's own pre-shared key that none of these peers names; returns
    /// whether there was one.
    @discardableResult
    public func removeStray(of peer: String) throws(StateError) -> Bool {
        let named: [Config.Peer.PSK]
        do throws(ConfigError) {
            named = try config().peers.map { $0.psk }
        } catch { throw StateError(error) }
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

/// Why a file of the settings, a key or a peer cannot be used, for the person who must act.
public struct StateError: Error, Equatable, CustomStringConvertible {
    public let finding: String
    /// The way out; nil where the finding has it, or there is none.
    public let fix: String?
    /// Whether the user of the process has no right to a file; another user may have it.
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

    /// The same error, with the place that it concerns.
    init(_ error: StateError, before place: String) {
        (finding, fix) = (place + error.finding, error.fix)
        (isRefused, isAbsent) = (error.isRefused, error.isAbsent)
    }
}

/// All files of a station's state directory: it has learned what is in them.
public enum LearnedFiles {
    /// Removes its identity, the peers that were paired or added, their secrets, messages, the
    /// history of calls and what people have set.
    ///
    /// Settings stay, and with them peers that are in them, and the secrets that those name. Calls,
    /// roster and peers go first, and make room on a full disk: a station that is cut off in
    /// between has its key, and fewer peers. Flash memory may keep what was written for as long as
    /// it likes.
    ///
    /// - Parameter config: The settings in use.
    /// - Throws: the first file that cannot be removed; those before it are gone.
    public static func erase(_ config: Config) throws(SystemError) {
        let paths = config.paths
        let state = paths.directory
        try remove(from: "", of: state) { $0 != SiteFiles.channelsName }
        if config.namesOthers {
            // What settings name is no more soon, and the station must start all the same.
            let text = Array("# All that the station had learned is erased.\n".utf8)
            try state.write(text.span, to: SiteFiles.channelsName, mode: 0o640)
        } else {
            try state.remove(SiteFiles.channelsName)
        }
        try remove(from: Paths.learnedPeersName, of: state) { _ in true }
        try remove(from: Paths.messagesName, of: state) { _ in true }
        let kept = secrets(of: config)
        try remove(from: Paths.keysName, of: state) { !kept.contains($0) }
    }

    private static func remove(
        from folder: String, of state: StateDirectory, where isLearned: (String) -> Bool
    ) throws(SystemError) {
        for name in try state.names(in: folder) where isLearned(name) {
            let file = folder.isEmpty ? name : "\(folder)/\(name)"
            if try state.status(of: file)?.isDirectory != true { try state.remove(file) }
        }
    }

    /// The files of secrets that peers in the settings name.
    private static func secrets(of config: Config) -> [String] {
        config.peers.compactMap { peer in
            guard case .file(let name) = peer.psk,
                !peer.pskOrigin.file.hasPrefix(config.paths.learnedPeers + "/")
            else { return nil }
            return name
        }
    }
}

extension Paths {
    /// The commands by which a person makes a station another one, with a key of its own.
    ///
    /// The daemon writes its volumes when it ends, so it is stopped first.
    public func keyAnew(on box: String) -> String {
        "on \(box): sudo systemctl stop intercomd, sudo find \(state) -mindepth 1 -delete, another"
            + " name in [station], sudo systemctl start intercomd"
    }
}
