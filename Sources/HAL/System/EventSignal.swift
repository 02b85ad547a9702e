internal import CLinux

/// Wakes another thread's event loop (eventfd).
///
/// Raising it many times before it is drained wakes once.
public struct EventSignal: ~Copyable, Sendable {
    private let descriptor: FileDescriptor

    public init() throws(SystemError) {
        let raw = try SystemError.check(clinux_event_make(), "eventfd")
        descriptor = FileDescriptor(owning: raw)
    }

    /// To watch for `EventLoop.readable`.
    public var fd: Int32 { descriptor.raw }

    /// Makes the descriptor readable; any thread, real-time: one system call.
    public borrowing func raise() {
        let one: UInt64 = 1
        // A full counter refuses the write, but then the descriptor is readable already. SAFETY:
        // the size is that of the number.
        _ = unsafe withUnsafeBytes(of: one) { bytes in
            unsafe clinux_write(descriptor.raw, bytes.baseAddress!, bytes.count)
        }
    }

    /// Makes the descriptor unreadable again; returns how often it was raised.
    ///
    /// Real-time: one system call.
    @discardableResult
    public borrowing func drain() -> UInt64 { descriptor.drainCount() }
}
