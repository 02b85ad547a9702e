internal import Time

/// Decides whether findings about this machine's network, and about keys of peers, are news.
package struct DownWatch: Sendable {
    /// The fault that cuts this machine off from all other machines, in words; nil if there is
    /// none.
    package private(set) var networkTrouble: String?
    /// Peers whose packets stay on this machine.
    private var loopback = PeerSet()
    private var isKeyShared = ByPeer(false)

    /// Takes the finding about this machine's network, and the peers reached without it.
    ///
    /// - Returns: Whether the finding is news.
    mutating func update(
        _ trouble: String?, loopback: PeerSet, _ orders: inout Orders
    ) -> Bool {
        self.loopback = loopback
        guard trouble != networkTrouble else { return false }
        networkTrouble = trouble
        if let trouble {
            orders.add(.networkFault(trouble))
        } else {
            orders.add(.networkReady)
            // No peer need wait half a minute for the next try.
            orders.add(.retryAll)
        }
        return true
    }

    /// The peers that no network of this machine reaches.
    package var cutOff: PeerSet {
        networkTrouble == nil ? [] : PeerSet(0..<PeerSet.capacity).subtracting(loopback)
    }

    /// Notes whether two stations use this peer's key; call it once a second.
    mutating func updateKey(of peer: Int, isShared: Bool, _ orders: inout Orders) {
        if isShared, !isKeyShared[peer] { orders.add(.sharedKey(peer)) }
        isKeyShared[peer] = isShared
    }

    /// Forgets a peer whose number now belongs to another.
    mutating func forget(_ peer: Int) { isKeyShared[peer] = false }
}

/// Whether each peer is up, stale or down.
package struct Presence: Sendable {
    /// The state of the session with a peer.
    package enum Reach: Equatable, Sendable {
        case up
        /// The peer has missed its heartbeat, and is not given up yet.
        case stale
        case down
    }

    /// One heartbeat, and some patience.
    static let staleAfter = Duration.seconds(20)

    private var reaches = [Reach](repeating: .down, count: PeerSet.capacity)
    /// Whether this station is stopping: peers that go down are then no news.
    private var isLeaving = false

    /// Returns the state of the session with a peer.
    package func reach(of peer: Int) -> Reach { reaches[peer] }

    /// Returns the numbers of all peers in this state.
    package func peers(_ reach: Reach) -> PeerSet {
        PeerSet(reaches.indices.filter { reaches[$0] == reach })
    }

    /// Notes that a session with a peer begins.
    mutating func up(_ peer: Int, _ orders: inout Orders) {
        reaches[peer] = .up
        orders.add(.peerUp(peer))
    }

    /// Notes that the session with a peer is over.
    ///
    /// - Returns: Whether the end is news.
    mutating func down(_ peer: Int, _ orders: inout Orders) -> Bool {
        reaches[peer] = .down
        if !isLeaving { orders.add(.peerDown(peer)) }
        return !isLeaving
    }

    /// Takes the time of a peer's last packet.
    ///
    /// A peer that missed its heartbeat is stale until a packet comes, or the peer is given up.
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

    /// Notes that the station stops: from now on a peer that goes down is no news.
    mutating func leave() { isLeaving = true }

    /// Forgets a peer whose number now belongs to another.
    mutating func forget(_ peer: Int) { reaches[peer] = .down }
}

/// Whether the addresses of each peer are known.
package struct Whereabouts: Sendable {
    private struct Place: Sendable {
        /// Whether the names among the peer's addresses have been found once.
        var isResolved = false
        /// Whether the settings have changed the addresses: the session's own may lead nowhere.
        var hasMoved = false
        /// Why the peer's name was not resolved.
        var complaint: String?
    }

    private var places = ByPeer(Place())

    /// Whether the names among a peer's addresses have been found once.
    package func isResolved(_ peer: Int) -> Bool { places[peer].isResolved }

    /// Whether a peer has new addresses and was not called there yet.
    package func hasMoved(_ peer: Int) -> Bool { places[peer].hasMoved }

    /// Why a peer's name was not resolved; nil where it was, or no answer came yet.
    package func complaint(of peer: Int) -> String? { places[peer].complaint }

    /// Notes that the settings have changed a peer's addresses.
    mutating func moved(_ peer: Int) {
        places[peer] = Place()
        places[peer].hasMoved = true
    }

    /// Takes the resolver's answer for a peer.
    mutating func answered(
        _ peer: Int, isFound: Bool, complaint: String?, _ orders: inout Orders
    ) {
        if let complaint, places[peer].complaint != complaint {
            places[peer].complaint = complaint
            orders.add(.unresolved(peer: peer, complaint))
        }
        guard isFound else { return }
        places[peer].complaint = nil
        places[peer].isResolved = true
    }

    /// Notes that a peer is about to be called at its present addresses.
    ///
    /// - Returns: Whether the addresses are new.
    mutating func called(_ peer: Int) -> Bool {
        defer { places[peer].hasMoved = false }
        return places[peer].hasMoved
    }

    /// Forgets a peer whose number now belongs to another.
    mutating func forget(_ peer: Int) { places[peer] = Place() }
}
