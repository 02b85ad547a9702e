internal import Config
internal import Crypto
internal import HAL
internal import Peering
internal import Report
internal import Time
internal import Wire

/// The broker at which stations that are no neighbours find each other: the messages of
/// `Rendezvous`, and the program that is connected to the broker.
///
/// That program (Sources/MQTT) has all the code that a hostile broker can attack, and nothing that
/// this station must keep. It ends with each connection; another program is started after a while.
/// Nothing here waits for it. `Mailbox` is a class, so that the loop can feed the sessions from it.
final class Mailbox {
    private enum State {
        /// A program connects; with a time, it has been connected since then.
        case running(connectedSince: Instant?)
        /// The next program starts at this time.
        case waiting(until: Instant)
    }

    /// How long a program may take to connect.
    private static let patience = Duration.seconds(30)
    /// Packets taken in one turn.
    private static let most = 16
    /// How often the addresses of this machine, and the day, are checked where the kernel reports
    /// no change.
    private static let interval = Duration.seconds(60)
    /// A connection that lasted for this time was a good one.
    private static let goodAfter = Duration.seconds(60)
    /// The time without a broker after which `status` reports the trouble.
    private static let troubleAfter = Duration.seconds(15)

    private let broker: Config.BrokerAccess.Broker
    private let settings: Config.BrokerAccess
    private let network: Config.Network
    private let program: String
    private var core: Rendezvous
    private var stun: STUNClient?
    private var helper: HelperProgram?
    /// A packet for the program; empty when none waits.
    private var waiting: [UInt8] = []
    /// When the program last took a packet, or none waited.
    private var sentAt = Instant(nanoseconds: 0)
    /// The programs that were killed, until the kernel reports their end.
    private var ended: [ChildProgram] = []
    private var state = State.waiting(until: Instant(nanoseconds: 0))
    private var startedAt = Instant(nanoseconds: 0)
    /// The number of waits since the last good connection.
    private var failures = 0
    /// The beginning of the time without a connection; below, why the last connection ended.
    private var downSince: Instant?
    private var reason = ""
    private var looksAt = Instant(nanoseconds: 0)

    /// Nil where the settings name no broker.
    init?(_ config: Config, own: PublicKey) {
        guard let broker = config.rendezvous.access.broker else { return nil }
        self.broker = broker
        settings = config.rendezvous.access
        network = config.network
        core = Rendezvous(own: own) { Random.fill(&$0) }
        stun = config.rendezvous.stun.map { STUNClient($0) }
        let folder = Program.folder ?? ""
        let places = ["\(folder)/intercomd-mqtt", "\(folder)/../libexec/intercomd/intercomd-mqtt"]
        program = places.first { ((try? FileStore.status(of: $0)) ?? nil) != nil } ?? places[1]
    }

    var counts: Rendezvous.Counts { core.counts }

    var status: Status.Broker {
        var status = Status.Broker()
        status.address = broker.address.description
        if case .running(_?) = state { status.isConnected = true }
        status.seenAs = stun?.mapped.map { SocketAddress($0).description }
        return status
    }

    /// The trouble for a person to mend; nil while the broker answers, or may answer in a moment.
    func fault(at now: Instant) -> Fault? {
        guard let downSince, now >= downSince + Self.troubleAfter, !reason.isEmpty else {
            return nil
        }
        return Fault(
            "rendezvous", of: "broker \(broker.address)", reason,
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
        let next =
            switch state {
            case .waiting(let until): until
            case .running(nil): startedAt + Self.patience
            case .running: looksAt
            }
        return stun.map { min(next, $0.deadline(at: now)) } ?? next
    }

    /// Reads the program's packets, sends its next ones, and tells the sessions.
    ///
    /// - Returns: The descriptor of a new program; nil where none was started.
    func tick(_ table: inout PeerTable, wall: Int, at now: Instant) -> Int32? {
        var hasStarted = false
        switch state {
        case .waiting(let until) where now >= until:
            start(at: now)
            hasStarted = true
        case .running(nil) where now >= startedAt + Self.patience:
            end("it does not answer", at: now)
        default: break
        }
        ended.removeAll { $0.ended() != nil }
        if now >= looksAt {
            looksAt = now + Self.interval
            core.setAddresses(addresses, wall: wall, at: now)
            core.tick(wall: wall, at: now)
        }
        hear(wall: wall, at: now)
        while sendWaiting(at: now), let action = core.nextAction() {
            switch action {
            case .subscribe(let topic): waiting = Array("S\(topic)".utf8)
            case .unsubscribe(let topic): waiting = Array("U\(topic)".utf8)
            case .publish(let topic, let sealed): waiting = Array("P\(topic)\0".utf8) + sealed
            case .told(let peer, let addresses): table.told(addresses, by: peer, at: now)
            }
        }
        return hasStarted ? helper?.fd : nil
    }

    /// Ends the program.
    func close() {
        helper?.program.kill()
        helper = nil
    }

    private func start(at now: Instant) {
        startedAt = now
        if downSince == nil { downSince = now }
        do throws(SystemError) {
            let started = try HelperProgram(program)
            helper = consume started
            state = .running(connectedSince: nil)
            let address = broker.address
            let words = [
                address.host, "\(address.port)", broker.isEncrypted ? "1" : "0", settings.ca ?? "",
                settings.user ?? "", settings.passwordFile ?? "",
            ]
            waiting = Array(("C" + words.map { "\($0)\0" }.joined()).utf8)
        } catch { end(error.finding, at: now) }
    }

    private func hear(wall: Int, at now: Instant) {
        for _ in 0..<Self.most {
            guard let packet = helper?.receive() else { return }
            let rest = packet.dropFirst()
            switch packet.first {
            case UInt8(ascii: "C"):
                guard case .running(nil) = state else { return end("it connects twice", at: now) }
                state = .running(connectedSince: now)
                downSince = nil
                core.connected(wall: wall, at: now)
            case UInt8(ascii: "M"):
                guard let zero = rest.firstIndex(of: 0), case .running(_?) = state else {
                    continue
                }
                let topic = String(decoding: rest[..<zero], as: UTF8.self)
                core.receive(Array(rest[(zero + 1)...]).span, at: topic, wall: wall)
            case UInt8(ascii: "E"): return end(String(decoding: rest, as: UTF8.self), at: now)
            default: return end("its program has ended", at: now)
            }
        }
    }

    private func end(_ why: String, at now: Instant) {
        if case .running(let since?) = state, now >= since + Self.goodAfter { failures = 0 }
        if let program = helper?.program {
            program.kill()
            ended.append(program)
        }
        helper = nil
        core.disconnected()
        if downSince == nil { downSince = now }
        reason = why.visible
        // 1, 2, 4, 8, 16, 32, 64 s, plus a random part up to as much again: a broker that has lost
        // all of its stations does not get them back at once.
        var lot = InlineArray<1, UInt8>(repeating: 0)
        var bytes = lot.mutableSpan
        Random.fill(&bytes)
        let wait = Duration.seconds(1 << min(failures, 6))
        failures += 1
        state = .waiting(until: now + wait + wait * Int(lot[0]) / 256)
    }

    /// Sends the packet that waits.
    ///
    /// - Returns: False where the program has no room for it now.
    private func sendWaiting(at now: Instant) -> Bool {
        guard !waiting.isEmpty, case .running = state else {
            (waiting, sentAt) = ([], now)
            return true
        }
        guard helper?.send(waiting) ?? true else {
            if now >= sentAt + Self.patience { end("its program takes no more", at: now) }
            return false
        }
        waiting = []
        sentAt = now
        return true
    }

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
