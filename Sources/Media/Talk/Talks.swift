internal import Audio
internal import HAL
internal import Realtime
internal import Station
internal import Time
internal import Wire

/// From the frames of the microphone to the wire (`Talks`, `DataSocket`).
extension MediaLoop {
    /// Opens the microphone for a target: its talkspurt begins with the pre-roll.
    mutating func beginTalk(_ target: Int) {
        guard cards.capture.isOpen, !isQuiet else { return }
        let isCall = target == plan.call
        let isKept = target == plan.message
        // A message and a talk must not share a word.
        guard !isKept || !talks.isTalking || talks.spurts[target].isTalking else { return }
        let endsMessage = !isKept && talks.spurts[plan.message].isTalking
        // No pre-roll: the person's speech so far was not for this target.
        let start =
            isCall || isKept || endsMessage
            ? capturePath.microphone.captured
            : max(
                capturePath.prerollStart(plan.prerollFrames),
                talks.spurts[plan.message].nextFrame)
        guard talks.begin(target, at: start, hasRested: !cards.isCapturing) else { return }
        if isCall { duplex.callBegins() }
        let listeners = talks.spurts[target].listeners
        // For a message, the tone means that it is kept.
        let prospect: DataSocket.Prospect =
            isKept
            ? .heard
            : socket.prospect(
                of: listeners, isMicrophoneSilent: volumes.isMicrophoneSilent, at: now)
        // Before the card starts: if it does not, the event of the end must follow this one.
        rings.notify(
            .talking(
                target: plan.targets[target].id, first: talks.spurts[target].sequence,
                isDoubted: prospect == .doubted))
        if endsMessage { endAtOnce(plan.message) }
        wakeCapture()
        hasBacklog = true
        if plan.hasPermitTone || isKept, !isCall { tones.play(prospect) }
    }

    /// Closes the microphone for a target: the frame being captured is the talkspurt's last.
    mutating func closeTalk(_ target: Int) {
        guard talks.spurts[target].phase == .talking else { return }
        // A card that sleeps never delivers that frame.
        if cards.capture.watch.isStill { return endAtOnce(target) }
        talks.spurts[target].phase = .closing(last: capturePath.microphone.captured)
    }

    /// Ends a talkspurt without a last frame, when no microphone can give one.
    mutating func endAtOnce(_ target: Int) {
        guard talks.spurts[target].isTalking else { return }
        if target == plan.announcement { return finishAnnouncement() }
        talks.end(target, plan, at: now)
        handleEnds()
    }

    /// Handles the effects of a talk's end on this station, except for the last packets.
    mutating func handleEnds() {
        guard talks.takeEnd() else { return }
        duplex.talkEnded(at: now, rxHold: plan.rxHold)
        if !talks.isTalking { cards.restCapture(loop, at: now) }
    }

    /// Encodes the frames that wait and sends each target the frames it lacks.
    mutating func talk() {
        // All encoded frames go out first, those of the pre-roll too: only then may the frame size
        // change, because a packet holds frames of one size.
        if talks.isTalking, !talks.isFrameSizeDue || sendWaiting() {
            if talks.isFrameSizeDue, talks.isTalking || announcement.isOn {
                talks.chooseFrameSize(plan, for: &socket)
            }
            if !talks.encodeWaiting(from: capturePath.microphone) { hasBacklog = true }
            _ = sendWaiting()
        }
        talks.sendEnds(plan, by: &socket, at: now)
    }

    private mutating func sendWaiting() -> Bool {
        let isDone = talks.sendWaiting(plan, by: &socket, at: now)
        if !isDone { hasBacklog = true }
        handleEnds()
        return isDone
    }
}

/// The talkspurts to all targets, and the frames that are encoded once for all of them.
struct Talks: ~Copyable {
    /// Frames encoded in one turn at most, and sent to each target: the oldest that wait.
    static let framesPerTurn = 3

    /// By the target's place.
    var spurts: FixedArray<SentTalkspurt>
    var encoder: OpusEncoder
    var frames = EncodedFrames()
    /// Whether frames may need another size: the listeners or their paths have changed.
    var isFrameSizeDue = false
    /// A talkspurt of the microphone has ended, and the media loop has not acted on it yet.
    private var hasEnded = false
    /// The peers that are recorded, by this station's stream in the talk.
    var recorded = InlineArray<32, PeerSet>(repeating: [])
    private let rings: Rings

    init(
        _ plan: MediaPlan, _ rings: Rings, firstSequences: [UInt16]
    ) throws(MediaError) {
        encoder = try MediaError.fromOpus { () throws(OpusError) in
            try OpusEncoder(plan.profile)
        }
        spurts = plan.makeSpurts(firstSequences)
        self.rings = rings
    }

    // MARK: Who talks

    /// Whether the microphone is open for anyone.
    var isTalking: Bool { talking != .nobody }

