package import Time

/// Why peers are down.
extension Switchboard {
    /// Whether to look at this machine's network now; ask once a second.
    package mutating func looksAtNetwork(hasChanged: Bool, at now: Instant) -> Bool {
        self.now = now
        return downWatch.looksAtNetwork(hasChanged: hasChanged, at: now)
    }

    /// The reason that is shown for a peer instead of the one that the sessions found.
    ///
    /// - Parameters:
    ///   - peer: The peer.
    ///   - isProven: The sessions have evidence.
    ///   - isHere: One of its addresses is this station's own.
    /// - Returns: That reason; `none` where the sessions know best.
    package func correction(of peer: Int, isProven: Bool, isHere: Bool) -> DownWatch.Correction {
        DownWatch.correction(
            isProven: isProven, hasMoved: whereabouts.hasMoved(peer),
            isUnresolved: whereabouts.complaint(of: peer) != nil, isHere: isHere)
    }
}
