internal import Config
internal import Crypto
internal import HAL
internal import Peering
internal import Report
internal import Time
internal import Wire

/// The broker at which stations that are no neighbours find each other: the messages of
/// `Rendezvous`, and the link to the broker.
///
/// A class, so that the loop can feed the sessions from it.
final class Mailbox {
    /// How often the addresses of this machine, and the day, are checked where the kernel reports
    /// no change.
    private static let interval = Duration.seconds(60)

    private let network: Config.Network
    private var link: BrokerLink
    private var core: Rendezvous
    private var stun: STUNClient?
    private var looksAt = Instant(nanoseconds: 0)
    /// The calls of peers that did not reach this station, in milliseconds since 1970.
    private var missedCalls: [(peer: Int, at: Int)] = []

    /// Nil where the settings name no broker.
    init?(_ config: Config, own: PublicKey) {
        guard let link = BrokerLink(config.rendezvous.access) else { return nil }
        self.link = link
        network = config.network
        core = Rendezvous(own: own) { Random.fill(&$0) }
        stun = config.rendezvous.stun.map { STUNClient($0) }
    }

    var counts: Rendezvous.Counts { core.counts }

    var status: Status.Broker {
        var status = link.status
        status.seenAs = stun?.mapped.map { SocketAddress($0).description }
        return status
    }

    /// The trouble for a person to mend; nil while the broker answers, or may answer in a moment.
    func fault(at now: Instant) -> Fault? {
        guard let trouble = link.trouble(at: now) else { return nil }
        return Fault(
            "rendezvous", of: "broker \(link.address)", trouble,
            fix: "see the broker, and [rendezvous]; who knows the way to a peer still talks to it")
    }

    /// Takes over the peers.
    func setPeers(
        _ directory: PeerDirectory, _ table: borrowing PeerTable, wall: Int, at now: Instant
    ) {
        var peers: [(number: Int, publicKey: PublicKey, key: RendezvousKey)] = []
        for number in directory.numbers {
            guard let key = table.rendezvousKey(of: number) else { continue }
            peers.append((number, directory.key(of: number), key))
        }
        core.setPeers(peers, wall: wall, at: now)
    }

    /// Notes that a person wants a peer that has no session.
    func want(_ peer: Int, wall: Int, at now: Instant) {
        core.want(peer: peer, wall: wall, at: now)
    }

    /// Notes that a person has called a peer, and did not reach it.
    func calledInVain(_ peer: Int, wall: Int, at now: Instant) {
        core.calledInVain(peer: peer, wall: wall, at: now)
    }

    /// Returns the next call of a peer that did not reach this station; nil where there is none.
    func nextMissedCall() -> (peer: Int, at: Int)? {
        missedCalls.isEmpty ? nil : missedCalls.removeFirst()
    }

    /// Checks this machine's addresses, which may have changed.
    func look() {
        looksAt = Instant(nanoseconds: 0)
        stun?.look()
    }

    /// Returns the question that is due for the STUN server, and the server's address.
    func nextQuestion(at now: Instant) -> (question: [UInt8], to: SocketAddress)? {
        stun?.next(at: now)
    }

    /// Takes a datagram that came to the port of handshakes.
    ///
    /// - Returns: False where it is no answer of a STUN server.
    func take(_ datagram: Span<UInt8>, from source: SocketAddress, at now: Instant) -> Bool {
        guard STUNBinding.isAnswer(datagram) else { return false }
        if stun?.take(datagram, from: source, at: now) ?? false {
            looksAt = Instant(nanoseconds: 0)
        }
        return true
    }

    /// Returns the time for the next call of `tick`.
    func deadline(at now: Instant) -> Instant {
        let next = link.deadline ?? looksAt
        return stun.map { min(next, $0.deadline(at: now)) } ?? next
    }

