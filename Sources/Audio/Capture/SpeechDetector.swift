/// Distinguishes speech from the room's noise, by level alone.
///
/// The noise is the quietest 30 ms of the last four seconds (Martin's minimum statistics, 2001,
/// without its spectrum): speech has a dip in every word, a fan has none. Hum below the voice does
/// not count. The detector decides every 10 ms. Pure.
public struct SpeechDetector: Sendable {
    /// Sound below this is no speech, however silent the room: dBFS.
    private static let speechFloor: Float = -58
    /// Per sample: a corner at 150 Hz, twice.
    private static let lowShare: Float = 0.0194
    /// Sound quieter than any room does not come from a microphone: it is muted, or shut by half
    /// duplex.
    private static let silence: Float = -85
    /// The noise assumed for a room while only silence has come.
    private static let ordinary: Float = -57
    private static let smoothing: Float = 0.35
    private static let windows = 16
    private static let windowBlocks = 25
    /// The quietest of many stretches is quieter than the noise is on average.
    private static let bias: Float = 1

    /// Speech is this many decibels above the noise.
    public var threshold: Float
    /// Whether the last 10 ms were speech.
    public private(set) var isSpeech = false
    /// Level of the last 10 ms, and of the room's noise, without hum: dBFS.
    public private(set) var level = Power.floor
    public private(set) var noise = Power.floor

    private var low: Float = 0
    private var lower: Float = 0
    private var squares: Float = 0
    private var samples = 0
    private var smooth: Float = 0
    private var minima = [16 of Float](repeating: 0)
    private var window = 0
    private var blocks = 0
    private var hasNoise = false
    /// One bit for each of the last blocks: whether it was loud enough.
    private var loud: UInt8 = 0

    /// - Parameter threshold: Speech is this many decibels above the noise, 3 to 40.
    public init(threshold: Float = 8) { self.threshold = threshold }

    /// Takes more sound; returns the number of decisions, with `isSpeech` as the last one.
    @discardableResult
    public mutating func add(_ sound: Span<Int16>) -> Int {
        var judged = 0
        for i in sound.indices {
            let sample = Float(sound[i])
            low += (sample - low) * Self.lowShare
            lower += (sample - low - lower) * Self.lowShare
            let high = sample - low - lower
            squares += high * high
            samples += 1
            if samples == PCM.blockMax {
                judge(squares / Float(samples) * (1 / (32_768 * 32_768)))
                samples = 0
                squares = 0
                judged += 1
            }
        }
        return judged
    }

    private mutating func judge(_ power: Float) {
        level = Power.decibels(power)
        updateNoise(level)
        let limit = noise + threshold - (isSpeech ? 3 : 0)
        let isLoud = hasNoise && level > max(limit, Self.speechFloor)
        loud = (loud << 1 | (isLoud ? 1 : 0)) & 0b111
        // Two of three: a click is no word, and a dip does not end one.
        isSpeech = loud.nonzeroBitCount >= 2
    }

    private mutating func updateNoise(_ level: Float) {
        guard hasNoise else {
            // A card's first samples, before it has settled, do not measure the room.
            blocks += 1
            smooth = level > Self.silence ? level : Self.ordinary
            guard blocks >= Self.windowBlocks else { return }
            for place in minima.indices { minima[place] = smooth }
            noise = smooth + Self.bias
            hasNoise = true
            blocks = 0
            return
        }
        // Silence does not measure the room, whose noise returns after it.
        guard level > Self.silence else { return }
        smooth += (level - smooth) * Self.smoothing
        minima[window] = min(minima[window], smooth)
        blocks += 1
        if blocks == Self.windowBlocks {
            blocks = 0
            window = (window + 1) % Self.windows
            minima[window] = smooth
        }
        var least = minima[0]
        for place in minima.indices { least = min(least, minima[place]) }
        noise = max(Power.floor, least + Self.bias)
    }

    /// Forgets the room.
    public mutating func reset() { self = SpeechDetector(threshold: threshold) }
}

/// A talk key that speech presses (talking.md "Voice-operated").
///
/// It opens at speech, and stays open for `hang` after the last speech. Sound from this station's
/// own speaker does not open it: while the speaker sounds, only a clearly louder voice opens it if
/// the echo is cancelled well, and otherwise nothing does. Pure.
public struct Vox: Sendable {
    /// The speaker's sound, as the microphone hears it.
    public enum Speaker: Sendable {
        /// Silent, and the room too.
        case silent
        /// The speaker sounds, and little of the echo remains.
        case cancelled
        /// The speaker sounds, and the microphone hears it.
        case heard
    }

    private static let louder: Float = 6

    private let threshold: Float
    private let hangSamples: Int
    private var detector: SpeechDetector
    private var left = 0

    /// Whether the key is pressed.
    public private(set) var isOpen = false

    /// - Parameters:
    ///   - threshold: Speech is this many decibels above the room's noise, 3 to 40.
    ///   - hang: How long the key stays pressed after the last speech.
    public init(threshold: Float, hang: Duration) {
        precondition(threshold >= 3 && threshold <= 40 && hang >= .zero)
        self.threshold = threshold
        hangSamples = Int(PCM.samples(in: hang))
        detector = SpeechDetector(threshold: threshold)
    }

    /// Whether the other key has the same settings.
    public func hasSettings(of other: Vox) -> Bool {
        threshold == other.threshold && hangSamples == other.hangSamples
    }

    /// Takes more of the microphone's sound; returns whether the key is pressed now.
    @discardableResult
    public mutating func add(_ sound: Span<Int16>, speaker: Speaker) -> Bool {
        left = max(0, left - sound.count)
        detector.threshold = speaker == .cancelled ? threshold + Self.louder : threshold
        if detector.add(sound) > 0, detector.isSpeech, speaker != .heard {
            left = max(hangSamples, 480)
        }
        isOpen = left > 0
        return isOpen
    }

    /// Forgets speech and room: the microphone was off, and the room may be another.
    public mutating func reset() {
        left = 0
        isOpen = false
        detector.reset()
    }
}
