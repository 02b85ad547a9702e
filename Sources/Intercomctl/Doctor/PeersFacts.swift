internal import Config
internal import Crypto
internal import HAL
internal import Report

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
