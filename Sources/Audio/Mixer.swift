/// How much louder or softer a talker is mixed; made once, from configuration.
public struct Gain: Equatable, Sendable {
    /// The factor, 4096 meaning 1.
    let factor: Int32

    public static let unity = Gain(factor: 4096)
    public static let muted = Gain(factor: 0)

    private init(factor: Int32) { self.factor = factor }

    /// - Parameter decibels: Above -70; clamped to at most +24. -70 and below is silence.
    public init(decibels: Double) {
        guard decibels > -70 else {
            factor = 0
            return
        }
        factor = Int32((Decibels.ratio(min(decibels, 24)) * 4096).rounded())
    }
}

/// Adds the talkers of one playout block, of 10 ms at most.
///
/// One talker at unity gain comes out bit for bit. When the sum passes full scale the whole block
/// is turned down, within a millisecond, and recovers over a fifth of a second: two people
/// shouting get softer, they do not crackle. Real-time.
public struct Mixer: ~Copyable {
    private var sum = Table<Int32>(count: PCM.frameSamples, repeating: 0)
    /// What the limiter multiplies by now, 0..1.
    private var limit: Float = 1

    private static let attackSamples = 48
    private static let recoveryPerSample: Float = 0.05 / 480

    public init() {}

    /// Adds one talker's block.
    public mutating func add(_ samples: Span<Int16>, gain: Gain = .unity) {
        var sums = sum.mutableSpan
        if gain == .unity {
            for i in samples.indices { sums[i] &+= Int32(samples[i]) }
        } else {
            for i in samples.indices { sums[i] &+= (Int32(samples[i]) &* gain.factor) >> 12 }
        }
    }

    /// Adds 10 ms of one talker.
    public mutating func add(_ frame: borrowing Frame, gain: Gain = .unity) {
        add(frame.span, gain: gain)
    }

    /// Writes the mix and begins the next one.
    public mutating func render(into block: inout MutableSpan<Int16>) {
        var peak: Int32 = 0
        // Full scale reaches one further down than up: -32,768 counts as 32,767.
        for i in block.indices { peak = max(peak, sum[i] ^ (sum[i] >> 31)) }
        let ceiling: Float = 32_767
        let wanted = Float(peak) > ceiling ? ceiling / Float(peak) : 1
        if wanted == 1 && limit == 1 {
            for i in block.indices { block[i] = Int16(sum[i]) }
        } else {
            let goal = min(wanted, limit + Self.recoveryPerSample * Float(block.count))
            renderLimited(to: goal, into: &block)
            limit = goal
        }
        sum.fill(with: 0)
    }

    /// Writes 10 ms of the mix.
    public mutating func render(into frame: inout Frame) {
        var block = frame.mutableSpan
        render(into: &block)
    }

    private mutating func renderLimited(to goal: Float, into block: inout MutableSpan<Int16>) {
        // Down quickly, for it is already too loud; up along the whole block.
        let ramp = goal < limit ? Self.attackSamples : block.count
        let step = (goal - limit) / Float(ramp)
        for i in block.indices {
            let factor = i < ramp ? limit + step * Float(i + 1) : goal
            block[i] = Int16(max(-32_768, min(32_767, Float(sum[i]) * factor)))
        }
    }
}
