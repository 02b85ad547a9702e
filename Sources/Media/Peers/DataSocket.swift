internal import Audio
internal import Crypto
internal import HAL
internal import Realtime
internal import Station
internal import Time
internal import Wire

/// The data socket and the peers on it: the last step to the wire, and the first from it.
///
/// A packet's plaintext is laid out, sealed for each peer, and sent. Datagrams that arrive are read
/// here and opened by `PacketReceiver`, with the same peers' keys. Datagrams from unknown addresses
/// come on a second socket.
struct DataSocket: ~Copyable {
    private let udp: UDPSocket
    private let strays: UDPSocket
    private let rings: Rings
    /// The peers by number: keys, endpoints, protection.
    var peers: GrowingArray<MediaPeer>
    /// Bytes of an encoded frame; all packets to a peer are as long as one with a frame.
    var frameSize = PCM.payloadMax
    /// The plaintext to be sealed, with zeros after it.
    private var plaintext = FixedArray(count: PacketLayout.plaintextMax) { _ in UInt8(0) }
    /// Sealed packets.
    private var outbox: DatagramOutbox
    /// The plaintext of a packet that another station is to pass on, or that is passed on here.
    private var carried = FixedArray(count: PacketLayout.plaintextMax) { _ in UInt8(0) }
    /// Whether the outbox has datagrams that nobody has flushed yet.
    private var isHolding = false

    init(
        _ udp: consuming UDPSocket, strays: consuming UDPSocket, _ rings: Rings
    ) throws(MediaError) {
        let outbox = try Self.outbox(for: udp)
        self.outbox = outbox
        self.udp = udp
        self.strays = strays
        self.rings = rings
        peers = GrowingArray(capacity: PeerSet.capacity) { MediaPeer() }
    }

    private static func outbox(
        for udp: borrowing UDPSocket
    ) throws(MediaError) -> DatagramOutbox {
        do throws(SystemError) {
            return try DatagramOutbox(for: udp)
        } catch { throw .system(error) }
    }

    /// The descriptors for the event loop.
    var fd: Int32 { udp.fd }
    var strayFD: Int32 { strays.fd }

    /// Reads the datagrams that have arrived.
    func receive(into inbox: inout DatagramInbox, areStrays: Bool) {
        if areStrays { strays.receive(into: &inbox) } else { udp.receive(into: &inbox) }
    }

    /// Sends a control record on the current session of each listener.
    mutating func send(
        _ record: ControlRecord, to listeners: some Swift.Sequence<Int>, at now: Instant
    ) {
        lay(ControlPayload(record))
        for peer in listeners { seal(to: peer, PacketFlags(kind: .control), at: now) }
        flush()
    }

    /// Sends control records to one peer; on session `index` if given, else on the current one.
    ///
    /// The packet carries the time `made`, at which the records were true.
    mutating func send(
        _ records: ControlPayload, to peer: Int, onSession index: UInt32? = nil,
        address: SocketAddress? = nil, made: Instant
    ) {
        lay(records)
        seal(
            to: peer, onSession: index, PacketFlags(kind: .control), address: address, at: made)
        flush()
    }

    /// Sends a heartbeat on the current session of a peer.
    mutating func sendCover(to peer: Int, at now: Instant) {
        lay(ControlPayload())
        seal(to: peer, PacketFlags(kind: .cover), at: now)
        flush()
    }

    /// Sends an encoded frame to the listeners of this talkspurt, with the copies each needs.
    mutating func send(
        frame number: Int, of frames: borrowing EncodedFrames, _ spurt: SentTalkspurt,
        to listeners: PeerSet, stream: UInt8, isSpurtStart: Bool, isLast: Bool, at now: Instant
    ) {
        let flags = PacketFlags(kind: .audio, isSpurtStart: isSpurtStart, stream: stream)
        var laid = (depth: -1, offset: 0)
        for peer in listeners {
            let copies = copies(in: number, of: frames, to: peer, since: spurt.unbroken)
            // Most listeners need the same copies.
            if copies != laid {
                lay(frame: number, of: frames, spurt.sequence, isLast: isLast, copies)
                laid = copies
            }
            seal(to: peer, flags, at: now)
        }
        flush()
    }

