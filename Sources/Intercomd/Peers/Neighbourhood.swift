internal import Config
internal import Crypto
internal import HAL
internal import Peering
internal import Time
internal import Wire

/// The LAN around this station: the messages of `Discovery`, and the sockets for them.
///
/// A flood cannot keep the control loop busy: the loop reads a few datagrams in a period, and the
/// rest stays in the kernel until the next period. `Neighbourhood` is a class, so that the loop can
/// feed the sessions from it.
final class Neighbourhood {
    /// The most datagrams read in a period; the next ones wait for its end.
    private static let most = 16
    private static let period = Duration.milliseconds(50)
    /// How often the interfaces are checked where the kernel reports no change.
    private static let interval = Duration.seconds(10)

    private var core: Discovery
    private var sockets: NeighbourSockets
    /// The keys by the number of the peer, kept because each costs a key agreement.
    private var keys: [Int: TagKey] = [:]
    private let isOn: Bool
    /// The room for a datagram; longer datagrams are not for stations.
    private var bytes = [UInt8](repeating: 0, count: 1500)
    /// The end of the period; below, the number of datagrams read in it.
    private var periodEnds: Instant?
    private var taken = 0
    /// The time until which datagrams stay in the kernel; nil while they wake the loop.
    private var restsUntil: Instant?
    private var looksAt: Instant?

    init(_ network: Config.Network, own: PublicKey) throws(SystemError) {
        isOn = network.discovery
        core = Discovery(own: own, port: network.port, isOn: isOn) { Random.fill(&$0) }
        sockets = try NeighbourSockets(listen: network.listen)
    }

    /// Readable when a datagram waits.
    var fd: Int32 { sockets.fd }
    var counts: Discovery.Counts { core.counts }
    /// Whether there is a LAN on which peers are searched for.
    var isSearched: Bool { isOn && !sockets.links.isEmpty }
    /// Why neighbours are not heard, in words for a person; nil when they are, or need not be.
    var problem: String? { isOn ? sockets.problem : nil }
    var deadline: Instant? { [core.deadline, restsUntil].compactMap { $0 }.min() }

    /// Takes over the peers that this station announces itself to.
    func setPeers(
        _ directory: PeerDirectory, added: [Int], _ table: borrowing PeerTable, at now: Instant
    ) {
        guard isOn else { return }
        // A new peer may have the number of a peer that has left.
        let former = keys.filter { !added.contains($0.key) }
        keys = [:]
        for peer in directory.numbers { keys[peer] = former[peer] ?? table.tagKey(of: peer) }
        core.setPeers(
            directory.numbers.compactMap { peer in
                keys[peer].map { (peer, directory.key(of: peer), $0) }
            }, at: now)
    }

    /// Checks the interfaces of this machine, and tells the sessions when an address has changed.
    func look(_ table: inout PeerTable, at now: Instant) {
        looksAt = now + Self.interval
        guard isOn, sockets.look() else { return }
        core.setLinks(sockets.links, at: now)
        table.forgetSightings()
    }

    /// Checks the interfaces if the last check is too old; once a second.
    func lookNowAndThen(_ table: inout PeerTable, at now: Instant) {
        if looksAt.map({ now >= $0 }) ?? true { look(&table, at: now) }
    }

    /// Notes that a person wants a peer that has no session.
    func seek(at now: Instant) { core.seek(at: now) }

    // MARK: Pairing windows

    /// Announces an open window to the neighbours, or ends the announcement.
    func offerPairing(_ port: UInt16?, at now: Instant) {
        guard isSearched, let port else { return core.withdrawPairing() }
        core.offerPairing(port: port, at: now)
    }

    /// Begins or ends the search for open windows.
    func seekPairings(_ isSought: Bool, at now: Instant) {
        if isSought { core.seekPairings(at: now) } else { core.stopSeekingPairings() }
    }

    /// Returns the stations found with open windows, each with its addresses.
    func pairings(at now: Instant) -> [[Endpoint]] { core.foundPairings(at: now) }

    // MARK: What comes and goes

    /// Reads the datagrams that have arrived.
    func hear(_ poller: borrowing Poller, at now: Instant) {
        if periodEnds.map({ now >= $0 }) ?? true {
            periodEnds = now + Self.period
            taken = 0
        }
        while taken < Self.most {
            var room = bytes.mutableSpan
            guard let (arrival, link) = sockets.receive(into: &room) else { return }
            taken += 1
            core.receive(
                bytes.span.extracting(first: arrival.count), from: Endpoint(arrival.from),
                hopLimit: arrival.hopLimit, on: link, at: now)
        }
        restsUntil = periodEnds
        poller.watch(fd, as: .neighbours, for: 0)
    }

