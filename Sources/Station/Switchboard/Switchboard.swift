internal import Audio
package import Time
package import Wire

/// The decisions of a station: its talk, calls, answers, notices, lights and rings.
///
/// Sans-I/O: events and the time go in; then drain `nextOrder` to nil, and call `tick` at
/// `deadline`. Peers are numbers; names, cards, sockets and files belong to the loop around it.
///
/// - `Wish`: the wishes and settings of people here, and the ends of talks,
/// - `Switchboard+Records`: the sessions of peers, and their records,
/// - `Switchboard+Calls`, `+CallEnds` and `+CallMembers`: a call, from all sides,
/// - `Switchboard+Forwarding`: the peers between which this station passes datagrams on,
/// - `Switchboard+Requests`: pages, call lights and relays of peers,
/// - `Switchboard+Recordings`: recordings, here and by peers,
/// - `Switchboard+Peers`: this station's own talk, peers' voices, and other facts about peers.
package struct Switchboard {
    // The settings.
    /// The peers of the settings, in their order.
    var known: [Int]
    /// The talk targets of the settings.
    package internal(set) var targets: [TalkTarget]
    var channels: [Channel]
    var policies = [Policy](repeating: Policy(), count: PeerSet.capacity)
    var availability = Availability.open
    /// Whether a tone permits a person to talk.
    package var hasPermitTone = false
    /// Whether any lamp shows the call light.
    package var hasCallLamp = false
    /// Whether an open microphone silences this station's speaker; peers are told so.
    var isHalfDuplex = false

    // Records and streams.
    var peers = ByPeer(Peer(exchange: RecordExchange(firstMid: 0)))
    /// Targets that are bound at run time.
    var aimed: [TalkTarget] = []
    /// The peer whose packet is being read: the answers to its records wait, and go out together.
    var peerBeingRead: Int?
    /// Peer requests (relay, call light) that await an answer, and the words for them.
    var peerRequests: [(peer: Int, mid: UInt32, what: String, until: Instant)] = []
    /// The name of each peer, as other stations learn it.
    package var memberNames = ByPeer<MemberName?>(nil)
    /// The peers between which this station passes datagrams on, by their place.
    var forwards: [Int] = []
    /// The peers among these that this station does not reach directly.
    var reachedByWay = PeerSet()
    /// How the sound to each peer is protected against loss.
    package internal(set) var protection: LossProtection
    /// The voices of peers that are heard.
    package internal(set) var voices = HeardVoices()

    // Calls.
    /// The current call.
    var ongoing: Call?
    /// Calls that are over, so that a peer that missed the end can learn it again.
    var ended: [EndedCall] = []
    /// The state and the listeners that were last reported.
    var shownState: CallState?
    var shownListeners: [Int] = []
    /// Why nobody notices a call that rings here; its caller learns this.
    var ringUnheard = Unheard.heard
    package internal(set) var callDesk = CallDesk()
    package internal(set) var callLight = CallLight()
    /// The rights that peers have here now.
    package internal(set) var consent = Consent()

    // Talks, pages and recordings.
    package internal(set) var recorder = Recorder()
    var pages = Pages()
    package internal(set) var pager = Pager()
    package internal(set) var announcer = Announcer()
    /// The peer that a replying talk key speaks to.
    package internal(set) var replyKey = ReplyKey()
    package internal(set) var heldTalks = HeldTalks()
    package internal(set) var aims = Aims()
    /// The talks for which the microphone is open.
    package internal(set) var openTalks = OpenTalks()
    /// The hearing of this station's own talk by its listeners.
    package internal(set) var ownTalks = OwnTalks()

    // Whether peers and this machine are in order.
    /// Whether each peer is up, stale or down.
    package internal(set) var presence = Presence()
    /// Whether the addresses of each peer are known.
    package internal(set) var whereabouts = Whereabouts()
    /// Why peers are down, as far as this station can find out.
    package internal(set) var downWatch = DownWatch()
    var doubts = Doubts()
    /// When missing peers are called again.
    var nextSearch: Instant?
    /// Streams of sound that are open and move none.
    package internal(set) var still = StillStreams()
    /// Whether the card woke the sound for nothing, and a timer has taken over.
    package internal(set) var isCardStalled = false
    /// How often sound was lost between card and program, as last reported.
    private var losses: (capture: UInt64, playback: UInt64) = (0, 0)
    /// The processing that the sound leaves out because the processor cannot keep up.
    package internal(set) var overload = Overload.none
    var microphoneWatch = MicrophoneWatch()

    var orders = Orders()
    /// PINGs that go out behind the orders.
    var pings = Orders()
    var now: Instant

    /// - Parameters:
    ///   - known: The peers of the settings, in their order.
    ///   - targets: The talk targets of the settings.
    ///   - channels: The channels of the settings.
    ///   - firstMids: A random number for each of the first peers, drawn at the start; a later peer
    ///     brings its own (`replace`).
    ///   - frames: The encoder's frames.
    ///   - now: The time.
    package init(
        known: [Int] = [], targets: [TalkTarget], channels: [Channel], firstMids: [UInt32],
        frames: LossProtection.Frames, at now: Instant
    ) {
        precondition(targets.allSatisfy { PacketFlags.streams.contains($0.stream) })
        self.known = known
        self.targets = targets
        self.channels = channels
        self.now = now
        protection = LossProtection(frames)
        for (peer, firstMid) in firstMids.enumerated() {
            peers[peer] = Peer(exchange: RecordExchange(firstMid: firstMid))
        }
    }

    /// Returns the next decision; nil when there is none.
    ///
    /// Records to other stations come after all decisions, by `nextOrder`.
    package mutating func nextDecision() -> Order? { orders.next() }

    /// Returns the next order; nil when all are carried out.
    package mutating func nextOrder() -> Order? {
        nextDecision() ?? pings.next() ?? nextRecords()
    }

    /// When to call `tick` next; nil means never.
    package var deadline: Instant? {
        let deadlines = [
            callLight.deadline, doubts.deadline, ownTalks.deadline, recorder.deadline,
        ]
        let first = deadlines.compactMap { $0 }.reduce(recordsDeadline, min)
        return first == .never ? nil : first
    }

    /// Lets time pass; call it at `deadline`, after all events until then went in.
    ///
    /// An event may explain why a talkspurt whose last reports are in was not heard.
    package mutating func tick(at now: Instant) {
        self.now = now
        tickRecords()
        tickRecordings()
        callLight.tick(at: now)
        ownTalks.tick(surroundings, at: now, &pager, &announcer, &orders)
    }
}

