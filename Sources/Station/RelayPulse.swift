public import Time

/// When a relay is on: for a moment after each request, and never for long.
///
/// A request while it is on makes it last longer, as a person at a door expects. Pulses with little
/// time between them are one stretch, in which it is on for `longest` in all. Then it rests as
/// long again, and each time after that twice as long: requests without end keep no door open.
public struct RelayPulse: Sendable {
    /// How long it may be on in one stretch, and how long the first rest is.
    public static let longest = Duration.seconds(30)
    /// No rest is longer.
    ///
    /// When nobody asks for so long after one, the next is short again.
    public static let longestRest = Duration.seconds(480)
    /// A stretch ends when it is off for so many times as long as it was on.
    ///
    /// Therefore a peer that asks again and again for a little less than `longest` keeps the relay
    /// on for a fifth of the time at most.
    static let pause = 4

    private var begin: Instant?
    /// When it goes off, or went off last.
    private var end: Instant?
    /// How long it was on in this stretch, before `begin`.
    private var held = Duration.zero
    private var restEnd: Instant?
    private var nextRest = longest
    private var newRest: Duration?

    public init() {}

    public var isOn: Bool { begin != nil }

    /// When `tick` is due; nil while it is off.
    public var deadline: Instant? { begin == nil ? nil : end }

    /// How much longer it must stay off; nil where it need not.
    public func restLeft(at now: Instant) -> Duration? {
        restEnd.flatMap { now < $0 ? $0 - now : nil }
    }

    /// How long it rests, when a rest has begun that nobody has asked about yet.
    public mutating func takeNewRest() -> Duration? {
        defer { newRest = nil }
        return newRest
    }

    /// Switches it on for one pulse from now; false while it must stay off.
    public mutating func request(_ pulse: Duration, at now: Instant) -> Bool {
        tick(at: now)
        guard restLeft(at: now) == nil else { return false }
        if begin == nil {
            if let end, now - end < held * Self.pause {} else { held = .zero }
            if let restEnd, now - restEnd < Self.longestRest {} else { nextRest = Self.longest }
        }
        let begin = begin ?? now
        self.begin = begin
        end = max(end ?? now, min(now + pulse, begin + (Self.longest - held)))
        return true
    }

    /// Lets time pass; the relay may go off, and rest.
    public mutating func tick(at now: Instant) {
        guard let begin, let end, now >= end else { return }
        self.begin = nil
        held += end - begin
        guard held >= Self.longest else { return }
        held = .zero
        restEnd = end + nextRest
        newRest = nextRest
        nextRest = min(nextRest * 2, Self.longestRest)
    }

    /// Switches off at once, for example when its line was lost; what it would have been on counts.
    public mutating func stop() {
        if let end { tick(at: end) }
    }
}
