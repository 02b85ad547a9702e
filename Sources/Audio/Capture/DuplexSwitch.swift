/// Decides which side has the word in a call where only one can be heard at a time.
///
/// A speaker that the microphone hears would send every word back. So the microphone is shut while
/// the far side speaks, and the speaker is held down while a person speaks here; the first to speak
/// keeps the word until a pause. `SpeechDetector` tells speech from noise on both sides, on the far
/// side before the room hears it. Pure.
public struct DuplexSwitch: Sendable {
    public enum Side: Equatable, Sendable { case nobody, here, far }

    /// A pause of this length ends a turn: 300 ms.
    private static let pause = 14_400
    /// Sound queued in the card and the room's echo outlast the far side's speech: 150 ms.
    private static let room = 7_200
    /// The microphone opens in 10 ms and shuts in 5.
    private static let opening: Float = 1 / 480
    private static let closing: Float = 1 / 240

    public private(set) var side = Side.nobody
    private var here = SpeechDetector()
    private var far = SpeechDetector()
    private var left = 0
    private var gain: Float = 1

    public init() {}

    /// Takes a block for the speaker, before it is held down.
    public mutating func played(_ block: Span<Int16>) {
        guard far.add(block) > 0, far.isSpeech, side != .here else { return }
        side = .far
        left = Self.pause + Self.room
    }

    /// Takes a block of the microphone, and passes or mutes it.
    public mutating func captured(_ block: inout MutableSpan<Int16>) {
        left -= block.count
        if left <= 0 { side = .nobody }
        // While the far side speaks, the microphone hears the speaker.
        if side != .far, here.add(block.span) > 0, here.isSpeech {
            side = .here
            left = Self.pause
        }
        let goal: Float = side == .far ? 0 : 1
        guard goal != 1 || gain != 1 else { return }
        for index in block.indices {
            gain = goal > gain ? min(goal, gain + Self.opening) : max(goal, gain - Self.closing)
            block[index] = Int16(Float(block[index]) * gain)
        }
    }

    /// Another call begins.
    public mutating func reset() { self = DuplexSwitch() }
}
