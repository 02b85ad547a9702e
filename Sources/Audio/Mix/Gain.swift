/// The factor by which a talker is mixed louder or softer.
public struct Gain: Equatable, Sendable {
    /// Samples are multiplied by this.
    public let factor: Float

    public static let unity = Gain(factor: 1)
    public static let muted = Gain(factor: 0)

    /// - Parameter decibels: Above -70; clamped to at most +24. -70 and below is silence.
    public init(decibels: Double) {
        factor = decibels > -70 ? Float(Decibels.ratio(min(decibels, 24))) : 0
    }

    /// - Parameter percent: A volume as people set it: 100 is as recorded, each 2 below that are
    ///   one decibel less, 0 is silence.
    public init(percent: Int) {
        self = percent > 0 ? Gain(decibels: Double(min(percent, 100) - 100) / 2) : .muted
    }

    init(factor: Float) { self.factor = factor }

    /// The louder of the two gains.
    public func atLeast(_ other: Gain) -> Gain { factor < other.factor ? other : self }

    /// Both gains, one after the other.
    public static func * (left: Gain, right: Gain) -> Gain {
        Gain(factor: left.factor * right.factor)
    }
}

extension MutableSpan<Int16> {
    /// Makes samples softer, the gain moving in a straight line; at most unity.
    @_lifetime(self: copy self)
    public mutating func scale(from first: Gain, to last: Gain) {
        guard count > 0 else { return }
        let slope = (last.factor - first.factor) / Float(count)
        for i in indices {
            self[i] = Int16(Float(self[i]) * (first.factor + slope * Float(i)))
        }
    }
}

/// A gain that moves to another value in small, inaudible steps.
///
/// It moves in a straight line from block to block: a gain that jumps clicks, and small jumps in
/// every block buzz. Real-time.
public struct Fader: Sendable {
    /// The present gain.
    public private(set) var gain: Gain
    /// The last goal, and the change per sample.
    private var goal: Gain
    private var slope: Float = 0

    public init(_ gain: Gain = .unity) {
        self.gain = gain
        goal = gain
    }

    /// Moves for one block.
    ///
    /// - Parameters:
    ///   - goal: The gain to reach.
    ///   - samples: The length of the block.
    ///   - duration: The number of samples from silence to full, or to the greater of the two gains
    ///     where that is more.
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

    /// Moves for one block, and applies the gain to it.
    public mutating func apply(
        _ goal: Gain, to block: inout MutableSpan<Int16>, duration: Int
    ) {
        if goal == .unity, gain == .unity { return }
        let (first, last) = move(to: goal, samples: block.count, duration: duration)
        let slope = (last.factor - first.factor) / Float(block.count)
        for index in block.indices {
            let value = Float(block[index]) * (first.factor + slope * Float(index))
            block[index] = Int16(max(-32_768, min(32_767, value)))
        }
    }
}
