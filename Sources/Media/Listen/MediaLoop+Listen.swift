internal import Audio
internal import Crypto
internal import HAL
internal import Realtime
internal import Station
internal import Time
internal import Wire

/// From the wire to the speaker.
extension MediaLoop {
    /// Takes what has arrived, at most `Intake.mostPerTurn`; each refusal is a counter.
    ///
    /// When the loop has been busy for too long since the card or the timer woke it, the socket is
    /// left alone until they do again: a flood then costs a bounded share of each period, and fills
    /// the kernel's buffer, not ours. The number of datagrams is no bound: on a slow machine each
    /// turn may find a few and the loop never sleep, until LimitRTTIME= ends it.
    mutating func listen() {
        guard !intake.isFlooded else { return }
        var taken = 0
        repeat {
            socket.receive(into: &inbox)
            if intake.isGathering { readAt = Clock.now() }
            for place in 0..<inbox.count { openDatagram(place) }
            taken += inbox.count
            // Fewer than it could have given: the kernel has no more.
        } while inbox.count == DatagramInbox.capacity && taken < Intake.mostPerTurn
        intake.take(taken)
    }

    /// Lets the socket wake the loop from the next turn on, or not.
    mutating func watchSocket() {
        guard let wakes = intake.newWaking() else { return }
        try? loop.modify(
            fd: socket.fd, events: wakes ? EventLoop.readable : 0, token: Token.socket.rawValue)
    }

    /// When a datagram came: by the kernel, where it stayed there until this turn.
    ///
    /// Between the last turn and this one, whatever the clock of the day was set to meanwhile.
    private mutating func arrival(of place: Int) -> Instant {
        guard intake.isGathering else { return now }
        return max(turnBefore, min(now, readAt - inbox.waited(place)))
    }

    /// One datagram: length, index, authentication, replay window, and only then its content.
    private mutating func openDatagram(_ place: Int) {
        let arrived = inbox[place]
        guard !arrived.isTruncated else { return rings.counters.add(.droppedTruncated) }
        guard arrived.count >= FrameLayout.datagramMin,
            let index = KeySlots.index(of: inbox.bytes(of: place))
        else { return rings.counters.add(.droppedLength) }
        guard let peer = owner(of: index) else { return rings.counters.add(.droppedIndex) }

        switch unseal(place, from: peer) {
        case .foreign:
            rings.counters.add(.droppedIndex)
        case .refused(let refusal):
            count(refusal, of: peer)
        case .opened(let opened, slot: _):
            countBytes(of: arrived, from: peer)
            use(opened, index: index, from: peer, at: arrived.from, arrival(of: place))
        case .switched(let opened, let index, retired: let retired):
            countBytes(of: arrived, from: peer)
            if let retired { rings.handBack(.session(retired)) }
            rings.traffic[peer].set(.sentOnCurrent, to: 0)
            peers[peer].endpoint = peers[peer].nextEndpoint ?? peers[peer].endpoint
            rings.notify(.switched(peer: peer, index: index))
            use(opened, index: index, from: peer, at: arrived.from, arrival(of: place))
        }
    }

    /// Opens a datagram into the plaintext buffer.
    private mutating func unseal(_ place: Int, from peer: Int) -> KeySlots.Outcome {
        Self.open(inbox, place, by: &peers[peer].slots, into: &plaintext)
    }

    private static func open(
        _ inbox: borrowing DatagramInbox, _ place: Int, by slots: inout KeySlots,
        into plaintext: inout InlineArray<1209, UInt8>
    ) -> KeySlots.Outcome {
        var plain = plaintext.mutableSpan
        return slots.open(inbox.bytes(of: place), into: &plain)
    }

    private mutating func countBytes(of arrived: Datagram, from peer: Int) {
        let size = arrived.count + arrived.from.datagramOverhead
        rings.traffic[peer].add(.openedBytes, UInt64(size))
    }

    private mutating func owner(of index: UInt32) -> Int? {
        let last = owners[index]
        if last < peersEnd, peers[last].slots.owns(index: index) { return last }
        for peer in 0..<peersEnd where peers[peer].slots.owns(index: index) {
            owners[index] = peer
            return peer
        }
        return nil
    }

    private mutating func count(_ refusal: Opener.Refusal, of peer: Int) {
        switch refusal {
        case .length: rings.counters.add(.droppedLength)
        case .counter: rings.counters.add(.droppedCounter)
        case .authentication: rings.counters.add(.droppedAuthentication)
        case .replay: rings.counters.add(.droppedReplay)
        }
        rings.traffic[peer].add(.refused)
        // A replay opened before: it says nothing about keys that do not fit.
        if refusal != .replay {
            rings.traffic[peer].set(.lastRefused, to: UInt64(now.nanoseconds))
        }
    }

