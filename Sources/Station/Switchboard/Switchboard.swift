internal import Audio
package import Time
package import Wire

/// What a station decides: who is talked to, called, answered and told, what lights and rings.
///
/// Sans-I/O: what happened and the time go in; then drain `nextOrder` to nil, and call `tick` at
/// `deadline`. Peers are numbers; names, cards, sockets and files belong to the loop around it.
///
/// - `Switchboard+Wishes` takes what people here want, settle and end,
/// - `Switchboard+Records` what becomes of peers' sessions, and their records,
/// - `Switchboard+Calls`, `+CallRecords` and `+CallTimers` a call, from all sides,
/// - `Switchboard+Requests` pages, call lights and relays of peers,
/// - `Switchboard+Peers` this station's own talk, peers' voices, and what is known of peers.
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
    /// Whether this station's speaker is held down while its microphone is open, which peers are
    /// told.
    var isHalfDuplex = false

    // Records and streams.
    var peers = ByPeer(Peer(exchange: RecordExchange(firstMid: 0)))
    /// Targets that are bound at run time.
    var aimed: [TalkTarget] = []
    /// A packet of this peer is being read: what answers its records waits, and goes out together.
    var peerBeingRead: Int?
    /// Peer requests (relay, call light) that await an answer, and the words for them.
    var peerRequests: [(peer: Int, mid: UInt32, what: String, until: Instant)] = []
    /// The name of each peer, as other stations are told it.
    package var memberNames = ByPeer<MemberName?>(nil)
    /// How the sound to each peer is protected against loss.
    package internal(set) var protection: LossProtection
    /// The voices of peers that are heard.
    package internal(set) var voices = HeardVoices()

    // Calls.
    /// The call that there is.
    var ongoing: Call?
    /// Calls that are over, so that a peer that missed the end is told again.
    var ended: [EndedCall] = []
    /// The state and the listeners that were told last.
    var shownState: CallState?
    var shownListeners: [Int] = []
    /// Why nobody notices a call that rings here, which its caller is told.
    var ringUnheard = Unheard.heard
    package internal(set) var callDesk = CallDesk()
    package internal(set) var callLight = CallLight()
    /// The rights that peers have here now.
    package internal(set) var consent = Consent()

    // Talks and pages.
    var pages = Pages()
    package internal(set) var pager = Pager()
    package internal(set) var announcer = Announcer()
    /// The peer that a replying talk key speaks to.
    package internal(set) var replyKey = ReplyKey()
    package internal(set) var heldTalks = HeldTalks()
    package internal(set) var aims = Aims()
    /// The talks that the microphone is open for.
    package internal(set) var openTalks = OpenTalks()
    /// What listeners hear of this station's own talk.
    package internal(set) var ownTalks = OwnTalks()

    // Whether peers and this machine are in order.
    /// Whether each peer is there.
    package internal(set) var presence = Presence()
    /// Whether the addresses of each peer are known.
    package internal(set) var whereabouts = Whereabouts()
    /// Why peers are down, as far as this station can find out.
    package internal(set) var downWatch = DownWatch()
    var doubts = Doubts()
    /// When peers that are missing are called again.
    var nextSearch: Instant?
    /// Streams of sound that are open and move none.
    package internal(set) var still = StillStreams()
    /// The card woke the sound for nothing; a timer has taken over.
    package internal(set) var isCardStalled = false
    /// How often sound was lost between card and program, as far as that has been told.
    private var losses: (capture: UInt64, playback: UInt64) = (0, 0)
    /// What the sound leaves out because the processor cannot keep up.
    package internal(set) var overload = Overload.none
    var microphoneWatch = MicrophoneWatch()

    var orders = Orders()
    /// PINGs that go out behind the orders.
    var pings = Orders()
    var now: Instant

    /// - Parameters:
    ///   - known: The peers of the settings, in their order.
    ///   - targets: The talk targets of the settings.
    ///   - channels: Those of the settings.
    ///   - firstMids: A random number for each of the first peers, drawn at the start; one that
    ///     comes later brings its own (`replace`).
    ///   - frames: What the encoder makes of the sound.
    ///   - now: The time.
    package init(
        known: [Int] = [], targets: [TalkTarget], channels: [Channel], firstMids: [UInt32],
        frames: LossProtection.Frames, at now: Instant
    ) {
        precondition(targets.allSatisfy { FrameFlags.streams.contains($0.stream) })
        self.known = known
        self.targets = targets
        self.channels = channels
        self.now = now
        protection = LossProtection(frames)
        for (peer, firstMid) in firstMids.enumerated() {
            peers[peer] = Peer(exchange: RecordExchange(firstMid: firstMid))
        }
    }

    /// The next thing that was decided; nil when there is none.
    ///
    /// What goes to other stations comes behind it, by `nextOrder`.
    package mutating func nextDecision() -> Order? { orders.next() }

    /// The next thing to be done; nil when all is done.
    package mutating func nextOrder() -> Order? {
        nextDecision() ?? pings.next() ?? nextRecords()
    }

    /// When to call `tick` next; nil means never.
    package var deadline: Instant? {
        let deadlines = [callLight.deadline, doubts.deadline, ownTalks.deadline]
        let first = deadlines.compactMap { $0 }.reduce(recordsDeadline, min)
        return first == .never ? nil : first
    }

    /// Lets time pass; call it at `deadline`, after all that has happened until then went in.
    ///
    /// That may be why nothing was heard of a talkspurt whose last reports are in.
    package mutating func tick(at now: Instant) {
        self.now = now
        tickRecords()
        callLight.tick(at: now)
        ownTalks.tick(surroundings, at: now, &pager, &announcer, &orders)
    }
}

