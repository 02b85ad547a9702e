internal import Audio
internal import Crypto
internal import HAL
internal import Realtime
internal import Station
internal import Time
internal import Wire

/// From the wire to the speaker: packets are opened (`PacketReceiver`), their sound is kept and
/// mixed by talker (`Talkers`), and the mix goes to the card by way of `Speaker`.
extension MediaLoop {
    /// Takes the datagrams that have arrived, at most `Intake.Bounds.perTurn`.
    ///
    /// When a period brings many datagrams and they keep the loop busy for too long (`Intake`), the
    /// socket is left alone until the card or the timer wakes the loop again: a flood then costs a
    /// bounded share of each period, and fills the kernel's buffer, not ours. A bound on their
    /// number would not help: on a slow machine each turn may find a few, and the loop never sleeps
    /// until LimitRTTIME= ends it.
    ///
    /// - Parameter areStrays: Whether to take datagrams from unknown addresses, which have bounds
    ///   of their own.
    mutating func listen(areStrays: Bool = false) {
        guard let most = receiver.mayTake(areStrays: areStrays) else { return }
        var taken = 0
        var count = 0
        repeat {
            count = receiver.read(from: socket, areStrays: areStrays)
            for place in 0..<count { usePacket(place) }
            socket.flushPassedOn()
            taken += count
            // Fewer than fit: the kernel has no more.
        } while count == DatagramInbox.capacity && taken < most
        receiver.note(taken: taken, areStrays: areStrays)
    }

    private mutating func usePacket(_ place: Int) {
        guard let packet = receiver.open(place, for: &socket.peers, at: now) else { return }
        use(packet)
    }

    private mutating func use(_ packet: OpenedPacket) {
        switch packet.flags.kind {
        case .audio:
            talkers.receive(packet, in: receiver, speakerState, by: &socket, at: now)
        case .control: receiver.passRecords(of: packet, to: &talkers, at: now)
        case .cover: break
        case .forward where packet.flags.isToBePassedOn:
            forwarder.pass(packet, in: receiver, among: plan.forwards, by: &socket, at: now)
        case .forward where ForwardedPacket.holdsData(receiver.content(of: packet)):
            let inside = receiver.openInside(packet, for: &socket.peers, at: now)
            if let inside { use(inside) }
        case .forward: receiver.pass(packet)
        }
    }

    /// Whether arriving sound can be heard.
    private var speakerState: Talkers.SpeakerState {
        mutating get {
            if cards.playback.isOpen { return cards.playback.watch.isStill ? .still : .open }
            guard plan.hasSpeaker else { return .absent(.noOutput) }
            return .absent(cards.playback.watch.isStill ? .outputStill : .outputLost)
        }
    }

    /// Fills the speaker's card with mixed voices, as much as it has room for now.
    mutating func playSound() {
        defer { cards.playedAt = now }
        var room = cards.playbackRoom()
        var xruns = 0
        while room > 0 {
            if speaker.waiting == 0 {
                let isHeldDown = isSpeakerHeldDown
                // Asked again after the mix: an urgent tone in the block lifts the hold.
                speaker.load(
                    nextBlock(isHeldDown: isHeldDown), count: plan.sound.blockSamples,
                    isHeldDown: isSpeakerHeldDown)
            }
            var outcome = PCMTransfer.wouldBlock
            speaker.give(room) { samples in
                outcome = cards.write(samples)
                guard case .samples(let count) = outcome else { return 0 }
                capturePath.played(samples.extracting(first: count), hasVox: plan.hasVox)
                return count
            }
            switch outcome {
            case .samples(let count):
                room -= count
                cards.playback.clock.add(count)
                paceAnnouncement(.card(.playback), count)
                cards.moved(.playback, loop, at: now)
            case .wouldBlock:
                return
            case .xrun:
                // The next turn of this loop offers the refused block again.
                rings.counters.add(.playbackXruns)
                shedding.noteLateness(
                    xrunAfter: now - cards.playedAt, period: cards.playback.periodSamples)
                cards.playback.clock.begins()
                capturePath.loseReference()
                if cards.isLinked { startCards() }
                xruns += 1
                // A card that refuses every block must not stop everything else.
                guard xruns < Self.xrunsPerTurn else { return }
                room = cards.playbackRoom()
            case .suspended:
                fellAsleep(.playback)
                return
            case .gone(let error):
                lost(.playback, error)
                return
            }
        }
    }