    /// The copies in a packet: those this listener needs, and those that fit its padding.
    ///
    /// Copies never reach before the talkspurt, over a gap in it, or before a change of the frames'
    /// size.
    private mutating func copies(
        in number: Int, of frames: borrowing EncodedFrames, to peer: Int, since unbroken: Int
    ) -> (depth: Int, offset: Int) {
        let room =
            peers[peer].protection.plaintextSize(frameSize: frames.frameSize)
            - AudioPacket.headerSize
        let offset = peers[peer].protection.offset
        let past = (number - max(unbroken, frames.oldest)) / offset
        let depth = min(room / frames.frameSize - 1, Redundancy.depthMax, past)
        return (depth, depth == 0 ? 1 : offset)
    }

    /// Lays out an encoded frame and its copies, with zeros after them.
    private mutating func lay(
        frame number: Int, of frames: borrowing EncodedFrames, _ sequence: UInt16, isLast: Bool,
        _ copies: (depth: Int, offset: Int)
    ) {
        var plain = plaintext.mutableSpan(plaintext.indices)
        let audio = AudioPacket.write(
            sequence: sequence, depth: copies.depth, offset: copies.offset, isLast: isLast,
            frameSize: frames.frameSize, into: &plain)
        for index in 0...copies.depth {
            let place = audio.frame(index).range.lowerBound
            frames.copy(number - index * copies.offset, into: &plain, at: place)
        }
    }

    /// Lays out control records, with zeros after them up to the greatest P.
    private mutating func lay(_ records: ControlPayload) {
        for place in plaintext.indices {
            plaintext[place] = place < ControlPayload.capacity ? records.bytes[place] : 0
        }
    }

    /// Seals P bytes of the laid-out plaintext for one peer; drops them without a session.
    private mutating func seal(
        to peer: Int, onSession index: UInt32? = nil, _ flags: PacketFlags,
        address: SocketAddress? = nil, at now: Instant
    ) {
        guard let endpoint = address ?? self.endpoint(of: peer, onSession: index) else {
            rings.counters.add(.unsentNoSession)
            return
        }
        // An address that may not be the peer's gets no longer packet than the one that came from
        // there.
        let size =
            address == nil
            ? peers[peer].protection.plaintextSize(frameSize: frameSize)
            : PacketLayout.plaintextMin
        let sealed = Self.seal(
            plaintext, size, flags, by: &peers[peer].keySlots, onSession: index, at: now,
            into: &outbox)
        guard let sealed else {
            rings.counters.add(
                peers[peer].keySlots.currentIndex == nil ? .unsentNoSession : .unsentSpent)
            return
        }
        let traffic = rings.traffic[peer]
        traffic.set(.sentOnCurrent, to: peers[peer].keySlots.currentCounter)
        traffic.set(.lastSent, to: UInt64(now.nanoseconds))
        if let way = endpoint.way {
            carry(sealed, to: peer, along: way, at: now)
        } else if !outbox.append(size: sealed, to: endpoint, tag: peer) {
            rings.counters.add(.unsentUnreachable)
        } else if outbox.isFull {
            flush()
        }
    }

    private static func seal(
        _ plaintext: borrowing FixedArray<UInt8>, _ size: Int, _ flags: PacketFlags,
        by slots: inout KeySlots, onSession index: UInt32? = nil, at now: Instant,
        into outbox: inout DatagramOutbox
    ) -> Int? {
        let plain = plaintext.span(0..<size)
        var datagram = outbox.next
        if let index {
            return slots.seal(
                onIndex: index, flags: flags.rawValue, plaintext: plain, at: now,
                into: &datagram)
        }
        return slots.seal(flags: flags.rawValue, plaintext: plain, at: now, into: &datagram)
    }

    private mutating func endpoint(of peer: Int, onSession index: UInt32?) -> SocketAddress? {
        guard let index, index == peers[peer].keySlots.nextIndex else {
            return peers[peer].endpoint
        }
        return peers[peer].nextEndpoint
    }

    /// Sends the sealed packets of the outbox, in one call to the kernel.
    mutating func flush() {
        isHolding = false
        udp.send(&outbox)
        for place in 0..<outbox.count {
            let sent = outbox[place]
            guard sent.result == .sent else {
                rings.counters.add(.unsentUnreachable)
                continue
            }
            let traffic = rings.traffic[sent.tag]
            traffic.add(.sent)
            traffic.add(.sentBytes, UInt64(sent.bytes))
        }
    }