    /// Reads again after the rest.
    func wake(_ poller: borrowing Poller, at now: Instant) {
        guard let restsUntil, now >= restsUntil else { return }
        self.restsUntil = nil
        poller.watch(fd, as: .neighbours, for: EventLoop.readable)
    }

    /// Sends due messages, and tells the sessions of peers that were seen.
    func tick(_ table: inout PeerTable, at now: Instant) {
        core.setSought(table.hasMissingPeer, at: now)
        core.tick(at: now)
        while let action = core.nextAction() {
            switch action {
            case .send(let bytes, let link): send(bytes, on: link, at: now)
            case .sighted(let peer, let address, let mark):
                table.sighted(peer, at: address, mark: mark, at: now)
            }
        }
    }

    /// Says goodbye to the neighbours.
    func close(at now: Instant) {
        core.close(at: now)
        while case .send(let bytes, let link) = core.nextAction() { send(bytes, on: link, at: now) }
    }

    private func send(_ bytes: [UInt8], on link: Link, at now: Instant) {
        if !sockets.send(bytes.span, on: link) { core.notSent(on: link, at: now) }
    }
}

/// The sockets for multicast DNS: one for each family of addresses on each interface.
struct NeighbourSockets: ~Copyable {
    /// A socket and its link.
    private final class One {
        let socket: MulticastSocket
        let link: Link

        init(_ socket: consuming MulticastSocket, _ link: Link) {
            self.socket = socket
            self.link = link
        }
    }

    private let loop: EventLoop
    /// The one address of this station in its settings; nil for every address of the machine.
    private let listen: SocketAddress?
    private var all: [One] = []
    /// The socket that is read first: each in turn.
    private var first = 0
    private(set) var links: [LinkAddresses] = []
    private(set) var problem: String?

    init(listen: String?) throws(SystemError) {
        loop = try EventLoop()
        self.listen = listen.flatMap { SocketAddress(host: $0, port: 0) }
    }

    var fd: Int32 { loop.fd }

    /// Opens and closes sockets to match the interfaces of this machine.
    ///
    /// - Returns: Whether the links, or the addresses on them, have changed.
    mutating func look() -> Bool {
        let interfaces = NetworkInterface.neighbourly(NetworkInterface.all() ?? [], from: listen)
        var kept: [One] = []
        var links: [LinkAddresses] = []
        problem = nil
        for interface in interfaces.used {
            for family in families(of: interface) {
                let link = Link(interface: interface.index, isIPv6: family == .ipv6)
                guard let one = all.first(where: { $0.link == link }) ?? open(family, interface)
                else { continue }
                kept.append(one)
                links.append(LinkAddresses(link, interface.ownAddresses(listen)))
            }
        }
        for one in all where !kept.contains(where: { $0 === one }) {
            try? loop.remove(fd: one.socket.fd)
        }
        all = kept
        defer { self.links = links }
        return links != self.links
    }

    /// Reads the next datagram from any of the sockets; nil when none waits.
    mutating func receive(
        into bytes: inout MutableSpan<UInt8>
    ) -> (MulticastSocket.Arrival, Link)? {
        for step in all.indices {
            let place = (first + step) % all.count
            if let arrival = all[place].socket.receive(into: &bytes) {
                first = place + 1
                return (arrival, all[place].link)
            }
        }
        return nil
    }

    /// Sends a datagram; false when the kernel does not take it.
    func send(_ bytes: Span<UInt8>, on link: Link) -> Bool {
        guard let one = all.first(where: { $0.link == link }) else { return false }
        return one.socket.send(bytes) == .sent
    }

    private func families(of interface: NetworkInterface) -> [SocketAddress.Family] {
        let all: [SocketAddress.Family] = listen.map { [$0.family] } ?? [.ipv4, .ipv6]
        return all.filter { interface.has($0) }
    }

    private mutating func open(
        _ family: SocketAddress.Family, _ interface: NetworkInterface
    ) -> One? {
        do throws(SystemError) {
            let socket = try MulticastSocket(family, on: interface, from: listen)
            try loop.add(fd: socket.fd, token: 0)
            return One(socket, Link(interface: interface.index, isIPv6: family == .ipv6))
        } catch {
            problem = error.description
            return nil
        }
    }
}

extension NetworkInterface {
    /// Returns its addresses for `Discovery`; with `listen`, only that address.
    fileprivate func ownAddresses(_ listen: SocketAddress?) -> [OwnAddress] {
        addresses.indices.filter { place in
            listen.map { $0.host == addresses[place].host } ?? true
        }.map { OwnAddress(Endpoint(addresses[$0]), prefix: prefixes[$0]) }
    }
}
