public import Wire

/// An order or a report to the caller of `Station`, for calls, pages, signals and relays.
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
    /// A page of a peer is heard from now on.
    case pageBegan(peer: Int, stream: UInt8, reference: UInt64, Priority)
    case pageEnded(peer: Int, stream: UInt8, isTimeUp: Bool)
    /// Our own page has reached the longest time allowed.
    case pageTimeUp(stream: UInt8)
    /// A permitted request of a peer; `Station.result` answers it.
    case asked(peer: Int, Signal)
    /// The outcome of a request to a peer; nil when it never answered.
    case resulted(peer: Int, request: UInt32, RequestResult.Status?)
    /// A peer claimed a right it does not have; at most once a minute of each kind.
    case refused(peer: Int, Refusal, count: UInt64)
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