    /// The outlook that a talk will be heard, before it begins.
    enum Prospect {
        /// A listener is present.
        case heard
        /// The present listeners did not hear the last talk, or the microphone is silent.
        case doubted
        case nobody
    }

    /// A peer that has sent nothing for this long is absent.
    private static let absentAfter = Duration.seconds(20)

    /// Judges the listeners of a talk before the first report of any of them.
    mutating func prospect(
        of listeners: PeerSet, isMicrophoneSilent: Bool, at now: Instant
    ) -> Prospect {
        var found = Prospect.nobody
        for peer in listeners where peers[peer].keySlots.currentIndex != nil {
            let heard = Instant(nanoseconds: Int64(rings.traffic[peer][.lastOpened]))
            guard now - heard < Self.absentAfter else { continue }
            guard peers[peer].isDoubted || isMicrophoneSilent else { return .heard }
            found = .doubted
        }
        return found
    }
}

/// Datagrams between two stations, through a third one (protocol.md §1.11).
extension DataSocket {
    /// Sends a handshake message, or a part of it, to the station that passes it on.
    mutating func send(_ part: borrowing ForwardedPart, at now: Instant) {
        let bytes = part.bytes
        for place in bytes.indices { carried[place] = bytes[place] }
        sendCarried(bytes.count, tag: part.way.forwarder, along: part.way, at: now)
        flush()
    }

    /// Seals a datagram of the peer at a place for the peer to which it is passed on.
    ///
    /// It goes out with the next `flush`, or `flushPassedOn`.
    ///
    /// - Returns: Whether it goes out; nothing does where `canPassOn` is false.
    mutating func passOn(
        _ content: Span<UInt8>, from place: Int, to peer: Int, at now: Instant
    ) -> Bool {
        guard let endpoint = directEndpoint(of: peer) else { return false }
        for place in content.indices { carried[place] = content[place] }
        let flags = PacketFlags(forwardPlace: UInt8(place), isToBePassedOn: false)
        let sealed = Self.seal(
            carried, content.count, flags, by: &peers[peer].keySlots, at: now, into: &outbox)
        return append(sealed, sealedFor: peer, to: endpoint, tag: peer, at: now)
    }

    /// Whether a peer has a session, and an address of its own: nothing is passed on twice.
    func canPassOn(to peer: Int) -> Bool {
        directEndpoint(of: peer) != nil && peers[peer].keySlots.currentIndex != nil
    }

    /// Sends what was passed on since the last flush.
    mutating func flushPassedOn() { if isHolding { flush() } }

    /// Seals the datagram that lies in the outbox for the station that passes it on.
    private mutating func carry(
        _ size: Int, to peer: Int, along way: Endpoint.Way, at now: Instant
    ) {
        guard size <= ForwardedPacket.room else { return rings.counters.add(.unsentUnreachable) }
        Self.copy(size, from: outbox, into: &carried)
        sendCarried(ForwardedPacket.headerSize + size, tag: peer, along: way, at: now)
    }

    private static func copy(
        _ size: Int, from outbox: borrowing DatagramOutbox, into carried: inout FixedArray<UInt8>
    ) {
        for place in 0..<ForwardedPacket.headerSize { carried[place] = 0 }
        // Not `next`: reading a `MutableSpan` takes memory from the heap in Embedded Swift.
        let datagram = outbox.written
        for place in 0..<size { carried[ForwardedPacket.headerSize + place] = datagram[place] }
    }

    private mutating func sendCarried(
        _ size: Int, tag: Int, along way: Endpoint.Way, at now: Instant
    ) {
        guard let endpoint = directEndpoint(of: way.forwarder) else {
            return rings.counters.add(.unsentNoSession)
        }
        let flags = PacketFlags(forwardPlace: way.place, isToBePassedOn: true)
        let sealed = Self.seal(
            carried, size, flags, by: &peers[way.forwarder].keySlots, at: now, into: &outbox)
        if !append(sealed, sealedFor: way.forwarder, to: endpoint, tag: tag, at: now) {
            rings.counters.add(.unsentNoSession)
        }
    }

    private func directEndpoint(of peer: Int) -> SocketAddress? {
        guard let endpoint = peers[peer].endpoint, endpoint.way == nil else { return nil }
        return endpoint
    }

