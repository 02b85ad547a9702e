internal import CLinux

/// The only owner of an open descriptor; closes it at its end.
public struct FileDescriptor: ~Copyable, Sendable {
    /// The number, to arm an `EventLoop` with; it must not outlive the owner.
    public let raw: Int32

    /// Takes over an open descriptor.
    public init(owning raw: Int32) {
        precondition(raw >= 0)
        self.raw = raw
    }

    deinit {
        // An error of close changes nothing for a descriptor that is only read, or whose data fsync
        // has confirmed.
        _ = clinux_close(raw)
    }

    /// Reads the eight-byte count of an eventfd or a timerfd; 0 when there is none.
    ///
    /// Real-time: one system call.
    borrowing func drainCount() -> UInt64 {
        var count: UInt64 = 0
        // SAFETY: the size is that of the number.
        let size = unsafe withUnsafeMutableBytes(of: &count) { bytes in
            unsafe clinux_read(raw, bytes.baseAddress!, bytes.count)
        }
        return size == MemoryLayout<UInt64>.size ? count : 0
    }
}
