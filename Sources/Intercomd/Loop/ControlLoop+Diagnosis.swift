internal import Config
internal import Control
internal import Crypto
internal import HAL
internal import Presentation
internal import Session
internal import Station
internal import Switchboard
internal import Time
internal import Wire

/// Why peers are down, who calls without being known, and what is wrong with the own network.
extension ControlLoop {
    // MARK: The kernel's word

    mutating func probe(_ peer: Int, _ endpoint: Endpoint) {
        switch UDPProbe.start(to: SocketAddress(endpoint)) {
        case .sent(let probe):
            links.probes[peer] = Links.Probe(probe: probe, endpoint: endpoint)
            feed { board, _, now in board.follow(.probed, of: peer, at: now) }
        case .failed(let fault):
            guard let outcome = ProbeOutcome(fault) else { return }
            feed { _, table, now in table.probed(peer: peer, endpoint, outcome, at: now) }
        }
    }

    mutating func followProbes() {
        for peer in roster.numbers {
            guard let sent = links.probes[peer] else { continue }
            let fault = sent.probe.fault()
            guard fault != nil || switchboard.downWatch.isProbeOver(of: peer, at: now)
            else { continue }
            links.probes[peer] = nil
            if let outcome = fault.map({ ProbeOutcome($0) }) ?? .silent {
                feed { _, table, now in
                    table.probed(peer: peer, sent.endpoint, outcome, at: now)
                }
            }
        }
    }

    // MARK: The own network

    mutating func followNetwork() {
        let hasChanged = links.networkWatch?.hasChanged() ?? false
        guard feed({ board, _, now in board.looksAtNetwork(hasChanged: hasChanged, at: now) })
        else { return }
        let interfaces = NetworkInterface.all()
        links.ownHosts = Set((interfaces ?? []).flatMap { one in one.addresses.map { $0.host } })
        let trouble = networkFault(of: interfaces).map { DownWatch.NetworkTrouble($0) }
        let loopback = loopback
        feed { board, _, now in board.follow(.network(trouble, loopback: loopback), at: now) }
    }

    /// What keeps this machine from every peer that is not on it; nil when nothing does.
    private func networkFault(of interfaces: [NetworkInterface]?) -> NetworkFault? {
        var families: Set<SocketAddress.Family> = []
        for peer in roster.numbers {
            if let endpoint = cores.table.state(of: peer)?.endpoint {
                let address = SocketAddress(endpoint)
                if !address.isLoopback { families.insert(address.family) }
            } else {
                families.formUnion([.ipv4, .ipv6])
            }
        }
        guard !families.isEmpty, let interfaces else { return nil }
        return NetworkFault(interfaces, for: Array(families))
    }

    var networkStatus: NetworkStatus {
        var status = NetworkStatus()
        let trouble = switchboard.downWatch.networkTrouble
        (status.fault, status.text, status.fix) = (trouble?.code, trouble?.text, trouble?.fix)
        return status
    }

    var networkProblem: String? {
        switchboard.downWatch.networkTrouble.map { "network: \($0.text); \($0.fix)" }
    }

    // MARK: Peers

    /// While the network is in trouble, a peer may move to an address of this machine.
    mutating func followLoopback() {
        guard let trouble = switchboard.downWatch.networkTrouble else { return }
        let loopback = loopback
        feed { board, _, now in board.follow(.network(trouble, loopback: loopback), at: now) }
    }

    /// The peers whose packets stay on this machine.
    private var loopback: PeerSet {
        PeerSet(
            roster.numbers.filter { peer in
                let endpoint = cores.table.state(of: peer)?.endpoint
                return endpoint.map { SocketAddress($0).isLoopback } ?? false
            })
    }

    /// Why a peer is down; nil when it is up.
    func downReason(of peer: Int) -> DownReason? {
        let isUnresolved = switchboard.whereabouts.complaint(of: peer) != nil
        let reason = cores.table.downReason(
            of: peer, hasNetwork: !switchboard.downWatch.cutOff.contains(peer),
            isUnresolved: isUnresolved, at: now)
        guard let reason, reason != .noNetwork else { return reason }
        let here = cores.table.endpoints(of: peer).first { isOwn(SocketAddress($0)) }
        let correction = switchboard.correction(
            of: peer, isProven: reason.isProven, isHere: here != nil)
        return switch correction {
        case .none: reason
        case .unresolved: .unresolved
        case .ownAddress: here.map { .ownAddress($0) } ?? reason
        }
    }