    /// Why the microphone is open.
    var talking: HalfDuplex.Talking {
        let announcement = MediaPlan.announcement(among: spurts.count)
        let call = MediaPlan.call(among: spurts.count)
        var found = HalfDuplex.Talking.nobody
        for target in spurts.indices where target != announcement && spurts[target].isTalking {
            if target != call { return .key }
            found = .callOnly
        }
        return found
    }

    // MARK: Beginning and end

    /// Begins a talkspurt with this frame of the microphone, or continues one that is closing; true
    /// when one has begun.
    mutating func begin(_ target: Int, at start: Int, hasRested: Bool) -> Bool {
        switch spurts[target].phase {
        case .talking: return false
        case .closing:
            // Pressed again before the last frame left: the talkspurt goes on.
            spurts[target].phase = .talking
            return false
        case .silent: break
        }
        if !isTalking, start > frames.next || hasRested {
            // The encoder's memory is of another time.
            encoder.reset()
            frames.begin(at: start)
        }
        // Frames that this target already got are not sent again.
        spurts[target].begin(at: max(spurts[target].nextFrame, start, frames.oldest))
        isFrameSizeDue = true
        return true
    }

    /// Ends a talkspurt: three SPURT_ENDs follow.
    mutating func end(_ target: Int, _ plan: borrowing MediaPlan, at now: Instant) {
        spurts[target].phase = .silent
        let id = plan.targets[target].id
        rings.notify(.said(target: id, frames: spurts[target].packets))
        if target != plan.message { spurts[target].oweEnds(at: now) }
        // The remaining listeners may have wider paths.
        isFrameSizeDue = true
        hasEnded = true
        rings.notify(.silent(target: id))
    }

    /// Whether a talkspurt has ended since the last call.
    mutating func takeEnd() -> Bool {
        defer { hasEnded = false }
        return hasEnded
    }

    /// Notes that the microphone's card lost this many frames before frame `number`.
    mutating func lose(_ lost: Int64, before number: Int) {
        for target in spurts.indices { spurts[target].lose(lost, before: number) }
    }

    // MARK: Frames

    /// Encodes the frames that wait; false when some must wait for the next turn, because the
    /// card's sound is more urgent.
    mutating func encodeWaiting(from microphone: borrowing Microphone) -> Bool {
        if frames.next < microphone.oldest {
            // The loop stood still for long: go on with the oldest frame kept.
            encoder.reset()
            frames.begin(at: microphone.oldest)
        }
        var left = Self.framesPerTurn
        while frames.next < microphone.captured {
            guard left > 0 else { return false }
            left -= 1
            frames.append(from: microphone, by: &encoder)
        }
        return true
    }

    /// Sends each target the encoded frames it lacks; false when some must wait for the next turn,
    /// because a pre-roll to many listeners would delay the sound.
    mutating func sendWaiting(
        _ plan: borrowing MediaPlan, by socket: inout DataSocket, at now: Instant
    ) -> Bool {
        var isDone = true
        for target in spurts.indices where target != plan.announcement {
            var left = Self.framesPerTurn
            while spurts[target].isTalking, let number = firstWaiting(for: target) {
                guard left > 0 else {
                    isDone = false
                    break
                }
                left -= 1
                send(number, to: target, plan, by: &socket, at: now)
            }
        }
        return isDone
    }

    /// The next frame for a target, if it is encoded.
    private func firstWaiting(for target: Int) -> Int? {
        let number = max(spurts[target].nextFrame, frames.oldest)
        return number < frames.next ? number : nil
    }

    private mutating func send(
        _ number: Int, to target: Int, _ plan: borrowing MediaPlan,
        by socket: inout DataSocket, at now: Instant
    ) {
        var isLast = false
        if case .closing(let last) = spurts[target].phase { isLast = number >= last }
        sendFrame(number, of: target, isLast: isLast, plan, by: &socket, at: now)
        if isLast { end(target, plan, at: now) }
    }

    /// Sends one encoded frame to the listeners of this target, or keeps it for a message.
    mutating func sendFrame(
        _ number: Int, of target: Int, isLast: Bool, _ plan: borrowing MediaPlan,
        by socket: inout DataSocket, at now: Instant
    ) {
        spurts[target].advance(to: number, lostMax: plan.lostFramesMax)
        guard target != plan.message else {
            let place = number * plan.sound.frameSamples
            rings.keep(KeptPacket(at: place, number, of: frames))
            return spurts[target].sent()
        }
        let stream = plan.targets[target].stream
        if !recorded[Int(stream)].isEmpty {
            let kept = KeptPacket.Recorded(
                stream: stream, peer: nil, sequence: spurts[target].sequence,
                isSpurtStart: spurts[target].packets == 0, at: now)
            rings.keep(KeptPacket(at: 0, number, of: frames, for: kept))
        }
        socket.send(
            frame: number, of: frames, spurts[target], to: spurts[target].listeners,
            stream: stream, isSpurtStart: spurts[target].packets < plan.startFrames, isLast: isLast,
            at: now)
        rings.counters.add(.framesSent)
        spurts[target].sent()
    }

