internal import CLinux

/// The only owner of an open descriptor: when it goes, the descriptor is closed.
public struct FileDescriptor: ~Copyable, Sendable {
    /// The number, to arm an `EventLoop` with; it must not outlive the owner.
    public let raw: Int32

    /// Takes over an open descriptor.
    public init(owning raw: Int32) {
        precondition(raw >= 0)
        self.raw = raw
    }

    deinit {
        // What close says of a descriptor that is only read, or whose data fsync has already
        // vouched for, changes nothing.
        _ = clinux_close(raw)
    }

    /// Reads and forgets the eight-byte count of an eventfd or a timerfd; 0 when there is none.
    ///
    /// Real-time: one system call.
    borrowing func drainCount() -> UInt64 {
        var count: UInt64 = 0
        // SAFETY: eight bytes are asked for and there is room for eight.
        let size = unsafe withUnsafeMutableBytes(of: &count) { bytes in
            unsafe clinux_read(raw, bytes.baseAddress!, bytes.count)
        }
        return size == MemoryLayout<UInt64>.size ? count : 0
    }
}
