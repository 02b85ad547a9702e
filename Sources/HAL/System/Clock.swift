internal import CLinux
public import Time

/// The clocks of the machine.
///
/// Only the loops around the cores read them: a core takes the time as an argument.
public enum Clock {
    /// Returns the time of CLOCK_MONOTONIC, which is never set, and which GPIO edges and `Timer`
    /// use.
    ///
    /// Real-time: no system call where the kernel offers a vDSO.
    public static func now() -> Instant { Instant(nanoseconds: read(CLOCK_MONOTONIC)) }

    /// Returns how long the machine has been suspended since its start: `now` does not count that
    /// time.
    public static func suspended() -> Duration {
        .nanoseconds(read(CLOCK_BOOTTIME) - read(CLOCK_MONOTONIC))
    }

    /// Returns milliseconds since 1970 in UTC, for people to read; they may jump either way.
    public static func wallMilliseconds() -> Int64 { read(CLOCK_REALTIME) / 1_000_000 }

    /// Returns the processor time that the calling thread has used, in ns.
    public static func threadNanoseconds() -> Int64 { read(CLOCK_THREAD_CPUTIME_ID) }

    /// Sleeps for at least this long; only for threads that no other thread waits for.
    public static func sleep(_ duration: Duration) {
        let (seconds, rest) = duration.nanoseconds.quotientAndRemainder(dividingBy: 1_000_000_000)
        var time = timespec(tv_sec: time_t(seconds), tv_nsec: Int(rest))
        // SAFETY: the time is read during the call only. A signal ends the sleep.
        _ = unsafe nanosleep(&time, nil)
    }

    private static func read(_ clock: clockid_t) -> Int64 {
        var time = timespec()
        // SAFETY: the time is written during the call only.
        _ = unsafe clock_gettime(clock, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }
}

/// The time in this machine's time zone.
public struct LocalTime: Equatable, Sendable {
    public let year: Int
    public let month: Int
    public let day: Int
    public let hour: Int
    public let minute: Int
    public let second: Int

    /// The local time of a moment; nil beyond the calendar's years.
    public init?(milliseconds: Int64) {
        var found = unsafe tm()
        var seconds = time_t(milliseconds / 1000 - (milliseconds % 1000 < 0 ? 1 : 0))
        // The time zone may have changed.
        tzset()
        // SAFETY: both are read or written during the call only.
        guard unsafe localtime_r(&seconds, &found) != nil else { return nil }
        year = unsafe Int(found.tm_year) + 1900
        (month, day) = unsafe (Int(found.tm_mon) + 1, Int(found.tm_mday))
        (hour, minute, second) = unsafe (Int(found.tm_hour), Int(found.tm_min), Int(found.tm_sec))
    }

    /// Minutes since midnight.
    public var minuteOfDay: Int { hour * 60 + minute }

    /// The date and the time: 2026-11-20 21:10:04.
    public var text: String {
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        return "\(year)-\(two(month))-\(two(day)) \(two(hour)):\(two(minute)):\(two(second))"
    }
}
