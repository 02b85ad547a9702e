public import Time

/// Holds the peak mark of a meter for a while, so that an eye can follow it.
public struct PeakHold: Sendable {
    /// How long a mark stays before it falls.
    public static let holds = Duration.milliseconds(1_500)
    /// How fast it falls then, in dB/s: as fast as the peak itself.
    public static let fall = 20 / 1.7

    private var level = LevelMeter.floor
    private var since = Instant(nanoseconds: .min)
    private var last = Instant(nanoseconds: .min)

    public init() {}

    /// The position of the mark when the meter reads `peak`, in dBFS; moments never go back.
    public mutating func mark(_ peak: Double, at now: Instant) -> Double {
        if peak >= level {
            (level, since) = (peak, now)
        } else if now - since > Self.holds {
            let from = max(last, since + Self.holds)
            level = max(peak, level - Self.fall * Double((now - from).nanoseconds) / 1e9)
        }
        last = now
        return level
    }
}
