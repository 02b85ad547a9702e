internal import CLinux

/// Whole small files: settings, keys, the saved state.
public enum FileStore {
    /// Owner and permissions of a file.
    public struct Status: Equatable, Sendable {
        public let size: Int
        /// The permission bits.
        public let mode: UInt32
        public let owner: UInt32
        public let isRegular: Bool
        public let isDirectory: Bool
    }

    /// Returns the status of the file at a path; nil when there is none.
    public static func status(of path: String) throws(SystemError) -> Status? {
        try look(at: path, follow: 1).map { Status($0) }
    }

    /// Returns the kernel's description of a path, or of its target; nil when there is no file.
    static func look(at path: String, follow: Int32) throws(SystemError) -> stat? {
        var status = stat()
        let result = unsafe clinux_file_status(path, follow, &status)
        if result == -ENOENT || result == -ENOTDIR { return nil }
        _ = try SystemError.check(result, "look at \(path)")
        return status
    }

    /// Returns whether a file is at a path, as far as this process can see.
    static func exists(_ path: String) -> Bool { (try? status(of: path)) != nil }

    /// Returns whether a path is a symbolic link, whatever its target.
    public static func isLink(_ path: String) throws(SystemError) -> Bool {
        try look(at: path, follow: 0).map { $0.is(S_IFLNK) } ?? false
    }

    /// Reads a whole file of at most `limit` bytes.
    public static func read(_ path: String, limit: Int) throws(SystemError) -> [UInt8] {
        try OpenFile(reading: path).readAll(limit: limit)
    }

    /// Reads a secret straight into the caller's buffer and returns its size.
    ///
    /// It refuses a file that other users may access, and one whose owner is neither the process's
    /// user nor root. Root itself may read every user's file, because the station's keys belong to
    /// its own user. The file must be smaller than the buffer, so that a longer file is noticed.
    public static func readSecret(
        _ path: String, into bytes: inout MutableSpan<UInt8>
    ) throws(SystemError) -> Int {
        let user = Environment.userID
        let file: OpenFile
        do throws(SystemError) {
            file = try OpenFile(reading: path)
        } catch {
            guard error.errno == EACCES, let owner = (try? look(at: path, follow: 0))??.st_uid,
                owner != user
            else { throw error }
            throw Self.refusal(path, EACCES, Self.handOver(path, from: owner, to: user))
        }
        let (owner, isOpen) = (file.status.owner, file.status.mode & 0o077 != 0)
        // Once it is closed to others, root's file could not be read here.
        if user != 0, owner != user, owner != 0 || isOpen {
            let also = isOpen ? "; \(Self.command("chmod 600", path, user))" : ""
            throw Self.refusal(
                path, EPERM, Self.handOver(path, from: owner, to: user) + also)
        }
        guard !isOpen else {
            let fix = Self.command("chmod 600", path, owner)
            throw Self.refusal(path, EPERM, "others have rights on it: \(fix)")
        }
        return try file.readWhole(into: &bytes)
    }

    private static func refusal(_ path: String, _ errno: Int32, _ advice: String) -> SystemError {
        SystemError(operation: "read the secret \(path)", errno: errno, advice: advice)
    }

    private static func handOver(_ path: String, from owner: UInt32, to user: UInt32) -> String {
        "it belongs to user \(owner): sudo chown -h \(user) \(path)"
    }

    /// The command on a file, as its owner: one that root typed would follow a link that the owner
    /// puts there to a file of root.
    public static func command(_ words: String, _ path: String, _ owner: UInt32) -> String {
        (owner == 0 ? "" : "sudo -u '#\(owner)' ") + "\(words) \(path)"
    }

    /// Reads a secret that systemd keeps for the service (`LoadCredential=`), like `readSecret`.
    ///
    /// It does not check the permissions: systemd grants access by a list that makes the file look
    /// open to a group, in a directory that only the service can enter.
    public static func readCredential(
        _ name: String, into bytes: inout MutableSpan<UInt8>
    ) throws(SystemError) -> Int {
        guard !name.utf8.contains(UInt8(ascii: "/")) else {
            throw SystemError(operation: "read credential \(name)", errno: EINVAL)
        }
        guard let folder = Environment.value(of: "CREDENTIALS_DIRECTORY") else {
            throw SystemError(
                operation: "read credential \(name)", errno: ENOENT,
                advice: "the service has none: see LoadCredential= in systemd.exec(5)")
        }
        let path = "\(folder)/\(name)"
        return try OpenFile(reading: path).readWhole(into: &bytes)
    }

