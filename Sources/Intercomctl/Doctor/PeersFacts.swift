internal import Config
internal import Control
internal import Crypto
internal import HAL

/// The peers: as the daemon sees them, else whether their names resolve.
struct PeersFacts {
    struct Peer {
        let name: String
        /// As the settings say; nil when it calls us, or is not in them.
        var addresses: [PeerAddress] = []
        var suite = 1
        /// As the daemon says; nil when it does not run or does not know it yet.
        var status: PeerStatus?
        var isConfigured = true
        /// The result of looking up each name, while the daemon is down.
        var answers: [NameLookup.Answer] = []
    }

    var peers: [Peer] = []
    /// Whether the daemon was asked.
    var isAsked: Bool
    var usesAES = true
    /// This machine has no network, so that no peer is to blame.
    var hasNetworkFault = false
    /// Unknown stations that called.
    var callers: [CallerStatus] = []
    /// Another station uses this station's own key, and what to do.
    var keyProblem: String?

    init(_ peers: [Peer], isAsked: Bool) {
        self.peers = peers
        self.isAsked = isAsked
    }

    var checks: [Check] {
        guard !peers.isEmpty else {
            let nobody = Check.warn(
                .peers, "none: there is nobody to talk to",
                fix: "intercomctl pair; it shows a code to type at the other station")
            return [nobody] + callerChecks
        }
        return peers.flatMap { [check($0)] + suiteCheck($0) + sharedKeyCheck($0) } + ownKeyChecks
            + callerChecks
    }

    private var ownKeyChecks: [Check] {
        guard let keyProblem else { return [] }
        let complaint = Complaint(keyProblem)
        return [.fail(.peers, complaint.text, fix: complaint.fix ?? Self.anew)]
    }

    private static let anew = "make a new identity on one of them (man intercomd)"

    private var callerChecks: [Check] {
        callers.map { .warn(.peers, words(about: $0), fix: remedy(for: $0)) }
    }

    private func sharedKeyCheck(_ peer: Peer) -> [Check] {
        guard let status = peer.status, !status.sharedKeyAt.isEmpty, let problem = status.problem
        else { return [] }
        let complaint = Complaint(problem)
        let head = "\(peer.name): "
        let text = complaint.text
        return [
            .fail(
                .peers, of: peer.name,
                text.hasPrefix(head) ? String(text.dropFirst(head.utf8.count)) : text,
                fix: complaint.fix ?? Self.anew)
        ]
    }

    private func check(_ peer: Peer) -> Check {
        guard isAsked else { return lookedUp(peer) }
        guard let status = peer.status else {
            return .warn(
                .peers, of: peer.name, "is in the files, and not yet known to the running daemon",
                fix: Self.reload)
        }
        guard peer.isConfigured else {
            return .warn(
                .peers, of: peer.name, "is known to the running daemon, and not in the files",
                fix: Self.reload)
        }
        let isHere = status.endpoint.flatMap { SocketAddress(parsing: $0) }?.isLoopback ?? false
        if hasNetworkFault, !isHere {
            return .warn(
                .peers, of: peer.name, "cannot be reached: this machine has no network",
                fix: "intercomctl doctor network")
        }
        switch status.state {
        case .up: return .ok(.peers, of: peer.name, description(of: status))
        case .stale:
            return .warn(
                .peers, of: peer.name, "silent for \(age(seconds: status.heardAgeSeconds))",
                fix: "see whether it has power and network")
        case .down: return down(peer, status)
        }
    }

    private static let reload = "sudo intercomctl reload"

    private func description(of status: PeerStatus) -> String {
        var text = "up"
        if let endpoint = status.endpoint { text += " at \(endpoint)" }
        if status.endpointSource == "lan" { text += ", found on the LAN" }
        if let trip = status.rttMilliseconds { text += ", round trip \(decimal(trip)) ms" }
        text += status.suite == 1 ? ", AES-256-GCM" : ", ChaCha20-Poly1305"
        return text + (status.hasPSK ? ", psk" : ", no psk")
    }

    private func down(_ peer: Peer, _ status: PeerStatus) -> Check {
        let text = status.down.text ?? "down"
        let fix = status.down.fix ?? "intercomctl status"
        if status.down.reason == "revoked", status.problem == nil {
            return .ok(.peers, of: peer.name, text, advice: fix)
        }
        // The daemon tells faults that need a person from those that may pass within a minute.
        return status.problem != nil
            ? .fail(.peers, of: peer.name, text, fix: fix)
            : .warn(.peers, of: peer.name, text, fix: fix)
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
        guard !usesAES, peer.suite == 1, peer.isConfigured else { return [] }
        return [
            .warn(
                .peers, of: peer.name,
                "mbedTLS uses no AES instructions here: slow, and not constant in time",
                fix: "on both sides: sudo intercomctl peer set --suite 2 \(peer.name)")
        ]
    }
}

extension PeersFacts {
    /// For all names at once; a name without an answer by then gets a warning.
    private static let patience = Duration.milliseconds(1200)

    /// Nil if neither settings nor daemon list peers.
    init?(_ situation: Situation) {
        let status = situation.status
        guard status != nil || situation.config != nil else { return nil }
        self.init([], isAsked: status != nil)
        usesAES = AESInstructions.areUsed
        hasNetworkFault = status?.network.fault != nil
        callers = status?.callers ?? []
        keyProblem = status?.keyProblem
        for configured in situation.config?.otherPeers ?? [] {
            var peer = Peer(name: configured.name)
            peer.addresses = configured.addresses
            peer.suite = Int(configured.suite)
            peer.status = status?.peers.first { $0.name == configured.name }
            peers.append(peer)
        }
        guard let status else {
            lookUp()
            return
        }
        for known in status.peers where !peers.contains(where: { $0.name == known.name }) {
            var peer = Peer(name: known.name)
            peer.status = known
            peer.suite = known.suite
            // Settings with mistakes are not read, so the peer may be in them.
            peer.isConfigured = situation.config == nil
            peers.append(peer)
        }
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
