internal import Audio
internal import Realtime
internal import Station
internal import Time

/// The talkspurt that goes out to one target.
struct SentTalkspurt {
    enum Phase: Equatable {
        case silent
        case talking
        /// The key is up: frame `last` of the microphone is the talkspurt's last.
        case closing(last: Int)
    }

    var phase = Phase.silent
    /// The peers that are to hear it, by number.
    var listeners: PeerSet
    /// The next frame of the microphone to be sent here.
    var nextFrame = 0
    /// The number of the next packet on this stream; random at start (protocol.md §2.3).
    var sequence: UInt16
    /// The last one that was sent.
    var lastSequence: UInt16 = 0
    /// The frames that the card lost before a frame of the microphone that is still to be sent.
    private var hole = (before: 0, frames: Int64(0))
    /// The first frame of the current run without gaps.
    ///
    /// A packet carries no copies from before it: the numbers jump at a gap, so the listener would
    /// give such a copy the wrong number.
    private(set) var unbroken = 0
    /// Packets of this talkspurt so far: those of its pre-roll, and of 100 ms in any
    /// case, carry the start mark.
    var packets = 0
    /// SPURT_ENDs still to send, and when the next one is due.
    var endsLeft = 0
    var nextEnd = Instant(nanoseconds: 0)
    /// What hides its end, in their place.
    var tail = CoverTail()

    static let startMarked = Duration.milliseconds(100)
    /// Sound in the microphone besides the pre-roll: of the key's debounce, and of this turn.
    static let besidesPreroll = Duration.milliseconds(40)
    static let ends = 3
    /// The longest loss at the card that the sequence shows as a gap.
    static let lostMax = Duration.seconds(10)
    static let endInterval = Duration.milliseconds(20)

    var isTalking: Bool { phase != .silent }
    /// Whether its listeners have not been told yet that it is over.
    var owesEnd: Bool { endsLeft > 0 || tail.owesEnd }

    init(sequence: UInt16, listeners: PeerSet = []) {
        self.sequence = sequence
        self.listeners = listeners
    }

    /// Begins a talkspurt with this frame of the microphone.
    mutating func begin(at frame: Int) {
        phase = .talking
        nextFrame = frame
        unbroken = frame
        packets = 0
        endsLeft = 0
        tail.stop()
        hole.frames = 0
    }

    /// Notes that the card lost so many frames before this one.
    mutating func lose(_ frames: Int64, before number: Int) {
        guard isTalking else { return }
        hole = (before: number, frames: hole.frames + max(0, frames))
    }

    /// Goes on to a frame; what lies between is time that went by, so the numbers go on as well.
    ///
    /// At most by `lostMax`, in frames.
    mutating func advance(to number: Int, lostMax: Int64) {
        var skipped = Int64(number - nextFrame)
        nextFrame = number
        if number >= hole.before {
            skipped += hole.frames
            hole.frames = 0
        }
        if skipped > 0 { unbroken = number }
        // Before the first packet there is nothing to be late for.
        guard packets > 0 else { return }
        // After a larger gap the listener's jitter buffer starts again.
        sequence &+= UInt16(max(0, min(skipped, lostMax)))
    }

    /// Ends the talkspurt: SPURT_ENDs follow, unless no packet was sent.
    mutating func oweEnds(at now: Instant) {
        guard packets > 0 else { return }
        endsLeft = Self.ends
        nextEnd = now
    }

    /// Notes that the next frame was sent.
    mutating func sent() {
        lastSequence = sequence
        nextFrame += 1
        sequence &+= 1
        packets += 1
    }
}

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
