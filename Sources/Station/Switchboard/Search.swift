internal import Time

/// Calls missing peers again every two seconds while a talk waits for them, so that they are back
/// as soon as they can be.
///
/// A host name that was never resolved gives no address to call, so the retries of handshakes do
/// not reach it. A held key wants the peer as much as a key press does (protocol.md §1.7 rule 6).
package struct Search: Sendable {
    static let interval = Duration.seconds(2)

    private var next: Instant?

    /// Looks up the addresses that were never found, and calls the listeners of each open talk.
    ///
    /// A call that comes too early does nothing.
    mutating func seek(
        unresolved: [Int], talks: [PeerSet], at now: Instant, _ orders: inout Orders
    ) {
        if let next, now < next { return }
        next = now + Self.interval
        for peer in unresolved { orders.add(.resolve(peer: peer)) }
        for listeners in talks { want(listeners, &orders) }
    }

    /// Calls those of these peers that have no session, at once.
    func want(_ listeners: PeerSet, _ orders: inout Orders) {
        for peer in listeners { orders.add(.want(peer: peer)) }
    }
}
