internal import Audio
internal import Crypto
internal import HAL
internal import Realtime
internal import Station
internal import Time
internal import Wire

/// From the wire to the speaker.
extension MediaLoop {
    /// Takes what has arrived, at most `datagramsPerTurn`; each refusal is a counter.
    ///
    /// When the loop has been busy for `busyMax` since the card or the timer woke it, the socket is
    /// left alone until they do again: a flood then costs a bounded share of each period, and fills
    /// the kernel's buffer, not ours. The number of datagrams is no bound: on a slow machine each
    /// turn may find a few and the loop never sleep, until LimitRTTIME= ends it.
    mutating func listen() {
        guard !isFlooded else { return }
        var taken = 0
        while taken < Self.datagramsPerTurn {
            var room = datagram.mutableSpan
            guard let arrived = socket.receive(into: &room) else { break }
            taken += 1
            open(arrived)
        }
        guard isBusy(after: taken) else { return }
        isFlooded = true
        try? loop.modify(fd: socket.fd, events: 0, token: Token.socket.rawValue)
    }

    /// Whether what came in this period has cost too much; the kernel is asked when it is much.
    private mutating func isBusy(after taken: Int) -> Bool {
        let before = arrivals
        arrivals += taken
        guard arrivals >= Self.arrivalsCalm else { return false }
        let busy = Clock.threadNanoseconds()
        if before < Self.arrivalsCalm { busyFrom = busy }
        return busy - busyFrom >= busyMax
    }

    /// A period has passed: the socket may wake the loop again.
    mutating func endFlood() {
        arrivals = 0
        guard isFlooded else { return }
        isFlooded = false
        try? loop.modify(
            fd: socket.fd, events: EventLoop.readable, token: Token.socket.rawValue)
    }

    /// One datagram: length, index, authentication, replay window, and only then its content.
    private mutating func open(_ arrived: Datagram) {
        guard !arrived.isTruncated else { return rings.counters.add(.droppedTruncated) }
        guard arrived.count >= FrameLayout.datagramMin else {
            return rings.counters.add(.droppedLength)
        }
        var index: UInt32 = 0
        for place in 0..<4 { index = index << 8 | UInt32(datagram[place]) }
        guard let peer = owner(of: index) else { return rings.counters.add(.droppedIndex) }

        switch unseal(arrived.count, from: peer) {
        case .foreign:
            rings.counters.add(.droppedIndex)
        case .refused(let refusal):
            count(refusal, of: peer)
        case .opened(let opened, slot: _):
            use(opened, index: index, from: peer, at: arrived.from)
        case .switched(let opened, let index, retired: let retired):
            if let retired { handBack(.session(retired)) }
            rings.traffic[peer].set(.sentOnCurrent, to: 0)
            peers[peer].endpoint = peers[peer].nextEndpoint ?? peers[peer].endpoint
            tell(.switched(peer: peer, index: index))
            use(opened, index: index, from: peer, at: arrived.from)
        }
    }

    /// Opens the datagram buffer into the plaintext buffer.
    private mutating func unseal(_ count: Int, from peer: Int) -> KeySlots.Outcome {
        let sealed = datagram.span.extracting(first: count)
        var plain = plaintext.mutableSpan
        return peers[peer].slots.open(sealed, into: &plain)
    }

    private mutating func owner(of index: UInt32) -> Int? {
        for peer in 0..<peersEnd where peers[peer].slots.owns(index: index) { return peer }
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
        _ opened: Opener.Opened, index: UInt32, from peer: Int, at source: SocketAddress
    ) {
        rings.traffic[peer].add(.opened)
        rings.traffic[peer].set(.lastOpened, to: UInt64(now.nanoseconds))
        if opened.isNewest, source != peers[peer].endpoint { rings.counters.add(.otherSource) }
        let flags = FrameFlags(rawValue: opened.flags)
        switch flags.kind {
        case .audio: hear(flags, count: opened.count, from: peer)
        case .control: read(count: opened.count, index: index, from: peer, at: source)
        case .cover: break
        case .drop: rings.counters.add(.droppedKind)
        }
    }

