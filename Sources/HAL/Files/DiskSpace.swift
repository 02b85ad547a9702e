internal import CLinux

/// The space left in a directory's file system.
public struct DiskSpace: Equatable, Sendable {
    /// Free for this user.
    public let freeBytes: UInt64
    /// Whether the file system is mounted read-only.
    public let isReadOnly: Bool
    /// Whether it keeps what is written when the machine is off.
    public let kind: Kind

    public enum Kind: Equatable, Sendable {
        case lasting
        /// A tmpfs or the like.
        case memory
        /// Layers, of which that which is written may be in memory.
        case overlay
    }

    public init(freeBytes: UInt64, isReadOnly: Bool, kind: Kind = .lasting) {
        self.freeBytes = freeBytes
        self.isReadOnly = isReadOnly
        self.kind = kind
    }

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
