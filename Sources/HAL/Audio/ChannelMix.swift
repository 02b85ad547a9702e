/// Makes one channel of the two of a microphone's card.
///
/// It is their average, except where one alone is louder: where the microphone is on one of them
/// only, and where they cancel each other, as with swapped wires. Real-time.
struct ChannelMix {
    /// The share of the left channel now, and the share that it moves to, of `whole`.
    private var share = whole / 2
    private var target = whole / 2
    /// The greatest energy of late of each channel and of the mean of both, in steps squared.
    private var (left, right, mean): (Float, Float, Float) = (0, 0, 0)
    /// Sums over the samples since the last `weigh`.
    private var count = 0
    private var (lefts, rights): (Int, Int) = (0, 0)
    private var (leftSquares, rightSquares, products): (Int, Int, Int) = (0, 0, 0)

    private static let whole: Int32 = 1 << 15
    /// From half to whole in 10.7 ms, too slow for a click.
    private static let step: Int32 = 32
    /// Energies are forgotten over 5 s, which is longer than a pause in speech.
    private static let memory: Float = 240_000
    /// 20 dB: a channel that is so far below the other has no microphone.
    private static let unused: Float = 1 / 100
    /// 12 dB: an average that is so far below its channels cancels them.
    private static let cancelled: Float = 1 / 16

    mutating func one(of left: Int16, _ right: Int16) -> Int16 {
        if share != target { share += max(-Self.step, min(Self.step, target - share)) }
        let (one, other) = (Int(left), Int(right))
        count += 1
        lefts &+= one
        rights &+= other
        leftSquares &+= one &* one
        rightSquares &+= other &* other
        products &+= one &* other
        let sum = Int32(left) * share + Int32(right) * (Self.whole - share)
        return Int16(truncatingIfNeeded: sum >> 15)
    }

    /// Chooses the shares of the next samples by those since the last call.
    mutating func weigh() {
        guard count > 0 else { return }
        let samples = Float(count)
        let kept = max(0, 1 - samples / Self.memory)
        // A constant offset is no sound.
        let (one, other) = (Float(lefts) / samples, Float(rights) / samples)
        let leftNow = max(0, Float(leftSquares) / samples - one * one)
        let rightNow = max(0, Float(rightSquares) / samples - other * other)
        let both = 2 * (Float(products) / samples - one * other)
        (count, lefts, rights) = (0, 0, 0)
        (leftSquares, rightSquares, products) = (0, 0, 0)
        left = max(leftNow, left * kept)
        right = max(rightNow, right * kept)
        mean = max((leftNow + rightNow + both) / 4, mean * kept)
        // Less than a step of the converter tells nothing.
        guard left + right >= 1 else { return target = Self.whole / 2 }
        let (louder, softer) = (max(left, right), min(left, right))
        let isOneAlone =
            softer < louder * Self.unused || mean < (left + right) / 2 * Self.cancelled
        target = !isOneAlone ? Self.whole / 2 : left >= right ? Self.whole : 0
    }
}
