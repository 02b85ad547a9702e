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

/// An order or a report of the calls to the caller of `Station`.
public enum CallAction: Sendable {
    /// A call has begun; open its record.
    case began(CallSummary)
    /// The state of the call from now on: ring, ring back, or show it.
    case state(CallID, CallState)
    /// The call is over; close its record.
    case ended(CallSummary, CallEnding)
    /// The listeners of the microphone on this stream from now on; without listeners it closes.
    case microphone(stream: UInt8, listeners: [Int])
    case notice(CallNotice, peer: Int)
    /// The peer of an intercom call has restarted: call it once more.
    case redial(peer: Int)
}

/// A notice to a person during a call.
public enum CallNotice: Sendable {
    /// A call was answered without a key press.
    case autoAnswered
    case announced
    case droppedIn
    /// A peer listens to the room from now on.
    case monitored
    /// Another station has joined or left.
    case joined
    case left
    /// The other side has not been heard for two seconds, or is heard again.
    case weak
    case strong
}

/// Why a person's request was refused.
public enum CallProblem: Equatable, Sendable {
    /// There is already a call.
    case busy
    /// Nothing rings here.
    case nothingRings
    case noCall
    /// There is no station to call.
    case nobody
}

/// A report of the pages to the caller of `Station`.
public enum PageAction: Sendable {
    /// A page of a peer is heard from now on.
    case began(peer: Int, stream: UInt8, reference: UInt64, Priority)
    case ended(peer: Int, stream: UInt8, isTimeUp: Bool)
    /// Our own page has reached the longest time allowed.
    case timeUp(stream: UInt8)
}