/// The facts that the lamps show.
extension Switchboard {
    /// Returns all facts that the lamps may show now.
    ///
    /// - Parameters:
    ///   - isListening: Speech in this room may open the microphone.
    ///   - hasFault: A card, a line or anything else of this station does not work.
    /// - Returns: The facts from which the pattern of each lamp follows.
    package func lamps(isListening: Bool, hasFault: Bool) -> LampFacts {
        LampFacts(
            isTalking: openTalks.isAny, isUnheard: ownTalks.isTalkingToNobody(openTalks.targets),
            isReceiving: voices.isAny, isListening: isListening,
            isRinging: call?.state == .ringing, hasMissed: callDesk.hasMissed,
            isRecorded: recorder.isAny, isCalled: callLight.isLit,
            isResting: availability == .doNotDisturb, hasFault: hasFault, isUnpaired: known.isEmpty)
    }
}

/// Cards, processor and network.
extension Switchboard {
    /// Takes news of this machine.
    package mutating func handle(_ news: MachineNews, at now: Instant) {
        self.now = now
        switch news {
        case .stream(let direction, let change): still.update(direction, change, &orders)
        case .streamLost(let direction):
            // The page's listeners assume that it has ended: it must not go on when the microphone
            // is back.
            if direction == .capture, pager.name != nil { endPage() }
            still.lost(direction)
        case .xruns(let capture, let playback):
            if capture != losses.capture { orders.add(.xrun(.capture)) }
            if playback != losses.playback { orders.add(.xrun(.playback)) }
            losses = (capture, playback)
        case .cardStalled:
            isCardStalled = true
            orders.add(.stalled)
        // The next card may do better.
        case .cardLost: isCardStalled = false
        case .overload(let step):
            guard step != overload else { break }
            overload = step
            orders.add(step.isOn ? .overload : .overloadEnd)
        case .microphone(let facts, let soundAt):
            if microphoneWatch.update(facts, soundAt: soundAt) { judgeAnew() }
        case .network(let trouble, let loopback):
            if downWatch.update(trouble, loopback: loopback, &orders) { judgeAnew() }
        }
    }

    /// Why this station's microphone gives nothing; nil where it gives sound, as far as is known.
    package var microphoneSilence: Obstacle? {
        microphoneWatch.silence(isStill: isMicrophoneStill)
    }

    var isMicrophoneStill: Bool { still[.capture] != nil }

    /// Notes a call of a peer that did not reach this station: nothing rings any more.
    package mutating func missedCall() { callDesk.missed() }

