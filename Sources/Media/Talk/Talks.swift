internal import Audio
internal import HAL
internal import Realtime
internal import Station
internal import Time
internal import Wire

/// The talkspurts to all targets, and the frames that are encoded once for all of them.
struct Talks: ~Copyable {
    /// Frames encoded in one turn at most, and sent to each target: the oldest that wait.
    static let framesPerTurn = 3

    /// By the target's place.
    var spurts: FixedArray<SentTalkspurt>
    var encoder: OpusEncoder
    var frames = EncodedFrames()
    /// What is encoded where cover follows a talk.
    var decoy = DecoySound()
    /// Whether the encoder remembers a decoy, which no listener has heard.
    var hasDecoyed = false
    /// Whether frames may need another size: others are talked to, or ways have changed.
    var isFrameSizeDue = false
    /// A talkspurt of the microphone has ended, and the media loop has not acted on it yet.
    private var hasEnded = false
    /// When a key opened the microphone for the talkspurt whose first packet is due.
    var openedAt: Instant?
    /// When what hides a talk is due.
    var pace = CoverPace()
    /// Samples captured so far.
    var capturedSamples = 0
    /// Frames that are encoded behind the last one of a talk, in the turn in which a tail begins;
    /// nil in all other turns.
    var encodedBehind: Int?
    /// What is drawn for tails; nil but in tests.
    var foretold: UInt16?
    private let rings: Rings

    init(
        _ plan: MediaPlan, _ rings: Rings, firstSequences: [UInt16]
    ) throws(MediaError) {
        encoder = try MediaError.fromOpus { () throws(OpusError) in
            try OpusEncoder(plan.profile, bitrate: plan.bitrate)
        }
        spurts = plan.makeSpurts(firstSequences)
        self.rings = rings
    }

    // MARK: Who talks

    /// Whether the microphone is open for anyone.
    var isTalking: Bool {
        let announcement = MediaPlan.announcement(among: spurts.count)
        for target in spurts.indices where target != announcement {
            if spurts[target].isTalking { return true }
        }
        return false
    }

    /// Why the microphone is open.
    var talking: HalfDuplex.Talking {
        guard isTalking else { return .nobody }
        let announcement = MediaPlan.announcement(among: spurts.count)
        let call = MediaPlan.call(among: spurts.count)
        for target in spurts.indices where target != call && target != announcement {
            if spurts[target].isTalking { return .key }
        }
        return .callOnly
    }

    // MARK: Beginning and end

    /// Begins a talkspurt with this frame of the microphone, or lets one that is closing go on;
    /// true when one has begun.
    mutating func begin(_ target: Int, at start: Int, hasRested: Bool) -> Bool {
        switch spurts[target].phase {
        case .talking: return false
        case .closing:
            // Pressed again before the last frame left: the talkspurt goes on.
            spurts[target].phase = .talking
            return false
        case .silent: break
        }
        if !isTalking {
            let isGap = start > frames.next || hasRested
            // What the encoder remembers is of another time.
            if isGap || hasDecoyed { encoder.reset() }
            hasDecoyed = false
            if isGap { frames.begin(at: start) }
        }
        // What it has heard already is not said again.
        spurts[target].begin(at: max(spurts[target].nextFrame, start, frames.oldest))
        isFrameSizeDue = true
        return true
    }

    /// Ends a talkspurt: three SPURT_ENDs follow.
    mutating func end(_ target: Int, _ plan: borrowing MediaPlan, at now: Instant) {
        spurts[target].phase = .silent
        let id = plan.targets[target].id
        rings.notify(.said(target: id, frames: spurts[target].packets))
        let sentSamples = spurts[target].nextFrame * plan.sound.frameSamples
        let encoded = max(0, frames.next - spurts[target].nextFrame)
        oweEnds(
            of: target, ahead: capturedSamples - sentSamples, encoded: encoded, plan, at: now)
        // Listeners that are left may bear more than this one's did.
        isFrameSizeDue = true
        hasEnded = true
        rings.notify(.silent(target: id))
    }

    /// Whether a talkspurt has ended since this was asked last.
    mutating func takeEnd() -> Bool {
        defer { hasEnded = false }
        return hasEnded
    }

    /// The microphone's card lost so many frames before this one.
    mutating func lose(_ lost: Int64, before number: Int) {
        for target in spurts.indices { spurts[target].lose(lost, before: number) }
    }

    // MARK: Frames

    /// Encodes the frames that wait; false when some must wait for the next turn, since the sound
    /// of the card comes first.
    mutating func encodeWaiting(from microphone: borrowing Microphone) -> Bool {
        if frames.next < microphone.oldest {
            // The loop stood still for long: go on with what there is.
            encoder.reset()
            frames.begin(at: microphone.oldest)
        }
        var left = Self.framesPerTurn
        while frames.next < microphone.captured {
            guard left > 0 else { return false }
            left -= 1
            let number = frames.next
            frames.append(from: microphone, by: &encoder)
            decoy.keep(microphone.frame(number))
        }
        return true
    }

    /// Sends each target the encoded frames it lacks; false when some must wait for the next turn,
    /// since a pre-roll to many would hold up the sound.
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
        noteFirstPacket()
        if isLast { end(target, plan, at: now) }
    }

    /// The first packet after a press has left.
    private mutating func noteFirstPacket() {
        guard let pressed = openedAt else { return }
        let took = (Clock.now() - pressed).nanoseconds
        rings.counters.set(.keyToPacket, to: UInt64(max(1, took)))
        openedAt = nil
    }

    /// Sends one encoded frame to everyone who hears this target.
    mutating func sendFrame(
        _ number: Int, of target: Int, isLast: Bool, _ plan: borrowing MediaPlan,
        by socket: inout DataSocket, at now: Instant
    ) {
        spurts[target].advance(to: number, lostMax: plan.lostFramesMax)
        socket.send(
            frame: number, of: frames, spurts[target], to: spurts[target].listeners,
            stream: plan.targets[target].stream,
            isSpurtStart: spurts[target].packets < plan.startFrames, isLast: isLast, at: now)
        rings.counters.add(.framesSent)
        spurts[target].sent()
    }

    /// Gives frames the size that suits those who are talked to (`CommonFrameSize`).
    ///
    /// All that is encoded has been sent, for a packet holds frames of one size.
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
