internal import Audio
internal import Time

/// The speaker's side of the media loop: whole frames in, as many samples out as the card takes.
struct Speaker: ~Copyable {
    /// What is left of the speaker while the own microphone is open, half duplex: -40 dB.
    private static let heldDown: Float = 0.01
    /// Gain moves this far a frame, so that it never clicks: full scale in 50 ms.
    private static let step: Float = 0.2

    private var frame = Frame(repeating: 0)
    private var played = PCM.frameSamples
    private var gain: Float = 1

    /// Samples of the frame not yet given to the card.
    var waiting: Int { PCM.frameSamples - played }

    /// Takes the next frame to play; the one before must be played out.
    mutating func take(_ next: Frame, isHeldDown: Bool) {
        precondition(waiting == 0)
        frame = next
        played = 0
        let target = isHeldDown ? Self.heldDown : 1
        if gain == 1, target == 1 { return }
        let from = gain
        gain = target > gain ? min(target, gain + Self.step) : max(target, gain - Self.step)
        let slope = (gain - from) / Float(PCM.frameSamples)
        for index in 0..<PCM.frameSamples {
            frame[index] = Int16(Float(frame[index]) * (from + slope * Float(index)))
        }
    }

    /// Gives up to `count` samples to `body`, which says how many of them the card took.
    mutating func give(_ count: Int, _ body: (Span<Int16>) -> Int) {
        let size = min(count, waiting)
        played += body(frame.span.extracting(played..<played + size))
    }
}
