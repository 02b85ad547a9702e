internal import Audio
internal import Realtime

/// The microphone's side of the media loop: samples in as the card has them, numbered frames out.
///
/// The newest frames are kept, so that a talkspurt can begin before its key went down (pre-roll).
struct Microphone: ~Copyable {
    /// Samples kept, whole frames of any length: the longest pre-roll, 200 ms, and what may wait
    /// to be encoded behind it.
    private static let samplesMax = 320 * 48

    private var history = FixedArray(count: samplesMax) { _ in Int16(0) }
    /// Samples of a frame: what the encoder takes.
    private var frameSamples: Int
    /// Frames kept.
    private(set) var historyMax: Int
    private var filled = 0
    /// Whole frames captured since the start; the next one has this number.
    private(set) var captured = 0
    /// Samples captured, in numbered frames and behind them.
    var capturedSamples: Int { captured * frameSamples + filled }
    /// The first frame after the last gap: what is older is of another time.
    private(set) var unbroken = 0

    init(frameSamples: Int = PCM.blockMax) {
        precondition(Self.samplesMax % frameSamples == 0)
        self.frameSamples = frameSamples
        historyMax = Self.samplesMax / frameSamples
    }

    /// Goes on with frames of another length; nothing of before is kept, but the numbers run on.
    mutating func change(frameSamples: Int) {
        precondition(Self.samplesMax % frameSamples == 0)
        self.frameSamples = frameSamples
        historyMax = Self.samplesMax / frameSamples
        breakOff()
    }

    /// Takes samples of 48 kHz mono, any number of them.
    mutating func append(_ samples: Span<Int16>) {
        var taken = 0
        while taken < samples.count {
            let start = captured % historyMax * frameSamples + filled
            let count = min(frameSamples - filled, samples.count - taken)
            var room = history.mutableSpan(start..<start + count)
            for offset in 0..<count { room[offset] = samples[taken + offset] }
            filled += count
            taken += count
            if filled == frameSamples {
                filled = 0
                captured += 1
            }
        }
    }

    /// The number of samples that complete the current block; a frame consists of one or more.
    func missing(of blockSamples: Int) -> Int { blockSamples - filled % blockSamples }

    /// The first frame that has nothing of the next `samples` samples, nor of any before them.
    func frame(behind samples: Int) -> Int {
        captured + (filled + samples + frameSamples - 1) / frameSamples
    }

    /// The newest `count` samples, which must be of one frame.
    @_lifetime(borrow self)
    func newest(_ count: Int) -> Span<Int16> {
        history.span(newestEnd - count..<newestEnd)
    }

    /// The same, to be made better.
    @_lifetime(&self)
    mutating func mutableNewest(_ count: Int) -> MutableSpan<Int16> {
        history.mutableSpan(newestEnd - count..<newestEnd)
    }

    private var newestEnd: Int {
        filled > 0
            ? captured % historyMax * frameSamples + filled
            : (captured - 1) % historyMax * frameSamples + frameSamples
    }

    /// The oldest frame still kept.
    var oldest: Int { max(0, captured - (historyMax - 1)) }

    /// A frame by its number, from `oldest` up to, not including, `captured`.
    @_lifetime(borrow self)
    func frame(_ number: Int) -> Span<Int16> {
        precondition(number >= oldest && number < captured)
        let start = number % historyMax * frameSamples
        return history.span(start..<start + frameSamples)
    }

    /// Frames that a gap of so many nanoseconds takes, with the part of a frame that ends at it.
    ///
    /// The next frame begins behind the gap, to the nearest whole frame.
    func framesLost(in nanoseconds: Int64) -> Int64 {
        let samples = PCM.samples(nanoseconds: nanoseconds) + Int64(filled)
        return (samples + Int64(frameSamples) / 2) / Int64(frameSamples)
    }

    /// Forgets the frame begun; after a gap its two halves would not belong together.
    mutating func breakOff() {
        filled = 0
        unbroken = captured
    }
}
