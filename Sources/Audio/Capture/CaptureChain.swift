internal import Realtime

/// The processing of the microphone's sound: echo, noise, loudness.
///
/// Each part exists only if it is wanted. The filters of echo and noise delay sound by one frame,
/// and, where blocks are shorter, by the time to fill one. Real-time after `init`.
public struct CaptureChain: ~Copyable {
    public struct Settings: Equatable, Sendable {
        /// Removes the loudspeaker's sound from the microphone's; lowers noise by 15 dB at least.
        public var cancelsEcho: Bool
        /// The reduction of noise, in dB; 0 leaves it unchanged.
        public var noiseDecibels: Int
        /// Brings speech to one loudness.
        public var controlsGain: Bool

        public init(cancelsEcho: Bool = false, noiseDecibels: Int = 0, controlsGain: Bool = false) {
            self.cancelsEcho = cancelsEcho
            self.noiseDecibels = noiseDecibels
            self.controlsGain = controlsGain
        }

        /// Whether sound passes unchanged.
        public var isOff: Bool { self == Settings() }

        /// By how many samples blocks of this size are delayed.
        public func delaySamples(blockSamples: Int) -> Int {
            guard cancelsEcho || noiseDecibels > 0 else { return 0 }
            let frameSamples = max(blockSamples, CaptureChain.frameMin)
            return frameSamples + frameSamples - blockSamples
        }
    }

    /// The shortest frame on which the filters work well.
    fileprivate static let frameMin = 240
    private static let noiseDecibels = 15

    public let settings: Settings
    public let blockSamples: Int
    private let frameSamples: Int
    private var canceller: EchoCanceller?
    private var suppressor: NoiseSuppressor?
    private var voiceSwitch = VoiceSwitch()
    private var speech = SpeechDetector()
    private var gain = GainControl()
    /// The frame being filled, and the finished one.
    private var waiting: FixedArray<Int16>
    private var done: FixedArray<Int16>
    private var played: FixedArray<Int16>
    /// The former frame as captured: the output while a filter is bypassed, with the filter's
    /// delay.
    private var before: FixedArray<Int16>
    private var filled = 0
    /// Whether the filter is bypassed for now, to spare the processor.
    public var isNoiseLeft = false
    public var isEchoLeft = false {
        didSet { if isEchoLeft, estimate != nil { estimate = EchoEstimate() } }
    }
    /// Whether the last frame bypassed the filter, so that the filter's memory is out of date.
    private var wasLeft = false

    /// - Parameters:
    ///   - settings: The wanted parts.
    ///   - blockSamples: Samples of every block, 120, 240 or 480.
    public init(_ settings: Settings, blockSamples: Int) {
        precondition(blockSamples == 120 || blockSamples == 240 || blockSamples == 480)
        self.settings = settings
        self.blockSamples = blockSamples
        let frameSamples = max(blockSamples, Self.frameMin)
        self.frameSamples = frameSamples
        delaySamples = settings.delaySamples(blockSamples: blockSamples)
        waiting = FixedArray(count: frameSamples, repeating: 0)
        done = FixedArray(count: frameSamples, repeating: 0)
        played = FixedArray(count: frameSamples, repeating: 0)
        before = FixedArray(count: frameSamples, repeating: 0)
        if settings.cancelsEcho {
            canceller = EchoCanceller(
                frameSamples: frameSamples,
                noiseDecibels: max(settings.noiseDecibels, Self.noiseDecibels))
            estimate = EchoEstimate()
        } else if settings.noiseDecibels > 0 {
            suppressor = NoiseSuppressor(
                frameSamples: frameSamples, decibels: settings.noiseDecibels)
        }
    }

    /// By how many samples sound is delayed.
    public let delaySamples: Int

    /// How well the echo is cancelled; nil without a canceller.
    public private(set) var estimate: EchoEstimate?

