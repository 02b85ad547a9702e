package import Station
package import Time

/// Who is there.
extension Switchboard {
    /// A session with a peer begins.
    package mutating func up(_ peer: Int) { presence.up(peer, &orders) }

    /// The session with a peer is over.
    package mutating func down(_ peer: Int) {
        // What its way bore is of the past, and those who are there are not to pay for it.
        protection.begin(peer, &orders)
        presence.down(peer, &orders)
    }

    /// The last packet of a peer came then; call it for each peer once a second.
    package mutating func opened(_ peer: Int, last: Instant, at now: Instant) {
        self.now = now
        presence.opened(peer, last: last, at: now, &orders)
    }

    /// The station stops: peers that go down from here on are no news.
    package mutating func leave() { presence.leave() }

    /// These are talked to now, one for each talk that each of them hears; call it in each turn.
    package mutating func follow(_ listeners: [Doubts.Listener], at now: Instant) {
        self.now = now
        doubts.follow(listeners, at: now, &orders)
    }

    /// Tries again what somebody waits for, where it is time; call it once a second.
    ///
    /// - Parameters:
    ///   - peers: All peers there are.
    ///   - talks: The listeners of each talk that goes on.
    ///   - now: The time.
    package mutating func seek(among peers: [Int], talks: [PeerSet], at now: Instant) {
        self.now = now
        let unresolved = peers.filter { !whereabouts.isResolved($0) }
        search.seek(unresolved: unresolved, talks: talks, at: now, &orders)
    }

    /// Somebody wants to talk to these: those without session are tried at once.
    package mutating func want(_ listeners: PeerSet) { search.want(listeners, &orders) }

    /// A peer has other addresses from now on.
    package mutating func moved(_ peer: Int) { whereabouts.moved(peer) }

    /// All addresses of a peer are numbers.
    package mutating func resolved(_ peer: Int) { whereabouts.resolved(peer) }

    /// What came of looking for a peer's names.
    package mutating func answered(_ peer: Int, isFound: Bool, complaint: String?) {
        whereabouts.answered(peer, isFound: isFound, complaint: complaint, &orders)
    }

    /// A peer is about to be called at the addresses it has now.
    ///
    /// - Returns: Whether they are others than those of its session.
    package mutating func called(_ peer: Int) -> Bool { whereabouts.called(peer) }
}
