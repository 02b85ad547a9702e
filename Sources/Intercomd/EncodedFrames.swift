internal import Audio
internal import Realtime

/// One encoded frame; the first `count` bytes are meant.
struct EncodedFrame {
    /// 128 kbit/s for 10 ms are 160 bytes.
    var bytes = InlineArray<320, UInt8>(repeating: 0)
    var count = 0
}

/// The newest encoded frames of the microphone, by its frame numbers.
///
/// The microphone is encoded once, whoever hears it. A second talk key pressed while another one
/// is down finds its pre-roll here.
struct EncodedFrames: ~Copyable {
    private var slots = FixedArray(count: Microphone.historyMax) { _ in EncodedFrame() }
    /// The first frame of the run that has been encoded without a gap.
    private(set) var first = 0
    /// The next frame to be encoded.
    private(set) var next = 0

    /// The oldest frame kept.
    var oldest: Int { max(first, next - Microphone.historyMax) }

    /// Begins a new run at frame `number`: what came before is of another time.
    mutating func begin(at number: Int) {
        first = number
        next = number
    }

    /// Encodes frame `next`.
    mutating func append(_ frame: borrowing Frame, by encoder: inout OpusEncoder) {
        var slot = EncodedFrame()
        var room = slot.bytes.mutableSpan
        slot.count = encoder.encode(frame, into: &room)
        slots[next % Microphone.historyMax] = slot
        next += 1
    }

    /// Bytes of frame `number`, from `oldest` up to, not including, `next`.
    func count(_ number: Int) -> Int {
        precondition(number >= oldest && number < next)
        return slots[number % Microphone.historyMax].count
    }

    /// One byte of frame `number`.
    func byte(_ index: Int, of number: Int) -> UInt8 {
        slots[number % Microphone.historyMax].bytes[index]
    }
}
