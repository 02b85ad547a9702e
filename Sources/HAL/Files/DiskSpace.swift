internal import CLinux

/// What may still be written in a directory.
public struct DiskSpace: Equatable, Sendable {
    /// For this user, in the file system of the directory.
    public let freeBytes: UInt64
    /// Whether the file system is mounted read-only.
    public let isReadOnly: Bool

    public init(freeBytes: UInt64, isReadOnly: Bool) {
        self.freeBytes = freeBytes
        self.isReadOnly = isReadOnly
    }

    /// Looks at the file system that `path` is in.
    public init(at path: String) throws(SystemError) {
        var free: UInt64 = 0
        var isReadOnly: Int32 = 0
        _ = try SystemError.check(
            unsafe clinux_disk_space(path, &free, &isReadOnly), "ask for the space at \(path)")
        self.init(freeBytes: free, isReadOnly: isReadOnly != 0)
    }
}
