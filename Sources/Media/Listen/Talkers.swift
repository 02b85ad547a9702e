internal import Audio
internal import Realtime
internal import Station
internal import Time
internal import Wire

/// All talkers that are heard here, or may be: from an opened packet to the mix for the speaker.
///
/// `Talkers+Reports` reports to each talker how its sound arrives and how much is heard.
struct Talkers: ~Copyable {
    static let voicesMax = 8

    let rings: Rings
    /// One slot for each voice that can be heard at once.
    var slots: FixedArray<VoiceSlot>
    /// The streams of each peer, by its number.
    var streams: GrowingArray<PeerStreams>
    var mixer = Mixer()
    /// The peer whose voice began or ended last.
    var lastHeard: Int?
    /// When a talker of each priority was last heard.
    var heardAt = InlineArray<3, Instant>(repeating: Instant(nanoseconds: .min / 2))
    /// Voices that may be heard at once now: fewer while the processor cannot keep up.
    private var limit = voicesMax
    /// Voices whose missing sound libopus may conceal with its neural network.
    var neuralMax: Int
    private var shares = VoiceShares()
    /// The peers that are recorded, by this station's stream in the talk.
    var recorded = InlineArray<32, PeerSet>(repeating: [])

    init(_ plan: MediaPlan, _ rings: Rings) throws(MediaError) {
        slots = try MediaError.fromOpus { () throws(OpusError) in try VoiceSlot.slots(plan) }
        streams = GrowingArray(capacity: PeerSet.capacity) { PeerStreams() }
        self.rings = rings
        neuralMax = plan.neuralVoices
    }

    /// Whether the speaker plays; if not, talkers get the reason.
    enum SpeakerState {
        case open
        /// A card is open, but moves no sound.
        case still
        case absent(Unheard)
    }

    /// Keeps a frame of sound and its copies to be played, or reports to the talker why not.
    mutating func receive(
        _ packet: OpenedPacket, in receiver: borrowing PacketReceiver, _ speaker: SpeakerState,
        by socket: inout DataSocket, at now: Instant
    ) {
        let owner = VoiceSlot.Owner(peer: packet.peer, stream: packet.flags.stream)
        let content = receiver.content(of: packet)
        guard let audio = AudioPacket(parsing: content) else {
            return rings.counters.add(.droppedAudio)
        }
        keep(audio, content, packet)
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

    /// Passes frames on to the recording of their talk, if there is one, and copies of those that
    /// have not come; whether the speaker plays does not matter.
    private mutating func keep(
        _ audio: AudioPacket, _ content: Span<UInt8>, _ packet: OpenedPacket
    ) {
        let hearing = streams[packet.peer].hearings[Int(packet.flags.stream)]
        guard let stream = hearing.talk, recorded[Int(stream)].contains(packet.peer),
            audio.frameSize <= PCM.payloadMax
        else { return }
        for index in 0...audio.depth {
            let (sequence, range) = audio.frame(index)
            guard !streams[packet.peer].kept[Int(packet.flags.stream)].has(sequence) else {
                continue
            }
            let isKept = rings.keep(
                KeptPacket(
                    content.extracting(range),
                    for: KeptPacket.Recorded(
                        stream: stream, peer: packet.peer, sequence: sequence,
                        isSpurtStart: packet.flags.isSpurtStart, at: packet.cameAt)))
            // A copy may still come of a frame for which there was no room.
            if isKept { streams[packet.peer].kept[Int(packet.flags.stream)].note(sequence) }
        }
    }

    /// Ends a talkspurt at the last packet that its talker named.
    mutating func spurtEnded(_ end: SpurtEnd, of peer: Int) {
        guard let place = slot(of: .init(peer: peer, stream: end.stream)) else { return }
        slots[place].voice.end(last: end.last)
    }

    /// Sets the hearing of a stream; an unbound stream begins another run of the peer.
    mutating func bind(_ stream: UInt8, of peer: Int, to hearing: Hearing, at now: Instant) {
        let was = streams[peer].hearings[Int(stream)]
        streams[peer].hearings[Int(stream)] = hearing
        if hearing == .unbound {
            streams[peer].playedMs[Int(stream)] = 0
            streams[peer].kept[Int(stream)] = KeptFrames()
        }
        guard hearing == .unbound, was != .unbound else { return }
        // The peer has started again, or the number is another peer's: there is no peer to answer.
        if lastHeard == peer { lastHeard = nil }
        // The stream's numbers start anew (protocol.md §2.3): after the old ones, they would seem
        // late.
        if let place = slot(of: .init(peer: peer, stream: stream)) { release(place, at: now) }
    }

    private mutating func slot(of owner: VoiceSlot.Owner) -> Int? {
        for place in slots.indices where slots[place].owner == owner { return place }
        return nil
    }

    /// The place of a voice slot for a stream that has none: a free slot, else that of a voice that
    /// matters less.
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

    /// The streams that have a voice, and their claims to it.
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

    /// The rank of a stream; below every rank while its peer has not bound it.
    private mutating func worth(of owner: VoiceSlot.Owner) -> Int {
        streams[owner.peer].hearings[Int(owner.stream)].isHeard ? rank(owner) : -1
    }

    /// Frees a voice slot; the rest of its sound fades.
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
        // The figures of its sound end here.
        let traffic = rings.traffic[owner.peer]
        traffic.set(.playoutDelay, to: 0)
        traffic.set(.jitter, to: 0)
        traffic.set(.loss, to: 0)
    }

