package import Time

/// What happens to the session with a peer, to its addresses and to its number.
package enum PeerNews: Equatable, Sendable {
    // Its session.
    /// A session is there; `isNewBoot` when it is the first since either side restarted.
    case up(isNewBoot: Bool)
    /// There is another session.
    case renewed
    /// It has not been heard for long, or said goodbye.
    case down

    // Its packets.
    /// An authentic packet was opened at this moment; told once a second for every number.
    case opened(at: Instant)
    /// Its last packet came then; told once a second for every peer of the settings.
    case lastHeard(at: Instant)

    // Its addresses.
    /// The settings have changed them.
    case moved
    /// All of them are numbers.
    case resolved
    /// The resolver has answered.
    case lookedUp(isFound: Bool, complaint: String?)
    /// A probe was sent to one of them: does any program listen there?
    case probed

    // Its number.
    /// Whether two stations use its key; told once a second.
    case key(isShared: Bool)
    /// The settings have removed it: it is not heard any more, and nothing is sent to it.
    case left(firstMid: UInt32)
    /// Another peer has this number from now on.
    case replaced(firstMid: UInt32)
}