    /// Writes a file that must not exist yet, by this path or by another one.
    public static func make(
        _ bytes: Span<UInt8>, at path: String, mode: UInt32
    ) throws(SystemError) {
        let file = try OpenFile(making: path, mode: mode)
        do throws(SystemError) {
            try file.write(bytes)
        } catch {
            try? remove(path)
            throw error
        }
        _ = unsafe clinux_directory_sync(folder(of: path))
    }

    /// Writes a whole file, or leaves the former one, even when the power fails.
    ///
    /// `mode` is set before the first byte is written, whatever the umask.
    public static func write(
        _ bytes: Span<UInt8>, to path: String, mode: UInt32
    ) throws(SystemError) {
        let draft = "\(path).new"
        // A draft that exists is left from a crash: two writers at once would be our own bug.
        _ = unsafe clinux_file_remove(draft)
        let file = try OpenFile(making: draft, mode: mode)
        do throws(SystemError) {
            try file.write(bytes)
            // The file is whole in any case; without the sync in `rename`, a power failure may
            // bring the former one back.
            try rename(draft, to: path)
        } catch {
            _ = unsafe clinux_file_remove(draft)
            throw error
        }
    }

    /// Removes a file; its absence is no error.
    public static func remove(_ path: String) throws(SystemError) {
        let result = unsafe clinux_file_remove(path)
        if result == -ENOENT { return }
        _ = try SystemError.check(result, "remove \(path)")
        _ = unsafe clinux_directory_sync(folder(of: path))
    }

    /// Makes a directory; an existing one is left as it is.
    public static func makeDirectory(_ path: String, mode: UInt32) throws(SystemError) {
        guard try status(of: path) == nil else { return }
        let result = unsafe clinux_directory_make(path, mode)
        if result == -EEXIST { return }
        _ = try SystemError.check(result, "make directory \(path)")
        _ = unsafe clinux_directory_sync(folder(of: path))
    }

    /// Returns whether this process may make files in a directory, or may make the missing
    /// directory.
    ///
    /// The answer leaves open whether there is room, and whether a security module refuses: only
    /// writing shows that. A file in the place of a directory is thrown as an error.
    public static func mayWrite(in path: String) throws(SystemError) -> Bool {
        var place = path
        while try status(of: place) == nil, place != "/", place != "." {
            place = folder(of: place)
        }
        guard try status(of: place)?.isDirectory != false else {
            throw SystemError(operation: "make files in \(place)", errno: ENOTDIR)
        }
        let result = unsafe clinux_directory_writable(place)
        guard result != -EACCES else { return false }
        _ = try SystemError.check(result, "make files in \(place)")
        return true
    }

    /// Returns the names in a directory that end with `suffix`, in byte order, without hidden ones.
    ///
    /// A missing directory has none.
    public static func names(in path: String, suffix: String) throws(SystemError) -> [String] {
        var names: [String] = []
        let result = unsafe withUnsafeMutablePointer(to: &names) { names in
            // SAFETY: the callback runs during the call only, with the pointer given here.
            unsafe clinux_directory_list(
                path, namesMost,
                { names, name in
                    let name = unsafe String(cString: name!)
                    unsafe names!.assumingMemoryBound(to: [String].self).pointee.append(name)
                }, names)
        }
        if result == -ENOENT { return [] }
        guard result != -EFBIG else {
            throw SystemError(
                operation: "list \(path)", errno: EFBIG,
                advice: "it has more than \(namesMost) files; look what made them, and remove them")
        }
        _ = try SystemError.check(result, "list \(path)")
        return names.filter { name in
            !name.utf8.starts(with: ".".utf8)
                && name.utf8.reversed().starts(with: suffix.utf8.reversed())
        }.sorted { left, right in left.utf8.lexicographicallyPrecedes(right.utf8) }
    }

