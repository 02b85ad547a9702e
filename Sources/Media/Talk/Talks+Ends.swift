internal import Audio
internal import Crypto
internal import Realtime
internal import Station
internal import Time
internal import Wire

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

/// The ways to hide the end of a talk from the network (protocol.md §2.5).
package enum Cover: Sendable {
    /// Nothing does.
    case off
    /// The end of a talkspurt does not show.
    case spurt

    /// A number that nobody can foretell.
    static func draw() -> UInt16 {
        var bytes = InlineArray<2, UInt8>(repeating: 0)
        var room = bytes.mutableSpan
        Random.fill(&room)
        return UInt16(bytes[0]) << 8 | UInt16(bytes[1])
    }

    /// A time of up to half a second that hides a release, by such a number.
    static func hiding(_ draw: UInt16) -> Duration {
        .nanoseconds(CoverTail.most.nanoseconds * Int64(draw) / 65_536)
    }
}

/// What follows a talkspurt at the pace of its frames, so that its end does not show: SPURT_END
/// three times, and cover between them and for a random time after them.
struct CoverTail {
    enum Packet: Equatable { case end, cover }

    static let most = Duration.milliseconds(500)

    /// The peers that the talkspurt went to.
    private(set) var listeners: PeerSet = []
    private var place = 0
    private var count = 0
    /// SPURT_ENDs are so many packets apart.
    private var step = 1

    var isOn: Bool { place < count }
    /// Whether a SPURT_END is still to come.
    var owesEnd: Bool { isOn && place <= (SentTalkspurt.ends - 1) * step }

    /// Begins after a talkspurt with frames of this length in ns.
    mutating func begin(to listeners: PeerSet, frame: Int64, draw: UInt16) {
        self.listeners = listeners
        step = Int((SentTalkspurt.endInterval.nanoseconds + frame - 1) / frame)
        let most = Int(Self.most.nanoseconds / frame)
        count = (SentTalkspurt.ends - 1) * step + 1 + Int(draw) * (most + 1) / 65_536
        place = 0
    }

    /// A talkspurt begins in its place.
    mutating func stop() { place = count }

    /// What is due next; nil where it is over.
    mutating func next() -> Packet? {
        guard isOn else { return nil }
        defer { place += 1 }
        return owesEnd && place % step == 0 ? .end : .cover
    }
}

/// The moments at which frames are due that no microphone brings, an announcement's or those that
/// cover an end: one each frame time, by the card that wakes the loop, as those of talk are.
struct FramePace {
    /// Frames made up for at most, after the loop stood still.
    private static let late = 4
    /// At least so many samples: cards bring 20 ms at once, and some of them twice that.
    private static let lateLeast = 40 * 48
    /// What may have come behind the last frame of a talk: as much as the microphone keeps.
    private static let behindMax = 320 * 48

    /// Samples that are due.
    private(set) var credit = 0
    /// Until when time has been turned into samples.
    private var pacedAt: Instant

    init(at now: Instant = Instant(nanoseconds: 0)) { pacedAt = now }

    /// Makes so many samples due, such as those that have come behind the last frame of a talk.
    mutating func begin(ahead samples: Int) {
        credit = min(max(0, samples), Self.behindMax)
    }

    /// The card has moved so many samples.
    mutating func earn(_ samples: Int, frameSamples frame: Int) {
        credit = min(credit + samples, max(Self.late * frame, Self.lateLeast))
    }

    /// Whether one is due.
    func isDue(frameSamples frame: Int) -> Bool { credit >= frame }

    /// Takes one that is due.
    mutating func take(frameSamples frame: Int) -> Bool {
        guard isDue(frameSamples: frame) else { return false }
        credit -= frame
        return true
    }

    /// Samples that have become due by time alone since this was asked last.
    mutating func samplesDue(at now: Instant) -> Int {
        let samples = PCM.samples(in: now - pacedAt)
        pacedAt = pacedAt + PCM.duration(of: samples)
        return Int(samples)
    }
}

/// The newest sound that was encoded: it is encoded again, for nothing, where cover follows a talk.
///
/// A packet of sound leaves after its frame has been encoded. If nothing were encoded before a
/// packet of cover, that packet would leave earlier by as much, and show to an observer of times
/// that the talk is over. Nothing that the microphone hears after the talk is used.
struct DecoySound: ~Copyable {
    /// 80 ms, whole frames of any length: different sounds, which take different times.
    private static let samplesMax = 80 * 48

    private var samples = FixedArray(count: samplesMax) { _ in Int16(0) }
    /// Where the next frame is kept, and where the next decoy begins.
    private var end = 0
    private var place = 0
    /// What comes out of the encoder, and goes nowhere.
    private var waste = FixedArray(count: PCM.payloadMax) { _ in UInt8(0) }

    /// Keeps a frame that was encoded.
    mutating func keep(_ frame: Span<Int16>) {
        if end + frame.count > samples.count { end = 0 }
        for index in frame.indices { samples[end + index] = frame[index] }
        end += frame.count
    }

    /// Encodes one of the frames kept.
    mutating func encode(by encoder: inout OpusEncoder) {
        let count = encoder.frameSamples
        if place + count > samples.count { place = 0 }
        Self.encode(samples, place..<place + count, by: &encoder, into: &waste)
        place += count
    }

    private static func encode(
        _ samples: borrowing FixedArray<Int16>, _ range: Range<Int>,
        by encoder: inout OpusEncoder, into waste: inout FixedArray<UInt8>
    ) {
        var room = waste.mutableSpan(0..<encoder.frameSize)
        _ = encoder.encode(samples.span(range), into: &room)
    }
}