    /// Queues a datagram that was sealed on a peer's session; `tag` is the peer whose it is.
    private mutating func append(
        _ sealed: Int?, sealedFor peer: Int, to endpoint: SocketAddress, tag: Int,
        at now: Instant
    ) -> Bool {
        guard let sealed else { return false }
        let traffic = rings.traffic[peer]
        traffic.set(.sentOnCurrent, to: peers[peer].keySlots.currentCounter)
        traffic.set(.lastSent, to: UInt64(now.nanoseconds))
        guard outbox.append(size: sealed, to: endpoint, tag: tag) else { return false }
        isHolding = true
        if outbox.isFull { flush() }
        return true
    }
}

/// The keys and addresses with which the media loop exchanges packets with one peer.
struct MediaPeer: ~Copyable {
    /// The session keys in use.
    var keySlots = KeySlots()
    var endpoint: SocketAddress?
    /// The address where the `next` session was made; it becomes the endpoint with that session.
    var nextEndpoint: SocketAddress?
    /// Source addresses of its packets, besides its endpoint.
    var sightings = SourceAddresses()
    /// Whether the peer heard nothing of the last talk, or cannot be reached; its first HEARD
    /// decides.
    var isDoubted = false
    /// The protection of our sound to this peer; its frame size is a wish, as all peers share an
    /// encoder.
    var protection = MediaPeer.unprotected

    static let unprotected = Redundancy.Choice(
        frameSize: PCM.payloadMax, room: AudioPacket.roomMax)
}

/// Methods of the choice inside a peer: a method of the peer would copy it first.
extension Redundancy.Choice {
    /// The number of copies that a packet with frames of this size has room for.
    private func depth(frameSize: Int) -> Int {
        let room = min(self.room, AudioPacket.roomMax)
        return max(0, min(depth, room / frameSize - 1))
    }

    /// P of protocol.md §2.2: one size for audio, control and cover.
    func plaintextSize(frameSize: Int) -> Int {
        AudioPacket.plaintextSize(frameSize: frameSize, depth: depth(frameSize: frameSize))
    }
}

/// Recent source addresses of one peer's packets, besides its endpoint.
///
/// The control thread gets only some of them: an attacker who copies packets decides how many come,
/// and from how many addresses. If there are many, chance decides which ones are reported;
/// otherwise an attacker faster than the peer would take all places. The draw is Algorithm R
/// (Vitter, "Random sampling with a reservoir", ACM TOMS 11, 1985), except that each address that
/// enters the sample is reported at once.
struct SourceAddresses {
    /// The time after which addresses are reported again.
    static let span = Duration.milliseconds(100)
    /// Addresses of a span that are always reported, and the size of the sample.
    static let certain = 4

    private var sample = InlineArray<4, SocketAddress?>(repeating: nil)
    private var begunAt: Instant?
    /// Packets in this span whose source was not in the sample.
    private var count = 0

    /// Whether to report this source; `draw` returns an unpredictable number below its argument.
    mutating func note(
        _ source: SocketAddress, at now: Instant, draw: (Int) -> Int = SourceAddresses.draw
    ) -> Bool {
        if begunAt.map({ now >= $0 + Self.span }) ?? true {
            self = SourceAddresses()
            begunAt = now
        }
        for place in sample.indices where sample[place] == source { return false }
        count += 1
        let place = count <= Self.certain ? count - 1 : draw(count)
        guard place < Self.certain else { return false }
        sample[place] = source
        return true
    }

    static func draw(below limit: Int) -> Int {
        var bytes = InlineArray<8, UInt8>(repeating: 0)
        var room = bytes.mutableSpan
        Random.fill(&room)
        var number: UInt64 = 0
        for place in bytes.indices { number = number << 8 | UInt64(bytes[place]) }
        return Int(number % UInt64(limit))
    }
}

/// Chooses the size of the frames, which are encoded once for all listeners, from the wishes of
/// their paths.
///
/// A talk to one listener follows that path. In a talk to several, one listener's wish shortens
/// frames only to the size that fills the smallest packet. Shorter frames would not make packets
/// smaller, only leave room for copies, and that listener gets copies in larger packets of its own.
/// Still shorter frames need the wish of more than half of the listeners. So a listener whose
/// reports are bad, or false, costs the others no more than that. A path that carries nothing at
/// all counts only if no other listener is there.
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
