/// A talk key that speech presses (talking.md "Voice-operated").
///
/// It opens at speech, and stays open for `hang` after the last of it. Sound from this station's
/// own speaker does not open it: while the speaker sounds and the echo is not cancelled well,
/// nothing does; with a good canceller, only a clearly louder voice does. Pure.
public struct Vox: Sendable {
    /// The speaker's state, as far as the microphone is concerned.
    public enum Speaker: Sendable {
        /// Silent, and the room too.
        case silent
        /// It sounds, and little of the echo remains.
        case cancelled
        /// It sounds, and the microphone hears it.
        case heard
    }

    private static let louder: Float = 6

    private let threshold: Float
    private let hangSamples: Int
    private var detector: SpeechDetector
    private var left = 0

    /// Whether it is pressed.
    public private(set) var isOpen = false

    /// - Parameters:
    ///   - threshold: Speech is this many decibels above the room's noise, 3 to 40.
    ///   - hang: How long it stays open after the last speech.
    public init(threshold: Float, hang: Duration) {
        precondition(threshold >= 3 && threshold <= 40 && hang >= .zero)
        self.threshold = threshold
        hangSamples = Int(PCM.samples(in: hang))
        detector = SpeechDetector(threshold: threshold)
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

    /// The microphone was off: there is no speech, and the room may be another.
    public mutating func reset() {
        left = 0
        isOpen = false
        detector.reset()
    }
}