    private mutating func use(
        _ opened: Opener.Opened, index: UInt32, from peer: Int, at source: SocketAddress,
        _ arrival: Instant
    ) {
        rings.traffic[peer].add(.opened)
        rings.traffic[peer].set(.lastOpened, to: UInt64(now.nanoseconds))
        if opened.isNewest, source != peers[peer].endpoint { rings.counters.add(.otherSource) }
        let flags = FrameFlags(rawValue: opened.flags)
        switch flags.kind {
        case .audio: hear(flags, count: opened.count, from: peer, at: arrival)
        case .control:
            read(count: opened.count, index: index, from: peer, at: source, arrival)
        case .cover: break
        case .drop: rings.counters.add(.droppedKind)
        }
    }

    /// Control records go to the control thread; the end of a talkspurt is for the voices here.
    private mutating func read(
        count: Int, index: UInt32, from peer: Int, at source: SocketAddress, _ arrival: Instant
    ) {
        var ends = InlineArray<8, SpurtEnd>(repeating: SpurtEnd(stream: 0, last: 0))
        var found = 0
        let isGood = ControlReader.read(plaintext.span.extracting(first: count)) { record in
            if case .spurtEnd(let end) = record, found < 8 {
                ends[found] = end
                found += 1
            }
        }
        guard isGood else { return rings.counters.add(.droppedRecords) }
        for place in 0..<found {
            if let slot = slot(of: .init(peer: peer, stream: ends[place].stream)) {
                slots[slot].voice.end(last: ends[place].last)
            }
        }
        let records = OpenedRecords(
            peer: peer, index: index, source: source, cameAt: arrival, count: count,
            bytes: plaintext)
        rings.pass(records)
    }

    private mutating func hear(
        _ flags: FrameFlags, count: Int, from peer: Int, at arrival: Instant
    ) {
        guard let audio = AudioPacket(parsing: plaintext.span.extracting(first: count)) else {
            return rings.counters.add(.droppedAudio)
        }
        // Without a speaker there is nobody to hear it.
        guard hasPlayback else {
            rings.counters.add(.droppedNoSpeaker)
            return tellUnheard(flags, of: peer, whySilent)
        }
        let owner = VoiceSlot.Owner(peer: peer, stream: flags.stream)
        if case .ignored(let why) = peers[peer].hearings[Int(flags.stream)] {
            rings.counters.add(.droppedIgnored)
            return tellUnheard(flags, of: peer, why)
        }
        guard let place = slot(of: owner) ?? freeSlot(for: owner) else {
            rings.counters.add(.droppedVoices)
            return tellUnheard(flags, of: peer, .tooMany)
        }
        defer { if clock.playback.isStill { tellUnheard(flags, of: peer, .outputStill) } }
        slots[place].lastPacket = now
        for index in 0...audio.depth {
            let (sequence, range) = audio.frame(index)
            let insertion = slots[place].voice.insert(
                sequence: sequence, payload: plaintext.span.extracting(range),
                isSpurtStart: flags.isSpurtStart, isLast: audio.isLast && index == 0,
                isCopy: index > 0, at: arrival)
            switch insertion {
            case .accepted: break
            case .duplicate: if index == 0 { rings.counters.add(.droppedDuplicate) }
            case .late: if index == 0 { rings.counters.add(.droppedLate) }
            case .restarted: break
            case .malformed: rings.counters.add(.droppedAudio)
            }
        }
    }

    private mutating func slot(of owner: VoiceSlot.Owner) -> Int? {
        for place in slots.indices where slots[place].owner == owner { return place }
        return nil
    }

    private mutating func freeSlot(for owner: VoiceSlot.Owner) -> Int? {
        guard mayBeHeard(owner), let place = VoiceSlot.place(in: slots, at: now) else {
            return nil
        }
        release(place)
        slots[place].take(owner, at: now)
        return place
    }

    /// What a stream's sound means here; unbound again, it belongs to another run of the peer.
    mutating func bind(_ stream: UInt8, of peer: Int, to hearing: Hearing) {
        let was = peers[peer].hearings[Int(stream)]
        peers[peer].hearings[Int(stream)] = hearing
        if hearing == .unbound { peers[peer].playedMs[Int(stream)] = 0 }
        guard hearing == .unbound, was != .unbound else { return }
        // It has started again, or the number is another's: nobody to be answered.
        if lastSpeaker == peer { lastSpeaker = nil }
        // Its numbers start anew (protocol.md §2.3): the old ones would make the new ones late.
        if let place = slot(of: .init(peer: peer, stream: stream)) { release(place) }
    }