    /// Frees all voice slots: the speaker is gone, or the slots are about to change.
    mutating func releaseAll(at now: Instant) {
        for place in slots.indices { release(place, at: now) }
    }

    /// Frees the slot of a stream that is not for this station; an unbound one waits a moment for
    /// its binding.
    mutating func giveUpUnheard(_ place: Int, _ hearing: Hearing, at now: Instant) {
        if hearing == .unbound, now - slots[place].since < VoiceSlot.unboundMax { return }
        rings.counters.add(hearing == .unbound ? .droppedUnbound : .droppedIgnored)
        release(place, at: now)
    }

    /// Limits the number of voices heard at once, and frees the slots beyond it.
    mutating func limit(to voices: Int, at now: Instant) {
        limit = voices
        while true {
            let claims = claims
            guard claims.count > limit, let least = claims.least else { return }
            release(least, at: now)
        }
    }

    /// The rank of a stream: by priority, and a page before talk.
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

/// From the voices to one block for the speaker.
extension Talkers {
    /// Other voices stay turned down for this long after a talker of higher priority paused.
    private static var duckHold: Duration { .milliseconds(400) }

    /// The volumes at which one block is mixed.
    struct BlockVolumes {
        /// The volumes and mutes that people have set.
        var byHand: MediaVolumes
        /// Whether the speaker is held down while the microphone is open.
        var isHeldDown: Bool
    }

    /// Adds the next block of every voice that is heard to the mix; `block` is room for each.
    ///
    /// - Returns: The number of voices that sound in the block.
    mutating func mix(
        by block: inout MutableSpan<Int16>, _ plan: borrowing MediaPlan, _ volumes: BlockVolumes,
        _ tones: inout Tones, _ socket: inout DataSocket, at now: Instant
    ) -> Int {
        let highest = highestHeard(at: now)
        var voices = 0
        var neuralLeft = neuralMax
        for place in slots.indices {
            guard let owner = slots[place].owner else { continue }
            if now - slots[place].lastPacket >= VoiceSlot.keptFor {
                release(place, at: now)
                continue
            }
            let hearing = streams[owner.peer].hearings[Int(owner.stream)]
            guard hearing.isHeard else {
                giveUpUnheard(place, hearing, at: now)
                continue
            }
            // The first voices that have sound now; a change costs nothing.
            let isNeural = neuralLeft > 0 && slots[place].voice.isActive
            slots[place].voice.concealsNeurally = isNeural
            if isNeural { neuralLeft -= 1 }
            let wasSounding = slots[place].isSounding
            let isKept =
                if plan.keepsHeard, !isHeardTwice(owner, at: place, plan, volumes.byHand) {
                    audibility(of: owner, hearing, plan, volumes, under: highest).why == .heard
                } else { false }
            let isSounding = slots[place].voice.pull(into: &block, at: now) { [rings] packet in
                guard isKept else { return }
                let heard = KeptPacket.Recorded(
                    stream: KeptPacket.Recorded.heard, peer: owner.peer, sequence: 0,
                    isSpurtStart: false, at: now)
                rings.keep(KeptPacket(packet, for: heard))
            }
            countTotals(of: place)
            if isSounding != wasSounding {
                turn(place, owner, isOn: isSounding, at: now)
            }
            guard isSounding else {
                // A voice that waits for its first block is reported on when that is played.
                if !slots[place].voice.isActive { report(place, owner, by: &socket, at: now) }
                continue
            }
            voices += 1
            tones.voiceSounds(as: hearing, at: now)
            rings.counters.add(.framesMixed)
            meter(block.span, of: place, owner.peer)
            let gain =
                isHeardTwice(owner, at: place, plan, volumes.byHand)
                ? .muted : plan.gain(of: owner.peer, hearing, volumes.byHand)
            let level = level(of: owner)
            if gain != .muted { heardAt[level] = now }
            let duck: Gain = level < highest ? plan.duck : .unity
            let path = audibility(of: owner, hearing, plan, volumes, under: highest)
            note(path.why, of: place, owner, samples: block.count, by: &socket, at: now)
            report(place, owner, by: &socket, at: now)
            let (from, to) = slots[place].fade(
                to: gain, duck, samples: block.count, isBeginning: !wasSounding)
            mixer.add(block.span, from: from, to: to)
        }
        return voices
    }

    /// Judges a voice by all that stands between it and the ear.
    private func audibility(
        of owner: VoiceSlot.Owner, _ hearing: Hearing, _ plan: borrowing MediaPlan,
        _ volumes: BlockVolumes, under highest: Int
    ) -> Audibility {
        var path = plan.path(of: owner.peer, hearing, volumes.byHand)
        // The sound itself is held down by `Speaker.load`.
        path.pass(volumes.isHeldDown ? Speaker.heldDown : 1, .heldDown)
        path.pass(level(of: owner) < highest ? plan.duck.factor : 1, .outranked)
        return path
    }

