internal import Time

/// Whether each peer is there.
package struct Presence: Sendable {
    /// What the session with a peer is good for.
    package enum Reach: Equatable, Sendable {
        case up
        /// It has missed its heartbeat, and is not given up yet.
        case stale
        case down
    }

    /// One heartbeat, and some patience.
    static let staleAfter = Duration.seconds(20)

    private var reaches = [Reach](repeating: .down, count: PeerSet.capacity)
    /// It is this station that goes: no peer is lost.
    private var isLeaving = false

    /// Whether a peer is there.
    package func reach(of peer: Int) -> Reach { reaches[peer] }

    /// All numbers of this reach.
    func peers(_ reach: Reach) -> PeerSet {
        PeerSet(reaches.indices.filter { reaches[$0] == reach })
    }

    /// A session with a peer begins.
    mutating func up(_ peer: Int, _ orders: inout Orders) {
        reaches[peer] = .up
        orders.add(.peerUp(peer))
    }

    /// The session with a peer is over.
    ///
    /// - Returns: Whether that is news.
    mutating func down(_ peer: Int, _ orders: inout Orders) -> Bool {
        reaches[peer] = .down
        if !isLeaving { orders.add(.peerDown(peer)) }
        return !isLeaving
    }

    /// The last packet of a peer came then.
    ///
    /// A peer that missed its heartbeat is stale until it is heard again, or given up.
    ///
    /// - Returns: Whether it has become stale.
    mutating func opened(
        _ peer: Int, last: Instant, at now: Instant, _ orders: inout Orders
    ) -> Bool {
        let isStale = now - last > Self.staleAfter
        switch reaches[peer] {
        case .up where isStale:
            reaches[peer] = .stale
            orders.add(.peerStale(peer))
            return true
        case .stale where !isStale:
            reaches[peer] = .up
            orders.add(.peerHeard(peer))
        case .up, .stale, .down: break
        }
        return false
    }

    /// The station stops: peers that go down from here on are no news.
    mutating func leave() { isLeaving = true }

    /// Another peer has this number from now on.
    mutating func forget(_ peer: Int) { reaches[peer] = .down }
}
