internal import Audio
internal import Realtime

/// The newest encoded frames of the microphone, by its frame numbers.
///
/// The microphone is encoded once for all listeners. A second talk key pressed while another one
/// is down finds its pre-roll here, and a packet the copies it carries.
struct EncodedFrames: ~Copyable {
    /// Frames kept: 320 ms of the shortest.
    static let historyMax = 128
    /// Bytes there is room for: 320 ms at 256 kbit/s, whatever the length of a frame.
    private static let bytesMax = 256 * 320 / 8

    private var bytes = FixedArray(count: bytesMax) { _ in UInt8(0) }
    /// Bytes of each frame of this run, all of them alike.
    private(set) var frameSize = 0
    /// Frames kept of this run.
    private var kept = historyMax
    /// The first frame of the run that has been encoded without a gap.
    private(set) var first = 0
    /// The next frame to be encoded.
    private(set) var next = 0

    /// The oldest frame kept.
    var oldest: Int { max(first, next - kept) }

    /// Begins a new run at frame `number`: what came before is of another time.
    mutating func begin(at number: Int) {
        first = number
        next = number
    }

    /// Encodes frame `next`.
    ///
    /// - Precondition: the encoder is the one of this run's first frame.
    mutating func append(_ frame: Span<Int16>, by encoder: inout OpusEncoder) {
        if next == first {
            frameSize = encoder.frameSize
            kept = min(Self.historyMax, Self.bytesMax / frameSize)
        }
        precondition(encoder.frameSize == frameSize)
        var room = bytes.mutableSpan(range(next))
        _ = encoder.encode(frame, into: &room)
        next += 1
    }

    /// Encodes frame `next` of the microphone, which must still have it.
    mutating func append(from microphone: borrowing Microphone, by encoder: inout OpusEncoder) {
        append(microphone.frame(next), by: &encoder)
    }

    /// Copies the bytes of frame `number`, from `oldest` up to, not including, `next`.
    func copy(_ number: Int, into room: inout MutableSpan<UInt8>, at place: Int) {
        precondition(number >= oldest && number < next)
        let frame = bytes.span(range(number))
        for index in frame.indices { room[place + index] = frame[index] }
    }

    private func range(_ number: Int) -> Range<Int> {
        let start = number % kept * frameSize
        return start..<start + frameSize
    }
}
