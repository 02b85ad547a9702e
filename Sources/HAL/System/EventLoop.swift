internal import CLinux
public import Time

/// Waits for many descriptors at once (epoll, level-triggered).
///
/// Each descriptor has a token that its owner chooses and `wait` returns. A wait allocates nothing.
@safe public struct EventLoop: ~Copyable {
    /// Conditions to wait for; an error or a hang-up is always reported.
    public static let readable = CLINUX_READABLE
    public static let writable = CLINUX_WRITABLE

    /// What happened to one descriptor.
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
        let raw = try SystemError.check(clinux_epoll_make(), "epoll_create")
        epoll = FileDescriptor(owning: raw)
        unsafe ready = .allocate(capacity: EventLoop.eventsMax)
    }

    deinit { unsafe ready.deallocate() }

    /// To watch by another loop: readable when one of its descriptors has an event.
    public var fd: Int32 { epoll.raw }

    /// Starts to watch a descriptor; its owner must remove it before closing it.
    public borrowing func add(
        fd: Int32, events: UInt32 = EventLoop.readable, token: UInt32
    ) throws(SystemError) {
        _ = try SystemError.check(
            clinux_epoll_add(epoll.raw, fd, events, token), "epoll add descriptor \(fd)")
    }

    /// Changes what is waited for on a watched descriptor.
    public borrowing func modify(fd: Int32, events: UInt32, token: UInt32) throws(SystemError) {
        _ = try SystemError.check(
            clinux_epoll_modify(epoll.raw, fd, events, token), "epoll modify descriptor \(fd)")
    }

    /// Stops watching a descriptor.
    public borrowing func remove(fd: Int32) throws(SystemError) {
        _ = try SystemError.check(
            clinux_epoll_remove(epoll.raw, fd), "epoll remove descriptor \(fd)")
    }

    /// Waits for events and returns their number.
    ///
    /// `deadline` nil waits for ever; a past one does not wait. The wait may end up to a
    /// millisecond after the deadline: use a `Timer` for exact times. Returns 0 at the deadline and
    /// when a signal interrupted. Real-time: no allocation.
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

    /// One of the events of the last wait.
    public subscript(_ index: Int) -> Event {
        precondition(index >= 0 && index < count)
        // SAFETY: the last wait wrote `count` entries.
        let entry = unsafe ready[index]
        return Event(token: entry.token, events: entry.events)
    }
}