    /// Mixes the next block: voices first, then ringtone and chimes, and spoken words.
    private mutating func nextBlock(isHeldDown: Bool) -> Block {
        var room = Block(repeating: 0)
        var all = room.mutableSpan
        var block = all._mutatingExtracting(first: plan.sound.blockSamples)
        let voices = talkers.mix(
            by: &block, plan, .init(byHand: volumes, isHeldDown: isHeldDown), &tones, &socket,
            at: now)
        receiver.intake.mixed(voices: voices)
        tones.mix(
            into: &talkers.mixer, by: &block, plan, volumes,
            isOutranked: talkers.highestHeard(at: now) > 0, at: now)
        let isSpeaking = speaking.mix(
            into: &talkers.mixer, by: &block, gain: Tones.gain(volumes), rings)
        if isSpeaking { tones.makeWay(at: now) }
        talkers.mixer.render(into: &block)
        duplex.played(block.span, talks.talking)
        meters.played(block.span, rings)
        return room
    }

    /// Whether half duplex holds the speaker down now.
    private var isSpeakerHeldDown: Bool {
        duplex.holdsSpeakerDown(talks.talking, isUrgent: tones.isUrgent(at: now), at: now)
    }
}

/// Takes datagrams from the socket and opens them, one by one.
struct PacketReceiver: ~Copyable {
    /// Decides when the socket is read.
    var intake: Intake
    /// Decides when the socket for unknown addresses is read.
    var strayIntake: Intake
    var owners = SessionOwners()
    private let rings: Rings
    private var inbox: DatagramInbox
    /// The content of the packet opened last.
    private var plaintext = FixedArray(count: PacketLayout.plaintextMax) { _ in UInt8(0) }
    /// The content of the packet in which another one came.
    private var carried = FixedArray(count: PacketLayout.plaintextMax) { _ in UInt8(0) }
    /// The beginning of the turn before this one, and the moment of the last read.
    private var turnBefore: Instant
    private var readAt: Instant

    init(_ rings: Rings, period: Int64, at now: Instant) throws(MediaError) {
        inbox = try MediaError.fromSystem { () throws(SystemError) in try DatagramInbox() }
        intake = Intake(period: period)
        strayIntake = Intake(.strays, period: period)
        self.rings = rings
        turnBefore = now
        readAt = now
    }

    /// Begins a turn; `before` is when the last one began.
    mutating func beginTurn(after before: Instant) { turnBefore = before }

    /// Begins a period: the card or the timer has woken the loop.
    mutating func beginPeriod() {
        intake.beginPeriod()
        strayIntake.beginPeriod()
    }

    /// How many datagrams of a socket the turn may take; nil for none in this period.
    func mayTake(areStrays: Bool) -> Int? {
        if areStrays { return strayIntake.isFlooded ? nil : strayIntake.bounds.perTurn }
        return intake.isFlooded ? nil : intake.bounds.perTurn
    }

    mutating func note(taken count: Int, areStrays: Bool) {
        if areStrays { strayIntake.note(arrivals: count) } else { intake.note(arrivals: count) }
    }

    /// Sets whether the sockets wake the loop.
    mutating func watch(_ socket: borrowing DataSocket, by loop: borrowing EventLoop) {
        if let wakes = intake.newWaking() {
            try? loop.modify(
                fd: socket.fd, events: wakes ? EventLoop.readable : 0,
                token: Token.socket.rawValue)
        }
        if let wakes = strayIntake.newWaking() {
            try? loop.modify(
                fd: socket.strayFD, events: wakes ? EventLoop.readable : 0,
                token: Token.strays.rawValue)
        }
    }

