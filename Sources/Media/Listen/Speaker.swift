internal import Audio
internal import Time

/// The speaker's side of the media loop: whole blocks in, as many samples out as the card takes.
struct Speaker: ~Copyable {
    /// The speaker's gain while the own microphone is open, half duplex: -40 dB.
    static let heldDown: Float = 0.01
    /// Gain moves this far a sample, so that it never clicks: full scale in 50 ms.
    private static let slope: Float = 0.2 / 480

    /// The block to play, at its start.
    private var block = Block(repeating: 0)
    private var count = 0
    private var played = 0
    private var gain: Float = 1

    /// Samples of the block not yet given to the card.
    var waiting: Int { count - played }

    /// Loads the next block to play, the first `count` samples of `next`; the one before must be
    /// played out.
    mutating func load(_ next: Block, count: Int = PCM.blockMax, isHeldDown: Bool) {
        precondition(waiting == 0)
        block = next
        self.count = count
        played = 0
        let target = isHeldDown ? Self.heldDown : 1
        if gain == 1, target == 1 { return }
        let from = gain
        let reach = Self.slope * Float(count)
        gain = target > gain ? min(target, gain + reach) : max(target, gain - reach)
        let slope = (gain - from) / Float(count)
        for index in 0..<count {
            block[index] = Int16(Float(block[index]) * (from + slope * Float(index)))
        }
    }

    /// Gives up to `count` samples to `body`, which returns how many of them the card took.
    mutating func give(_ count: Int, _ body: (Span<Int16>) -> Int) {
        let size = min(count, waiting)
        played += body(block.span.extracting(played..<played + size))
    }
}
