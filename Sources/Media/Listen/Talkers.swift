internal import Audio
internal import Realtime
internal import Station
internal import Time
internal import Wire

/// All talkers that are heard here, or may be: from an opened packet to the mix for the speaker.
///
/// `Talkers+Mix` makes the mix. Each talker is told how its sound arrives and what of it is heard.
struct Talkers: ~Copyable {
    static let voicesMax = 8

    let rings: Rings
    /// One for each voice that can be heard at once.
    var slots: FixedArray<VoiceSlot>
    /// By the peer's number.
    var streams: GrowingArray<PeerStreams>
    var mixer = Mixer()
    /// The peer whose voice began or ended last.
    var lastSpeaker: Int?
    /// When a talker of each priority was last heard.
    var heardAt = InlineArray<3, Instant>(repeating: Instant(nanoseconds: .min / 2))
    /// Voices that may be heard at once now: fewer while the processor cannot keep up.
    private var limit = voicesMax
    /// Voices whose missing sound may be made up by a network.
    var neuralMax: Int
    private var shares = VoiceShares()

    init(_ plan: MediaPlan, _ rings: Rings) throws(MediaError) {
        slots = try MediaError.fromOpus { () throws(OpusError) in try VoiceSlot.slots(plan) }
        streams = GrowingArray(capacity: PeerSet.capacity) { PeerStreams() }
        self.rings = rings
        neuralMax = plan.neuralVoices
    }

    /// Whether the speaker plays; if not, talkers are told why.
    enum SpeakerState {
        case open
        /// A card is there, and moves no sound.
        case still
        case absent(Unheard)
    }

    /// Keeps a frame of sound and its copies to be played, or tells the talker why not.
    mutating func receive(
        _ packet: OpenedPacket, in receiver: borrowing PacketReceiver, _ speaker: SpeakerState,
        by socket: inout DataSocket, at now: Instant
    ) {
        let owner = VoiceSlot.Owner(peer: packet.peer, stream: packet.flags.stream)
        let content = receiver.content(of: packet)
        guard let audio = AudioPacket(parsing: content) else {
            return rings.counters.add(.droppedAudio)
        }
        if case .absent(let why) = speaker {
            rings.counters.add(.droppedNoSpeaker)
            return tellUnheard(packet.flags, owner, why, by: &socket, at: now)
        }
        if case .ignored(let why) = streams[owner.peer].hearings[Int(owner.stream)] {
            rings.counters.add(.droppedIgnored)
            return tellUnheard(packet.flags, owner, why, by: &socket, at: now)
        }
        guard let place = slot(of: owner) ?? freeSlot(for: owner, at: now) else {
            rings.counters.add(.droppedVoices)
            return tellUnheard(packet.flags, owner, .tooMany, by: &socket, at: now)
        }
        slots[place].lastPacket = now
        insert(audio, content, packet, at: place)
        if case .still = speaker {
            tellUnheard(packet.flags, owner, .outputStill, by: &socket, at: now)
        }
    }

    /// Gives a voice the frames of one packet; the jitter buffer drops those that came too late.
    private mutating func insert(
        _ audio: AudioPacket, _ content: Span<UInt8>, _ packet: OpenedPacket, at place: Int
    ) {
        for index in 0...audio.depth {
            let (sequence, range) = audio.frame(index)
            let insertion = slots[place].voice.insert(
                sequence: sequence, payload: content.extracting(range),
                isSpurtStart: packet.flags.isSpurtStart, isLast: audio.isLast && index == 0,
                isCopy: index > 0, at: packet.cameAt)
            switch insertion {
            case .accepted: break
            case .duplicate: if index == 0 { rings.counters.add(.droppedDuplicate) }
            case .late: if index == 0 { rings.counters.add(.droppedLate) }
            case .restarted: break
            case .malformed: rings.counters.add(.droppedAudio)
            }
        }
    }

    /// The talker said which packet was the last of its talkspurt.
    mutating func spurtEnded(_ end: SpurtEnd, of peer: Int) {
        guard let place = slot(of: .init(peer: peer, stream: end.stream)) else { return }
        slots[place].voice.end(last: end.last)
    }

    /// Gives a stream's sound its meaning here; unbound again, it is another run of the peer.
    mutating func bind(_ stream: UInt8, of peer: Int, to hearing: Hearing, at now: Instant) {
        let was = streams[peer].hearings[Int(stream)]
        streams[peer].hearings[Int(stream)] = hearing
        if hearing == .unbound { streams[peer].playedMs[Int(stream)] = 0 }
        guard hearing == .unbound, was != .unbound else { return }
        // The peer has started again, or the number is another peer's: there is no peer to answer.
        if lastSpeaker == peer { lastSpeaker = nil }
        // Its numbers start anew (protocol.md §2.3): the old ones would make the new ones late.
        if let place = slot(of: .init(peer: peer, stream: stream)) { release(place, at: now) }
    }

    private mutating func slot(of owner: VoiceSlot.Owner) -> Int? {
        for place in slots.indices where slots[place].owner == owner { return place }
        return nil
    }