    mutating func release(_ place: Int) {
        guard let owner = slots[place].owner else { return }
        if slots[place].isSounding {
            fadeOut(place)
            slots[place].isSounding = false
            rings.notify(.receiving(peer: owner.peer, stream: owner.stream, isOn: false))
        }
        countTotals(of: place)
        slots[place].owner = nil
        // What was said of its sound is over.
        let traffic = rings.traffic[owner.peer]
        traffic.set(.playoutDelay, to: 0)
        traffic.set(.jitter, to: 0)
        traffic.set(.loss, to: 0)
    }

    /// Fills the speaker's card with mixed voices, as much as it has room for now.
    mutating func playSound() {
        defer { playedAt = now }
        var room = playbackRoom
        var xruns = 0
        while room > 0 {
            if speaker.waiting == 0 {
                speaker.take(
                    nextBlock(), count: plan.sound.blockSamples, isHeldDown: isHeldDown)
            }
            var outcome = PCMTransfer.wouldBlock
            speaker.give(room) { samples in
                outcome = playback!.write(samples)
                guard case .samples(let count) = outcome else { return 0 }
                if chain.settings.cancelsEcho {
                    reference.append(samples.extracting(first: count))
                }
                if plan.hasVox { activity.add(samples.extracting(first: count)) }
                return count
            }
            switch outcome {
            case .samples(let count):
                room -= count
                cardClocks.played(count)
                pace(.playback, count)
                moved(.playback)
            case .wouldBlock:
                return
            case .xrun:
                // The refused block is offered again, in the next turn of this loop.
                rings.counters.add(.playbackXruns)
                noteLateness(xrunAfter: now - playedAt, period: playbackPeriod)
                cardClocks.playbackBegins()
                loseReference()
                if isLinked { startCards() }
                xruns += 1
                // A card that refuses every block is not to hold up all else.
                guard xruns < Self.xrunsPerTurn else { return }
                room = playbackRoom
            case .suspended:
                fellAsleep(.playback)
                return
            case .gone(let error):
                lose(playback: error)
                return
            }
        }
    }

    /// Samples the speaker's card is to be given now; it may have more room than is wanted queued.
    private var playbackRoom: Int {
        mutating get {
            switch playback {
            case .some(let pcm):
                let available = pcm.available()
                // Not `now`: encoding has taken a while since, and what is queued plays on.
                cardClocks.asked(
                    queued: pcm.granted.bufferSamples - available, at: Clock.now(), rings.counters)
                return Refill.samples(
                    available: available,
                    spare: pcm.granted.bufferSamples - pcm.granted.fillSamples,
                    period: pcm.granted.periodSamples, isMaster: clock.source == .playback)
            case .none: return 0
            }
        }
    }

    /// Sound nobody here listens to: kept a moment if its binding may still come.
    mutating func giveUpUnheard(_ place: Int, _ hearing: Hearing) {
        if hearing == .unbound, now - slots[place].since < VoiceSlot.unboundMax { return }
        rings.counters.add(hearing == .unbound ? .droppedUnbound : .droppedIgnored)
        release(place)
    }

    /// Tells the talker once a second how it arrives (REPORT), and the control thread.
    mutating func report(_ place: Int, _ owner: VoiceSlot.Owner) {
        guard now >= slots[place].nextReport else { return }
        slots[place].nextReport = now + .seconds(1)
        let found = slots[place].newReport(at: now)
        let traffic = rings.traffic[owner.peer]
        traffic.set(.playoutDelay, to: UInt64(found.playoutDelayMs))
        traffic.set(.jitter, to: UInt64(found.jitter))
        traffic.set(.loss, to: UInt64(found.loss256))
        guard found.received > 0 || slots[place].tally.hasPlayed else {
            return reportAgain(place, owner)
        }
        if !slots[place].isSounding {
            slots[place].nextReport = now + HeardTally.repeatPause
        }
        let report = Report(
            stream: owner.stream, highest: found.highestSequence, loss: found.loss256,
            burst: found.burst8, jitter: found.jitter, delay: found.playoutDelayMs,
            concealed: found.concealedMs, received: found.received)
        let heard = slots[place].tally.report(
            of: owner.stream, total: &peers[owner.peer].playedMs[Int(owner.stream)])
        if heard.share == 0 || heard.share == 255 { publish(heard.why, of: owner) }
        var payload = ControlPayload(.report(report))
        _ = payload.append(.heard(heard))
        sendRecords(payload, to: CollectionOfOne(owner.peer))
    }

    /// Says what was heard of a talkspurt once more after its end.
    private mutating func reportAgain(_ place: Int, _ owner: VoiceSlot.Owner) {
        let total = peers[owner.peer].playedMs[Int(owner.stream)]
        guard let heard = slots[place].tally.reportAgain(of: owner.stream, total: total)
        else { return }
        slots[place].nextReport = now + HeardTally.repeatPause
        sendRecord(.heard(heard), to: CollectionOfOne(owner.peer))
    }

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
