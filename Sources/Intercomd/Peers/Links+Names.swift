internal import Config
internal import HAL
internal import Peering
internal import Presentation
internal import Time
internal import Wire

/// Where peers are.
extension Links {
    /// What is known of the addresses of a peer without the resolver.
    struct Found {
        let endpoints: [Endpoint]
        /// None of them is a name.
        let isAll: Bool
    }

    /// An answer of the resolver.
    struct Answer {
        /// Nil where a pairing has asked.
        let peer: Int?
        /// What was looked up.
        let addresses: [PeerAddress]
        let endpoints: [Endpoint]
        let complaint: String?
    }

    /// Gives the addresses that are numbers; names go to the resolver.
    mutating func lookUp(_ addresses: [PeerAddress], of peer: Int) -> Found {
        let numeric = addresses.compactMap { SocketAddress(host: $0.host, port: $0.port) }
        let isAll = numeric.count == addresses.count
        if !isAll { resolver.resolve(.init(peer: peer, addresses: addresses)) }
        return Found(endpoints: numeric.map { Endpoint($0) }, isAll: isAll)
    }

    /// Calls a peer at these addresses, which may not be those it had.
    static func call(
        _ peer: Int, at endpoints: [Endpoint], _ isElsewhere: Bool, in table: inout PeerTable,
        _ now: Instant
    ) {
        if isElsewhere {
            table.moved(to: endpoints, peer: peer, at: now)
        } else {
            table.setEndpoints(endpoints, of: peer, at: now)
        }
    }

    /// The next answer of the resolver; nil when none waits.
    mutating func nextAnswer() -> Answer? {
        resolver.next().map {
            Answer(
                peer: $0.question.peer, addresses: $0.question.addresses,
                endpoints: $0.endpoints.map { Endpoint($0) }, complaint: $0.complaint)
        }
    }
}