    /// Checks whether the microphone gives sound; call it once a second, after its news.
    package mutating func checkMicrophone(at now: Instant) {
        self.now = now
        if microphoneWatch.check(isStill: isMicrophoneStill) { judgeAnew() }
    }
}

/// The peer that a replying talk key speaks to: the one heard last when the key went down.
package struct ReplyKey: Sendable {
    /// The peer that was heard last.
    private var lastHeard: Int?
    /// The peer for which the key was pressed: the release closes the microphone to that peer.
    private var replyingTo: Int?

    /// Notes that a peer's voice began.
    mutating func heard(_ peer: Int) { lastHeard = peer }

    /// Returns the peer that a press, or a release, is for; nil when none was heard yet.
    package func peer(isDown: Bool) -> Int? { isDown ? lastHeard : replyingTo ?? lastHeard }

    /// Moves the key down or up.
    ///
    /// - Returns: The peer of a former press that this press is not for.
    mutating func move(isDown: Bool) -> Int? {
        let former = replyingTo
        replyingTo = isDown ? lastHeard : nil
        return isDown && former != lastHeard ? former : nil
    }
}

/// The talk targets for which the microphone is open, and since when.
package struct OpenTalks: Sendable {
    package struct Talk: Equatable, Sendable {
        /// The talk target, by its `id`.
        package let target: Int
        package let since: Instant
    }

    /// From the oldest.
    package private(set) var talks: [Talk] = []

    /// Whether the microphone is open for any target.
    package var isAny: Bool { !talks.isEmpty }

    /// The targets, by their `id`.
    package var targets: [Int] { talks.map { $0.target } }

    /// Returns when the microphone opened for a target; nil where it is closed.
    package func since(_ target: Int) -> Instant? {
        talks.first { $0.target == target }?.since
    }

    /// Notes that the microphone opened for a target, or that another talkspurt to it began.
    mutating func began(
        _ target: Int, called name: String?, at now: Instant, _ orders: inout Orders
    ) {
        if since(target) == nil { talks.append(Talk(target: target, since: now)) }
        orders.add(.talkBegan(to: name))
    }

    /// Notes that the microphone closed for a target.
    mutating func ended(_ target: Int, called name: String?, _ orders: inout Orders) {
        orders.add(.talkEnded(to: name, since: since(target)))
        talks.removeAll { $0.target == target }
    }
}

/// The notices of calls to people here and the journal: rings, beeps and chimes.
package struct CallDesk: Sendable {
    /// A peer called in vain, and nobody has touched the station since.
    package private(set) var hasMissed = false
    /// The call that rings here, or at the other side.
    private var ringing: CallID?

    /// Notes that a person is here.
    mutating func seen() { hasMissed = false }

    mutating func missed() { hasMissed = true }

    /// Reports the state of the current call.
    mutating func stands(_ summary: CallSummary, _ state: CallState, _ orders: inout Orders) {
        switch state {
        case .trying:
            // Peers without a session are tried at once (protocol.md §1.7 rule 6).
            for peer in summary.peers { orders.add(.want(peer: peer)) }
            return
        case .ringing: ring(.ring, for: summary.id, &orders)
        case .calling: ring(.ringback, for: summary.id, &orders)
        case .connecting: ring(nil, for: nil, &orders)
        case .active: break
        }
        orders.add(.callStands(summary, state))
    }

    mutating func ended(_ summary: CallSummary, _ ending: CallEnding, _ orders: inout Orders) {
        if summary.isMissed(by: ending) { hasMissed = true }
        orders.add(.callEnded(summary, ending))
        // A call that was turned away must not silence the call that rings now.
        if summary.id == ringing { ring(nil, for: nil, &orders) }
        if summary.isHeardUnasked { orders.add(.beep(false)) }
        switch ending {
        case .busy, .declined, .doNotDisturb, .refused, .unknownMode, .unreachable:
            if summary.isOutgoing { orders.add(.chime(.busy)) }
        default:
            if summary.answeredAt != nil { orders.add(.chime(.ended)) }
        }
    }

    func report(_ notice: CallNotice, of peer: Int, _ orders: inout Orders) {
        switch notice {
        case .dropIn, .listenIn: orders.add(.beep(true))
        case .joined, .left, .weak, .strong: break
        }
        orders.add(.inCall(notice, peer: peer))
    }

    /// Starts the ringtone, or the caller's tone, for this call; nil stops it.
    private mutating func ring(_ chime: Chime?, for call: CallID?, _ orders: inout Orders) {
        ringing = call
        orders.add(.ring(chime))
    }
}
