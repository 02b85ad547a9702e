package import Audio
package import Station
internal import Time
package import Wire

/// What the switchboard wants done by the loop around it; peers are numbers.
package enum Order: Equatable, Sendable {
    // To the sound.
    /// The sound to this peer is protected against loss like this from now on.
    case protect(peer: Int, Redundancy.Choice)
    /// Where the sound of this stream goes.
    case hear(peer: Int, stream: UInt8, Hearing, Priority)
    /// The virtual key of a talk target, by its `id`.
    case press(target: Int, isDown: Bool)
    /// These hear an aimed target from now on, by its `id`.
    case aim(target: Int, PeerSet)
    /// Play it once; ring, or play what a caller hears, until nil says stop; beep while somebody
    /// far may listen here.
    case chime(Chime)
    case ring(Chime?)
    case beep(Bool)

    // To peers.
    /// Records to be sealed on the peer's current session.
    case send(peer: Int, ControlPayload)
    /// The peer is wanted: without a session it is tried at once (protocol.md §1.7 rule 6).
    case want(peer: Int)
    /// A call to this peer is to begin once more.
    case redial(peer: Int)

    // To this machine.
    /// What is said on this stream has lasted for as long as any page may.
    case pageTimeUp(stream: UInt8)
    /// A peer asks for a relay here, which its policy allows; `Switchboard.switched` says what
    /// came of it.
    case switchRelay(peer: Int, Signal)

    // To people.
    /// The journal, and everyone who watches, is told.
    case notice(Notice)
    /// A caller that waits is told.
    case answer(CallerTicket, LateAnswer)
}

/// What happened, for people: the loop around it knows the names and finds the words.
package enum Notice: Equatable, Sendable {
    case callBegan(CallSummary, CallDesk.Channel)
    case callStands(CallID, CallState, peer: Int?, CallDesk.Channel)
    case callEnded(CallSummary, CallEnding, CallDesk.Channel)
    /// Something that people learn in the middle of a call.
    case inCall(CallNotice, peer: Int)
    /// A page of a peer, to the channel of this reference or to this station alone.
    case pageBegan(peer: Int, reference: UInt64, Priority)
    case pageEnded(peer: Int, isTimeUp: Bool)
    /// A peer claimed what its policy does not allow; so often since the start.
    case refused(peer: Int, Refusal, count: UInt64)
    /// A peer lit the call light here, for this long.
    case signal(peer: Int, Duration)
    /// What came of a request to a peer.
    case result(peer: Int, request: UInt32, what: String, PeerRequests.Outcome)
}
