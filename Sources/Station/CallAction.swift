public import Wire

/// What the shell must do or tell for calls, pages, signals and relays.
public enum CallAction: Sendable {
    /// A call is there; its record is to be opened.
    case began(CallSummary)
    /// It stands so from now on: ring, ring back, or show it.
    case state(CallID, CallState)
    /// It is over; its record is to be closed.
    case ended(CallSummary, CallEnding)
    /// The microphone goes to these on this stream from now on; to nobody: it closes.
    case microphone(stream: UInt8, listeners: [Int])
    case notice(CallNotice, peer: Int)
    /// A peer in intercom mode has started again in a call: it is to be called once more.
    case redial(peer: Int)
    /// A page of a peer is heard from now on.
    case pageBegan(peer: Int, stream: UInt8, reference: UInt64, Priority)
    case pageEnded(peer: Int, stream: UInt8, isTimeUp: Bool)
    /// Our own page has lasted as long as any may.
    case pageTimeUp(stream: UInt8)
    /// A peer asks for something it may have; `Station.result` answers it.
    case asked(peer: Int, Signal)
    /// What became of something asked of a peer; nil: it never answered.
    case resulted(peer: Int, request: UInt32, RequestResult.Status?)
    /// A peer claimed what it has no right to; at most once a minute of each kind.
    case refused(peer: Int, Refusal, count: UInt64)
}

/// What a person is told in the middle of a call.
public enum CallNotice: Sendable {
    /// A call was answered without anyone touching a key.
    case autoAnswered
    case announced
    case droppedIn
    /// The room is listened to from now on.
    case monitored
    /// Another one is in it too, and no more.
    case joined
    case left
    /// The other side has not been heard for two seconds, or is heard again.
    case weak
    case strong
}

/// Why a person's wish was not followed.
public enum CallProblem: Equatable, Sendable {
    /// There is a call already.
    case busy
    /// Nothing rings here.
    case nothingRings
    case noCall
    /// Nobody there to call.
    case nobody
}
