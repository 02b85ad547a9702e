package import Audio
package import Time
package import Wire

/// An instruction of the switchboard to the loop around it; peers are numbers.
package enum Order: Equatable, Sendable {
    // To the sound.
    /// For the media loop, as it is.
    case sound(SoundOrder)
    /// The announcement's sound begins, or ends.
    case announce
    case endAnnouncement

    // To peers.
    /// Records to be sealed on the peer's current session.
    case send(peer: Int, ControlPayload)
    /// The peer is wanted: if it has no session it is tried at once (protocol.md §1.7 rule 6).
    case want(peer: Int)
    /// The peer must show whether it still has its session.
    case checkSession(peer: Int)
    /// Peers without a session are tried at once.
    case retryAll

    // To this machine.
    /// The names among this peer's addresses are looked up again.
    case resolve(peer: Int)
    /// The card of this stream is closed and opened again.
    case reopen(StillStreams.Direction)
    /// A peer asks for a relay here, which its policy allows; the result goes to
    /// `Switchboard.answer`.
    case switchRelay(peer: Int, Signal)

    /// The peers that are recorded from now on, with this station, in the talk of this stream of
    /// it; none ends the recording.
    case record(UInt8, PeerSet)

    // To people.
    /// A notice for the journal, and for all programs that watch events.
    case notice(Notice)
    /// An answer for a program that waits.
    case answer(ProgramTicket, LateAnswer)
}

/// An instruction of the switchboard to the sound; peers are numbers.
package enum SoundOrder: Equatable, Sendable {
    /// The protection of the sound to this peer against loss, from now on.
    case protect(peer: Int, Redundancy.Choice)
    /// The destination of this stream's sound.
    case hear(peer: Int, stream: UInt8, Hearing, Priority)
    /// The virtual key of a talk target, by its `id`.
    case press(target: Int, isDown: Bool)
    /// The listeners of an aimed target, by its `id`, from now on.
    case aim(target: Int, PeerSet)
    /// The peers whose sound is kept for the recording of a talk, with this station's sound on this
    /// stream; none: nothing is.
    case keep(UInt8, PeerSet)
    /// Whether this peer may not hear us, before it reports.
    case doubt(peer: Int, Bool)
    /// A chime plays once; a ring, or the tone that a caller hears, plays until nil stops it; the
    /// beep sounds while a distant person may listen here.
    case chime(Chime)
    case ring(Chime?)
    case beep(Bool)
}

/// An event, for people: the loop around the switchboard knows the names and finds the words.
package enum Notice: Equatable, Sendable {
    case callBegan(CallSummary)
    case callStands(CallSummary, CallState)
    case callEnded(CallSummary, CallEnding)
    /// An event in the middle of a call.
    case inCall(CallNotice, peer: Int)
    /// A page of a peer, to the channel of this reference or to this station alone.
    case pageBegan(peer: Int, reference: UInt64, Priority)
    case pageEnded(peer: Int, isTimeUp: Bool)
    /// An announcement of this station began, or ended.
    case announcementBegan(to: String, Priority)
    case announcementEnded(to: String)
    /// A peer claimed a right that its policy does not give; so often since the start.
    case refused(peer: Int, Refusal, count: UInt64)
    /// The microphone opened for this target, or closed.
    case talkBegan(to: String?)
    case talkEnded(to: String?, since: Instant?)
    /// A peer's voice began here, on the channel of this number or to this station alone, or ended.
    case voiceBegan(peer: Int, channel: Int?)
    case voiceEnded(peer: Int, channel: Int?, since: Instant?)
    /// A recording of the channel or call of this reference, by a peer or by this station, has
    /// changed.
    case recording(by: Int?, UInt64, Recording.Change)
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
    /// The names among a peer's addresses were not found; the reason.
    case unresolved(peer: Int, String)
    /// This machine's network keeps it from peers; the fault.
    case networkFault(String)
    /// This machine's network is in order again.
    case networkReady
    /// Two stations use this peer's key.
    case sharedKey(Int)
    /// Sound of this stream was lost between card and program.
    case xrun(StillStreams.Direction)
    /// The card wakes the sound for nothing.
    case stalled
    /// The processor cannot keep up, and the sound leaves out more.
    case overload
    /// The processor keeps up again.
    case overloadEnd
    /// A stream is open and moves no sound.
    case asleep(StillStreams.Direction)
    /// A stream moves sound again.
    case awake(StillStreams.Direction)
    /// No listener hears the talk to this target, each for its reason.
    case noListener(target: String?, [HeardAt])
    /// The length of the talk to this target, and the shares that its listeners heard.
    case heard(target: String?, Duration, [HeardAt])
    /// The result of a peer request, by its number; nil: no answer came.
    case result(peer: Int, peerRequest: UInt32, what: String, RequestResult.Status?)
}

/// A notice to a person during a call.
package enum CallNotice: Sendable {
    /// A peer is heard here and hears the room, although nobody in the room touched a button.
    case dropIn
    /// A peer listens to the room from now on.
    case listenIn
    /// Another station has joined or left.
    case joined
    case left
    /// The other side has not been heard for two seconds, or is heard again.
    case weak
    case strong
}

/// Orders that wait to be carried out, the oldest first.
package struct Orders: Sendable {
    private var waiting: [Order] = []

    mutating func add(_ order: Order) { waiting.append(order) }

    mutating func add(_ order: SoundOrder) { waiting.append(.sound(order)) }

    /// Adds a notice to people.
    mutating func add(_ notice: Notice) { waiting.append(.notice(notice)) }

    /// Returns the oldest order; nil when none waits.
    package mutating func next() -> Order? { waiting.isEmpty ? nil : waiting.removeFirst() }
}

/// The late answer to a program that waits.
package enum LateAnswer: Equatable, Sendable {
    /// The talk that the program held open is over.
    case talkOver(to: String, HeldTalks.End)
    /// The page that the program asked for is over; the shares that its listeners heard.
    case pageOver(to: String, [HeardAt])
    /// The announcement that the program read is over; the shares that its listeners heard.
    case announced(to: String, [HeardAt])
    /// Another page took its place, so its listeners' shares are not known.
    case pageReplaced(to: String, by: String)
}
