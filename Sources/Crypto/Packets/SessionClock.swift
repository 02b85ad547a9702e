public import Time

/// The time of one session, as both ends know it (protocol.md §2.1 "Time").
///
/// Every frame carries the age of the session at its sender. The receiver knows a moment before
/// which the session did not exist there, so it can tell how old a frame is at most, whoever held
/// it back. No clock of the day is involved. All moments are those of this station's own clock.
public struct SessionClock: Sendable {
    /// What one step of a frame's time stands for.
    public static let step = Duration.milliseconds(10)

    /// A frame that may be older than this was held back: what it carries is not acted on.
    ///
    /// The jitter buffer bridges 1.6 s, so no network that sound is heard through needs more.
    public static let freshFor = Duration.seconds(2)

    private let began: Instant
    /// The peer's session began then at the earliest.
    private var peerBegan: Instant

    /// `began` is when this station made or accepted M3.
    ///
    /// `peerBegan` is a moment before which the peer cannot have done so: when M2 was sent, or
    /// `began` itself at the station that makes M3.
    public init(began: Instant, peerBegan: Instant) {
        self.began = began
        self.peerBegan = peerBegan
    }

    /// What a frame carries that is sealed now, in steps.
    public func time(at now: Instant) -> UInt16 {
        UInt16(clamping: (now - began).nanoseconds / Self.step.nanoseconds)
    }

    /// How old a frame is that carries this time: at most that, and never less.
    public func age(of time: UInt16, at now: Instant) -> Duration {
        max(.zero, now - peerBegan - Self.step * Int(time))
    }

    /// A frame with this time answers a question that was asked then, so it was made later.
    public mutating func answered(askedAt: Instant, time: UInt16) {
        // The time is rounded down.
        peerBegan = max(peerBegan, askedAt - Self.step * (Int(time) + 1))
    }
}
