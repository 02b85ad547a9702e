package import Audio

/// What the switchboard wants done by the loop around it; peers are numbers.
package enum Order: Equatable, Sendable {
    /// The sound to this peer is protected against loss like this from now on.
    case protect(peer: Int, Redundancy.Choice)
    /// This peer is called at once where it has no session.
    case want(peer: Int)
    /// This peer is asked whether it still has its session.
    case ask(peer: Int)
    /// The names among this peer's addresses are looked for again.
    case resolve(peer: Int)
    /// Peers without session are called at once.
    case retryAll
    /// The card of this stream is closed and opened again.
    case reopen(StillStreams.Direction)
    /// The journal, and everyone who watches, is told.
    case notice(Notice)
}

/// What happened, for people: the loop around it knows the names and finds the words.
package enum Notice: Equatable, Sendable {
    /// A peer lit the call light here, for this long.
    case signal(peer: Int, Duration)
    /// A session with this peer begins.
    case peerUp(Int)
    /// The session with this peer is over.
    case peerDown(Int)
    /// This peer has missed its heartbeat.
    case peerStale(Int)
    /// This peer was stale, and is heard again.
    case peerHeard(Int)
    /// The names among a peer's addresses were not found, and why.
    case unresolved(peer: Int, String)
    /// This machine's network keeps it from peers.
    case networkFault(DownWatch.NetworkTrouble)
    /// This machine's network is in order again.
    case networkReady
    /// Two stations use this peer's key.
    case sharedKey(Int)
    /// Sound of this stream was lost between card and program.
    case xrun(StillStreams.Direction)
    /// The card wakes the sound for nothing.
    case stalled
    /// The processor cannot keep up, and something else is left out.
    case overload
    /// The processor keeps up again.
    case overloadEnd
    /// A stream is open, and moves no sound.
    case asleep(StillStreams.Direction)
    /// A stream moves sound again.
    case awake(StillStreams.Direction)
    /// What came of a request to a peer.
    case result(peer: Int, what: String, PeerRequests.Outcome)
}
