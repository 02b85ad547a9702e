internal import Realtime

/// Adds the talkers of one playout block.
///
/// One talker at unity gain comes out bit for bit. If the sum would exceed full scale, the limiter
/// lowers it just before and recovers over a fifth of a second: two people shouting get softer
/// instead of crackling. Real-time.
public struct Mixer: ~Copyable {
    /// The longest block.
    public static let blockMax = 480
    /// The limiter sets its gain per part of so many samples, half a millisecond.
    private static let part = 24
    /// The gain rises by this per part: from 0 to 1 in 200 ms.
    private static let rise: Float = 1 / 400
    /// The gain falls by this per part at most, where the peak is known in advance: from 1 to 0 in
    /// 2 ms.
    private static let fall: Float = 1 / 4
    private static let ceiling: Float = 32_767

    private var sum = FixedArray<Int32>(count: blockMax, repeating: 0)
    /// The limiter's gains between the parts, 0..1; the first is the last one of the former block.
    private var limits = FixedArray<Float>(count: blockMax / part + 1, repeating: 1)
    private var limit: Float = 1

    public init() {}

    /// Adds one talker's block, at most `blockMax` samples, its gain moving in a straight line.
    public mutating func add(
        _ samples: Span<Int16>, from first: Gain = .unity, to last: Gain = .unity
    ) {
        var sums = sum.mutableSpan
        if first == .unity, last == .unity {
            for i in samples.indices { sums[i] &+= Int32(samples[i]) }
        } else if first != .muted || last != .muted {
            let slope = (last.factor - first.factor) / Float(samples.count)
            for i in samples.indices {
                sums[i] &+= Int32(Float(samples[i]) * (first.factor + slope * Float(i)))
            }
        }
    }

    /// Writes the mix, as many samples as the block has, and begins the next one.
    ///
    /// - Precondition: A multiple of 24 samples, at most `blockMax`.
    public mutating func render(into samples: inout MutableSpan<Int16>) {
        precondition(samples.count % Self.part == 0 && samples.count <= Self.blockMax)
        let isLimited = weigh(samples.count) || limit < 1
        if isLimited {
            renderLimited(into: &samples)
        } else {
            for i in samples.indices { samples[i] = Int16(sum[i]) }
        }
        sum.fill(with: 0)
    }

    /// Finds the greatest gain for each part; false when nothing is too loud.
    private mutating func weigh(_ count: Int) -> Bool {
        var isLoud = false
        for part in 0..<count / Self.part {
            var peak: Int32 = 0
            // The negative range is one value larger: -32,768 counts as 32,767.
            for i in part * Self.part..<(part + 1) * Self.part {
                peak = max(peak, sum[i] ^ (sum[i] >> 31))
            }
            let isOver = Float(peak) > Self.ceiling
            limits[part + 1] = isOver ? Self.ceiling / Float(peak) : 1
            isLoud = isLoud || isOver
        }
        return isLoud
    }

    private mutating func renderLimited(into samples: inout MutableSpan<Int16>) {
        let parts = samples.count / Self.part
        // The gain between two parts must suit both.
        for edge in 1..<parts { limits[edge] = min(limits[edge], limits[edge + 1]) }
        limits[0] = limit
        for edge in 1...parts { limits[edge] = min(limits[edge], limits[edge - 1] + Self.rise) }
        for edge in stride(from: parts - 1, to: 0, by: -1) {
            limits[edge] = min(limits[edge], limits[edge + 1] + Self.fall)
        }
        for part in 0..<parts {
            let (first, last) = (limits[part], limits[part + 1])
            let slope = (last - first) / Float(Self.part)
            for i in 0..<Self.part {
                let place = part * Self.part + i
                let value = Float(sum[place]) * (first + slope * Float(i + 1))
                // Only the first part can still be too loud: its peak was not known in advance.
                samples[place] = Int16(max(-32_768, min(32_767, value)))
            }
        }
        limit = limits[parts]
    }
}

extension Mixer {
    /// Adds one talker's block with a constant gain.
    public mutating func add(_ samples: Span<Int16>, gain: Gain) {
        add(samples, from: gain, to: gain)
    }
}

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

    /// The product of both gains.
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
            let value = Float(self[i]) * (first.factor + slope * Float(i))
            self[i] = Int16(max(-32_768, min(32_767, value)))
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

    /// Moves the gain for one block.
    ///
    /// - Parameters:
    ///   - goal: The gain to reach.
    ///   - samples: The length of the block.
    ///   - duration: The number of samples from silence to full, or to the greater of the two gains
    ///     if that is above full.
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

    /// Moves the gain for one block, and applies it.
    public mutating func apply(
        _ goal: Gain, to block: inout MutableSpan<Int16>, duration: Int
    ) {
        if goal == .unity, gain == .unity { return }
        let (first, last) = move(to: goal, samples: block.count, duration: duration)
        block.scale(from: first, to: last)
    }
}
