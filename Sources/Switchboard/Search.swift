internal import Station
internal import Time

/// Trying what somebody waits for again, so that it is soon there once it can be.
///
/// A name that was never found has no address to call, and so no retry to ask for it again. And a
/// person who holds a key wants the peer as much as one who presses it (protocol.md §1.7 rule 6).
package struct Search: Sendable {
    static let interval = Duration.seconds(2)

    private var next: Instant?

    /// Asks for addresses that were never found, and calls the listeners of each talk that goes on;
    /// what comes too early is left out.
    mutating func seek(
        unresolved: [Int], talks: [PeerSet], at now: Instant, _ orders: inout Orders
    ) {
        if let next, now < next { return }
        next = now + Self.interval
        for peer in unresolved { orders.add(.resolve(peer: peer)) }
        for listeners in talks { want(listeners, &orders) }
    }

    /// These are tried at once where they have no session.
    func want(_ listeners: PeerSet, _ orders: inout Orders) {
        for peer in listeners { orders.add(.want(peer: peer)) }
    }
}