    /// Many times the number of files in any directory of interest.
    private static let namesMost = 10_000

    /// Returns the last name of a path; empty for the root.
    public static func name(of path: String) -> String {
        path.split(separator: "/").last.map { String($0) } ?? ""
    }

    /// Returns the directory of a path.
    static func folder(of path: String) -> String {
        guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }
}

/// A file that only grows: each line is written whole, or not at all.
public struct AppendFile: ~Copyable {
    private let path: String
    private let descriptor: FileDescriptor
    /// The size in bytes.
    public private(set) var size: Int
    /// Whether the last line has no end: a power failure cut it, or another program wrote.
    private var isTorn: Bool

    /// Opens a file, or makes one.
    ///
    /// A file without lines gets no end of a torn line, only what is appended.
    public init(_ path: String, mode: UInt32, hasLines: Bool = true) throws(SystemError) {
        var (size, last): (UInt64, UInt8) = (0, 0)
        descriptor = try FileDescriptor(
            unsafe clinux_append_open(path, mode, &size, &last), "open \(path)")
        self.path = path
        self.size = Int(clamping: size)
        isTorn = hasLines && size > 0 && last != UInt8(ascii: "\n")
    }

    /// Appends lines with one call; when the disk is full, removes a part that was written.
    public mutating func append(_ lines: [UInt8]) throws(SystemError) {
        // A torn line stays a line of its own and does not spoil the next one.
        let bytes = isTorn ? [UInt8(ascii: "\n")] + lines : lines
        let count = descriptor.write(bytes.span)
        if count == bytes.count {
            size += count
            isTorn = false
            return
        }
        if count > 0, clinux_append_cut(descriptor.raw, UInt64(size)) < 0 {
            size += count
            isTorn = true
        }
        throw SystemError(operation: "write \(path)", errno: count < 0 ? Int32(-count) : ENOSPC)
    }

    fileprivate borrowing func cut(to size: UInt64) throws(SystemError) {
        _ = try SystemError.check(clinux_append_cut(descriptor.raw, size), "write \(path)")
        try sync()
    }

    /// Waits until the disk has all appended lines.
    public borrowing func sync() throws(SystemError) {
        _ = try SystemError.check(clinux_file_sync(descriptor.raw), "write \(path)")
    }
}

extension FileStore {
    /// Empties a file, and frees its room; makes a missing file.
    public static func empty(_ path: String) throws(SystemError) {
        let file = try AppendFile(path, mode: 0o600)
        try file.cut(to: 0)
    }

    /// Renames a file within its directory, and replaces one of that name.
    public static func rename(_ path: String, to other: String) throws(SystemError) {
        _ = try SystemError.check(
            unsafe clinux_file_rename(path, other), "rename \(path) to \(other)")
        _ = unsafe clinux_directory_sync(folder(of: other))
    }
}

/// The space left in a directory's file system.
public struct DiskSpace: Equatable, Sendable {
    /// The bytes that this user may still write.
    public let freeBytes: UInt64
    /// Whether the file system is mounted read-only.
    public let isReadOnly: Bool
    /// Whether the file system keeps its files while the machine is off.
    public private(set) var kind = Kind.lasting

    public enum Kind: Equatable, Sendable {
        case lasting
        /// A tmpfs or the like.
        case memory
        /// An overlay, whose upper layer may be in memory.
        case overlay
    }
}

extension DiskSpace {
    /// Examines the file system that `path` is in.
    public init(at path: String) throws(SystemError) {
        var free: UInt64 = 0
        var (isReadOnly, kind): (Int32, Int32) = (0, 0)
        _ = try SystemError.check(
            unsafe clinux_disk_space(path, &free, &isReadOnly, &kind),
            "ask for the space at \(path)")
        self.init(
            freeBytes: free, isReadOnly: isReadOnly != 0,
            kind: kind == CLINUX_DISK_MEMORY
                ? .memory : kind == CLINUX_DISK_OVERLAY ? .overlay : .lasting)
    }
}