    /// Reads the datagrams that have arrived; returns their number.
    mutating func read(from socket: borrowing DataSocket, areStrays: Bool = false) -> Int {
        socket.receive(into: &inbox, areStrays: areStrays)
        if intake.isGathering { readAt = Clock.now() }
        return inbox.count
    }

    /// Checks one datagram (length, index, authentication, replay window) and only then reads its
    /// content.
    ///
    /// Each refusal is counted.
    mutating func open(
        _ place: Int, for peers: inout GrowingArray<MediaPeer>, at now: Instant
    ) -> OpenedPacket? {
        let arrived = inbox[place]
        guard !arrived.isTruncated else { return refuse(.droppedTruncated) }
        guard arrived.count >= PacketLayout.datagramMin,
            let index = KeySlots.index(of: inbox.bytes(of: place))
        else { return refuse(.droppedLength) }
        guard let peer = owners.owner(of: index, among: &peers) else {
            return refuse(.droppedIndex)
        }
        let outcome = Self.open(
            inbox, place, by: &peers[peer].keySlots, at: now, into: &plaintext)
        let arrival = Arrival(
            source: arrived.from, size: arrived.count + arrived.from.datagramOverhead,
            at: arrival(of: place, at: now))
        return take(outcome, of: index, arrival, from: peer, at: &peers[peer], now)
    }

    /// Opens the datagram in a packet that another station has passed on, as `open` does.
    mutating func openInside(
        _ outer: OpenedPacket, for peers: inout GrowingArray<MediaPeer>, at now: Instant
    ) -> OpenedPacket? {
        for place in 0..<outer.count { carried[place] = plaintext[place] }
        let range = ForwardedPacket.headerSize..<outer.count
        guard range.count >= PacketLayout.datagramMin,
            let index = KeySlots.index(of: carried.span(range))
        else { return refuse(.droppedLength) }
        guard let peer = owners.owner(of: index, among: &peers), peer != outer.peer else {
            return refuse(.droppedIndex)
        }
        let outcome = Self.open(
            carried, range, by: &peers[peer].keySlots, at: now, into: &plaintext)
        let way = Endpoint.Way(forwarder: outer.peer, place: outer.flags.forwardPlace)
        let arrival = Arrival(source: SocketAddress(way), size: range.count, at: outer.cameAt)
        let packet = take(outcome, of: index, arrival, from: peer, at: &peers[peer], now)
        // Nothing is passed on twice.
        return packet?.flags.kind == .forward ? refuse(.droppedKind) : packet
    }

    /// Where a datagram came from, and when.
    private struct Arrival {
        let source: SocketAddress
        let size: Int
        let at: Instant
    }

    private static func open(
        _ inbox: borrowing DatagramInbox, _ place: Int, by slots: inout KeySlots,
        at now: Instant, into plaintext: inout FixedArray<UInt8>
    ) -> KeySlots.Outcome {
        var plain = plaintext.mutableSpan(plaintext.indices)
        return slots.open(inbox.bytes(of: place), at: now, into: &plain)
    }

    private static func open(
        _ carried: borrowing FixedArray<UInt8>, _ range: Range<Int>, by slots: inout KeySlots,
        at now: Instant, into plaintext: inout FixedArray<UInt8>
    ) -> KeySlots.Outcome {
        var plain = plaintext.mutableSpan(plaintext.indices)
        return slots.open(carried.span(range), at: now, into: &plain)
    }

