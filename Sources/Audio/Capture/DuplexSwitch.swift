/// Who has the word in a call where only one side can be heard at a time.
///
/// A speaker that the microphone hears would send every word back. So while somebody far speaks
/// the microphone is shut, and while somebody speaks here the speaker is held down; the first has
/// it until a pause. Both are told from noise by `SpeechDetector`, the far one before the room
/// hears it. Pure.
public struct DuplexSwitch: Sendable {
    public enum Side: Equatable, Sendable { case nobody, here, far }

    /// A pause so long gives the word away: 300 ms.
    private static let pause = 14_400
    /// What waits in the card, and the room's answer, come on top of the far side's: 150 ms.
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

    /// Takes a block that goes to the speaker, as it is before that is held down.
    public mutating func played(_ block: Span<Int16>) {
        guard far.add(block) > 0, far.isSpeech, side != .here else { return }
        side = .far
        left = Self.pause + Self.room
    }

    /// Takes a block of the microphone, and lets it through or does not.
    public mutating func captured(_ block: inout MutableSpan<Int16>) {
        left -= block.count
        if left <= 0 { side = .nobody }
        // While the far side speaks this hears the speaker.
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
