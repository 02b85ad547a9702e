internal import CLinux
public import Time

/// A timer that makes its descriptor readable at a moment of the monotonic clock (timerfd).
public struct Timer: ~Copyable, Sendable {
    private let descriptor: FileDescriptor

    public init() throws(SystemError) {
        let raw = try SystemError.check(clinux_timer_make(), "timerfd_create")
        descriptor = FileDescriptor(owning: raw)
    }

    /// To watch for `EventLoop.readable`.
    public var fd: Int32 { descriptor.raw }

    /// Fires once at `moment`, or at once if it has passed; replaces an earlier setting.
    ///
    /// Real-time: one system call.
    public borrowing func arm(at moment: Instant) {
        // Zero would disarm the timer.
        set(at: max(1, moment.nanoseconds), every: 0)
    }

    /// Fires at `first` and then at each `interval` after it, without drift.
    public borrowing func arm(at first: Instant, every interval: Duration) {
        precondition(interval > .zero)
        set(at: max(1, first.nanoseconds), every: interval.nanoseconds)
    }

    public borrowing func disarm() { set(at: 0, every: 0) }

    /// Makes the descriptor unreadable again; returns how often the timer has fired since.
    ///
    /// Real-time: one system call.
    @discardableResult
    public borrowing func drain() -> UInt64 { descriptor.drainCount() }

    private borrowing func set(at first: Int64, every interval: Int64) {
        let result = clinux_timer_set(descriptor.raw, first, interval)
        precondition(result == 0, "timerfd_settime fails only on a bad descriptor or time")
    }
}