    private mutating func take(
        _ outcome: consuming KeySlots.Outcome, of index: UInt32, _ arrival: Arrival,
        from peer: Int, at known: inout MediaPeer, _ now: Instant
    ) -> OpenedPacket? {
        switch consume outcome {
        case .foreign:
            return refuse(.droppedIndex)
        case .refused(let refusal):
            count(refusal, of: peer, at: now)
            if refusal == .copy {
                reportSource(of: peer, index, from: arrival.source, at: &known, now)
            }
            return nil
        case .opened(let opened, slot: _, let age):
            let packet = accept(opened, age, of: index, arrival, from: peer, now)
            if opened.isNewest { reportSource(of: packet, at: &known, now) }
            return packet
        case .switched(let opened, let age, let index, retired: let retired):
            if let retired { rings.handBack(.session(retired)) }
            rings.traffic[peer].set(.sentOnCurrent, to: 0)
            known.endpoint = known.nextEndpoint ?? known.endpoint
            rings.notify(.switched(peer: peer, index: index))
            let packet = accept(opened, age, of: index, arrival, from: peer, now)
            reportSource(of: packet, at: &known, now)
            return packet
        }
    }

    private mutating func accept(
        _ opened: Opener.Opened, _ age: Duration, of index: UInt32, _ arrival: Arrival,
        from peer: Int, _ now: Instant
    ) -> OpenedPacket? {
        rings.traffic[peer].add(.openedBytes, UInt64(arrival.size))
        let packet = OpenedPacket(
            peer: peer, index: index, flags: PacketFlags(rawValue: opened.flags),
            count: opened.count, source: arrival.source, cameAt: arrival.at, madeAt: now - age,
            time: opened.time)
        rings.traffic[peer].add(.opened)
        guard packet.isFresh(at: now) else {
            rings.counters.add(.droppedStale)
            // Records that only the session needs stay true, whenever they come.
            return packet.flags.kind == .control ? packet : nil
        }
        // A delayed packet does not show that its peer is still there.
        rings.traffic[peer].set(.lastOpened, to: UInt64(now.nanoseconds))
        return packet
    }

    /// Reports a new source address of the newest packet: the peer may have moved there.
    ///
    /// An attacker's copy of a packet may arrive before the packet itself. Of the two, only the
    /// first opens.
    private func reportSource(
        of peer: Int, _ index: UInt32, from source: SocketAddress, at seen: inout MediaPeer,
        _ now: Instant
    ) {
        guard source != seen.endpoint, index == seen.keySlots.currentIndex else { return }
        rings.counters.add(.otherSource)
        guard seen.sightings.note(source, at: now) else { return }
        rings.notify(.elsewhere(peer: peer, index: index, source))
    }

    private func reportSource(of packet: OpenedPacket?, at seen: inout MediaPeer, _ now: Instant) {
        guard let packet, packet.isFresh(at: now) else { return }
        reportSource(of: packet.peer, packet.index, from: packet.source, at: &seen, now)
    }

    private func refuse(_ why: MediaCount) -> OpenedPacket? {
        rings.counters.add(why)
        return nil
    }

    private func count(_ refusal: Opener.Refusal, of peer: Int, at now: Instant) {
        switch refusal {
        case .length: rings.counters.add(.droppedLength)
        case .counter: rings.counters.add(.droppedCounter)
        case .authentication: rings.counters.add(.droppedAuthentication)
        case .replay, .copy: rings.counters.add(.droppedReplay)
        }
        rings.traffic[peer].add(.refused)
        // A replay was opened before: it does not mean that the keys do not fit.
        if refusal == .replay || refusal == .copy {
            rings.traffic[peer].add(.repeated)
        } else {
            rings.traffic[peer].set(.lastRefused, to: UInt64(now.nanoseconds))
        }
    }

    /// The arrival time of a datagram: by the kernel's clock if the datagram waited there for this
    /// turn.
    ///
    /// Always between the last turn and this one, even if the clock of the day was set meanwhile.
    private mutating func arrival(of place: Int, at now: Instant) -> Instant {
        guard intake.isGathering else { return now }
        return max(turnBefore, min(now, readAt - inbox.waited(place)))
    }

