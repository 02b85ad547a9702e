internal import Time

/// Which findings about this machine's network, and about keys of peers, are news.
package struct DownWatch: Sendable {
    /// What keeps this machine from every peer that is not on it, in words; nil if nothing does.
    package private(set) var networkTrouble: String?
    /// Peers whose packets stay on this machine.
    private var loopback = PeerSet()
    private var isKeyShared = ByPeer(false)

    /// What a look at this machine's network found, and the peers that are reached without it.
    ///
    /// - Returns: Whether that is news.
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
            // Nobody need wait half a minute for the next try.
            orders.add(.retryAll)
        }
        return true
    }

    /// Peers that no network of this machine leads to.
    package var cutOff: PeerSet {
        networkTrouble == nil ? [] : PeerSet(0..<PeerSet.capacity).subtracting(loopback)
    }

    /// Whether two stations use this peer's key; call it once a second.
    mutating func updateKey(of peer: Int, isShared: Bool, _ orders: inout Orders) {
        if isShared, !isKeyShared[peer] { orders.add(.sharedKey(peer)) }
        isKeyShared[peer] = isShared
    }

    /// Another peer has this number from now on.
    mutating func forget(_ peer: Int) { isKeyShared[peer] = false }
}

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

/// Whether the addresses of each peer are known.
package struct Whereabouts: Sendable {
    private struct Place: Sendable {
        /// The names among its addresses have been found once.
        var isResolved = false
        /// The settings have changed its addresses: that of its session may lead nowhere.
        var hasMoved = false
        /// Why its name was not resolved.
        var complaint: String?
    }

    private var places = ByPeer(Place())

    /// Whether the names among a peer's addresses have been found once.
    package func isResolved(_ peer: Int) -> Bool { places[peer].isResolved }

    /// Whether a peer has new addresses and was not called there yet.
    package func hasMoved(_ peer: Int) -> Bool { places[peer].hasMoved }

    /// Why a peer's name was not resolved; nil where it was, or no answer came yet.
    package func complaint(of peer: Int) -> String? { places[peer].complaint }

    /// The settings have changed a peer's addresses.
    mutating func moved(_ peer: Int) {
        places[peer] = Place()
        places[peer].hasMoved = true
    }

    /// The resolver has answered for a peer.
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

    /// A peer is about to be called at the addresses it has now.
    ///
    /// - Returns: Whether they are new.
    mutating func called(_ peer: Int) -> Bool {
        defer { places[peer].hasMoved = false }
        return places[peer].hasMoved
    }

    /// Another peer has this number from now on.
    mutating func forget(_ peer: Int) { places[peer] = Place() }
}
