public import Wire

extension Station {
    /// What the station wants done, and what it reports.
    public enum Action: Sendable {
        /// To be sealed on the peer's current session.
        case send(peer: Int, ControlPayload)
        /// The sound of this stream goes there from now on.
        case hear(peer: Int, stream: UInt8, Hearing, Priority)
        case call(CallAction)
        case page(PageAction)
        /// A peer asks for a light or a relay, which its policy allows; `result` answers it.
        case signalled(peer: Int, Signal)
        /// The outcome of a peer request; nil when it was never answered.
        case resulted(peer: Int, peerRequest: UInt32, RequestResult.Status?)
        /// A peer claimed a right it does not have; at most once a minute of each kind.
        case refused(peer: Int, Refusal, count: UInt64)
    }
}