    /// Control records go to the control thread; the end of a talkspurt is for the voices here.
    private mutating func read(count: Int, index: UInt32, from peer: Int, at source: SocketAddress)
    {
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
            peer: peer, index: index, source: source, count: count, bytes: plaintext)
        if rings.records.push(records) != nil { rings.counters.add(.eventsLost) }
        hasTold = true
    }

    private mutating func hear(_ flags: FrameFlags, count: Int, from peer: Int) {
        guard let audio = AudioPacket(parsing: plaintext.span.extracting(first: count)) else {
            return rings.counters.add(.droppedAudio)
        }
        // Without a speaker there is nobody to hear it.
        guard hasPlayback else { return rings.counters.add(.droppedNoSpeaker) }
        let owner = VoiceSlot.Owner(peer: peer, stream: flags.stream)
        if peers[peer].hearings[Int(flags.stream)] == .ignored {
            return rings.counters.add(.droppedIgnored)
        }
        guard let place = slot(of: owner) ?? freeSlot(for: owner) else {
            return rings.counters.add(.droppedVoices)
        }
        slots[place].lastPacket = now
        for index in 0...audio.depth {
            let (sequence, range) = audio.frame(index)
            let insertion = slots[place].voice.insert(
                sequence: sequence, payload: plaintext.span.extracting(range),
                isSpurtStart: flags.isSpurtStart, isLast: audio.isLast && index == 0,
                isCopy: index > 0, at: now)
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
        guard let place = VoiceSlot.place(in: slots, at: now) else { return nil }
        release(place)
        slots[place].take(owner, at: now)
        return place
    }

    /// What a stream's sound means here; unbound again, it belongs to another run of the peer.
    mutating func bind(_ stream: UInt8, of peer: Int, to hearing: Hearing) {
        let was = peers[peer].hearings[Int(stream)]
        peers[peer].hearings[Int(stream)] = hearing
        guard hearing == .unbound, was != .unbound else { return }
        // Its numbers start anew (protocol.md §2.3): the old ones would make the new ones late.
        if let place = slot(of: .init(peer: peer, stream: stream)) { release(place) }
    }

    mutating func release(_ place: Int) {
        guard let owner = slots[place].owner else { return }
        countTotals(of: place)
        if slots[place].isSounding {
            slots[place].isSounding = false
            tell(.receiving(peer: owner.peer, stream: owner.stream, isOn: false))
        }
        slots[place].owner = nil
        // What was said of its sound is over.
        let traffic = rings.traffic[owner.peer]
        traffic.set(.playoutDelay, to: 0)
        traffic.set(.jitter, to: 0)
        traffic.set(.loss, to: 0)
    }

    /// Fills the speaker's card with mixed voices, as much as it has room for now.
    mutating func playSound() {
        var room = playbackRoom
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
                moved(.playback)
            case .wouldBlock:
                return
            case .xrun:
                // The refused block is offered again, in the next turn of this loop.
                rings.counters.add(.playbackXruns)
                loseReference()
                if isLinked { startCards() }
                room = playbackRoom
            case .suspended:
                if clock.source == .playback { fellAsleep(.playback) }
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
                Refill.samples(
                    available: pcm.available(),
                    spare: pcm.granted.bufferSamples - pcm.granted.fillSamples,
                    period: pcm.granted.periodSamples, isMaster: clock.source == .playback)
            case .none: 0
            }
        }
    }

    /// Half duplex: the speaker is held down while the own microphone is open, and a moment after.
    private var isHeldDown: Bool { plan.isHalfDuplex && (isTalking || now < speakerHeldUntil) }

    /// Mixes the next block of everyone who is heard, at the start of what it returns.
    private mutating func nextBlock() -> Frame {
        var room = Frame(repeating: 0)
        var all = room.mutableSpan
        var block = all._mutatingExtracting(first: plan.sound.blockSamples)
        for place in slots.indices {
            guard let owner = slots[place].owner else { continue }
            if now - slots[place].lastPacket >= VoiceSlot.keptFor {
                release(place)
                continue
            }
            let hearing = peers[owner.peer].hearings[Int(owner.stream)]
            guard hearing.isHeard else {
                giveUpUnheard(place, hearing)
                continue
            }
            let isSounding = slots[place].voice.pull(into: &block, at: now)
            countTotals(of: place)
            if isSounding != slots[place].isSounding {
                slots[place].isSounding = isSounding
                tell(.receiving(peer: owner.peer, stream: owner.stream, isOn: isSounding))
            }
            report(place, owner)
            guard isSounding, !isHeardTwice(owner, before: place) else { continue }
            rings.counters.add(.framesMixed)
            mixer.add(block.span, gain: plan.gain(of: owner.peer, hearing))
        }
        if tone?.next(into: &block) == true { mixer.add(block.span) } else { tone = nil }
        mixer.render(into: &block)
        return room
    }

    /// Sound nobody here listens to: kept a moment if its binding may still come.
    private mutating func giveUpUnheard(_ place: Int, _ hearing: Hearing) {
        if hearing == .unbound, now - slots[place].since < VoiceSlot.unboundMax { return }
        rings.counters.add(hearing == .unbound ? .droppedUnbound : .droppedIgnored)
        release(place)
    }

    /// One mouth speaking to two channels at once is mixed once.
    private mutating func isHeardTwice(_ owner: VoiceSlot.Owner, before place: Int) -> Bool {
        for other in 0..<place where slots[other].isSounding {
            if slots[other].owner?.peer == owner.peer { return true }
        }
        return false
    }

    /// Tells the talker once a second how it arrives (REPORT), and the control thread.
    private mutating func report(_ place: Int, _ owner: VoiceSlot.Owner) {
        guard now >= slots[place].nextReport else { return }
        slots[place].nextReport = now + .seconds(1)
        let found = slots[place].voice.report(at: now)
        let traffic = rings.traffic[owner.peer]
        traffic.set(.playoutDelay, to: UInt64(found.playoutDelayMs))
        traffic.set(.jitter, to: UInt64(found.jitter))
        traffic.set(.loss, to: UInt64(found.loss256))
        guard found.received > 0 else { return }
        let report = Report(
            stream: owner.stream, highest: found.highestSequence, loss: found.loss256,
            burst: found.burst8, jitter: found.jitter, delay: found.playoutDelayMs,
            concealed: found.concealedMs, received: found.received)
        sendRecord(.report(report), to: CollectionOfOne(owner.peer))
    }

    private mutating func countTotals(of place: Int) {
        let new = slots[place].newTotals()
        rings.counters.add(.framesLost, new.lost)
        rings.counters.add(.concealedMs, new.concealedMs)
        rings.counters.add(.stretchedMs, new.stretchedMs)
    }
}
