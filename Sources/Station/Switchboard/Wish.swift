package import Audio
package import Time
package import Wire

/// What a person asks for, by a button or by a program.
///
/// The loop around the switchboard has looked the names up. A name that nothing has comes along
/// too: whether that is why the wish is refused, or something else is, gets decided here.
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
    /// A peer is asked for its light, or its relay of this reference; `what` is the word for it.
    case ask(Named<Int>, Signal.Target, reference: UInt64, what: String)
    /// The speaker plays a tone to be judged by.
    case tone

    /// What a person has named, and what has that name here; nil: nothing has.
    package struct Named<Found: Equatable & Sendable>: Equatable, Sendable {
        package let name: String
        package let found: Found?

        package init(_ name: String, _ found: Found?) { (self.name, self.found) = (name, found) }
    }

    /// How a peer, or all of a channel, is called.
    package struct Calling: Equatable, Sendable {
        let id: CallID
        /// A call, or one that opens a microphone by itself.
        let mode: Offer.Mode
        let priority: Priority
        /// The channel that is called; nil for a peer.
        package var channel: String?
        /// Whether all who answer are in the call together; else the first answer takes it.
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

    /// Which sound cards of this station are open.
    package typealias Sound = (hasMicrophone: Bool, hasSpeaker: Bool)

    /// What became of a wish that was granted.
    package enum Outcome: Equatable, Sendable {
        /// The microphone is open for this target, by its `id`; its listeners, and why each cannot
        /// hear it where that is known by now.
        case talk(target: Int, [HeardAt])
        /// No command holds it open for this target now; whether one did, and its listeners.
        case letGo(target: Int, wasHeld: Bool, [HeardAt])
        /// A page began; its listeners, in the same way.
        case page([HeardAt])
        case pageEnded
        case calling(CallID)
        case answered(CallID?)
        case rejected(CallID?)
        case hungUp(CallID?)
        /// A peer was asked by the peer request of this number; its result is told later.
        case asked(peerRequest: UInt32)
        case tone
    }

    /// Why a wish was not granted.
    package enum Problem: Error, Equatable, Sendable {
        /// Nothing here has the name.
        case unknown
        /// No peer was heard since the start that could be replied to.
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
    /// Whether it is doubtful that this peer hears us, before it says so.
    case doubt(peer: Int, Bool)
    /// Play it once; ring, or play what a caller hears, until nil says stop; beep while somebody
    /// far may listen here.
    case chime(Chime)
    case ring(Chime?)
    case beep(Bool)

    /// The announcement's sound is sent from now on, or no more of it.
    case announce
    case endAnnouncement

    // To peers.
    /// Records to be sealed on the peer's current session.
    case send(peer: Int, ControlPayload)
    /// The peer is wanted: without a session it is tried at once (protocol.md §1.7 rule 6).
    case want(peer: Int)
    /// The peer is to show whether it still has its session.
    case checkSession(peer: Int)
    /// Peers without a session are tried at once.
    case retryAll

    // To this machine.
    /// The names among this peer's addresses are looked for again.
    case resolve(peer: Int)
    /// The card of this stream is closed and opened again.
    case reopen(StillStreams.Direction)
    /// A peer asks for a relay here, which its policy allows; `Switchboard.answer` says what came
    /// of it.
    case switchRelay(peer: Int, Signal)

    // To people.
    /// The journal, and everyone who watches, is told.
    case notice(Notice)
    /// A caller that waits is told.
    case answer(CallerTicket, LateAnswer)
}

/// What happened, for people: the loop around it knows the names and finds the words.
package enum Notice: Equatable, Sendable {
    case callBegan(CallSummary)
    case callStands(CallSummary, CallState)
    case callEnded(CallSummary, CallEnding)
    /// Something that people learn in the middle of a call.
    case inCall(CallNotice, peer: Int)
    /// A page of a peer, to the channel of this reference or to this station alone.
    case pageBegan(peer: Int, reference: UInt64, Priority)
    case pageEnded(peer: Int, isTimeUp: Bool)
    /// An announcement of this station began, or is over.
    case announcementBegan(to: String, Priority)
    case announcementEnded(to: String)
    /// A peer claimed what its policy does not allow; so often since the start.
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
    /// The names among a peer's addresses were not found, and why.
    case unresolved(peer: Int, String)
    /// This machine's network keeps it from peers, and how.
    case networkFault(String)
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
    /// Nobody hears what is said to this target, and why.
    case noListener(target: String?, [HeardAt])
    /// How long this target was talked to, and what its listeners heard of it.
    case heard(target: String?, Duration, [HeardAt])
    /// The result of a peer request, by its number; nil: nothing came back.
    case result(peer: Int, peerRequest: UInt32, what: String, RequestResult.Status?)
}

/// Orders that wait to be carried out, in the order in which they were given.
package struct Orders: Sendable {
    private var waiting: [Order] = []

    mutating func add(_ order: Order) { waiting.append(order) }

    /// People are told.
    mutating func add(_ notice: Notice) { waiting.append(.notice(notice)) }

    /// The oldest one; nil when none waits.
    package mutating func next() -> Order? { waiting.isEmpty ? nil : waiting.removeFirst() }
}

/// A request that is answered later; its caller may be gone by then, and its place another's.
package struct CallerTicket: Equatable, Sendable {
    package let place: Int
    package let number: UInt64

    package init(place: Int, number: UInt64) {
        self.place = place
        self.number = number
    }
}

/// What a caller that waits is told.
package enum LateAnswer: Equatable, Sendable {
    /// The talk that it held open is over.
    case talkOver(to: String, HeldTalks.End)
    /// The page that it asked for is over, and this was heard of it.
    case pageOver(to: String, [HeardAt])
    /// The announcement that it read is over, and this was heard of it.
    case announced(to: String, [HeardAt])
    /// Another page took its place, so nothing is known of what was heard.
    case pageReplaced(to: String, by: String)
}
