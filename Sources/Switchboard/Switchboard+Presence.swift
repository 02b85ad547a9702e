package import Station
package import Time

/// Who is there.
extension Switchboard {
    /// The last packet of a peer came then; call it for each peer once a second.
    package mutating func opened(_ peer: Int, last: Instant, at now: Instant) {
        self.now = now
        presence.opened(peer, last: last, at: now, &orders)
    }

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

    /// The settings have changed a peer's addresses.
    package mutating func moved(_ peer: Int) { whereabouts.moved(peer) }

    /// All addresses of a peer are numbers.
    package mutating func resolved(_ peer: Int) { whereabouts.resolved(peer) }

    /// The resolver has answered for this peer.
    package mutating func answered(_ peer: Int, isFound: Bool, complaint: String?) {
        whereabouts.answered(peer, isFound: isFound, complaint: complaint, &orders)
    }

    /// A peer is about to be called at the addresses it has now.
    ///
    /// - Returns: Whether they are new.
    package mutating func called(_ peer: Int) -> Bool { whereabouts.called(peer) }
}
