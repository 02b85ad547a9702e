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
    var pace = FramePace()
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
        if target != plan.message {
            let sentSamples = spurts[target].nextFrame * plan.sound.frameSamples
            let encoded = max(0, frames.next - spurts[target].nextFrame)
            oweEnds(
                of: target, ahead: capturedSamples - sentSamples, encoded: encoded, plan, at: now)
        }
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

    /// Sends one encoded frame to everyone who hears this target, or keeps it for a message.
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

/// The ends of talkspurts, and the listeners that are told of them.
extension Talks {
    /// SPURT_END, three times 20 ms apart: the last audio packet may have been lost.
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

    /// A talkspurt is over: its listeners are to be told, in a way that hides it where that is
    /// wanted.
    ///
    /// `samples` have come behind its last frame, and `encoded` frames of them are encoded. The
    /// first packet that hides the end leaves when these are a whole frame, as the next frame would
    /// have.
    mutating func oweEnds(
        of target: Int, ahead samples: Int, encoded: Int? = nil, _ plan: borrowing MediaPlan,
        at now: Instant
    ) {
        guard plan.cover == .spurt, spurts[target].packets > 0 else {
            return spurts[target].oweEnds(at: now)
        }
        spurts[target].tail.begin(
            to: spurts[target].listeners, frame: plan.sound.frameNanoseconds,
            draw: foretold ?? Cover.draw())
        pace.begin(ahead: samples)
        encodedBehind = encoded
    }

    /// Whether a talkspurt's end is being hidden.
    var hasTail: Bool {
        for target in spurts.indices where spurts[target].tail.isOn { return true }
        return false
    }

    /// Sends what is due of each tail, as the talk would have sent it: first the frames of a turn
    /// are encoded, then they are sent, and in the next turn what waits still.
    ///
    /// - Returns: False when some must wait for the next turn.
    mutating func sendTails(
        _ plan: borrowing MediaPlan, by socket: inout DataSocket, at now: Instant
    ) -> Bool {
        let frame = plan.sound.frameSamples
        let isAnnounced = spurts[plan.announcement].tail.isOn
        // In the turn of the last frame those behind it are encoded already.
        let most = isAnnounced ? .max : encodedBehind ?? Self.framesPerTurn
        var due = 0
        while due < most, pace.take(frameSamples: frame) { due += 1 }
        if encodedBehind == nil, !isAnnounced { encodeDecoys(due) }
        encodedBehind = nil
        for _ in 0..<due {
            // Frames of an announcement are encoded one by one.
            if isAnnounced { encodeDecoys(1) }
            for target in spurts.indices {
                guard let packet = spurts[target].tail.next() else { continue }
                let listeners = spurts[target].tail.listeners
                switch packet {
                case .end: sendEnd(of: target, to: listeners, plan, by: &socket, at: now)
                case .cover: socket.sendCover(to: listeners, at: now)
                }
            }
        }
        return !pace.isDue(frameSamples: frame)
    }

    private mutating func encodeDecoys(_ count: Int) {
        // The frames of a talk that goes on are encoded anyway.
        guard !isTalking else { return }
        for _ in 0..<count { decoy.encode(by: &encoder) }
        if count > 0 { hasDecoyed = true }
    }

    /// Hides no ends any more: listeners that are not told yet are told as without cover.
    mutating func stopTails(at now: Instant) {
        for target in spurts.indices where spurts[target].tail.isOn {
            let isOwed = spurts[target].owesEnd
            spurts[target].tail.stop()
            if isOwed { spurts[target].oweEnds(at: now) }
        }
    }

    mutating func sendEnd(
        of target: Int, to listeners: PeerSet, _ plan: borrowing MediaPlan,
        by socket: inout DataSocket, at now: Instant
    ) {
        let end = SpurtEnd(stream: plan.targets[target].stream, last: spurts[target].lastSequence)
        socket.send(.spurtEnd(end), to: listeners, at: now)
    }

    /// Sets the listeners of an aimed target, which is named by its `id`.
    ///
    /// For a listener that comes in the middle of a talkspurt it begins there; one that goes is
    /// told that it is over.
    mutating func aim(
        _ id: Int, at listeners: PeerSet, _ plan: borrowing MediaPlan,
        by socket: inout DataSocket, at now: Instant
    ) {
        guard let target = plan.targets.firstIndex(where: { $0.id == id && $0.isAimed }) else {
            return
        }
        let gone = spurts[target].listeners.subtracting(listeners)
        spurts[target].listeners = listeners
        guard spurts[target].isTalking || spurts[target].owesEnd else { return }
        // A tail goes on to those it began with.
        if spurts[target].packets > 0, !spurts[target].tail.isOn {
            sendEnd(of: target, to: gone, plan, by: &socket, at: now)
        }
        isFrameSizeDue = true
    }
}

/// The size of the frames that are encoded once for all listeners, by what each one's way bears.
///
/// A talk to one listener follows its way. In a talk to several, frames become no shorter for one
/// of them than those that fill the smallest packet: shorter ones save nothing on the way, and only
/// make room for copies, which that listener gets in larger packets of its own instead. Further
/// down they go only as far as more than half of the listeners need. So a listener whose reports
/// are bad, or false, costs the others no more than that. One whose way bears nothing at all counts
/// only if there is no other.
struct CommonFrameSize {
    /// Wishes in bytes, in order.
    private var wishes = InlineArray<64, Int>(repeating: 0)
    private var count = 0
    private var hopeless = Int.max

    mutating func add(wish: Int, isHopeless: Bool) {
        guard !isHopeless else {
            hopeless = min(hopeless, wish)
            return
        }
        var place = count
        while place > 0, wishes[place - 1] > wish {
            wishes[place] = wishes[place - 1]
            place -= 1
        }
        wishes[place] = wish
        count += 1
    }

    func size(atMost most: Int) -> Int {
        guard count > 0 else { return min(most, hopeless) }
        let middle = wishes[count / 2]
        return min(most, max(wishes[0], min(middle, AudioPacket.roomMin)))
    }
}
