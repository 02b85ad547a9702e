/// Whether the addresses of each peer are known.
package struct Whereabouts: Sendable {
    private struct Place: Sendable {
        /// The names among its addresses have been found once.
        var isResolved = false
        /// Its addresses are others than before: where its session found it may lead nowhere.
        var hasMoved = false
        /// Why its name was not found.
        var complaint: String?
    }

    private var places: [Place]

    init(peers: Int) { places = Array(repeating: Place(), count: peers) }

    /// Whether the names among a peer's addresses have been found once.
    package func isResolved(_ peer: Int) -> Bool { places[peer].isResolved }

    /// Whether a peer's addresses are others than before, and it was not called there yet.
    package func hasMoved(_ peer: Int) -> Bool { places[peer].hasMoved }

    /// Why a peer's name was not found; nil where it was, or nobody has said.
    package func complaint(of peer: Int) -> String? { places[peer].complaint }

    /// A peer has other addresses from now on.
    mutating func moved(_ peer: Int) {
        places[peer] = Place()
        places[peer].hasMoved = true
    }

    /// All addresses of a peer are numbers: there is nothing to find.
    mutating func resolved(_ peer: Int) { places[peer].isResolved = true }

    /// What came of looking for a peer's names.
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
    /// - Returns: Whether they are others than those of its session.
    mutating func called(_ peer: Int) -> Bool {
        defer { places[peer].hasMoved = false }
        return places[peer].hasMoved
    }

    /// Another peer has this number from now on.
    mutating func forget(_ peer: Int) { places[peer] = Place() }
}
