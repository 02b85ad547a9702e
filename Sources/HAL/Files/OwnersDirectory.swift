internal import CLinux

/// A directory of another user, opened once, in which root can be led nowhere else.
///
/// The state directory belongs to the daemon's user. Code in the daemon can put anything there, at
/// any moment, and waits for root to follow it. Two walls stand against that:
///
/// - **Rights.** Root acts in it with the rights of its owner, and of no other group. So the kernel
///   itself refuses what the owner could not do, whatever a name leads to, and what is made belongs
///   to the owner from the first: nothing is ever given away. This does not hang on a check that
///   somebody could forget, or that a swapped file could outrun. That is why it was chosen over
///   root's own rights with a check after each call.
/// - **Descriptors.** Names are looked up in the open directory, one at a time, and no symbolic
///   link is followed. A file is opened once, and only that file is checked and read. Links, files
///   with several names, pipes and files of strangers are refused with a message, because no daemon
///   makes them.
///
/// A process that is not root keeps its rights, and meets the second wall alone.
public struct OwnersDirectory: ~Copyable {
    public let path: String
    /// The user whose rights root takes here.
    public let owner: UInt32
    /// The permission bits.
    public let mode: UInt32
    private let group: UInt32
    private let descriptor: FileDescriptor

    /// Opens a directory; parts of its path may be symbolic links of root's (`Place.follow`).
    public init(_ path: String) throws(SystemError) {
        let place = try Place.follow(path)
        (self.path, mode) = (path, place.status.mode)
        (owner, group) = (place.status.owner, place.status.group)
        descriptor = place.descriptor
    }

    /// The same; nil when there is none.
    public static func existing(_ path: String) throws(SystemError) -> OwnersDirectory? {
        do throws(SystemError) {
            return try OwnersDirectory(path)
        } catch {
            guard error.errno == ENOENT || error.errno == ENOTDIR && error.advice.isEmpty else {
                throw error
            }
            return nil
        }
    }

    /// Opens a directory, or makes it, for the owner of the directory that it is in.
    public init(making path: String, mode: UInt32) throws(SystemError) {
        if let existing = try Self.existing(path) {
            self = existing
            return
        }
        let parent: OwnersDirectory
        do throws(SystemError) {
            parent = try OwnersDirectory(FileStore.folder(of: path))
        } catch {
            guard error.advice.isEmpty else { throw error }
            throw SystemError(operation: "make directory \(path)", errno: error.errno)
        }
        self = try parent.makeFolder(FileStore.name(of: path), mode: mode)
    }

    private init(_ path: String, in parent: borrowing OwnersDirectory, _ place: consuming Place) {
        (self.path, mode) = (path, place.status.mode)
        // In a directory of root's, a folder of another user's is that user's.
        (owner, group) =
            parent.owner == 0
            ? (place.status.owner, place.status.group) : (parent.owner, parent.group)
        descriptor = place.descriptor
    }

    /// A folder in this directory; nil when there is none.
    ///
    /// An error says that the caller could not do what `purpose` says.
    public borrowing func folder(
        _ name: String, to purpose: String = "look at"
    ) throws(SystemError) -> OwnersDirectory? {
        let path = try self.path(of: name)
        let place: Place
        do throws(SystemError) {
            place = try asOwner { () throws(SystemError) in
                try Place(name, in: descriptor.raw, at: path, to: purpose)
            }
        } catch {
            guard error.errno == ENOENT else { throw error }
            return nil
        }
        let status = FileStore.Status(place.status)
        guard !status.isLink else { throw refusal(of: path, Self.link) }
        guard status.isDirectory else {
            throw SystemError(
                operation: "open \(path)", errno: ENOTDIR, advice: "a directory is expected")
        }
        try checkOwner(of: status, path)
        return OwnersDirectory(path, in: self, place)
    }

    /// Makes a folder in this directory, and opens it; an existing one is left as it is.
    public borrowing func makeFolder(
        _ name: String, mode: UInt32
    ) throws(SystemError) -> OwnersDirectory {
        let path = try self.path(of: name)
        if let folder = try folder(name) { return folder }
        try asOwner { () throws(SystemError) in
            _ = try SystemError.check(
                unsafe clinux_directory_make(descriptor.raw, name, mode), "make directory \(path)")
            _ = unsafe clinux_directory_sync(descriptor.raw, ".")
        }
        guard let folder = try folder(name) else {
            throw SystemError(operation: "open \(path)", errno: ENOENT)
        }
        return folder
    }

    /// Describes the file of this name, or the symbolic link itself; nil when there is neither.
    public borrowing func status(of name: String) throws(SystemError) -> FileStore.Status? {
        let path = try self.path(of: name)
        return try asOwner { () throws(SystemError) in
            var status = clinux_file_status()
            let result = unsafe clinux_file_status(descriptor.raw, name, 0, &status)
            if result == -ENOENT { return nil }
            _ = try SystemError.check(result, "look at \(path)")
            return FileStore.Status(status)
        }
    }

    /// Reads a whole file of at most `limit` bytes.
    public borrowing func read(_ name: String, limit: Int) throws(SystemError) -> [UInt8] {
        try open(name).readAll(limit: limit)
    }

    /// Reads a secret straight into the caller's buffer, which must be larger; returns its size.
    ///
    /// Refuses a file that other users may access.
    public borrowing func readSecret(
        _ name: String, into bytes: inout MutableSpan<UInt8>
    ) throws(SystemError) -> Int {
        let file = try open(name)
        try file.checkSecrecy()
        return try file.readWhole(into: &bytes)
    }

