internal import Time

/// When to try again what is not there: soon at first, then every two seconds, for ever.
///
/// Looking for a card or a line that is absent costs well under a millisecond, and what was plugged
/// in again is to sound within 3 s: two of waiting, one to open.
struct Backoff {
    static let first = Duration.milliseconds(500)
    static let last = Duration.seconds(2)

    /// Open for so long, a device is one that works.
    static let settled = Duration.seconds(10)

    private var wait = first
    private var opened: Instant?
    private(set) var due = Instant(nanoseconds: .min)

    func isDue(at now: Instant) -> Bool { now >= due }

    mutating func failed(at now: Instant) {
        due = now + wait
        wait = min(wait * 2, Self.last)
    }

    /// The device is open; whether it stays so is still to be seen.
    mutating func succeeded(at now: Instant) {
        opened = now
        due = Instant(nanoseconds: .min)
    }

    /// Whether the device works, as it has been open for a while.
    func isSettled(at now: Instant) -> Bool { opened.map { now - $0 >= Self.settled } ?? false }

    /// The next attempt is due at once.
    mutating func skip(at now: Instant) { due = now }

    /// The device was lost just now.
    ///
    /// One that opens and fails at once, over and over, is tried as seldom as one not there.
    mutating func lost(at now: Instant) {
        if isSettled(at: now) { wait = Self.first }
        failed(at: now)
    }
}
