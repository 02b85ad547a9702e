public import Time

/// When a relay is on: for a moment after each request, and never for long.
///
/// A request while the relay is on makes the pulse last longer, as a person at a door expects.
/// Pulses with short pauses form one stretch, in which the relay is on for at most `longest` in
/// total. Then it rests for as long, and after each further stretch twice as long: endless requests
/// keep no door open.
public struct RelayPulse: Sendable {
    /// How long the relay may be on in one stretch, and how long the first rest is.
    public static let longest = Duration.seconds(30)
    /// The longest rest.
    ///
    /// A request that comes this long after a rest makes the next rest short again.
    public static let longestRest = Duration.seconds(480)
    /// A stretch ends when the relay has been off for this many times as long as it was on.
    ///
    /// Therefore repeated requests for a little less than `longest` keep the relay on for a fifth
    /// of the time at most.
    static let pause = 4

    private var begin: Instant?
    /// When the relay goes off, or last went off.
    private var end: Instant?
    /// How long the relay was on in this stretch before `begin`.
    private var held = Duration.zero
    private var restEnd: Instant?
    private var nextRest = longest
    private var newRest: Duration?

    public init() {}

    public var isOn: Bool { begin != nil }

    /// When `tick` is due; nil while the relay is off.
    public var deadline: Instant? { begin == nil ? nil : end }

    /// Returns how much longer the relay must stay off; nil where it need not.
    public func restLeft(at now: Instant) -> Duration? {
        restEnd.flatMap { now < $0 ? $0 - now : nil }
    }

    /// Returns the length of a rest that has begun, once; nil for a rest already returned.
    public mutating func takeNewRest() -> Duration? {
        defer { newRest = nil }
        return newRest
    }

    /// Switches the relay on for one pulse from now; false while it must stay off.
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

    /// Lets time pass: the relay may go off, and rest.
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

    /// Drops the pulse, for example when its line was lost; its whole planned time counts as on.
    public mutating func stop() {
        if let end { tick(at: end) }
    }
}