    /// Gives frames the size that suits all listeners (`CommonFrameSize`).
    ///
    /// All encoded frames must be sent before: a packet holds frames of one size.
    mutating func chooseFrameSize(_ plan: borrowing MediaPlan, for socket: inout DataSocket) {
        isFrameSizeDue = false
        var listeners = PeerSet()
        for target in spurts.indices where spurts[target].isTalking {
            listeners = listeners.union(spurts[target].listeners)
        }
        var common = CommonFrameSize()
        for peer in listeners {
            common.add(
                wish: socket.peers[peer].protection.frameSize,
                isHopeless: socket.peers[peer].protection.isHopeless)
        }
        let size = common.size(atMost: plan.frameSize)
        rings.counters.set(
            .bitrate, to: UInt64(size * 8 * PCM.sampleRate / encoder.frameSamples))
        guard size != encoder.frameSize else { return }
        encoder.change(frameSize: size)
        socket.frameSize = size
        frames.begin(at: frames.next)
    }
}

/// The ends of talkspurts, and SPURT_END to their listeners.
extension Talks {
    /// Sends SPURT_END three times, 20 ms apart: the last audio packet may have been lost.
    mutating func sendEnds(
        _ plan: borrowing MediaPlan, by socket: inout DataSocket, at now: Instant
    ) {
        for target in spurts.indices {
            guard spurts[target].endsLeft > 0, now >= spurts[target].nextEnd else { continue }
            spurts[target].endsLeft -= 1
            spurts[target].nextEnd = now + SentTalkspurt.endInterval
            sendEnd(of: target, to: spurts[target].listeners, plan, by: &socket, at: now)
        }
    }

    mutating func sendEnd(
        of target: Int, to listeners: PeerSet, _ plan: borrowing MediaPlan,
        by socket: inout DataSocket, at now: Instant
    ) {
        let end = SpurtEnd(stream: plan.targets[target].stream, last: spurts[target].lastSequence)
        socket.send(.spurtEnd(end), to: listeners, at: now)
    }

    /// Sets the listeners of an aimed target, by its `id`.
    ///
    /// For a listener added in the middle of a talkspurt, the talkspurt begins there; a listener
    /// that is removed gets a SPURT_END.
    mutating func aim(
        _ id: Int, at listeners: PeerSet, _ plan: borrowing MediaPlan,
        by socket: inout DataSocket, at now: Instant
    ) {
        guard let target = plan.targets.firstIndex(where: { $0.id == id && $0.isAimed }) else {
            return
        }
        let gone = spurts[target].listeners.subtracting(listeners)
        spurts[target].listeners = listeners
        guard spurts[target].isTalking || spurts[target].endsLeft > 0 else { return }
        if spurts[target].packets > 0 {
            sendEnd(of: target, to: gone, plan, by: &socket, at: now)
        }
        isFrameSizeDue = true
    }
}

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
    /// The number of the last packet sent.
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

    static let startMarked = Duration.milliseconds(100)
    /// Sound kept besides the pre-roll: of the key's debounce, and of the present turn.
    static let besidesPreroll = Duration.milliseconds(40)
    static let ends = 3
    /// The longest loss at the card that the sequence shows as a gap.
    static let lostMax = Duration.seconds(10)
    static let endInterval = Duration.milliseconds(20)

    var isTalking: Bool { phase != .silent }

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
        hole.frames = 0
    }

    /// Notes that the card lost this many frames before frame `number`.
    mutating func lose(_ frames: Int64, before number: Int) {
        guard isTalking else { return }
        hole = (before: number, frames: hole.frames + max(0, frames))
    }

    /// Goes on to a frame; frames in between are time that passed, so the packet numbers skip them.
    ///
    /// The numbers skip `lostMax` frames at most.
    mutating func advance(to number: Int, lostMax: Int64) {
        var skipped = Int64(number - nextFrame)
        nextFrame = number
        if number >= hole.before {
            skipped += hole.frames
            hole.frames = 0
        }
        if skipped > 0 { unbroken = number }
        // Before the first packet, no listener counts numbers.
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
/// The microphone is encoded once for all listeners. A second talk key, pressed while another is
/// down, finds its pre-roll here; so does a packet its copies.
struct EncodedFrames: ~Copyable {
    /// Frames kept: 320 ms of the shortest.
    static let historyMax = 128
    /// The room in bytes: 320 ms at 256 kbit/s, whatever the length of a frame.
    private static let bytesMax = 256 * 320 / 8

    private var bytes = FixedArray(count: bytesMax) { _ in UInt8(0) }
    /// Bytes of each frame of this run, the same for all.
    private(set) var frameSize = 0
    /// Frames kept of this run.
    private var kept = historyMax
    /// The first frame of the run, which has no gap.
    private(set) var first = 0
    /// The next frame to be encoded.
    private(set) var next = 0

    /// The oldest frame kept.
    var oldest: Int { max(first, next - kept) }

    /// Begins a new run at frame `number`; earlier frames are from another time.
    mutating func begin(at number: Int) {
        first = number
        next = number
    }

    /// Encodes frame `next`.
    ///
    /// - Precondition: The encoder is the one of this run's first frame.
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