    /// Writes a file as a whole, or leaves the former one, as `FileStore.write` does.
    public borrowing func write(
        _ bytes: Span<UInt8>, to name: String, mode: UInt32
    ) throws(SystemError) {
        let path = try self.path(of: name)
        let draft = "\(name).new"
        let file = try asOwner { () throws(SystemError) in
            // Left over from a crash.
            _ = unsafe clinux_file_remove(descriptor.raw, draft)
            return try OpenFile(
                making: draft, in: descriptor.raw, at: "\(path).new", mode: mode)
        }
        do throws(SystemError) {
            try file.write(bytes)
            try rename(draft, to: name)
        } catch {
            try? remove(draft)
            throw error
        }
    }

    /// Removes a file; its absence is no error.
    public borrowing func remove(_ name: String) throws(SystemError) {
        let path = try self.path(of: name)
        try asOwner { () throws(SystemError) in
            let result = unsafe clinux_file_remove(descriptor.raw, name)
            if result == -ENOENT { return }
            _ = try SystemError.check(result, "remove \(path)")
            _ = unsafe clinux_directory_sync(descriptor.raw, ".")
        }
    }

    /// Renames a file, replacing one of that name.
    public borrowing func rename(_ name: String, to other: String) throws(SystemError) {
        let (from, to) = (try path(of: name), try path(of: other))
        try asOwner { () throws(SystemError) in
            _ = try SystemError.check(
                unsafe clinux_file_rename(descriptor.raw, name, other), "rename \(from) to \(to)")
            _ = unsafe clinux_directory_sync(descriptor.raw, ".")
        }
    }

    /// The names that end with `suffix`, in byte order, without hidden ones.
    public borrowing func names(suffix: String) throws(SystemError) -> [String] {
        try asOwner { () throws(SystemError) in
            try FileStore.names(in: descriptor.raw, ".", at: path, suffix: suffix)
        }
    }
}

extension OwnersDirectory {
    private static let link =
        "it is a symbolic link, and none is followed there: look where it leads, then remove it"

    private borrowing func open(_ name: String) throws(SystemError) -> OpenFile {
        let path = try self.path(of: name)
        do throws(SystemError) {
            let file = try asOwner { () throws(SystemError) in
                try OpenFile(reading: name, in: descriptor.raw, at: path)
            }
            try checkOwner(of: file.status, path)
            guard file.status.links <= 1 else {
                throw refusal(
                    of: path,
                    "it has \(file.status.links) names (hard links), perhaps one in"
                        + " another directory: put a copy in its place")
            }
            return file
        } catch {
            throw explained(error, name, path)
        }
    }

    /// An error of opening a file, with the reason if that is the file's kind or owner.
    private borrowing func explained(
        _ error: SystemError, _ name: String, _ path: String
    ) -> SystemError {
        guard error.errno == ELOOP || error.errno == EACCES,
            let status = (try? status(of: name)) ?? nil
        else { return error }
        if status.isLink { return refusal(of: path, Self.link) }
        guard error.errno == EACCES, Environment.userID == 0, status.owner != owner else {
            return error
        }
        return refusal(of: path, ownership(status, path))
    }

    /// Refuses a file of a stranger.
    ///
    /// An administrator may have put one of root's there. In a directory of root's any file passes:
    /// nobody else can put one there.
    private borrowing func checkOwner(
        of status: FileStore.Status, _ path: String
    ) throws(SystemError) {
        guard owner == 0 || [owner, 0, Environment.userID].contains(status.owner) else {
            throw refusal(of: path, ownership(status, path))
        }
    }

    private borrowing func ownership(_ status: FileStore.Status, _ path: String) -> String {
        "it belongs to user \(status.owner), and the directory to user \(owner):"
            + " chown -h \(owner) \(path)"
    }

    private borrowing func refusal(of path: String, _ advice: String) -> SystemError {
        SystemError(operation: "open \(path)", errno: EPERM, advice: advice)
    }

    /// The whole path of a name in this directory.
    private borrowing func path(of name: String) throws(SystemError) -> String {
        guard !name.isEmpty, name != ".", name != "..", !name.utf8.contains(UInt8(ascii: "/"))
        else {
            throw SystemError(
                operation: "open \(path)/\(name)", errno: EINVAL, advice: "a name is expected")
        }
        return path == "/" ? "/\(name)" : "\(path)/\(name)"
    }

    /// Lets root act with the owner's rights, as long as `work` lasts.
    private borrowing func asOwner<Result: ~Copyable>(
        _ work: () throws(SystemError) -> Result
    ) throws(SystemError) -> Result {
        guard Environment.userID == 0, owner != 0 else { return try work() }
        _ = try SystemError.check(clinux_act_as(owner, group), "act as user \(owner)")
        let result: Result
        do throws(SystemError) {
            result = try work()
        } catch {
            try Self.actAsRoot()
            guard error.errno == EACCES else { throw error }
            throw SystemError(
                operation: error.operation, errno: EACCES,
                advice: "root acts there as user \(owner), who has no right to it: ls -ln \(path)")
        }
        try Self.actAsRoot()
        return result
    }

    private static func actAsRoot() throws(SystemError) {
        _ = try SystemError.check(clinux_act_as_itself(), "act as root again")
    }
}