    private func complaint(of peer: Int, _ reason: DownReason) -> PeerComplaint {
        let state = cores.table.state(of: peer)
        return PeerComplaint(
            reason,
            .init(
                peer: roster[peer].name,
                endpoint: state?.endpoint.map { SocketAddress($0).description },
                suite: state?.suite ?? .aesGCM, own: config.station.name,
                ownKey: cores.table.publicKey.text,
                resolver: switchboard.whereabouts.complaint(of: peer)))
    }

    /// Whether what is sent there comes back to this station itself.
    private func isOwn(_ address: SocketAddress) -> Bool {
        guard address.port == config.network.port else { return false }
        let listen = config.network.listen.flatMap { SocketAddress(host: $0, port: address.port) }
        if let listen, listen != .any(port: address.port), listen != .anyIPv4(port: address.port) {
            return address == listen
        }
        return address.isLoopback || links.ownHosts.contains(address.host)
    }

    /// What to mend so that the peer comes up, or what else is wrong with it; nil when that is
    /// nothing, or may pass by itself.
    func problem(of peer: Int) -> String? {
        if let shared = sharedKeyProblem(of: peer) { return shared }
        guard let reason = downReason(of: peer), reason != .noNetwork,
            DownWatch.isProblem(
                needsMending: reason.needsMending, downSince: cores.table.downSince(peer), at: now)
        else { return nil }
        let complaint = complaint(of: peer, reason)
        return "\(roster[peer].name): \(complaint.text); \(complaint.fix)"
    }

    /// Why it is down, where that is no problem yet.
    func downNote(of peer: Int) -> String? {
        guard let reason = downReason(of: peer), problem(of: peer) == nil,
            reason != .calling, reason != .noNetwork, reason != .noAddress
        else { return nil }
        let complaint = complaint(of: peer, reason)
        return "\(roster[peer].name): \(complaint.text); \(complaint.fix)"
    }

    func addDownReason(of peer: Int, to status: inout PeerStatus) {
        status.problem = problem(of: peer)
        if let shared = cores.table.sharedKey(of: peer, at: now) {
            status.sharedKeyAt = [
                SocketAddress(shared.endpoints.0).description,
                SocketAddress(shared.endpoints.1).description,
            ]
        }
        guard let reason = downReason(of: peer) else { return }
        let complaint = complaint(of: peer, reason)
        status.down.reason = reason.code.description
        status.down.text = complaint.text
        status.down.fix = complaint.fix
        status.down.ageSeconds = cores.table.downSince(peer).map { seconds(now - $0) }
    }

    // MARK: Keys

    func sharedKeyProblem(of peer: Int) -> String? {
        guard let shared = cores.table.sharedKey(of: peer, at: now) else { return nil }
        let (one, other) = shared.endpoints
        return "\(roster[peer].name): two stations use its key, at \(SocketAddress(one)) and"
            + " \(SocketAddress(other)): was its card copied?; on one of them: sudo rm"
            + " \(config.paths.identity), sudo systemctl restart intercomd, and add its new key"
            + " here"
    }

    /// A call with this station's own key: only another with its card could make it.
    var ownKeyProblem: String? {
        guard let caller = cores.table.ownKeyCaller(at: now) else { return nil }
        return "a caller at \(SocketAddress(caller.source)) used this station's own key: was its"
            + " card copied?; on one of them: sudo rm \(config.paths.identity), sudo systemctl"
            + " restart intercomd"
    }

    mutating func followKeys() {
        for peer in roster.numbers {
            feed { board, table, now in
                let isShared = table.sharedKey(of: peer, at: now) != nil
                board.follow(.key(isShared: isShared), of: peer, at: now)
            }
        }
    }

    /// But for one that is taken for a peer with another key: that is told of the peer.
    var callers: [CallerStatus] {
        let taken: [PublicKey] = roster.numbers.compactMap { peer in
            guard case .otherKey(let key, _) = downReason(of: peer) else { return nil }
            return key
        }
        return cores.table.unknownCallers(at: now).filter { !taken.contains($0.publicKey) }.map {
            caller in
            var status = CallerStatus()
            status.key = caller.publicKey.text
            status.fingerprint = caller.publicKey.fingerprint
            status.address = SocketAddress(caller.source).description
            status.ageSeconds = seconds(now - caller.calledAt)
            status.isProven = caller.isProven
            return status
        }
    }
}

extension DownWatch.NetworkTrouble {
    fileprivate init(_ fault: NetworkFault) {
        self.init(code: fault.code.description, text: fault.text, fix: fault.fix)
    }
}

extension ProbeOutcome {
    /// Nil for what tells nothing of the address.
    fileprivate init?(_ fault: UDPProbe.Fault) {
        switch fault {
        case .portClosed: self = .portClosed
        case .unreachable: self = .unreachable
        case .noRoute: self = .noRoute
        case .blocked: self = .blocked
        case .other: return nil
        }
    }
}