    /// Notes that a voice begins to sound, or falls silent.
    private mutating func turn(
        _ place: Int, _ owner: VoiceSlot.Owner, isOn isSounding: Bool, at now: Instant
    ) {
        slots[place].isSounding = isSounding
        lastHeard = owner.peer
        rings.notify(.receiving(peer: owner.peer, stream: owner.stream, isOn: isSounding))
        if isSounding {
            slots[place].tally.begin()
        } else {
            // Its talker waits for the report of the sound heard.
            slots[place].nextReport = min(slots[place].nextReport, now)
            slots[place].tally.end()
        }
    }

    /// Measures the level of a talker's sound, before its gain.
    private mutating func meter(_ block: Span<Int16>, of place: Int, _ peer: Int) {
        slots[place].meter.add(block)
        rings.traffic[peer].set(.meter, to: slots[place].meter.reading.packed)
        rings.traffic[peer].add(.playedSamples, UInt64(block.count))
    }

    /// The highest priority heard within `duckHold`.
    func highestHeard(at now: Instant) -> Int {
        if now - heardAt[2] < Self.duckHold { return 2 }
        return now - heardAt[1] < Self.duckHold ? 1 : 0
    }

    /// Whether the mix already has another stream of the same peer, of at least this rank.
    ///
    /// Speech to two channels at once is mixed once. A muted stream, or one far down, does not
    /// count.
    private func isHeardTwice(
        _ owner: VoiceSlot.Owner, at place: Int, _ plan: borrowing MediaPlan,
        _ volumes: MediaVolumes
    ) -> Bool {
        let own = rank(owner)
        for another in slots.indices where another != place && slots[another].isSounding {
            guard let one = slots[another].owner, one.peer == owner.peer else { continue }
            let hearing = streams[one.peer].hearings[Int(one.stream)]
            let gain = plan.gain(of: one.peer, hearing, volumes)
            guard !Audibility.isInaudible(gain.factor) else { continue }
            let rank = rank(one)
            if rank > own || rank == own && another < place { return true }
        }
        return false
    }

    /// Fades out the next block of a voice that ends; a sudden end would click.
    mutating func fadeOut(_ place: Int, at now: Instant) {
        guard slots[place].fader.gain != .muted else { return }
        var room = Block(repeating: 0)
        var all = room.mutableSpan
        var block = all._mutatingExtracting(first: slots[place].voice.blockSamples)
        guard slots[place].voice.pull(into: &block, at: now) else { return }
        let gain = slots[place].fader.gain * slots[place].ducker.gain
        mixer.add(block.span, from: gain, to: .muted)
    }
}

/// The state of the 32 streams of one peer, by their number.
struct PeerStreams: ~Copyable {
    /// Where the sound of each stream goes.
    var hearings = InlineArray<32, Hearing>(repeating: .unbound)
    /// The priority of each stream, which decides the voices that it turns down.
    var priorities = InlineArray<32, Priority>(repeating: .normal)
    /// When the peer last got a HEARD that nothing of a stream is played.
    var unheardAt = InlineArray<32, Instant>(repeating: Instant(nanoseconds: .min / 2))
    /// Milliseconds of each stream that were reported to the peer as played, modulo 2^16.
    var playedMs = InlineArray<32, UInt16>(repeating: 0)
    var kept = InlineArray<32, KeptFrames>(repeating: KeptFrames())
}

/// The frames of a stream that were kept last, so that no copy of them is kept.
struct KeptFrames {
    private var newest: UInt16 = 0
    /// Bit n is the frame n before the newest.
    private var mask: UInt64 = 0

    /// Whether a frame was kept; none of a much older number, which begins anew.
    func has(_ sequence: UInt16) -> Bool { mask & (1 << UInt64(newest &- sequence)) != 0 }

    /// Adds a frame.
    mutating func note(_ sequence: UInt16) {
        let step = Int(Int16(bitPattern: sequence &- newest))
        if step > 0 || step < -63 {
            (newest, mask) = (sequence, step > 0 ? mask << UInt64(step) : 0)
        }
        mask |= 1 << UInt64(newest &- sequence)
    }
}

/// The number of voices each peer has, so that the control thread can name peers that take many.
struct VoiceShares {
    private var held = InlineArray<64, UInt8>(repeating: 0)

    /// Counts one more voice of a peer.
    mutating func took(_ peer: Int, _ rings: Rings) {
        held[peer] += 1
        rings.traffic[peer].set(.voices, to: UInt64(held[peer]))
    }

    /// Counts one voice less.
    mutating func left(_ peer: Int, _ rings: Rings) {
        held[peer] -= 1
        rings.traffic[peer].set(.voices, to: UInt64(held[peer]))
    }

    /// Notes when a peer with several voices lost one of them to another peer.
    func noteCrowd(of peer: Int, _ rings: Rings, at now: Instant) {
        guard held[peer] > 1 else { return }
        rings.traffic[peer].set(.crowdedAt, to: UInt64(now.nanoseconds))
    }
}
