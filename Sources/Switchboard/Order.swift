package import Audio

/// What the switchboard wants done by the loop around it; peers are numbers.
package enum Order: Equatable, Sendable {
    /// The sound to this peer is protected against loss like this from now on.
    case protect(peer: Int, Redundancy.Choice)
    /// The journal, and everyone who watches, is told.
    case notice(Notice)
}

/// What happened, for people: the loop around it knows the names and finds the words.
package enum Notice: Equatable, Sendable {
    /// A peer lit the call light here, for this long.
    case signal(peer: Int, Duration)
    /// What came of a request to a peer.
    case result(peer: Int, what: String, PeerRequests.Outcome)
}