    /// A voice for a stream that has none: a free one, else that of what matters less.
    private mutating func freeSlot(for owner: VoiceSlot.Owner, at now: Instant) -> Int? {
        let claim = VoiceClaims.Claim(
            peer: owner.peer, rank: worth(of: owner), since: now, lastPacket: now)
        let found = claims.place(for: claim, limit: limit, at: now)
        guard let place = found.index else { return nil }
        if case .taken = found, let other = slots[place].owner, other.peer != owner.peer {
            shares.noteCrowd(of: other.peer, rings, at: now)
        }
        release(place, at: now)
        slots[place].assign(to: owner, at: now)
        shares.took(owner.peer, rings)
        return place
    }

    /// The talkers that have a voice, and how much each matters.
    private var claims: VoiceClaims {
        mutating get {
            var claims = VoiceClaims()
            for place in slots.indices {
                guard let owner = slots[place].owner else { continue }
                let isSounding = slots[place].isSounding
                claims.add(
                    .init(
                        peer: owner.peer, rank: worth(of: owner), since: slots[place].since,
                        lastPacket: slots[place].lastPacket, isSounding: isSounding,
                        isHeard: isSounding && slots[place].fader.gain != .muted), at: place)
            }
            return claims
        }
    }

    /// Its rank; a stream that its peer has not bound is worth less than any.
    private mutating func worth(of owner: VoiceSlot.Owner) -> Int {
        streams[owner.peer].hearings[Int(owner.stream)].isHeard ? rank(owner) : -1
    }

    /// Frees a voice slot; what is left of its sound fades.
    mutating func release(_ place: Int, at now: Instant) {
        guard let owner = slots[place].owner else { return }
        if slots[place].isSounding {
            fadeOut(place, at: now)
            slots[place].isSounding = false
            rings.notify(.receiving(peer: owner.peer, stream: owner.stream, isOn: false))
        }
        countTotals(of: place)
        slots[place].owner = nil
        shares.left(owner.peer, rings)
        // The figures of its sound are over.
        let traffic = rings.traffic[owner.peer]
        traffic.set(.playoutDelay, to: 0)
        traffic.set(.jitter, to: 0)
        traffic.set(.loss, to: 0)
    }

    /// There is no speaker any more, or the slots are about to change.
    mutating func releaseAll(at now: Instant) {
        for place in slots.indices { release(place, at: now) }
    }

    /// Sound that is not for this station: kept a moment if its binding may still come.
    mutating func giveUpUnheard(_ place: Int, _ hearing: Hearing, at now: Instant) {
        if hearing == .unbound, now - slots[place].since < VoiceSlot.unboundMax { return }
        rings.counters.add(hearing == .unbound ? .droppedUnbound : .droppedIgnored)
        release(place, at: now)
    }

    /// Hears no more voices at once than this.
    mutating func limit(to voices: Int, at now: Instant) {
        limit = voices
        while true {
            let claims = claims
            guard claims.count > limit, let least = claims.least else { return }
            release(least, at: now)
        }
    }

    /// By priority, and a page before talk.
    func rank(_ owner: VoiceSlot.Owner) -> Int {
        let level = level(of: owner)
        if case .page = streams[owner.peer].hearings[Int(owner.stream)] { return 2 * level + 1 }
        return 2 * level
    }

    /// The priority as a number, from 0.
    func level(of owner: VoiceSlot.Owner) -> Int {
        Int(min(streams[owner.peer].priorities[Int(owner.stream)], .emergency).rawValue)
    }
}

/// What talkers are told: how they arrive (REPORT), and what of them is heard (HEARD, protocol.md
/// §2.4).
extension Talkers {
    /// The pause between two notices to a talker that nothing of its stream is played.
    private static var unheardInterval: Duration { .seconds(1) }

    /// A block of a voice was mixed: its talker learns at once where it began to be heard, or not
    /// to be.
    mutating func note(
        _ why: Unheard, of place: Int, _ owner: VoiceSlot.Owner, samples: Int,
        by socket: inout DataSocket, at now: Instant
    ) {
        let decoded = slots[place].voice.decodedSamples
        guard slots[place].tally.played(samples, decoded: decoded, why, at: now) else { return }
        publish(why, of: owner, at: now)
        let heard = slots[place].tally.state(of: owner.stream)
        socket.send(.heard(heard), to: CollectionOfOne(owner.peer), at: now)
    }

    /// Tells a talker that nothing of this stream is played, and why: at the start of each
    /// talkspurt, and once a second.
    mutating func tellUnheard(
        _ flags: FrameFlags, _ owner: VoiceSlot.Owner, _ why: Unheard,
        by socket: inout DataSocket, at now: Instant
    ) {
        let pause = flags.isSpurtStart ? HeardTally.pause : Self.unheardInterval
        guard now - streams[owner.peer].unheardAt[Int(owner.stream)] >= pause else { return }
        streams[owner.peer].unheardAt[Int(owner.stream)] = now
        publish(why, of: owner, at: now)
        let heard = Heard(stream: owner.stream, share: 0, why: why)
        socket.send(.heard(heard), to: CollectionOfOne(owner.peer), at: now)
    }

