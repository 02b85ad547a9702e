internal import CLinux

/// The state directory of a station, which belongs to the daemon's user.
///
/// Code in the daemon can put any file or link there, at any moment, and wait for root to follow
/// it. So root acts there with the rights of that user alone, and of no other group: the kernel
/// itself refuses every act that the user could not do, wherever a name leads, and new files belong
/// to the user from the first. Any other process keeps its rights.
///
/// Names are paths in the directory, such as `keys/identity`.
public struct StateDirectory: Sendable {
    public let path: String

    public init(_ path: String) { self.path = path }

    private func path(of name: String) -> String { name.isEmpty ? path : "\(path)/\(name)" }

    /// The user whose rights root takes here; 0 where root owns the whole path.
    ///
    /// This is the owner of the first part of the path that is not root's: such a user can replace
    /// every directory below that part.
    public var owner: UInt32 { (try? user)?.id ?? 0 }

    private var user: (id: UInt32, group: UInt32) {
        get throws(SystemError) {
            for end in path.utf8.indices where end > path.startIndex {
                let isPart = path.utf8[end] == UInt8(ascii: "/")
                if isPart, let user = try Self.lesserUser(String(path[..<end])) { return user }
            }
            return try Self.lesserUser(path) ?? (0, 0)
        }
    }

    /// Returns the owner of a name, or of its target, unless root owns both.
    private static func lesserUser(
        _ path: String
    ) throws(SystemError) -> (id: UInt32, group: UInt32)? {
        for follow: Int32 in [0, 1] {
            guard let status = try FileStore.look(at: path, follow: follow) else { return nil }
            if status.st_uid != 0 { return (status.st_uid, status.st_gid) }
        }
        return nil
    }

    /// Returns the status of the file or folder of this name; nil when there is none.
    public func status(of name: String = "") throws(SystemError) -> FileStore.Status? {
        try asOwner { () throws(SystemError) in try FileStore.status(of: path(of: name)) }
    }

    /// Reads a whole file of at most `limit` bytes.
    public func read(_ name: String, limit: Int) throws(SystemError) -> [UInt8] {
        try asOwner { () throws(SystemError) in
            try FileStore.read(path(of: name), limit: limit)
        }
    }

    /// Reads a secret straight into the caller's buffer, as `FileStore.readSecret` does.
    public func readSecret(
        _ name: String, into bytes: inout MutableSpan<UInt8>
    ) throws(SystemError) -> Int {
        try asOwner { () throws(SystemError) in
            try FileStore.readSecret(path(of: name), into: &bytes)
        }
    }

    /// Writes a whole file, or leaves the former one; makes the file's folders, with the same
    /// rights.
    public func write(
        _ bytes: Span<UInt8>, to name: String, mode: UInt32
    ) throws(SystemError) {
        let file = path(of: name)
        try asOwner { () throws(SystemError) in
            try FileStore.makeDirectory(path, mode: 0o750)
            try FileStore.makeDirectory(
                FileStore.folder(of: file), mode: mode | (mode & 0o444) >> 2)
            try FileStore.write(bytes, to: file, mode: mode)
        }
    }

    /// Removes a file; its absence is no error.
    public func remove(_ name: String) throws(SystemError) {
        try asOwner { () throws(SystemError) in try FileStore.remove(path(of: name)) }
    }

    /// Renames a file, replacing one of that name.
    public func rename(_ name: String, to other: String) throws(SystemError) {
        try asOwner { () throws(SystemError) in
            try FileStore.rename(path(of: name), to: path(of: other))
        }
    }

    /// Returns the names in a folder that end with `suffix`, in byte order, without hidden ones;
    /// none for a missing folder.
    public func names(in folder: String, suffix: String = "") throws(SystemError) -> [String] {
        try asOwner { () throws(SystemError) in
            try FileStore.names(in: path(of: folder), suffix: suffix)
        }
    }

    /// Runs `work`, in which root has only the owner's rights.
    private func asOwner<Result>(
        _ work: () throws(SystemError) -> Result
    ) throws(SystemError) -> Result {
        guard Environment.userID == 0 else { return try work() }
        let user = try user
        guard user.id != 0 else { return try work() }
        _ = try SystemError.check(clinux_act_as(user.id, user.group), "act as user \(user.id)")
        let result: Result
        do throws(SystemError) {
            result = try work()
        } catch {
            try Self.actAsRoot()
            guard error.errno == EACCES, error.advice.isEmpty else { throw error }
            throw SystemError(
                operation: error.operation, errno: EACCES,
                advice: "root acts there as user \(user.id), who has no right to it: ls -ln \(path)"
            )
        }
        try Self.actAsRoot()
        return result
    }

    private static func actAsRoot() throws(SystemError) {
        _ = try SystemError.check(clinux_act_as_itself(), "act as root again")
    }
}
