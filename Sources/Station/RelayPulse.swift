public import Time

/// When a relay is on: for a moment after each request, and never for long.
///
/// A request while it is on makes it last longer, as a person at a door expects, but no longer than
/// `longest` from the first request on. Then it rests before it may be on again, so that requests
/// without end close a door again and again.
public struct RelayPulse: Sendable {
    /// How long it may be on without a break.
    public static let longest = Duration.seconds(30)
    /// How long it stays off after that, at least.
    public static let rest = Duration.seconds(5)

    private var begin: Instant?
    private var end = Instant(nanoseconds: .min / 2)
    /// When it was switched on after its last rest.
    private var first = Instant(nanoseconds: .min / 2)

    public init() {}

    public var isOn: Bool { begin != nil }

    /// When `tick` is due; nil while it is off.
    public var deadline: Instant? { begin == nil ? nil : end }

    /// Switches it on for one pulse from now; false while it must stay off.
    public mutating func request(_ pulse: Duration, at now: Instant) -> Bool {
        tick(at: now)
        // Pulses with less than a rest between them count as one stretch.
        if begin == nil, now >= end + Self.rest { first = now }
        guard now < first + Self.longest else { return false }
        begin = begin ?? now
        end = max(end, min(now + pulse, first + Self.longest))
        return true
    }

    /// Lets time pass; the relay may go off.
    public mutating func tick(at now: Instant) {
        if now >= end { begin = nil }
    }

    /// Switches off at once, for example when its line was lost.
    public mutating func stop() { begin = nil }
}