    /// Shows the control thread whether a peer that speaks is heard here.
    private func publish(_ why: Unheard, of owner: VoiceSlot.Owner, at now: Instant) {
        let traffic = rings.traffic[owner.peer]
        traffic.set(.unheardWhy, to: UInt64(why.rawValue) | UInt64(owner.stream) << 8)
        traffic.set(.unheardAt, to: why == .heard ? 0 : UInt64(now.nanoseconds))
    }

    /// Reports once a second how the voice arrives, to its talker (REPORT) and the control thread.
    mutating func report(
        _ place: Int, _ owner: VoiceSlot.Owner, by socket: inout DataSocket, at now: Instant
    ) {
        guard now >= slots[place].nextReport else { return }
        slots[place].nextReport = now + .seconds(1)
        let found = slots[place].newReport(at: now)
        let traffic = rings.traffic[owner.peer]
        traffic.set(.playoutDelay, to: UInt64(found.playoutDelayMs))
        traffic.set(.jitter, to: UInt64(found.jitter))
        traffic.set(.loss, to: UInt64(found.loss256))
        guard found.received > 0 || slots[place].tally.hasPlayed else {
            return reportAgain(place, owner, by: &socket, at: now)
        }
        if !slots[place].isSounding {
            slots[place].nextReport = now + HeardTally.repeatPause
        }
        let report = Report(
            stream: owner.stream, highest: found.highestSequence, loss: found.loss256,
            burst: found.burst8, jitter: found.jitter, delay: found.playoutDelayMs,
            concealed: found.concealedMs, received: found.received)
        let heard = slots[place].tally.report(
            of: owner.stream, total: &streams[owner.peer].playedMs[Int(owner.stream)])
        if heard.share == 0 || heard.share == 255 { publish(heard.why, of: owner, at: now) }
        var records = ControlPayload(.report(report))
        _ = records.append(.heard(heard))
        socket.send(records, to: owner.peer, made: now)
    }

    /// Repeats the last HEARD of a talkspurt after its end.
    private mutating func reportAgain(
        _ place: Int, _ owner: VoiceSlot.Owner, by socket: inout DataSocket, at now: Instant
    ) {
        let total = streams[owner.peer].playedMs[Int(owner.stream)]
        guard let heard = slots[place].tally.reportAgain(of: owner.stream, total: total)
        else { return }
        slots[place].nextReport = now + HeardTally.repeatPause
        socket.send(.heard(heard), to: CollectionOfOne(owner.peer), at: now)
    }

    /// Adds to the counters what was received, lost and made up since the last time.
    mutating func countTotals(of place: Int) {
        let new = slots[place].newTotals()
        // Nearly always so: every counter is a store that other threads see.
        guard new.lost | new.recovered | new.concealedMs | new.stretchedMs != 0 else { return }
        rings.counters.add(.framesLost, new.lost)
        rings.counters.add(.framesRecovered, new.recovered)
        rings.counters.add(.concealedMs, new.concealedMs)
        rings.counters.add(.stretchedMs, new.stretchedMs)
        if let owner = slots[place].owner {
            rings.traffic[owner.peer].add(.recovered, new.recovered)
            rings.traffic[owner.peer].add(.concealedMs, new.concealedMs)
        }
    }
}

/// The state of the 32 streams of one peer, by their number.
struct PeerStreams: ~Copyable {
    /// Where the sound of each goes.
    var hearings = InlineArray<32, Hearing>(repeating: .unbound)
    /// The priority of each, which decides the voices that it turns down.
    var priorities = InlineArray<32, Priority>(repeating: .normal)
    /// When the peer was told last that nothing of a stream is played.
    var unheardAt = InlineArray<32, Instant>(repeating: Instant(nanoseconds: .min / 2))
    /// Milliseconds of each that the peer was told were played here, modulo 2^16.
    var playedMs = InlineArray<32, UInt16>(repeating: 0)
}

/// How many voices each peer has, for the control thread to name who takes many.
struct VoiceShares {
    private var held = InlineArray<64, UInt8>(repeating: 0)

    /// A stream of this peer has a voice.
    mutating func took(_ peer: Int, _ rings: Rings) {
        held[peer] += 1
        rings.traffic[peer].set(.voices, to: UInt64(held[peer]))
    }

    /// It has one less.
    mutating func left(_ peer: Int, _ rings: Rings) {
        held[peer] -= 1
        rings.traffic[peer].set(.voices, to: UInt64(held[peer]))
    }

    /// It had so many that another peer took one of them.
    func noteCrowd(of peer: Int, _ rings: Rings, at now: Instant) {
        guard held[peer] > 1 else { return }
        rings.traffic[peer].set(.crowdedAt, to: UInt64(now.nanoseconds))
    }
}
