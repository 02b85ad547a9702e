package import Time

/// Finds out why peers are down: when to look, which findings are news, and which are problems.
package struct DownWatch: Sendable {
    /// What keeps this machine from every peer that is not on it.
    package struct NetworkTrouble: Equatable, Sendable {
        /// The word for programs.
        package let code: String
        /// What is wrong, and what to do.
        package let text: String
        package let fix: String

        /// - Parameters:
        ///   - code: The word for programs.
        ///   - text: What is wrong.
        ///   - fix: What to do.
        package init(code: String, text: String, fix: String) {
            (self.code, self.text, self.fix) = (code, text, fix)
        }
    }

    /// A reason that is shown instead of the one that the sessions found.
    package enum Correction: Equatable, Sendable {
        /// The sessions know best.
        case none
        /// The peer's new address is not known.
        case unresolved
        /// What is sent to the peer comes back to this station.
        case ownAddress
    }

    /// A peer that is down for longer is a problem, whatever the reason.
    static let downPatience = Duration.seconds(60)
    /// How long an ICMP message may be on its way; a neighbour that is off is told after 3 s.
    static let probePatience = Duration.seconds(5)
    static let networkInterval = Duration.seconds(10)

    /// What is wrong with this machine's network; nil when nothing is.
    package private(set) var networkTrouble: NetworkTrouble?
    /// Peers whose packets stay on this machine.
    private var loopback = PeerSet()
    private var nextNetworkLook: Instant?
    private var probedAt = ByPeer<Instant?>(nil)
    private var isKeyShared = ByPeer(false)

    /// Whether to look at this machine's network now: it has changed, or the last look is long ago.
    mutating func looksAtNetwork(hasChanged: Bool, at now: Instant) -> Bool {
        if !hasChanged, let next = nextNetworkLook, now < next { return false }
        nextNetworkLook = now + Self.networkInterval
        return true
    }

    /// What a look at this machine's network found, and the peers that are reached without it.
    ///
    /// - Returns: Whether that is news.
    mutating func looked(
        _ trouble: NetworkTrouble?, loopback: PeerSet, _ orders: inout Orders
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

    /// A probe was sent to where a peer should be.
    mutating func probed(_ peer: Int, at now: Instant) { probedAt[peer] = now }

    /// Whether nothing more will come of that probe.
    package func isProbeOver(of peer: Int, at now: Instant) -> Bool {
        probedAt[peer].map { now >= $0 + Self.probePatience } ?? true
    }

    /// Whether two stations use this peer's key; call it once a second.
    mutating func followKey(of peer: Int, isShared: Bool, _ orders: inout Orders) {
        if isShared, !isKeyShared[peer] { orders.add(.sharedKey(peer)) }
        isKeyShared[peer] = isShared
    }

    /// The reason that is shown instead of the one that the sessions found.
    ///
    /// - Parameters:
    ///   - isProven: The sessions have evidence.
    ///   - hasMoved: What evidence there is tells of the address that the peer had before.
    ///   - isUnresolved: Its name is not found.
    ///   - isHere: One of its addresses is this station's own.
    /// - Returns: That reason; `none` where the sessions know best.
    static func correction(
        isProven: Bool, hasMoved: Bool, isUnresolved: Bool, isHere: Bool
    ) -> Correction {
        if hasMoved, isUnresolved { return .unresolved }
        return !isProven && isHere ? .ownAddress : .none
    }

    /// Whether a peer that has been down since then is a problem, rather than something that may
    /// pass by itself.
    package static func isProblem(needsMending: Bool, downSince: Instant?, at now: Instant) -> Bool
    {
        needsMending || downSince.map { now >= $0 + downPatience } ?? false
    }

    /// Another peer has this number from now on.
    mutating func forget(_ peer: Int) {
        probedAt[peer] = nil
        isKeyShared[peer] = false
    }
}
