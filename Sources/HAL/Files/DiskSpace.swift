internal import CLinux

/// The space left in a directory's file system.
public struct DiskSpace: Equatable, Sendable {
    /// Free for this user.
    public let freeBytes: UInt64
    /// Whether the file system is mounted read-only.
    public let isReadOnly: Bool

    public init(freeBytes: UInt64, isReadOnly: Bool) {
        self.freeBytes = freeBytes
        self.isReadOnly = isReadOnly
    }

    /// Examines the file system that `path` is in.
    public init(at path: String) throws(SystemError) {
        var free: UInt64 = 0
        var isReadOnly: Int32 = 0
        _ = try SystemError.check(
            unsafe clinux_disk_space(path, &free, &isReadOnly), "ask for the space at \(path)")
        self.init(freeBytes: free, isReadOnly: isReadOnly != 0)
    }
}
