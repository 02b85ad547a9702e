internal import Time

/// When to try again what is not there: soon at first, then every two seconds, for ever.
///
/// Looking for a card or a line that is absent costs well under a millisecond on the control
/// thread, and what was plugged in again is to sound within 3 s: two of waiting, one to open. Where
/// an attempt takes longer than that, as with a card that hangs, so does the wait after it.
struct Backoff {
    static let first = Duration.milliseconds(500)
    static let last = Duration.seconds(2)

    /// Open for so long, a device is one that works.
    static let settled = Duration.seconds(10)

    /// Of the time that opening takes, so many times as much is left for everything else: a card
    /// that hangs may take seconds of the control thread each time.
    static let restShare: Int64 = 3
    /// Opening takes less of a card that works.
    static let slow = Duration.milliseconds(200)

    private var wait = first
    private var took = Duration.zero
    private var opened: Instant?
    private(set) var due = Instant(nanoseconds: .min)

    func isDue(at now: Instant) -> Bool { now >= due }

    /// The last attempt took so long, whatever came of it.
    mutating func attempted(_ took: Duration) { self.took = took }

    mutating func failed(at now: Instant) {
        due = now + max(wait, rest)
        wait = min(wait * 2, Self.last)
    }

    /// The device is open; whether it stays so is still to be seen.
    mutating func succeeded(at now: Instant) {
        opened = now
        due = Instant(nanoseconds: .min)
    }

    /// The next attempt is due at once, unless the last one took long.
    mutating func skip(at now: Instant) { due = now + rest }

    private var rest: Duration { took >= Self.slow ? took * Self.restShare : .zero }

    /// The device was lost just now: closing it takes a moment.
    ///
    /// One that opens and fails at once, over and over, is tried as seldom as one not there.
    mutating func lost(at now: Instant) {
        if let opened, now - opened >= Self.settled { wait = Self.first }
        failed(at: now)
    }
}
