internal import Audio
internal import Crypto
internal import HAL
internal import Realtime
internal import Station
internal import Time
internal import Wire

/// The data socket and the peers on it: the last step to the wire, and the first from it.
///
/// A packet's plaintext is laid out, sealed for each peer, and sent. Datagrams that arrive are
/// read here and opened by `PacketReceiver`, with the same peers' keys. Those from elsewhere than
/// peers are known to be come on a socket of their own.
struct DataSocket: ~Copyable {
    private let udp: UDPSocket
    private let strays: UDPSocket
    private let rings: Rings
    /// By number: keys, endpoints, protection.
    var peers: GrowingArray<MediaPeer>
    /// Bytes of an encoded frame: all packets to a peer are as long as those that carry one.
    var frameSize = PCM.payloadMax
    /// The packet to be sealed, and zeros behind it.
    private var plaintext = FixedArray(count: FrameLayout.plaintextMax) { _ in UInt8(0) }
    /// Sealed packets.
    private var outbox: DatagramOutbox

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

    /// Sends a control record on the current session of each of these peers.
    mutating func send(
        _ record: ControlRecord, to listeners: some Swift.Sequence<Int>, at now: Instant
    ) {
        lay(ControlPayload(record))
        for peer in listeners { seal(to: peer, FrameFlags(kind: .control), at: now) }
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
            to: peer, onSession: index, FrameFlags(kind: .control), address: address, at: made)
        flush()
    }

    /// Sends a heartbeat on the current session of a peer.
    mutating func sendCover(to peer: Int, at now: Instant) {
        lay(ControlPayload())
        seal(to: peer, FrameFlags(kind: .cover), at: now)
        flush()
    }

    /// Sends an encoded frame to those who hear this talkspurt, with the copies each needs.
    mutating func send(
        frame number: Int, of frames: borrowing EncodedFrames, _ spurt: SentTalkspurt,
        to listeners: PeerSet, stream: UInt8, isSpurtStart: Bool, isLast: Bool, at now: Instant
    ) {
        let flags = FrameFlags(kind: .audio, isSpurtStart: isSpurtStart, stream: stream)
        var laid = (depth: -1, offset: 0)
        for peer in listeners {
            let copies = copies(in: number, of: frames, to: peer, since: spurt.unbroken)
            // Most listeners need the same.
            if copies != laid {
                lay(frame: number, of: frames, spurt.sequence, isLast: isLast, copies)
                laid = copies
            }
            seal(to: peer, flags, at: now)
        }
        flush()
    }

    /// The copies a packet carries: those this listener needs, and those its padding has room for.
    ///
    /// They never reach before the talkspurt or over a gap in it, nor before a change of the
    /// frames' size.
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

    /// Lays out an encoded frame and its copies, zeros behind them.
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

    /// Lays out control records, zeros behind them up to the greatest P.
    private mutating func lay(_ records: ControlPayload) {
        for place in plaintext.indices {
            plaintext[place] = place < ControlPayload.capacity ? records.bytes[place] : 0
        }
    }

    /// Seals P bytes of what was laid out for one peer; without a session they are dropped.
    private mutating func seal(
        to peer: Int, onSession index: UInt32? = nil, _ flags: FrameFlags,
        address: SocketAddress? = nil, at now: Instant
    ) {
        guard let endpoint = address ?? self.endpoint(of: peer, onSession: index) else {
            rings.counters.add(.unsentNoSession)
            return
        }
        // An address that may not be the peer's gets no longer packet than the one that asked.
        let size =
            address == nil
            ? peers[peer].protection.plaintextSize(frameSize: frameSize)
            : FrameLayout.plaintextMin
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
        guard outbox.append(size: sealed, to: endpoint, tag: peer) else {
            rings.counters.add(.unsentUnreachable)
            return
        }
        if outbox.isFull { flush() }
    }

    private static func seal(
        _ plaintext: borrowing FixedArray<UInt8>, _ size: Int, _ flags: FrameFlags,
        by slots: inout KeySlots, onSession index: UInt32?, at now: Instant,
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

    /// Sends what lies sealed in the outbox, in one call to the kernel.
    mutating func flush() {
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

    /// Whether a talk that begins will be heard.
    enum Prospect {
        /// A listener is there.
        case heard
        /// The listeners that are there did not hear the last talk, or the microphone is silent.
        case doubted
        case nobody
    }

    /// A peer from which nothing came for so long is not there.
    private static let absentAfter = Duration.seconds(20)

    /// Judges the listeners of a talk before any of them has reported on it.
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

/// The keys and addresses with which the media loop exchanges packets with one peer.
struct MediaPeer: ~Copyable {
    /// The session keys in use.
    var keySlots = KeySlots()
    var endpoint: SocketAddress?
    /// Where the `next` session was made; it becomes the endpoint when that becomes current.
    var nextEndpoint: SocketAddress?
    /// Where its packets came from, besides its endpoint.
    var sightings = SourceAddresses()
    /// The peer has heard nothing of what was said last, or cannot be reached: its first HEARD
    /// decides whether it hears.
    var isDoubted = false
    /// How our sound to it is protected; its frame size is a wish, as the encoder has one for all.
    var protection = MediaPeer.unprotected

    static let unprotected = Redundancy.Choice(
        frameSize: PCM.payloadMax, room: AudioPacket.roomMax)
}

/// Asked of what lies inside a peer, not of the peer, which would be copied first.
extension Redundancy.Choice {
    /// Copies each packet has room for when frames are so long.
    private func depth(frameSize: Int) -> Int {
        let room = min(self.room, AudioPacket.roomMax)
        return max(0, min(depth, room / frameSize - 1))
    }

    /// P of protocol.md §2.2: one size for audio, control and cover.
    func plaintextSize(frameSize: Int) -> Int {
        AudioPacket.plaintextSize(frameSize: frameSize, depth: depth(frameSize: frameSize))
    }
}

/// Addresses that one peer's packets came from lately, besides its endpoint.
///
/// The control thread is told of an address now and then only: whoever copies packets decides how
/// often they come, and from how many addresses. Which addresses it is told of is drawn by lot
/// once they are many: whoever is faster than the peer would take all places otherwise. The lot is
/// Algorithm R (Vitter, "Random sampling with a reservoir", ACM TOMS 11, 1985), but each address
/// that enters the sample is told at once.
struct SourceAddresses {
    /// After this time addresses are told anew.
    static let span = Duration.milliseconds(100)
    /// Addresses of a span that are told for certain, and the size of the sample.
    static let certain = 4

    private var sample = InlineArray<4, SocketAddress?>(repeating: nil)
    private var begunAt: Instant?
    /// Packets in this span that came from none of the sample.
    private var count = 0

    /// Whether to tell that a packet came from there; `draw` makes a number below its argument that
    /// nobody can foretell.
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