    /// The content of the packet opened last.
    @_lifetime(borrow self)
    func content(of packet: OpenedPacket) -> Span<UInt8> { plaintext.span(0..<packet.count) }

    /// Passes control records to the control thread, and ends of talkspurts to the voices.
    mutating func passRecords(
        of packet: OpenedPacket, to talkers: inout Talkers, at now: Instant
    ) {
        var ends = InlineArray<8, SpurtEnd>(repeating: SpurtEnd(stream: 0, last: 0))
        var found = 0
        let isGood = ControlReader.read(plaintext.span(0..<packet.count)) { record in
            if case .spurtEnd(let end) = record, found < 8 {
                ends[found] = end
                found += 1
            }
        }
        guard isGood else { return rings.counters.add(.droppedRecords) }
        if packet.isFresh(at: now) {
            for place in 0..<found { talkers.spurtEnded(ends[place], of: packet.peer) }
        }
        pass(packet)
    }

    /// Passes a packet to the control thread: control records, or a handshake message that another
    /// station has passed on.
    mutating func pass(_ packet: OpenedPacket) {
        var bytes = InlineArray<1207, UInt8>(repeating: 0)
        for place in 0..<packet.count { bytes[place] = plaintext[place] }
        rings.pass(OpenedRecords(packet: packet, bytes: bytes))
    }
}

/// Finds the peer of a session.
///
/// A table by the low bits of the index only gives the peer to try first: indices are random, so
/// two sessions may share an entry, and an old entry may remain. The key slots of that peer decide.
struct SessionOwners: ~Copyable {
    private static let count = 64

    private var last = FixedArray<Int>(count: count) { _ in 0 }
    /// No peer with this number or a higher one has had a session yet.
    private var end = 0

    /// Notes that this peer has a session.
    mutating func note(_ peer: Int) { end = max(end, peer + 1) }

    /// The peer of this session; nil for a foreign session.
    mutating func owner(of index: UInt32, among peers: inout GrowingArray<MediaPeer>) -> Int? {
        let place = Int(index) & (Self.count - 1)
        let found = last[place]
        if found < end, peers[found].keySlots.owns(index: index) { return found }
        for peer in 0..<end where peers[peer].keySlots.owns(index: index) {
            last[place] = peer
            return peer
        }
        return nil
    }
}

/// Cuts the mix, made in whole blocks, into as many samples as the speaker's card takes.
struct Speaker: ~Copyable {
    /// The speaker's gain while it is held down, half duplex: -40 dB.
    static let heldDown: Float = 0.01
    /// Change of the gain per sample, too small to click: full scale in 50 ms.
    private static let slope: Float = 0.2 / 480

    /// The block to play, in its first `count` samples.
    private var block = Block(repeating: 0)
    private var count = 0
    private var played = 0
    private var gain: Float = 1

    /// Samples of the block not yet given to the card.
    var waiting: Int { count - played }

    /// Loads the next block to play, the first `count` samples of `next`; the former one must be
    /// played out.
    mutating func load(_ next: Block, count: Int = PCM.blockMax, isHeldDown: Bool) {
        precondition(waiting == 0)
        block = next
        self.count = count
        played = 0
        let target = isHeldDown ? Self.heldDown : 1
        if gain == 1, target == 1 { return }
        let from = gain
        let reach = Self.slope * Float(count)
        gain = target > gain ? min(target, gain + reach) : max(target, gain - reach)
        let slope = (gain - from) / Float(count)
        for index in 0..<count {
            block[index] = Int16(Float(block[index]) * (from + slope * Float(index)))
        }
    }

    /// Gives up to `count` samples to `body`, which returns how many of them the card took.
    mutating func give(_ count: Int, _ body: (Span<Int16>) -> Int) {
        let size = min(count, waiting)
        played += body(block.span.extracting(played..<played + size))
    }
}
