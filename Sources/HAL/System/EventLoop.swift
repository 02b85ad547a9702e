internal import CLinux
public import Time

/// Waits for many descriptors at once (epoll, level-triggered).
///
/// Each descriptor has a token that its owner chooses and `wait` returns. A wait allocates nothing.
@safe public struct EventLoop: ~Copyable {
    /// Conditions to wait for; an error or a hang-up is always reported.
    public static let readable = CLINUX_READABLE
    public static let writable = CLINUX_WRITABLE

    /// The events of one descriptor.
    public struct Event: Equatable, Sendable {
        public let token: UInt32
        public let events: UInt32
    }

    /// The most events one wait returns; the next wait returns the others.
    public static let eventsMax = Int(CLINUX_READY_MAX)

    private let epoll: FileDescriptor
    private let ready: UnsafeMutablePointer<clinux_ready>
    private var count = 0

    public init() throws(SystemError) {
        epoll = try FileDescriptor(clinux_epoll_make(), "epoll_create")
        unsafe ready = .allocate(capacity: EventLoop.eventsMax)
    }

    deinit { unsafe ready.deallocate() }

    /// The descriptor for another loop: readable when a descriptor of this loop has an event.
    public var fd: Int32 { epoll.raw }

    /// Starts to watch a descriptor; its owner must remove it before closing it.
    public borrowing func add(
        fd: Int32, events: UInt32 = EventLoop.readable, token: UInt32
    ) throws(SystemError) {
        _ = try SystemError.check(
            clinux_epoll_control(epoll.raw, CLINUX_ADD, fd, events, token),
            "epoll add descriptor \(fd)")
    }

    /// Changes the events to wait for on a watched descriptor.
    public borrowing func modify(fd: Int32, events: UInt32, token: UInt32) throws(SystemError) {
        _ = try SystemError.check(
            clinux_epoll_control(epoll.raw, CLINUX_MODIFY, fd, events, token),
            "epoll modify descriptor \(fd)")
    }

    /// Stops watching a descriptor.
    public borrowing func remove(fd: Int32) throws(SystemError) {
        _ = try SystemError.check(
            clinux_epoll_control(epoll.raw, CLINUX_REMOVE, fd, 0, 0),
            "epoll remove descriptor \(fd)")
    }

    /// Waits for events and returns their number.
    ///
    /// If `deadline` is nil it waits for ever; with a past one it does not wait. The wait may end
    /// up to a millisecond after the deadline: use a `Timer` for exact times. Returns 0 at the
    /// deadline and after a signal. Real-time: no allocation.
    public mutating func wait(until deadline: Instant?) -> Int {
        var timeout: Int32 = -1
        if let deadline {
            let left = max(0, (deadline - Clock.now()).nanoseconds)
            timeout = Int32(clamping: (left + 999_999) / 1_000_000)
        }
        // SAFETY: `ready` has room for the number of events it is said to have.
        let found = unsafe clinux_epoll_wait(epoll.raw, ready, CLINUX_READY_MAX, timeout)
        precondition(found >= 0, "epoll_wait fails only on a bad descriptor or buffer")
        count = Int(found)
        return count
    }

    /// Returns one of the events of the last wait.
    public subscript(_ index: Int) -> Event {
        precondition(index >= 0 && index < count)
        // SAFETY: the last wait wrote `count` entries.
        let entry = unsafe ready[index]
        return Event(token: entry.token, events: entry.events)
    }
}

/// Wakes another thread's event loop (eventfd).
///
/// Many raises before a drain wake it once.
public struct EventSignal: ~Copyable, Sendable {
    private let descriptor: FileDescriptor

    public init() throws(SystemError) {
        descriptor = try FileDescriptor(clinux_event_make(), "eventfd")
    }

    /// The descriptor to watch for `EventLoop.readable`.
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

/// A timer that makes its descriptor readable at a moment of the monotonic clock (timerfd).
public struct Timer: ~Copyable, Sendable {
    private let descriptor: FileDescriptor

    public init() throws(SystemError) {
        descriptor = try FileDescriptor(clinux_timer_make(), "timerfd_create")
    }

    /// The descriptor to watch for `EventLoop.readable`.
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
