internal import Audio
internal import Realtime
internal import Station
internal import Time
internal import Wire

/// All talkers that are heard here, or may be: from an opened packet to the mix for the speaker.
///
/// `Talkers+Mix` makes the mix, `Talkers+Reports` tells each talker how its sound arrives and what
/// of it is heard.
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
    mutating func rank(_ owner: VoiceSlot.Owner) -> Int {
        let level = level(of: owner)
        if case .page = streams[owner.peer].hearings[Int(owner.stream)] { return 2 * level + 1 }
        return 2 * level
    }

    /// The priority as a number, from 0.
    mutating func level(of owner: VoiceSlot.Owner) -> Int {
        Int(min(streams[owner.peer].priorities[Int(owner.stream)], .emergency).rawValue)
    }
}
