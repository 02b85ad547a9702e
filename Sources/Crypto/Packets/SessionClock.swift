public import Time

/// The time of one session, as both ends know it (protocol.md §2.1 "Time").
///
/// Every packet carries the age of the session at its sender. The receiver knows a moment before
/// which the session did not exist at the sender, so it knows the greatest age of a packet, even of
/// one delayed by an attacker. No clock of the day is involved. All moments are those of this
/// station's own clock.
public struct SessionClock: Sendable {
    /// The length of one step of a packet's time.
    public static let step = Duration.milliseconds(10)

    /// The age above which the content of a packet is not acted on, because the packet was delayed.
    ///
    /// The jitter buffer bridges 1.6 s, so a network through which sound is heard needs no more.
    public static let freshFor = Duration.seconds(2)

    private let began: Instant
    /// The earliest moment at which the peer's session can have begun.
    private var peerBegan: Instant

    /// `began` is when this station made or accepted M3.
    ///
    /// `peerBegan` is a moment before which the peer cannot have done so: when M2 was sent, or
    /// `began` itself at the station that makes M3.
    public init(began: Instant, peerBegan: Instant) {
        self.began = began
        self.peerBegan = peerBegan
    }

    /// The time for a packet that is sealed now, in steps.
    public func time(at now: Instant) -> UInt16 {
        UInt16(clamping: (now - began).nanoseconds / Self.step.nanoseconds)
    }

    /// The greatest age of a packet with this time.
    public func age(of time: UInt16, at now: Instant) -> Duration {
        max(.zero, now - peerBegan - Self.step * Int(time))
    }

    /// Narrows the bound: a packet with this time answers a question of `askedAt`, so it is newer.
    public mutating func answered(askedAt: Instant, time: UInt16) {
        // The time is rounded down.
        peerBegan = max(peerBegan, askedAt - Self.step * (Int(time) + 1))
    }
}
