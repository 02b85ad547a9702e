internal import Config
internal import HAL
internal import Report

/// This machine's own network: links and addresses, a way to each peer.
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
    /// The one address at which the station listens; nil for all.
    var listen: SocketAddress?
    /// Nil where the station is alone with this machine.
    var search: LANSearch?

    func report(to found: inout Diagnosis) {
        reportLinks(to: &found)
        for way in ways where !way.address.isLoopback { report(way, to: &found) }
        search?.report(to: &found)
    }

    private func reportLinks(to found: inout Diagnosis) {
        guard let interfaces else {
            return found.add(
                .warn, "the kernel does not list the network interfaces", fix: "ip address")
        }
        // If no peer's address is known, either kind will do.
        var families = ways.filter { !$0.address.isLoopback }.map { $0.address.family }
        if families.isEmpty { families = [.ipv4, .ipv6] }
        if let fault = NetworkFault(interfaces, for: families, listen: listen) {
            found.add(.fail, fault.text, fix: fault.fix)
        }
        for one in interfaces where !one.isLoopback && one.isUp && !one.addresses.isEmpty {
            let addresses = one.addresses.prefix(3).map { $0.host }.joined(separator: ", ")
            let state = one.isRunning ? "" : ", no link"
            found.add(.ok, of: one.name, addresses + state)
        }
    }

    private func report(_ way: Way, to found: inout Diagnosis) {
        guard let source = way.source else {
            return found.add(
                .fail, of: "route", "no route to \(way.peer) at \(way.address.host)",
                fix: "see whether that address is right, and ip route")
        }
        found.add(
            .ok, of: "route", "to \(way.peer) at \(way.address.host) from \(source.host)")
    }
}

extension NetworkFacts {
    init(_ situation: Situation) {
        self.init(interfaces: NetworkInterface.all())
        if let config = situation.config {
            listen = config.network.listen.flatMap { SocketAddress(host: $0, port: 0) }
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

    func report(to found: inout Diagnosis) {
        switch self {
        case .off: found.add(.ok, of: "LAN", "peers are not looked for (discovery = no)")
        case .noInterface:
            found.add(
                .warn, of: "LAN", "no interface reaches neighbours, so no peer is found there",
                fix: "plug the cable in, or join a Wi-Fi")
        case .blocked(let error):
            found.add(
                .warn, of: "LAN", "peers are not found: \(error)",
                fix: "stop that program, or set discovery = no in [network]")
        case .on(let names, let leftOut):
            let others = leftOut.isEmpty ? "" : ", not on \(leftOut.joined(separator: ", "))"
            let here = names.joined(separator: ", ")
            found.add(
                .ok, of: "LAN", "peers are found on \(here) (UDP 5353, multicast)\(others)")
        }
    }
}

extension LANSearch {
    /// Tries it on every interface; nil where the station listens to this machine alone.
    init?(_ settings: Config.Network, _ interfaces: [NetworkInterface]) {
        let listen = settings.listen.flatMap { SocketAddress(host: $0, port: 0) }
        if listen?.isLoopback ?? false { return nil }
        let (usable, leftOut) = NetworkInterface.neighbourly(interfaces, from: listen)
        do throws(SystemError) {
            for one in usable where settings.discovery {
                let family = listen?.family ?? one.addresses[0].family
                _ = try MulticastSocket(family, on: one, from: listen)
            }
            let on = LANSearch.on(usable.map { $0.name }, leftOut: leftOut.map { $0.name })
            self = !settings.discovery ? .off : usable.isEmpty ? .noInterface : on
        } catch { self = .blocked(error) }
    }
}

/// Tells of the Wi-Fi interfaces: one that sleeps between packets makes voice stutter.
func reportWiFi(_ interfaces: [WirelessInterface], to found: inout Diagnosis) {
    if interfaces.isEmpty { found.add(.ok, "no Wi-Fi interface") }
    for interface in interfaces {
        let name = interface.name
        switch interface.savesPower {
        case _ where interface.isUp == false: found.add(.ok, of: name, "not in use")
        case true:
            found.add(
                .warn, of: name, "power save is on: expect drop-outs",
                fix: "sudo iw dev \(name) set power_save off")
        case false: found.add(.ok, of: name, "power save is off")
        case nil:
            found.add(
                .ok, of: name, "the driver does not say whether power save is on",
                fix: "iw dev \(name) get power_save")
        }
    }
}

/// The peers of the files: whether a running daemon has them.
struct PeersFacts {
    var peers: [Config.Peer]
    /// The names of those that the running daemon has; nil without one.
    var known: [String]?

    func report(to found: inout Diagnosis) {
        let here = peers.map { $0.name }
        let there = known ?? here
        let missing = here.filter { !there.contains($0) }
        let excess = there.filter { !here.contains($0) }
        for name in missing {
            found.add(
                .warn, of: name, "is in the files, and not yet known to the running daemon",
                fix: "sudo intercomctl reload")
        }
        for name in excess {
            found.add(
                .warn, of: name, "is known to the running daemon, and not in the files",
                fix: "sudo intercomctl reload")
        }
        guard missing.isEmpty, excess.isEmpty else { return }
        guard !peers.isEmpty else {
            return found.add(
                .warn, "none: there is nobody to talk to",
                fix: "intercomctl pair; it shows a code to type at the other station")
        }
        let count = plural(peers.count, "peer")
        if known != nil {
            found.add(.ok, "\(count), known to the running daemon", fix: "intercomctl peers")
        } else {
            found.add(
                .ok, "\(count) in the files, not called now",
                fix: "sudo systemctl start intercomd")
        }
    }
}

extension PeersFacts {
    /// Nil when the settings cannot be read.
    init?(_ situation: Situation) {
        guard let config = situation.config else { return nil }
        self.init(peers: config.otherPeers, known: situation.status?.peers.map { $0.name })
    }
}
