internal import HAL
internal import Realtime
internal import Station
internal import Time
internal import Wire

/// Passes datagrams on between named peers that have no path to each other (protocol.md §1.11).
///
/// A datagram comes sealed by one peer and leaves sealed for the other; only these two can open the
/// content. Nothing of anybody else is passed on, and of a named peer no more than its share.
struct Forwarder {
    /// Bytes a second of each peer that no other peer can take away: a good voice, with copies.
    static let assured = 32_000
    /// Bytes a second of one peer beyond these, as long as all peers together leave room.
    static let more = 96_000
    static let moreOfAll = 1_000_000

    private struct Share {
        var assured = Allowance()
        var more = Allowance()
    }

    private var shares = InlineArray<64, Share>(repeating: Share())
    private var moreOfAll = Allowance()
    private let counters: CounterTable<MediaCount>
    private let traffic: [CounterTable<PeerCount>]

    init(_ rings: Rings) {
        counters = rings.counters
        traffic = rings.traffic
    }

    /// Seals the datagram in a packet for the peer at the packet's place, if both are named.
    ///
    /// - Parameters:
    ///   - packet: A packet to be passed on.
    ///   - receiver: Has the packet's content.
    ///   - named: The peers to pass on for, by their place.
    ///   - socket: Sends the datagram with its next `flush`.
    ///   - now: The time.
    mutating func pass(
        _ packet: OpenedPacket, in receiver: borrowing PacketReceiver, among named: [Int],
        by socket: inout DataSocket, at now: Instant
    ) {
        let place = Int(packet.flags.forwardPlace)
        let content = receiver.content(of: packet)
        guard let own = named.firstIndex(of: packet.peer), place < named.count, place != own,
            ForwardedPacket.part(of: content) != nil, socket.canPassOn(to: named[place])
        else { return counters.add(.forwardRefused) }
        let size = packet.count + PacketLayout.overhead
        guard takeShare(size, of: packet.peer, at: now) else {
            return counters.add(.forwardLimited)
        }
        guard socket.passOn(content, from: own, to: named[place], at: now) else {
            return counters.add(.unsentUnreachable)
        }
        counters.add(.forwarded)
        traffic[packet.peer].add(.forwardedBytes, UInt64(size))
    }

    /// Takes so many bytes of what a peer may have passed on; where it may not, it loses nothing.
    mutating func takeShare(_ size: Int, of peer: Int, at now: Instant) -> Bool {
        if shares[peer].assured.take(size, rate: Self.assured, at: now) { return true }
        var (more, ofAll) = (shares[peer].more, moreOfAll)
        guard more.take(size, rate: Self.more, at: now),
            ofAll.take(size, rate: Self.moreOfAll, at: now)
        else { return false }
        (shares[peer].more, moreOfAll) = (more, ofAll)
        return true
    }
}

/// The bytes that may pass: so many a second, and what they come to in a quarter of a second at
/// once.
struct Allowance {
    static let saved = Duration.milliseconds(250)

    /// The time up to which the bytes of each second are used.
    private var used = Instant(nanoseconds: 0)

    /// Takes so many bytes; false where they are too many by now.
    mutating func take(_ bytes: Int, rate: Int, at now: Instant) -> Bool {
        let cost = Duration.nanoseconds(Int64(bytes) * 1_000_000_000 / Int64(rate))
        let start = max(used, now - Self.saved)
        guard start + cost <= now else { return false }
        used = start + cost
        return true
    }
}

extension SocketAddress {
    /// A way through another peer in place of an address, as `Endpoint` has it.
    init(_ way: Endpoint.Way) {
        let endpoint = Endpoint(way)
        self.init(
            high: endpoint.high, low: endpoint.low, port: endpoint.port, scope: endpoint.scope)
    }

    /// The way through another peer; nil for an address of a network.
    var way: Endpoint.Way? { Endpoint(high: high, low: low, port: port, scope: scope).way }
}
