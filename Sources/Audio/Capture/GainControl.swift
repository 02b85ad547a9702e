/// Brings speech to one loudness, for every speaker and distance.
///
/// Only speech moves the gain: it stands still in pauses, so noise does not rise. It rises slowly
/// and falls four times as fast; sound that is still too loud is lowered within a millisecond. No
/// delay. Real-time.
public struct GainControl: Sendable {
    /// The target RMS of speech, and the limit of peaks: dBFS.
    public static let target: Float = -23
    public static let peak: Float = -3
    public static let gainMax: Float = 18
    public static let gainMin: Float = -18

    /// dB a second.
    private static let rise: Float = 3
    private static let fall: Float = 12
    /// The averaging time of speech: 1 s.
    private static let memory: Float = 1
    private static let attackSamples = 48
    private static let recoveryPerSecond: Float = 5
    private static let ceiling: Float = 23_197

    /// The gain for speech now, in decibels.
    public private(set) var gain: Float = 0
    private var speech = Power.ratio(target) * Power.ratio(target)
    /// The last sample's factor, without and with the limiter.
    private var factor: Float = 1
    private var limit: Float = 1

    public init() {}

    /// Applies the gain to a block.
    ///
    /// - Parameters:
    ///   - sound: Any number of samples, 10 ms at most.
    ///   - isSpeech: Whether it is speech of a person here.
    public mutating func process(_ sound: inout MutableSpan<Int16>, isSpeech: Bool) {
        guard sound.count > 0 else { return }
        let seconds = Float(sound.count) / Float(PCM.sampleRate)
        if isSpeech { aim(Power.mean(sound.span), seconds) }
        let wanted = Power.ratio(gain)
        var loudest: Int32 = 0
        for i in 0..<sound.count { loudest = max(loudest, abs(Int32(sound[i]))) }
        let most = Float(loudest) * max(wanted, factor)
        let bearable = most > Self.ceiling ? Self.ceiling / most : 1
        let goal = min(bearable, limit + Self.recoveryPerSecond * seconds)
        if wanted != 1 || factor != 1 || goal != 1 || limit != 1 {
            turn(&sound, to: wanted, limit: goal)
        }
        factor = wanted
        limit = goal
    }

    private mutating func aim(_ power: Float, _ seconds: Float) {
        speech += (power - speech) * min(1, seconds / Self.memory)
        let level = Power.decibels(speech)
        let wanted = min(Self.gainMax, max(Self.gainMin, Self.target - level))
        if wanted > gain {
            gain = min(wanted, gain + Self.rise * seconds)
        } else {
            gain = max(wanted, gain - Self.fall * seconds)
        }
    }

    private func turn(_ sound: inout MutableSpan<Int16>, to wanted: Float, limit goal: Float) {
        let count = sound.count
        let slope = (wanted - factor) / Float(count)
        let ramp = min(count, goal < limit ? Self.attackSamples : count)
        let step = (goal - limit) / Float(ramp)
        for i in 0..<count {
            let turned = factor + slope * Float(i + 1)
            let limited = i < ramp ? limit + step * Float(i + 1) : goal
            let value = Float(sound[i]) * turned * limited
            sound[i] = Int16(max(-Self.ceiling, min(Self.ceiling, value)))
        }
    }
}
