package import Audio

/// What the switchboard wants done by the loop around it; peers are numbers.
package enum Order: Equatable, Sendable {
    /// The sound to this peer is protected against loss like this from now on.
    case protect(peer: Int, Redundancy.Choice)
    /// Whether it is doubtful that this peer hears us, before it says so.
    case doubt(peer: Int, Bool)
    /// A chime is played once.
    case chime(Chime)
    /// A talkspurt to this target is over, and its listeners have told what they heard of it.
    case reportsAreIn(spurt: Int, target: Int, [HeardAt])
    /// The journal, and everyone who watches, is told.
    case notice(Notice)
}

/// What happened, for people: the loop around it knows the names and finds the words.
package enum Notice: Equatable, Sendable {
    /// A peer lit the call light here, for this long.
    case signal(peer: Int, Duration)
    /// Nobody hears what is said to this target, and why.
    case noListener(target: String?, [HeardAt])
    /// So much was said to this target, and what its listeners heard of it.
    case heard(target: String?, Duration, [HeardAt])
    /// What came of a request to a peer.
    case result(peer: Int, what: String, PeerRequests.Outcome)
}
