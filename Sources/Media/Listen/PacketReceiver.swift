internal import Crypto
internal import HAL
internal import Realtime
internal import Time
internal import Wire

/// A packet that was opened; its content lies in the receiver until the next one is.
struct OpenedPacket: Equatable {
    let peer: Int
    /// The session's.
    let index: UInt32
    let flags: FrameFlags
    /// Bytes of its content.
    let count: Int
    let source: SocketAddress
    let cameAt: Instant
    /// It was made then at the earliest.
    let madeAt: Instant
    /// The time it carries.
    let time: UInt16

    /// Whether it cannot have been held back on its way.
    func isFresh(at now: Instant) -> Bool { now - madeAt <= SessionClock.freshFor }
}

/// The first step from the wire: datagrams are taken from the socket, and opened one by one.
struct PacketReceiver: ~Copyable {
    /// When the socket is read.
    var intake: Intake
    /// When the one is that has datagrams from elsewhere than peers are known to be.
    var strayIntake: Intake
    var owners = SessionOwners()
    private let rings: Rings
    private var inbox: DatagramInbox
    /// The content of the packet opened last.
    private var plaintext = FixedArray(count: FrameLayout.plaintextMax) { _ in UInt8(0) }
    /// When the turn before this one began, and when datagrams were read last.
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

    /// A turn begins; the one before began then.
    mutating func beginTurn(after before: Instant) { turnBefore = before }

    /// The card or the timer has woken the loop.
    mutating func beginPeriod() {
        intake.beginPeriod()
        strayIntake.beginPeriod()
    }

    /// How many datagrams of a socket the turn may take; nil for none in this period.
    func mayTake(areStrays: Bool) -> Int? {
        if areStrays { return strayIntake.isFlooded ? nil : strayIntake.bounds.perTurn }
        return intake.isFlooded ? nil : intake.bounds.perTurn
    }

    mutating func took(_ count: Int, areStrays: Bool) {
        if areStrays { strayIntake.note(arrivals: count) } else { intake.note(arrivals: count) }
    }

    /// Has the sockets wake the loop, or not.
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

    /// One datagram: length, index, authentication, replay window, and only then its content; each
    /// refusal is a counter.
    mutating func open(
        _ place: Int, for peers: inout GrowingArray<MediaPeer>, at now: Instant
    ) -> OpenedPacket? {
        let arrived = inbox[place]
        guard !arrived.isTruncated else { return refuse(.droppedTruncated) }
        guard arrived.count >= FrameLayout.datagramMin,
            let index = KeySlots.index(of: inbox.bytes(of: place))
        else { return refuse(.droppedLength) }
        guard let peer = owners.owner(of: index, among: &peers) else {
            return refuse(.droppedIndex)
        }
        switch Self.open(inbox, place, by: &peers[peer].keySlots, at: now, into: &plaintext) {
        case .foreign:
            return refuse(.droppedIndex)
        case .refused(let refusal):
            count(refusal, of: peer, at: now)
            if refusal == .copy {
                reportSource(of: peer, index, from: arrived.from, at: &peers[peer], now)
            }
            return nil
        case .opened(let opened, slot: _, let age):
            countBytes(of: arrived, from: peer)
            let packet = accept(opened, age, of: index, place, from: peer, now)
            if opened.isNewest { reportSource(of: packet, at: &peers[peer], now) }
            return packet
        case .switched(let opened, let age, let index, retired: let retired):
            countBytes(of: arrived, from: peer)
            if let retired { rings.handBack(.session(retired)) }
            rings.traffic[peer].set(.sentOnCurrent, to: 0)
            peers[peer].endpoint = peers[peer].nextEndpoint ?? peers[peer].endpoint
            rings.notify(.switched(peer: peer, index: index))
            let packet = accept(opened, age, of: index, place, from: peer, now)
            reportSource(of: packet, at: &peers[peer], now)
            return packet
        }
    }

    private static func open(
        _ inbox: borrowing DatagramInbox, _ place: Int, by slots: inout KeySlots,
        at now: Instant, into plaintext: inout FixedArray<UInt8>
    ) -> KeySlots.Outcome {
        var plain = plaintext.mutableSpan(plaintext.indices)
        return slots.open(inbox.bytes(of: place), at: now, into: &plain)
    }

    private mutating func accept(
        _ opened: Opener.Opened, _ age: Duration, of index: UInt32, _ place: Int,
        from peer: Int, _ now: Instant
    ) -> OpenedPacket? {
        let packet = OpenedPacket(
            peer: peer, index: index, flags: FrameFlags(rawValue: opened.flags),
            count: opened.count, source: inbox[place].from, cameAt: arrival(of: place, at: now),
            madeAt: now - age, time: opened.time)
        rings.traffic[peer].add(.opened)
        guard packet.isFresh(at: now) else {
            rings.counters.add(.droppedStale)
            // Records that only the session needs are true whenever they come.
            return packet.flags.kind == .control ? packet : nil
        }
        // A packet that was held back does not show that its peer is still there.
        rings.traffic[peer].set(.lastOpened, to: UInt64(now.nanoseconds))
        return packet
    }

