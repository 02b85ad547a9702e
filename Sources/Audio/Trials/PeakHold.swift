public import Time

/// Holds the mark of a meter at its greatest for a while, so that an eye can follow it.
public struct PeakHold: Sendable {
    /// How long a mark stays before it falls.
    public static let holds = Duration.milliseconds(1_500)
    /// How fast it falls then, in dB/s: as the peak does.
    public static let fall = 20 / 1.7

    private var level = LevelMeter.floor
    private var since = Instant(nanoseconds: .min)
    private var last = Instant(nanoseconds: .min)

    public init() {}

    /// Where the mark is when the meter reads `peak`, in dBFS; moments never go back.
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
