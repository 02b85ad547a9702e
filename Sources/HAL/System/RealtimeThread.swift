internal import CLinux

/// A thread with a stack of fixed size, and with real-time priority if permitted.
///
/// Half of the stack of a real-time thread is in memory before it runs, so that no page fault can
/// delay it. Its processor treats subnormal numbers as zero: fading sound would reach them, and on
/// x86 each costs as much as a hundred others.
@safe public struct RealtimeThread: ~Copyable, @unchecked Sendable {
    private var thread: clinux_thread

    /// Whether the kernel granted SCHED_FIFO; without it the thread runs like any other.
    public let isRealtime: Bool

    private final class Body: Sendable {
        let run: @Sendable () -> Void
        init(_ run: @escaping @Sendable () -> Void) { self.run = run }
    }

    /// Starts a thread that runs `body` once.
    ///
    /// `name` is cut to the 15 bytes the kernel keeps. `priority` is that of SCHED_FIFO, 1 to 99; 0
    /// asks for an ordinary thread.
    public init(
        name: String, priority: Int32, stackSize: Int = 256 * 1024,
        body: @escaping @Sendable () -> Void
    ) throws(SystemError) {
        precondition((0...99).contains(priority) && stackSize > 0)
        var thread = unsafe clinux_thread()
        let argument = unsafe Unmanaged.passRetained(Body(body))
        // SAFETY: the thread takes over the one reference of `argument`; `thread` is written
        // before the call returns, and the name is copied.
        let result = unsafe clinux_thread_start(
            &thread, name, priority, stackSize,
            { argument in
                unsafe Unmanaged<Body>.fromOpaque(argument!).takeRetainedValue().run()
            }, argument.toOpaque())
        guard result >= 0 else {
            unsafe argument.release()
            throw SystemError(operation: "start thread \(name)", errno: -result)
        }
        unsafe self.thread = thread
        isRealtime = result == 1
    }

    // SAFETY: `thread` was started, and it is joined nowhere else.
    deinit {
        var thread = unsafe thread
        unsafe clinux_thread_join(&thread)
    }

    /// Waits until the body has returned.
    ///
    /// Dropping the value waits too: a thread never outlives what it borrowed.
    public consuming func join() {}
}
