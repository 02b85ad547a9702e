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

    /// All addresses of a peer are numbers: there is nothing to find.
    mutating func resolved(_ peer: Int) { places[peer].isResolved = true }

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
