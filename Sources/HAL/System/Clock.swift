internal import CLinux
public import Time

/// The two clocks of the machine.
///
/// Only shells read them: a core is told the time.
public enum Clock {
    /// Now, on CLOCK_MONOTONIC: never set, the clock of GPIO edges and of `Timer`.
    ///
    /// Real-time: no system call where the kernel offers a vDSO.
    public static func now() -> Instant { Instant(nanoseconds: clinux_monotonic_ns()) }

    /// Milliseconds since 1970 in UTC, for people to read; it may jump either way.
    public static func wallMilliseconds() -> Int64 { clinux_wall_ms() }

    /// Processor time the calling thread has used, in ns.
    public static func threadNanoseconds() -> Int64 { clinux_thread_time_ns() }

    /// Rests for at least this long; for threads that nobody waits for.
    public static func sleep(_ duration: Duration) { clinux_sleep_ns(duration.nanoseconds) }
}
