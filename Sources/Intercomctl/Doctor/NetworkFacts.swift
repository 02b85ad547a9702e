internal import Config
internal import Crypto
internal import HAL
internal import Report

/// This machine's own network: links and addresses, a way to each peer, the port.
struct NetworkFacts {
    struct Way {
        let peer: String
        let address: SocketAddress
        /// The own address that packets leave from; nil without a route.
        let source: SocketAddress?
    }

    /// Nil if the kernel does not list them.
    var interfaces: [NetworkInterface]?
    var ways: [Way] = []
    /// The port of the settings, and how many sockets have it; nil when not known.
    var port: UInt16?
    var sockets: Int?
    var isDaemonUp = false
    /// The one address at which the station listens; nil for all.
    var listen: SocketAddress?
    /// Nil where the station is alone with this machine.
    var search: LANSearch?

    init(_ interfaces: [NetworkInterface]?) { self.interfaces = interfaces }

    var checks: [Check] {
        linkChecks + ways.compactMap { check($0) } + portChecks
            + [search?.check].compactMap { $0 }
    }

    private var linkChecks: [Check] {
        guard let interfaces else {
            return [
                .warn(
                    .network, "the kernel does not list the network interfaces", fix: "ip address")
            ]
        }
        // If no peer's address is known, either kind will do.
        var families = ways.filter { !$0.address.isLoopback }.map { $0.address.family }
        if families.isEmpty { families = [.ipv4, .ipv6] }
        var found: [Check] = []
        if let fault = NetworkFault(interfaces, for: families, listen: listen) {
            found.append(.fail(.network, fault.text, fix: fault.fix))
        }
        for one in interfaces where !one.isLoopback && one.isUp && !one.addresses.isEmpty {
            let addresses = one.addresses.prefix(3).map { $0.host }.joined(separator: ", ")
            let state = one.isRunning ? "" : ", no link"
            found.append(.ok(.network, of: one.name, addresses + state))
        }
        return found
    }

    private func check(_ way: Way) -> Check? {
        guard !way.address.isLoopback else { return nil }
        guard let source = way.source else {
            return .fail(
                .network, of: "route", "no route to \(way.peer) at \(way.address.host)",
                fix: "see whether that address is right, and ip route")
        }
        return .ok(
            .network, of: "route", "to \(way.peer) at \(way.address.host) from \(source.host)")
    }

    private var portChecks: [Check] {
        guard let port, let sockets, isDaemonUp else { return [] }
        guard sockets > 0 else {
            return [
                .fail(
                    .network, of: "port", "nothing listens at UDP port \(port)",
                    fix: "sudo systemctl restart intercomd: the port has changed")
            ]
        }
        return [.ok(.network, of: "port", "UDP \(port), which firewalls must let in")]
    }
}

extension NetworkFacts {
    init(_ situation: Situation) {
        self.init(NetworkInterface.all())
        isDaemonUp = situation.status != nil
        if let config = situation.config {
            port = config.network.port
            listen = config.network.listen.flatMap { SocketAddress(host: $0, port: 0) }
            sockets = UDPPort.socketCount(of: config.network.port)
            search = LANSearch(config.network, interfaces ?? [])
        }
        ways = Self.addresses(situation).map { peer, address in
            Way(peer: peer, address: address, source: try? UDPProbe.source(to: address))
        }
    }

    /// The address of each peer: from the daemon, else a numeric address in the settings.
    private static func addresses(_ situation: Situation) -> [(String, SocketAddress)] {
        if let status = situation.status {
            return status.peers.compactMap { peer in
                peer.endpoint.flatMap { SocketAddress(parsing: $0) }.map { (peer.name, $0) }
            }
        }
        return (situation.config?.otherPeers ?? []).flatMap { peer in
            peer.addresses.compactMap { address in
                SocketAddress(host: address.host, port: address.port).map { (peer.name, $0) }
            }
        }
    }
}

/// Whether peers can be found on the LAN.
enum LANSearch: Equatable {
    /// The settings say no.
    case off
    case noInterface
    case blocked(SystemError)
    /// On interfaces of these names; there were too many to look on the others.
    case on([String], leftOut: [String] = [])

    var check: Check {
        switch self {
        case .off:
            .ok(.network, of: "LAN", "peers are not looked for (discovery = no)")
        case .noInterface:
            .warn(
                .network, of: "LAN", "no interface reaches neighbours, so no peer is found there",
                fix: "plug the cable in, or join a Wi-Fi")
        case .blocked(let error):
            .warn(
                .network, of: "LAN", "peers are not found: \(error)",
                fix: "stop that program, or set discovery = no in [network]")
        case .on(let names, let leftOut):
            .ok(
                .network, of: "LAN",
                "peers are found on \(names.joined(separator: ", ")) (UDP 5353, multicast)"
                    + (leftOut.isEmpty ? "" : ", not on \(leftOut.joined(separator: ", "))"))
        }
    }
}

extension LANSearch {
    /// Tries it on every interface; nil where the station listens to this machine alone.
    init?(_ settings: Config.Network, _ interfaces: [NetworkInterface]) {
        let listen = settings.listen.flatMap { SocketAddress(host: $0, port: 0) }
        if listen?.isLoopback ?? false { return nil }
        guard settings.discovery else {
            self = .off
            return
        }
        let (usable, leftOut) = NetworkInterface.neighbourly(interfaces, from: listen)
        guard !usable.isEmpty else {
            self = .noInterface
            return
        }
        do throws(SystemError) {
            for one in usable {
                let family = listen?.family ?? one.addresses[0].family
                _ = try MulticastSocket(family, on: one, from: listen)
            }
            self = .on(usable.map { $0.name }, leftOut: leftOut.map { $0.name })
        } catch { self = .blocked(error) }
    }
}

