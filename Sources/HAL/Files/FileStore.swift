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

    /// The file at a path; nil when there is none.
    public static func status(of path: String) throws(SystemError) -> Status? {
        var status = clinux_file_status()
        let result = unsafe clinux_file_status(path, 1, &status)
        if result == -ENOENT || result == -ENOTDIR { return nil }
        _ = try SystemError.check(result, "look at \(path)")
        return Status(status)
    }

    /// Whether a path is a symbolic link, whatever its target.
    public static func isLink(_ path: String) throws(SystemError) -> Bool {
        var status = clinux_file_status()
        let result = unsafe clinux_file_status(path, 0, &status)
        if result == -ENOENT || result == -ENOTDIR { return false }
        _ = try SystemError.check(result, "look at \(path)")
        return status.is_link != 0
    }

    /// Reads a whole file of at most `limit` bytes.
    public static func read(_ path: String, limit: Int) throws(SystemError) -> [UInt8] {
        let file = try OpenFile(reading: path)
        guard file.status.size <= limit else { throw tooLarge(path, limit) }
        // The size that the file reports, and one byte more to notice when that is wrong: files of
        // /proc report 0. Never the whole limit at once: the heap would keep that memory.
        var bytes = [UInt8](repeating: 0, count: min(max(file.status.size, 4095), limit) + 1)
        var count = 0
        while true {
            var span = bytes.mutableSpan
            var room = span._mutatingExtracting(count...)
            count += try file.read(into: &room)
            guard count == bytes.count else { break }
            guard count <= limit else { throw tooLarge(path, limit) }
            let more = min(count, limit + 1 - count)
            bytes.append(contentsOf: repeatElement(0, count: more))
        }
        bytes.removeLast(bytes.count - count)
        return bytes
    }

    /// Reads a secret straight into the caller's buffer and returns its size.
    ///
    /// Refuses a file that other users may access, and one whose owner is neither the process's
    /// user nor root. Root itself may read every user's file, because the station's keys belong to
    /// its own user. The file must be smaller than the buffer, so that a longer one is noticed.
    public static func readSecret(
        _ path: String, into bytes: inout MutableSpan<UInt8>
    ) throws(SystemError) -> Int {
        let file = try OpenFile(reading: path)
        guard file.status.mode & 0o077 == 0 else {
            throw SystemError(
                operation: "read the secret \(path)", errno: EPERM,
                advice: "others have rights on it: chmod 600 \(path)")
        }
        let user = Environment.userID
        guard user == 0 || file.status.owner == user || file.status.owner == 0 else {
            throw SystemError(
                operation: "read the secret \(path)", errno: EPERM,
                advice: "it belongs to user \(file.status.owner): chown \(user) \(path)")
        }
        return try readWhole(file, path, into: &bytes)
    }

    /// Reads a secret that systemd keeps for the service (`LoadCredential=`), like `readSecret`.
    ///
    /// Does not check the permissions: systemd grants access by a list that makes the file look
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
        return try readWhole(try OpenFile(reading: path), path, into: &bytes)
    }

    /// Writes a file as a whole, or leaves the former one: even when the power fails.
    ///
    /// `mode` is set before the first byte is written, whatever the umask, and so is the owner of
    /// `model` if given: the file never exists with another owner.
    public static func write(
        _ bytes: Span<UInt8>, to path: String, mode: UInt32, ownerOf model: String? = nil
    ) throws(SystemError) {
        let draft = "\(path).new"
        // Left over from a crash: two writers at once would be our own bug.
        _ = unsafe clinux_file_remove(draft)
        let file = try OpenFile(making: draft, mode: mode)
        do throws(SystemError) {
            if let model { try file.giveOwner(of: model) }
            try file.write(bytes)
            _ = try SystemError.check(
                unsafe clinux_file_rename(draft, path), "rename \(draft) to \(path)")
        } catch {
            _ = unsafe clinux_file_remove(draft)
            throw error
        }
        // The file is whole either way, but without this a power failure may bring the former one
        // back.
        _ = unsafe clinux_directory_sync(folder(of: path))
    }

    /// Removes a file; its absence is no error.
    public static func remove(_ path: String) throws(SystemError) {
        let result = unsafe clinux_file_remove(path)
        if result == -ENOENT { return }
        _ = try SystemError.check(result, "remove \(path)")
    }

    /// Makes a directory; an existing one is left as it is.
    public static func makeDirectory(_ path: String, mode: UInt32) throws(SystemError) {
        let result = unsafe clinux_directory_make(path, mode)
        if result == -EEXIST { return }
        _ = try SystemError.check(result, "make directory \(path)")
    }

    /// The names in a directory that end with `suffix`, in byte order, without hidden ones.
    ///
    /// An absent directory has none.
    public static func names(in path: String, suffix: String) throws(SystemError) -> [String] {
        var names: [String] = []
        let result = unsafe withUnsafeMutablePointer(to: &names) { names in
            // SAFETY: the callback runs during the call only, with the pointer given here.
            unsafe clinux_directory_list(
                path,
                { names, name in
                    let name = unsafe String(cString: name!)
                    unsafe names!.assumingMemoryBound(to: [String].self).pointee.append(name)
                }, names)
        }
        if result == -ENOENT { return [] }
        _ = try SystemError.check(result, "list \(path)")
        return names.filter { name in
            !name.utf8.starts(with: ".".utf8)
                && name.utf8.reversed().starts(with: suffix.utf8.reversed())
        }.sorted { left, right in left.utf8.lexicographicallyPrecedes(right.utf8) }
    }

    private static func readWhole(
        _ file: borrowing OpenFile, _ path: String, into bytes: inout MutableSpan<UInt8>
    ) throws(SystemError) -> Int {
        let count = try file.read(into: &bytes)
        guard count < bytes.count else { throw tooLarge(path, bytes.count - 1) }
        return count
    }

    private static func tooLarge(_ path: String, _ limit: Int) -> SystemError {
        SystemError(
            operation: "read \(path)", errno: EFBIG, advice: "at most \(limit) bytes are expected")
    }

    /// The directory of a path.
    static func folder(of path: String) -> String {
        guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }
}
