internal import Audio
internal import Realtime

/// The microphone's side of the media loop: samples in as the card has them, numbered frames out.
///
/// The newest frames are kept, so that a talkspurt can begin before its key went down (pre-roll).
struct Microphone: ~Copyable {
    /// Frames kept: the longest pre-roll, and what may wait to be encoded behind it.
    static let historyMax = 32

    private var history = FixedArray(count: historyMax) { _ in Frame(repeating: 0) }
    private var filled = 0
    /// Whole frames captured since the start; the next one has this number.
    private(set) var captured = 0
    /// The first frame after the last gap: what is older is of another time.
    private(set) var unbroken = 0

    /// Takes samples of 48 kHz mono, any number of them.
    mutating func append(_ samples: Span<Int16>) {
        var taken = 0
        while taken < samples.count {
            let place = captured % Self.historyMax
            let count = min(PCM.frameSamples - filled, samples.count - taken)
            for offset in 0..<count {
                history[place][filled + offset] = samples[taken + offset]
            }
            filled += count
            taken += count
            if filled == PCM.frameSamples {
                filled = 0
                captured += 1
            }
        }
    }

    /// The oldest frame still kept.
    var oldest: Int { max(0, captured - (Self.historyMax - 1)) }

    /// A frame by its number, from `oldest` up to, not including, `captured`.
    func frame(_ number: Int) -> Frame {
        precondition(number >= oldest && number < captured)
        return history[number % Self.historyMax]
    }

    /// Forgets the frame begun; after a gap its two halves would not belong together.
    mutating func breakOff() {
        filled = 0
        unbroken = captured
    }
}
