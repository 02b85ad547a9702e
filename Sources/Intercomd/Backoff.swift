internal import Time

/// When to try again what is not there: soon at first, then every few seconds, for ever.
struct Backoff {
    static let first = Duration.milliseconds(500)
    static let last = Duration.seconds(5)

    private var wait = first
    private(set) var due = Instant(nanoseconds: .min)

    func isDue(at now: Instant) -> Bool { now >= due }

    mutating func failed(at now: Instant) {
        due = now + wait
        wait = min(wait * 2, Self.last)
    }

    mutating func succeeded() { self = Backoff() }

    /// The device was lost just now: closing it takes a moment.
    mutating func lost(at now: Instant) {
        wait = Self.first
        due = now + Self.first
    }
}
