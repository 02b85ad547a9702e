public import Config
public import HAL

/// The files of a configuration, read in the same way by both programs.
public struct ConfigFolder {
    public let folder: String
    /// The directories that the main file sets, or the defaults where it cannot be read.
    public let paths: Paths
    private let main: Result<ConfigSource, SystemError>

    /// The size limit of all files in bytes, many times the size with 31 peers.
    ///
    /// There is a limit because a station reads the files while it talks.
    static let sizeLimit = 128 * 1024
    /// The most files in one folder.
    private static let filesLimit = 128

    /// Reads the main file of `folder`; `sources` throws if that failed.
    public init(_ folder: String) {
        self.folder = folder
        let otherwise = Paths(
            stateDirectory: Environment.value(of: "STATE_DIRECTORY"),
            runtimeDirectory: Environment.value(of: "RUNTIME_DIRECTORY"))
        let path = "\(folder)/intercomd.conf"
        do throws(SystemError) {
            let source = ConfigSource(
                role: .main, path: path,
                bytes: try FileStore.read(path, limit: Self.sizeLimit))
            guard !Self.isBlank(source.bytes) else {
                throw SystemError(
                    operation: "read \(path)", errno: SystemError.noData,
                    advice: "it is empty, as a power cut may leave it: sudo intercomctl setup"
                        + " writes it")
            }
            main = .success(source)
            paths = Config.paths(in: source, otherwise: otherwise)
        } catch {
            main = .failure(
                error.errno == SystemError.noSuchFile
                    ? SystemError(
                        operation: error.operation, errno: error.errno,
                        advice: "sudo intercomctl setup writes it (man intercomd.conf),"
                            + " or name another folder with --config DIR")
                    : error)
            paths = otherwise
        }
    }

    private static func isBlank(_ bytes: [UInt8]) -> Bool {
        bytes.allSatisfy { $0 == 0 || $0 == 0x20 || (0x09...0x0d).contains($0) }
    }

    /// Why the main file cannot be read; nil when it can.
    public var mainError: SystemError? {
        if case .failure(let error) = main { error } else { nil }
    }

    /// Whether the main file is absent or empty.
    public var isMainAbsent: Bool {
        let reason = mainError?.errno
        return reason == SystemError.noSuchFile || reason == SystemError.noData
    }

    /// Whether there are no settings yet: the main file is absent, and the folder exists or is the
    /// standard one.
    public var isEmpty: Bool {
        guard isMainAbsent else { return false }
        return folder == Self.standard || ((try? FileStore.status(of: folder)) ?? nil) != nil
    }

    /// The folder of the settings unless the command line names another.
    public static let standard = "/etc/intercomd"

    /// Reads every file, in order of precedence; this text replaces the main file where there are
    /// no settings yet.
    public func sources(orElse text: String) throws(SystemError) -> [ConfigSource] {
        guard isEmpty else { return try sources() }
        let main = ConfigSource(
            role: .main, path: "\(folder)/intercomd.conf", bytes: Array(text.utf8))
        return try others(beside: main)
    }

    /// Reads every file, in order of precedence.
    public func sources() throws(SystemError) -> [ConfigSource] {
        try others(beside: main.get())
    }

    private func others(beside main: ConfigSource) throws(SystemError) -> [ConfigSource] {
        var sources = [main]
        let place = "\(folder)/peers.d"
        try Self.add(
            try FileStore.names(in: place, suffix: Self.suffix), of: place, .peers, to: &sources
        ) { (name, limit) throws(SystemError) in
            try FileStore.read("\(place)/\(name)", limit: limit)
        }
        try Self.addState(in: paths, to: &sources)
        return sources
    }

    /// Reads the files of the state directory alone: peers, and the channels of the site.
    public static func stateSources(in paths: Paths) throws(SystemError) -> [ConfigSource] {
        var sources: [ConfigSource] = []
        try addState(in: paths, to: &sources)
        return sources
    }

    private static func addState(
        in paths: Paths, to sources: inout [ConfigSource]
    ) throws(SystemError) {
        let state = paths.directory
        let peers = Paths.learnedPeersName
        try add(
            try state.names(in: peers, suffix: suffix), of: paths.learnedPeers, .learned,
            to: &sources
        ) { (name, limit) throws(SystemError) in
            try state.read("\(peers)/\(name)", limit: limit)
        }
        let size = try state.status(of: SiteFiles.channelsName)?.size
        let hasRoster = try state.status(of: SiteFiles.rosterName) != nil
        guard size != nil || hasRoster else { return }
        let taken = sources.reduce(0) { $0 + $1.bytes.count }
        let hasRoom = taken + (size ?? 0) <= sizeLimit
        guard let size, hasRoom || size > sizeLimit else {
            // The file is lost, or there is no room for it; the station is still in a site.
            sources.append(
                ConfigSource(role: .site, path: SiteFiles.channelsPath(paths), bytes: []))
            return
        }
        try add(
            [SiteFiles.channelsName], of: paths.state, .site, to: &sources
        ) { (name, limit) throws(SystemError) in
            try state.read(name, limit: limit)
        }
    }

    private static let suffix = ".conf"

    /// Adds the files of one folder.
    private static func add(
        _ names: [String], of folder: String, _ role: ConfigSource.Role,
        to sources: inout [ConfigSource],
        _ read: (_ name: String, _ limit: Int) throws(SystemError) -> [UInt8]
    ) throws(SystemError) {
        guard names.count <= Self.filesLimit else {
            throw SystemError(
                operation: "read \(folder)", errno: SystemError.tooLarge,
                advice: "it has \(names.count) files, of which at most \(Self.filesLimit) are read")
        }
        for name in names {
            let taken = sources.reduce(0) { $0 + $1.bytes.count }
            let bytes = try read(name, max(0, Self.sizeLimit - taken))
            sources.append(ConfigSource(role: role, path: "\(folder)/\(name)", bytes: bytes))
        }
    }
}

extension Paths {
    /// The state directory.
    public var directory: StateDirectory { StateDirectory(state) }
}
