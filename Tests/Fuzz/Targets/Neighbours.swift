internal import Crypto
internal import Peering
internal import Seeds
internal import Time
internal import Wire

extension FuzzTarget {
    /// One datagram of the LAN, as it is.
    static let datagrams = FuzzTarget(name: "datagrams") { bytes, isPlanted in
        var one = Neighbour(0)
        one.core.seekPairings(at: Neighbour.start)
        one.hear(bytes, from: 7, at: Neighbour.start)
        let counts = one.core.counts
        precondition(counts.received == 1 && counts.drops.values.reduce(0, +) <= 1)
        let places = one.core.pairingPlaces.list(at: Neighbour.start)
        precondition(places.count <= 1)
        planted(isPlanted, at: places.contains { $0.address.port & 0xF == 7 })
    }

    /// Two stations on a LAN: what they say is heard, changed, repeated and held back, while links
    /// and peers come and go.
    static let neighbours = FuzzTarget(name: "neighbours") { bytes, isPlanted in
        var input = FuzzInput(bytes)
        let lan = NeighbourLAN()
        for _ in 0..<40 where !input.isAtEnd { lan.step(&input) }
        planted(isPlanted, at: lan.sightings > 2 && lan.lies > 2)
    }
}

/// One station, with the other as its peer 5.
private struct Neighbour {
    static let start = Instant(nanoseconds: 1_000_000_000)
    static let link = Link(interface: 3, isIPv6: false)
    static let peer = 5

    /// Made once: each costs a key agreement.
    private static let keys = (0..<2).map { side in
        X25519.publicKey(of: secret(side))
    }

    private static let tagKey = TagKey(own: secret(0), peer: keys[1], psk: .zero())!

    private static func secret(_ side: Int) -> Key {
        Key { for i in $0.indices { $0[i] = 0x11 * UInt8(side + 1) } }
    }

    var core: Discovery
    let side: Int

    init(_ side: Int) {
        self.side = side
        var chance = SplitMix64(seed: UInt64(side) + 1)
        core = Discovery(own: Self.keys[side], port: 5577) { bytes in
            for i in bytes.indices { bytes[i] = UInt8(truncatingIfNeeded: chance.next() >> 24) }
        }
        meet(at: Self.start)
        join(at: UInt64(side) + 1, Self.start)
    }

    mutating func meet(at now: Instant) {
        core.setPeers([(Self.peer, Self.keys[1 - side], Self.tagKey)], at: now)
    }

    mutating func join(at host: UInt64, _ now: Instant) {
        core.setLinks(
            [LinkAddresses(Self.link, [OwnAddress(Self.endpoint(host), prefix: 120)])], at: now)
    }

    mutating func hear(_ bytes: Span<UInt8>, from host: UInt64, at now: Instant) {
        core.receive(bytes, from: Self.endpoint(host), hopLimit: 255, on: Self.link, at: now)
    }

    static func endpoint(_ host: UInt64) -> Endpoint {
        Endpoint(high: 0, low: 0xFFFF_C000_0200 + host, port: Discovery.port)
    }
}

/// Both of them, and what was said between them.
private final class NeighbourLAN {
    private static let most = 64

    private var stations = [Neighbour(0), Neighbour(1)]
    private var now = Neighbour.start
    private var messages: [[UInt8]] = []
    private(set) var sightings = 0
    /// Sightings where no station is.
    private(set) var lies = 0

    func step(_ input: inout FuzzInput) {
        let side = input.below(2)
        switch input.below(10) {
        case 0: now = now + .milliseconds(Int(input.word()))
        case 1: stations[side].join(at: UInt64(input.below(9)), now)
        case 2: stations[side].meet(at: now)
        case 3: stations[side].core.setSought(input.below(2) == 0, at: now)
        case 4: stations[side].core.seek(at: now)
        case 5:
            if input.below(2) == 0 {
                stations[side].core.offerPairing(port: input.word(), at: now)
            } else {
                stations[side].core.withdrawPairing()
            }
        case 6: stations[side].core.seekPairings(at: now)
        case 7:
            stations[side].core.notSent(on: Neighbour.link, at: now)
            if input.below(16) == 0 { stations[side].core.close(at: now) }
        default: deliver(&input)
        }
        drain()
    }

    /// Something that was said, as it was or changed, from anywhere.
    private func deliver(_ input: inout FuzzInput) {
        guard !messages.isEmpty else { return }
        var bytes = messages[messages.count - 1 - input.below(messages.count)]
        if input.below(2) == 0 { input.mutate(&bytes) }
        stations[input.below(2)].hear(bytes.span, from: UInt64(input.below(20)), at: now)
    }

    private func drain() {
        for side in 0...1 {
            stations[side].core.tick(at: now)
            var count = 0
            while let action = stations[side].core.nextAction() {
                count += 1
                precondition(count < Self.most, "one event makes work without end")
                take(action)
            }
            precondition(stations[side].core.deadline.map { $0 > now } ?? true, "overdue")
        }
    }

    private func take(_ action: Discovery.Action) {
        switch action {
        case .send(let bytes, let link):
            precondition(bytes.count < 1000 && link == Neighbour.link)
            messages = messages.suffix(Self.most - 1) + [bytes]
        case .sighted(let peer, let address, _):
            precondition(peer == Neighbour.peer && address.port > 0)
            sightings += 1
            if address.low & 0xFF > 9 { lies += 1 }
        }
    }
}