/// The Wi-Fi interfaces: one that sleeps between packets makes voice stutter.
struct WirelessFacts {
    var interfaces: [WirelessInterface] = WirelessInterface.all()

    var checks: [Check] {
        guard !interfaces.isEmpty else { return [.ok(.wifi, "no Wi-Fi interface")] }
        return interfaces.map { interface in
            let name = interface.name
            guard interface.isUp != false else { return .ok(.wifi, of: name, "not in use") }
            switch interface.savesPower {
            case true:
                return .warn(
                    .wifi, of: name, "power save is on: expect drop-outs",
                    fix: "sudo iw dev \(name) set power_save off")
            case false: return .ok(.wifi, of: name, "power save is off")
            case nil:
                return .ok(
                    .wifi, of: name, "the driver does not say whether power save is on",
                    advice: "iw dev \(name) get power_save")
            }
        }
    }
}

/// The peers of the files: whether a running daemon has them, else whether their names resolve.
struct PeersFacts {
    struct Peer {
        let name: String
        /// None when it calls us.
        var addresses: [PeerAddress] = []
        var suite: UInt8?
        /// The result of looking up each name, while the daemon is down.
        var answers: [NameLookup.Answer] = []
    }

    var peers: [Peer] = []
    /// The peers that the running daemon has, and whether each is up; nil without one.
    var known: [(name: String, isUp: Bool)]?
    var usesAES = true

    init(_ peers: [Peer], known: [(name: String, isUp: Bool)]? = nil) {
        self.peers = peers
        self.known = known
    }

    var checks: [Check] {
        guard let known else {
            return peers.isEmpty ? [Self.nobody] : peers.flatMap { [lookedUp($0)] + suiteCheck($0) }
        }
        let here = peers.map { $0.name }
        let there = known.map { $0.name }
        let found =
            here.filter { !there.contains($0) }.map {
                Self.differs($0, "is in the files, and not yet known to the running daemon")
            }
            + there.filter { !here.contains($0) }.map {
                Self.differs($0, "is known to the running daemon, and not in the files")
            }
        guard found.isEmpty else { return found }
        guard !peers.isEmpty else { return [Self.nobody] }
        let up = known.count { $0.isUp }
        return [
            .ok(
                .peers, "the running daemon knows those of the files: \(up) of \(known.count) up",
                advice: "intercomctl peers")
        ]
    }

    private static var nobody: Check {
        .warn(
            .peers, "none: there is nobody to talk to",
            fix: "intercomctl pair; it shows a code to type at the other station")
    }

    private static func differs(_ peer: String, _ text: String) -> Check {
        .warn(.peers, of: peer, text, fix: "sudo intercomctl reload")
    }

    private func lookedUp(_ peer: Peer) -> Check {
        if peer.addresses.isEmpty { return .ok(.peers, of: peer.name, "calls us; not tried now") }
        for (address, answer) in zip(peer.addresses, peer.answers) {
            if case .found(let found) = answer, let first = found.first {
                let place = first.host == address.host ? "" : ", which is \(first.host)"
                return .ok(
                    .peers, of: peer.name, "at \(address)\(place); not called now",
                    advice: "sudo systemctl start intercomd")
            }
        }
        let host = peer.addresses[0].host
        switch peer.answers.first {
        case .failed(let error):
            return .fail(
                .peers, of: peer.name, error.description,
                fix: "getent hosts \(host); correct `address`, or write a numeric one")
        case .silent, .found, nil:
            return .warn(
                .peers, of: peer.name, "address of \(host): no name server answers in time",
                fix: "getent hosts \(host); intercomctl doctor network")
        }
    }

    private func suiteCheck(_ peer: Peer) -> [Check] {
        guard !usesAES, peer.suite == 1 else { return [] }
        return [
            .warn(
                .peers, of: peer.name,
                "mbedTLS uses no AES instructions here: slow, and not constant in time",
                fix: "on both sides: sudo intercomctl peer set --suite auto \(peer.name)")
        ]
    }
}

extension PeersFacts {
    /// For all names at once; a name without an answer by then gets a warning.
    private static let patience = Duration.milliseconds(1200)

    /// Nil when the settings cannot be read.
    init?(_ situation: Situation) {
        guard let config = situation.config else { return nil }
        let peers = config.otherPeers.map {
            Peer(name: $0.name, addresses: $0.addresses, suite: $0.suite)
        }
        self.init(peers, known: situation.status?.peers.map { ($0.name, $0.state == .up) })
        usesAES = AESInstructions.areUsed
        if known == nil { lookUp() }
    }

    private mutating func lookUp() {
        let hosts = peers.flatMap { $0.addresses.map { $0.host } }
        var answers = NameLookup.addresses(of: hosts, limit: Self.patience)[...]
        for index in peers.indices {
            let count = peers[index].addresses.count
            peers[index].answers = Array(answers.prefix(count))
            answers = answers.dropFirst(count)
        }
    }
}