    /// Reads the broker's messages, sends its next ones, and tells the sessions.
    ///
    /// - Returns: The descriptor of a new program; nil where none was started.
    func tick(_ table: inout PeerTable, wall: Int, at now: Instant) -> Int32? {
        let started = link.tick(at: now)
        if now >= looksAt {
            looksAt = now + Self.interval
            core.setAddresses(addresses, wall: wall, at: now)
            core.tick(wall: wall, at: now)
        }
        while let news = link.nextNews(at: now) {
            switch news {
            case .connected: core.connected(wall: wall, at: now)
            case .disconnected: core.disconnected()
            case .message(let topic, let sealed, _):
                core.receive(sealed.span, at: topic, wall: wall)
            }
        }
        while link.sendWaiting(at: now), let action = core.nextAction() {
            switch action {
            case .subscribe(let topic): link.order(.subscribe(topic: topic))
            case .unsubscribe(let topic): link.order(.unsubscribe(topic: topic))
            case .publish(let topic, let sealed):
                link.order(.publish(topic: topic, sealed, .forDays))
            case .told(let peer, let addresses): table.told(addresses, by: peer, at: now)
            case .missedCall(let peer, let time): missedCalls.append((peer, time))
            }
        }
        return started
    }

    /// Ends the program.
    func close() { link.close() }

    /// The addresses at which this station can be called: its own, first those of cables and
    /// radios, and the one that others see.
    private var addresses: [Endpoint] {
        let listen = network.listen.flatMap { SocketAddress(host: $0, port: 0)?.host }
        let own = NetworkInterface.reachable.filter { listen == nil || $0.host == listen }
            .map { Endpoint(high: $0.high, low: $0.low, port: network.port) }
        return own.filter { $0 != stun?.mapped }.prefix(WhereaboutsRecord.most - 1)
            + [stun?.mapped].compactMap { $0 }
    }
}

/// Asks a STUN server for the IPv4 address at which others see this station's port (RFC 8489),
/// often enough that the router does not forget the port.
struct STUNClient {
    private static let interval = Duration.seconds(25)
    /// The time between questions until an answer; after `tries` questions the server is looked up
    /// again.
    private static let retry = Duration.seconds(1)
    private static let tries = 4

    private let server: PeerAddress
    private var lookUp: NameLookup?
    private var address: SocketAddress?
    private var asked: STUNBinding?
    private var unanswered = 0
    private var due = Instant(nanoseconds: 0)
    /// The last address that the server reported.
    private(set) var mapped: Endpoint?

    init(_ server: PeerAddress) { self.server = server }

    /// Returns the time for the next call of `next`.
    func deadline(at now: Instant) -> Instant { lookUp?.look(at: now) ?? due }

    /// Asks again, because the network has changed.
    mutating func look() { due = Instant(nanoseconds: 0) }

    /// Returns the question that is due, and the server's address; nil where none is due.
    mutating func next(at now: Instant) -> (question: [UInt8], to: SocketAddress)? {
        if let pending = lookUp {
            switch pending.answer() {
            case .silent: return nil
            case .failed: address = nil
            case .found(let all):
                address = all.first { $0.family == .ipv4 }.map {
                    SocketAddress(high: $0.high, low: $0.low, port: server.port)
                }
            }
            lookUp = nil
        } else if now >= due, address == nil || unanswered >= Self.tries {
            lookUp = NameLookup(server.host)
            (address, unanswered, mapped) = (nil, 0, nil)
            due = now + Self.interval
            return nil
        } else if now < due {
            return nil
        }
        guard let address else { return nil }
        let question = STUNBinding { Random.fill(&$0) }
        asked = question
        unanswered += 1
        due = now + (unanswered < Self.tries ? Self.retry : Self.interval)
        return (question.request, address)
    }

    /// Takes an answer.
    ///
    /// - Returns: Whether others see this station at a new address.
    mutating func take(_ answer: Span<UInt8>, from source: SocketAddress, at now: Instant) -> Bool {
        guard source == address, let found = asked?.mapped(in: answer), found.isOfOneHost else {
            return false
        }
        (asked, unanswered, due) = (nil, 0, now + Self.interval)
        defer { mapped = found }
        return found != mapped
    }
}