    /// Replaces one block by the processed sound of `delaySamples` before.
    ///
    /// - Parameters:
    ///   - block: Sound of the microphone, `blockSamples` of it.
    ///   - position: The number of its first sample, as `EchoReference` counts.
    ///   - reference: The sound that the loudspeaker played.
    public mutating func process(
        _ block: inout MutableSpan<Int16>, at position: Int, _ reference: borrowing EchoReference
    ) {
        precondition(block.count == blockSamples)
        if delaySamples > 0 { exchange(&block, at: position, reference) }
        guard settings.controlsGain else { return }
        speech.add(block.span)
        // The remainder of an echo is not speech of a person here.
        let isEcho = estimate?.isPlaying == true && !voiceSwitch.isOpen
        gain.process(&block, isSpeech: speech.isSpeech && !isEcho)
    }

    /// Takes a block in, and returns one of the finished frame.
    private mutating func exchange(
        _ block: inout MutableSpan<Int16>, at position: Int, _ reference: borrowing EchoReference
    ) {
        if settings.cancelsEcho {
            for i in 0..<blockSamples {
                played[filled + i] = reference.sample(at: position + i)
            }
        }
        for i in 0..<blockSamples { waiting[filled + i] = block[i] }
        filled += blockSamples
        if filled == frameSamples {
            filled = 0
            for i in 0..<frameSamples { done[i] = waiting[i] }
            improve()
        }
        for i in 0..<blockSamples { block[i] = done[filled + i] }
    }

    private mutating func improve() {
        let isLeft = settings.cancelsEcho ? isEchoLeft : isNoiseLeft
        // When the filter starts again, its first output is still the last frame it took in.
        if isLeft || wasLeft {
            for i in 0..<frameSamples { done[i] = before[i] }
            keepFrame()
            if !isLeft { prime() }
            wasLeft = isLeft
            return
        }
        keepFrame()
        Self.suppress(&suppressor, &done)
        guard let powers = Self.cancel(&canceller, &done, played) else { return }
        estimate?.add(powers, samples: frameSamples)
        Self.pass(&voiceSwitch, &done, powers, isGood: estimate?.isGood ?? false)
    }

    private mutating func keepFrame() {
        for i in 0..<frameSamples { before[i] = waiting[i] }
    }

    /// Feeds the filter the frame that bypassed it, so that the next frame follows on.
    private mutating func prime() {
        Self.suppress(&suppressor, &waiting)
        _ = Self.cancel(&canceller, &waiting, played)
    }

    private static func suppress(
        _ suppressor: inout NoiseSuppressor?, _ frame: inout FixedArray<Int16>
    ) {
        var sound = frame.mutableSpan
        suppressor?.process(&sound)
    }

    private static func cancel(
        _ canceller: inout EchoCanceller?, _ frame: inout FixedArray<Int16>,
        _ played: borrowing FixedArray<Int16>
    ) -> EchoPowers? {
        var sound = frame.mutableSpan
        return canceller?.process(&sound, reference: played.span)
    }

    private static func pass(
        _ voiceSwitch: inout VoiceSwitch, _ frame: inout FixedArray<Int16>, _ powers: EchoPowers,
        isGood: Bool
    ) {
        var sound = frame.mutableSpan
        voiceSwitch.process(&sound, powers, isGood: isGood)
    }

    /// Drops the frame begun: the microphone was off.
    public mutating func breakOff() {
        filled = 0
        waiting.fill(with: 0)
        done.fill(with: 0)
        played.fill(with: 0)
        before.fill(with: 0)
    }
}

/// Brings speech to one loudness, for every speaker and distance.
///
/// Only speech moves the gain: it stands still in pauses, so noise does not rise. It rises slowly
/// and falls four times as fast; sound that is still too loud is lowered within a millisecond. No
/// delay. Real-time.
public struct GainControl: Sendable {
    /// The target RMS of speech: dBFS.
    public static let target: Float = -23
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
    ///   - isSpeech: Whether the sound is speech of a person here.
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
