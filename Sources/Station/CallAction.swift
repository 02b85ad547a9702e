public import Wire

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
