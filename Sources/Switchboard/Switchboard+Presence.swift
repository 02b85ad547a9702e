package import Station
package import Time

/// Who is there.
extension Switchboard {
    /// The station stops: peers that go down from here on are no news.
    package mutating func leave() { presence.leave() }

    /// The peers that are talked to now, once for each talk; call it in each turn.
    package mutating func follow(_ listeners: [Doubts.Listener], at now: Instant) {
        self.now = now
        doubts.follow(listeners, at: now, &orders)
    }

    /// Calls missing peers again while a talk waits for them; call it once a second.
    ///
    /// - Parameters:
    ///   - peers: All peers of this station.
    ///   - talks: The listeners of each open talk.
    ///   - now: The time.
    package mutating func seek(among peers: [Int], talks: [PeerSet], at now: Instant) {
        self.now = now
        let unresolved = peers.filter { !whereabouts.isResolved($0) }
        search.seek(unresolved: unresolved, talks: talks, at: now, &orders)
    }

    /// A talk or a call to these peers begins: those without a session are called at once.
    package mutating func want(_ listeners: PeerSet) { search.want(listeners, &orders) }
}