/// What the lamps show.
extension Switchboard {
    /// All that the lamps may show now.
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
            isCalled: callLight.isLit, isResting: availability == .doNotDisturb,
            hasFault: hasFault, isUnpaired: known.isEmpty)
    }
}

/// Cards, processor and network.
extension Switchboard {
    /// Takes what happens to this machine.
    package mutating func handle(_ news: MachineNews, at now: Instant) {
        self.now = now
        switch news {
        case .stream(let direction, let change): still.update(direction, change, &orders)
        case .streamLost(let direction):
            // The listeners of a page take it for over: it does not go on when the microphone is
            // back.
            if direction == .capture, pager.name != nil { endPage() }
            still.lost(direction)
        case .xruns(let capture, let playback):
            if capture != losses.capture { orders.add(.xrun(.capture)) }
            if playback != losses.playback { orders.add(.xrun(.playback)) }
            losses = (capture, playback)
        case .cardStalled:
            isCardStalled = true
            orders.add(.stalled)
        // The next one may do better.
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

    /// Why nothing comes of this station's microphone; nil where sound does, as far as is known.
    package var microphoneSilence: Obstacle? {
        microphoneWatch.silence(isStill: isMicrophoneStill)
    }

    var isMicrophoneStill: Bool { still[.capture] != nil }

    /// Looks whether anything comes of the microphone; call it once a second, after its news.
    package mutating func checkMicrophone(at now: Instant) {
        self.now = now
        if microphoneWatch.check(isStill: isMicrophoneStill) { judgeAnew() }
    }
}

/// The peer that a replying talk key speaks to: the one heard last when the key went down.
package struct ReplyKey: Sendable {
    /// The peer that was heard last.
    private var lastHeard: Int?
    /// The peer that the key was pressed for: letting it go closes the microphone to that one.
    private var replyingTo: Int?

    /// A peer's voice began.
    mutating func heard(_ peer: Int) { lastHeard = peer }

    /// The peer that a press, or a release, is for; nil when none was heard yet.
    package func peer(isDown: Bool) -> Int? { isDown ? lastHeard : replyingTo ?? lastHeard }

    /// The key went down, or up.
    ///
    /// - Returns: The peer that a former press was for and this one is not.
    mutating func move(isDown: Bool) -> Int? {
        let former = replyingTo
        replyingTo = isDown ? lastHeard : nil
        return isDown && former != lastHeard ? former : nil
    }
}

/// The talk targets that the microphone is open for, and since when.
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

    /// Since when the microphone is open for a target; nil where it is not.
    package func since(_ target: Int) -> Instant? {
        talks.first { $0.target == target }?.since
    }

    /// The microphone opened for a target, or one more talkspurt to it began.
    mutating func began(
        _ target: Int, called name: String?, at now: Instant, _ orders: inout Orders
    ) {
        if since(target) == nil { talks.append(Talk(target: target, since: now)) }
        orders.add(.talkBegan(to: name))
    }

    /// The microphone closed for a target.
    mutating func ended(_ target: Int, called name: String?, _ orders: inout Orders) {
        orders.add(.talkEnded(to: name, since: since(target)))
        talks.removeAll { $0.target == target }
    }
}

/// What people here and the journal learn of calls: what rings, beeps and chimes.
package struct CallDesk: Sendable {
    /// A peer called in vain, and nobody has touched anything since.
    package private(set) var hasMissed = false
    /// The call that rings here, or at the other side.
    private var ringing: CallID?

    /// Somebody is here.
    mutating func seen() { hasMissed = false }

    /// The call that there is, stands like this from now on.
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
        // One that was turned away leaves alone what goes on meanwhile.
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
        case .droppedIn, .monitored: orders.add(.beep(true))
        case .joined, .left, .weak, .strong: break
        }
        orders.add(.inCall(notice, peer: peer))
    }

    /// Rings, or plays what a caller hears, for this call; nil: nothing rings.
    private mutating func ring(_ chime: Chime?, for call: CallID?, _ orders: inout Orders) {
        ringing = call
        orders.add(.ring(chime))
    }
}
