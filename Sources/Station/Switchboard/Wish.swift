package import Audio
package import Time
package import Wire

/// A person's request, by a button or by a program.
///
/// The loop around the switchboard has looked the names up. An unknown name comes along too: the
/// switchboard decides whether the name or another problem is the reason to refuse.
package enum Wish: Equatable, Sendable {
    /// The talk key of a target goes down, or up.
    case talk(Named<TalkTarget>, isDown: Bool)
    /// The talk key of the peer that was heard last goes down, or up.
    case reply(isDown: Bool)
    /// The microphone opens for a page of a minute at most.
    case page(Named<TalkTarget>, Priority)
    case endPage(Named<TalkTarget>)
    case call(Named<TalkTarget>, Calling)
    case answer
    case reject
    case hangUp
    /// A request to a peer for its light, or its relay of this reference; `what` is the word for
    /// it.
    case ask(Named<Int>, Signal.Target, reference: UInt64, what: String)
    /// The speaker plays a tone, so that a person can check it.
    case tone

    /// A name that a person used, and the peer or target of that name here; nil: there is none.
    package struct Named<Found: Equatable & Sendable>: Equatable, Sendable {
        package let name: String
        package let found: Found?

        package init(_ name: String, _ found: Found?) { (self.name, self.found) = (name, found) }
    }

    /// The way to call a peer, or all of a channel.
    package struct Calling: Equatable, Sendable {
        let id: CallID
        /// An ordinary call, or one that opens a microphone by itself.
        let mode: Offer.Mode
        let priority: Priority
        /// The called channel; nil for a peer.
        package var channel: String?
        /// Whether all stations that answer join the call; else the first answer takes it.
        package var isJoined = false
        let ringTime: Duration

        package init(
            _ id: CallID, mode: Offer.Mode = .call, priority: Priority = .normal,
            ringTime: Duration
        ) {
            (self.id, self.mode, self.priority) = (id, mode, priority)
            self.ringTime = ringTime
        }
    }

    /// Whether this station's microphone and speaker are open.
    package typealias Sound = (hasMicrophone: Bool, hasSpeaker: Bool)

    /// The outcome of a granted wish.
    package enum Outcome: Equatable, Sendable {
        /// The microphone is open for this target, by its `id`; its listeners, and why each cannot
        /// hear it, where known by now.
        case talk(target: Int, [HeardAt])
        /// No command holds the microphone open for this target now; whether one did, and its
        /// listeners.
        case letGo(target: Int, wasHeld: Bool, [HeardAt])
        /// A page began; its listeners, and why each cannot hear it.
        case page([HeardAt])
        case pageEnded
        case calling(CallID)
        case answered(CallID?)
        case rejected(CallID?)
        case hungUp(CallID?)
        /// The peer request of this number went out; its result comes later.
        case asked(peerRequest: UInt32)
        case tone
    }

    /// Why a wish was not granted.
    package enum Problem: Error, Equatable, Sendable {
        /// Nothing here has the name.
        case unknown
        /// No peer has been heard since the start, so there is none to reply to.
        case nobodyHeard
        case noMicrophone
        case noSpeaker
        /// No page to that target is under way.
        case noPage
        /// Only a peer can be listened to or dropped in on.
        case isChannel
        /// There is already a call.
        case busy
        case nothingRings
        case noCall
        /// There is no station to call.
        case nobody
    }
}

/// An instruction of the switchboard to the loop around it; peers are numbers.
package enum Order: Equatable, Sendable {
    // To the sound.
    /// The protection of the sound to this peer against loss, from now on.
    case protect(peer: Int, Redundancy.Choice)
    /// The destination of this stream's sound.
    case hear(peer: Int, stream: UInt8, Hearing, Priority)
    /// The virtual key of a talk target, by its `id`.
    case press(target: Int, isDown: Bool)
    /// The listeners of an aimed target, by its `id`, from now on.
    case aim(target: Int, PeerSet)
    /// Whether this peer may not hear us, before it reports.
    case doubt(peer: Int, Bool)
    /// A chime plays once; a ring, or the tone that a caller hears, plays until nil stops it; the
    /// beep sounds while a distant person may listen here.
    case chime(Chime)
    case ring(Chime?)
    case beep(Bool)

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

    // To people.
    /// A notice for the journal, and for all programs that watch events.
    case notice(Notice)
    /// An answer for a caller that waits.
    case answer(CallerTicket, LateAnswer)
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

/// Orders that wait to be carried out, the oldest first.
package struct Orders: Sendable {
    private var waiting: [Order] = []

    mutating func add(_ order: Order) { waiting.append(order) }

    /// Adds a notice to people.
    mutating func add(_ notice: Notice) { waiting.append(.notice(notice)) }

    /// Returns the oldest order; nil when none waits.
    package mutating func next() -> Order? { waiting.isEmpty ? nil : waiting.removeFirst() }
}

/// A request that is answered later; by then its caller may be gone, and another may have its
/// place.
package struct CallerTicket: Equatable, Sendable {
    /// No caller ever has it: what it is told is dropped.
    package static let nobody = CallerTicket(place: 0, number: 0)

    package let place: Int
    package let number: UInt64

    package init(place: Int, number: UInt64) {
        self.place = place
        self.number = number
    }
}

/// The late answer to a caller that waits.
package enum LateAnswer: Equatable, Sendable {
    /// The talk that the caller held open is over.
    case talkOver(to: String, HeldTalks.End)
    /// The page that the caller asked for is over; the shares that its listeners heard.
    case pageOver(to: String, [HeardAt])
    /// The announcement that the caller read is over; the shares that its listeners heard.
    case announced(to: String, [HeardAt])
    /// Another page took its place, so its listeners' shares are not known.
    case pageReplaced(to: String, by: String)
}