    /// Tells where the newest packet came from, if that is news: the peer may be there now.
    ///
    /// If two copies of it come from two addresses, only the first is opened, and a stranger's may
    /// be the faster one.
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
        // A replay opened before: it is no sign of keys that do not fit.
        if refusal == .replay || refusal == .copy {
            rings.traffic[peer].add(.repeated)
        } else {
            rings.traffic[peer].set(.lastRefused, to: UInt64(now.nanoseconds))
        }
    }

    private func countBytes(of arrived: Datagram, from peer: Int) {
        let size = arrived.count + arrived.from.datagramOverhead
        rings.traffic[peer].add(.openedBytes, UInt64(size))
    }

    /// When a datagram came: the kernel's time, where it stayed there until this turn.
    ///
    /// Between the last turn and this one, whatever the clock of the day was set to meanwhile.
    private mutating func arrival(of place: Int, at now: Instant) -> Instant {
        guard intake.isGathering else { return now }
        return max(turnBefore, min(now, readAt - inbox.waited(place)))
    }

    /// The content of the packet opened last.
    @_lifetime(borrow self)
    func content(of packet: OpenedPacket) -> Span<UInt8> { plaintext.span(0..<packet.count) }

    /// Control records go to the control thread; the end of a talkspurt is for the voices here.
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
        var bytes = InlineArray<1207, UInt8>(repeating: 0)
        for place in 0..<packet.count { bytes[place] = plaintext[place] }
        rings.pass(
            OpenedRecords(
                peer: packet.peer, index: packet.index, source: packet.source,
                cameAt: packet.cameAt, madeAt: packet.madeAt, time: packet.time,
                count: packet.count, bytes: bytes))
    }
}

/// Which peer each session belongs to.
///
/// A table by the low bits of the index gives a peer to ask first, and no more: indices are random,
/// so two sessions may share an entry, and an old one may still be there. The peer's own key slots
/// say whether the session is its.
struct SessionOwners: ~Copyable {
    private static let count = 64

    private var last = FixedArray<Int>(count: count) { _ in 0 }
    /// No peer of this number or a higher one has had a session yet.
    private var end = 0

    /// This peer has a session.
    mutating func note(_ peer: Int) { end = max(end, peer + 1) }

    /// The peer whose session this is, nil for a foreign one.
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

/// When the media loop reads one of its sockets: as datagrams come, or before the next block.
///
/// Each wake costs more than what is done with the datagram. With several talkers they come more
/// often than blocks are due, so they stay in the kernel until one is, and cost it one call. A
/// flood is left alone, too, when it has cost too much of a period.
struct Intake {
    /// How much of the loop a socket's datagrams may have.
    struct Bounds {
        /// Datagrams taken in one turn at most, so that a flood cannot hold up the sound.
        let perTurn: Int
        /// Datagrams of one period that are no flood.
        let calm: Int
        /// Beyond them, the part of a period: one in so many.
        let part: Int64

        /// Every peer's are calm, and as many again.
        static let data = Bounds(perTurn: 64, calm: 64, part: 2)
        /// They wait for all others, and cost a quarter of what those may.
        ///
        /// A peer on its way to another address sends a few in a period.
        static let strays = Bounds(perTurn: DatagramInbox.capacity, calm: 1, part: 8)
    }

    /// With so many voices datagrams come as often as blocks are due.
    private static let severalVoices = 2
    /// In a longer period, datagrams left in the kernel would look like a queue in the network.
    private static let periodMost: Int64 = 10_000_000

    let bounds: Bounds
    /// Processor time in ns they may take of a period before they are left alone.
    var busyMax: Int64 = 0
    /// Whether a period is short enough for datagrams to stay in the kernel so long.
    private var isShort = false
    /// Datagrams taken since the card or the timer woke the loop last.
    private var arrivals = 0
    /// More than talkers send: each datagram is to find the loop awake for the rest of the period.
    private var hasMany = false
    /// The loop's processor time when this period's datagrams reached `bounds.calm`.
    private var busyFrom: Int64 = 0
    /// They have taken too much of the period.
    private(set) var isFlooded = false
    /// Datagrams stay in the kernel until the next turn of the card or the timer.
    private(set) var isGathering = false
    /// Whether the socket wakes the loop.
    private var wakes = true

    /// - Parameters:
    ///   - bounds: The socket's.
    ///   - period: How often the card wakes the loop, in ns.
    init(_ bounds: Bounds = .data, period: Int64) {
        self.bounds = bounds
        adopt(period: period)
    }

    /// The period is another from now on.
    mutating func adopt(period: Int64) {
        busyMax = period / bounds.part
        isShort = period <= Self.periodMost
    }

    /// Counts datagrams of one turn; the kernel is asked for the time when they are many.
    mutating func note(arrivals count: Int) {
        let before = arrivals
        arrivals += count
        if count >= bounds.perTurn { (hasMany, isGathering) = (true, false) }
        guard arrivals >= bounds.calm else { return }
        let busy = Clock.threadNanoseconds()
        if before < bounds.calm { busyFrom = busy }
        isFlooded = busy - busyFrom >= busyMax
    }

    /// The card or the timer has woken the loop.
    mutating func beginPeriod() { (arrivals, hasMany, isFlooded) = (0, false, false) }

    /// Notes how many voices sound in the block that was mixed.
    mutating func mixed(voices: Int) {
        isGathering = isShort && voices >= Self.severalVoices && !hasMany
    }

    /// No block was due when it should have been: the next turn may be far away.
    mutating func missedBlock() { isGathering = false }

    /// Whether the socket is to wake the loop from now on; nil where nothing changes.
    mutating func newWaking() -> Bool? {
        let isWanted = !isFlooded && !isGathering
        guard isWanted != wakes else { return nil }
        wakes = isWanted
        return isWanted
    }
}
