/// How much louder or softer a talker is mixed.
public struct Gain: Equatable, Sendable {
    /// What samples are multiplied by.
    let factor: Float

    public static let unity = Gain(factor: 1)
    public static let muted = Gain(factor: 0)

    /// - Parameter decibels: Above -70; clamped to at most +24. -70 and below is silence.
    public init(decibels: Double) {
        factor = decibels > -70 ? Float(Decibels.ratio(min(decibels, 24))) : 0
    }

    init(factor: Float) { self.factor = factor }

    /// One after the other.
    public static func * (left: Gain, right: Gain) -> Gain {
        Gain(factor: left.factor * right.factor)
    }
}

/// A gain on its way to another one, in small steps that nobody hears.
///
/// A straight line from block to block: a gain that jumps clicks, and one that jumps a little in
/// every block buzzes. Real-time.
public struct Fader: Sendable {
    /// Where it is now.
    public private(set) var gain: Gain
    /// Where it was last told to go, and how far that is in a sample.
    private var goal: Gain
    private var slope: Float = 0

    public init(_ gain: Gain = .unity) {
        self.gain = gain
        goal = gain
    }

    /// Moves for one block.
    ///
    /// - Parameters:
    ///   - goal: Where to.
    ///   - samples: The length of the block.
    ///   - duration: How many samples the way from silence to full takes, or to the greater of
    ///     the two gains where that is more.
    /// - Returns: The gain at the block's beginning and at its end.
    public mutating func move(
        to goal: Gain, samples: Int, duration: Int
    ) -> (from: Gain, to: Gain) {
        let from = gain
        guard goal != from else { return (from, from) }
        if goal != self.goal || slope == 0 {
            self.goal = goal
            slope = max(1, from.factor, goal.factor) / Float(duration)
        }
        let step = slope * Float(samples)
        gain =
            goal.factor > from.factor
            ? Gain(factor: min(goal.factor, from.factor + step))
            : Gain(factor: max(goal.factor, from.factor - step))
        return (from, gain)
    }
}
