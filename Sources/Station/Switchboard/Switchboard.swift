internal import Audio
package import Time
package import Wire

/// What a station decides: who is talked to, called, answered and told, what lights and rings.
///
/// Sans-I/O: what happened and the time go in. `nextDecision` gives what was decided here, and
/// `nextOrder` that and what stations tell each other, until they give nil; `deadline` says when to
/// call `tick`. Peers are numbers; names, cards, sockets and files belong to the loop around it.
/// Each decision has an owner with its own state.
///
/// - `Switchboard+Peers` takes what becomes of peers, this station's own talk, what listeners hear
///   of it, and peers' voices,
/// - `Switchboard+Wishes` what people here want, settle and end.
package struct Switchboard {
    /// Records, streams, calls and pages between two stations.
    package internal(set) var station: Station
    /// How the sound to each peer is protected against loss.
    package internal(set) var protection: LossProtection
    package internal(set) var callDesk = CallDesk()
    package internal(set) var callLight = CallLight()
    /// The peers of the settings, in their order.
    var peers: [Int]
    /// Whether a tone permits a person to talk.
    package var hasPermitTone = false
    /// Whether any lamp shows the call light.
    package var hasCallLamp = false
    /// The peer that a replying talk key speaks to.
    package internal(set) var replyKey = ReplyKey()
    package internal(set) var heldTalks = HeldTalks()
    package internal(set) var aims = Aims()
    package internal(set) var pager = Pager()
    package internal(set) var announcer = Announcer()
    /// The talks that the microphone is open for.
    package internal(set) var openTalks = OpenTalks()
    /// The voices of peers that are heard.
    package internal(set) var voices = HeardVoices()
    /// Whether each peer is there.
    package internal(set) var presence = Presence()
    /// Whether the addresses of each peer are known.
    package internal(set) var whereabouts = Whereabouts()
    /// Why peers are down, as far as this station can find out.
    package internal(set) var downWatch = DownWatch()
    /// Streams of sound that are open and move none.
    package internal(set) var still = StillStreams()
    /// The card woke the sound for nothing; a timer has taken over.
    package internal(set) var isCardStalled = false
    /// How often sound was lost between card and program, as far as that has been told.
    private var losses: (capture: UInt64, playback: UInt64) = (0, 0)
    /// What the sound leaves out because the processor cannot keep up.
    package internal(set) var overload = Overload.none
    var microphoneWatch = MicrophoneWatch()
    var doubts = Doubts()
    /// When peers that are missing are called again.
    var nextSearch: Instant?
    /// The rights that peers have here now.
    package internal(set) var consent = Consent()

    /// What listeners hear of this station's own talk.
    package internal(set) var ownTalks = OwnTalks()

    var orders = Orders()
    var now: Instant

    /// - Parameters:
    ///   - station: Whose targets and channels are those of the settings.
    ///   - known: Those of the peers of the settings, in their order.
    ///   - frames: What the encoder makes of the sound.
    ///   - now: The time.
    package init(
        station: consuming Station, known: [Int] = [], frames: LossProtection.Frames,
        at now: Instant
    ) {
        self.peers = known
        self.station = station
        self.now = now
        protection = LossProtection(frames)
    }

    /// The next thing that was decided here; nil when there is none.
    ///
    /// What the stations tell each other comes behind it, by `nextOrder`.
    package mutating func nextDecision() -> Order? {
        orders.next()
    }

    /// The next thing to be done; nil when all is done.
    package mutating func nextOrder() -> Order? {
        while true {
            if let order = nextDecision() { return order }
            guard let action = station.nextAction() else { return nil }
            apply(action)
        }
    }

    /// What the station wants done now comes before the orders that follow.
    mutating func followStation() {
        while let action = station.nextAction() { apply(action) }
    }

    /// Takes what the station wants, or reports.
    mutating func apply(_ action: Station.Action) {
        switch action {
        case .send(let peer, let payload): orders.add(.send(peer: peer, payload))
        case .hear(let peer, let stream, let hearing, let priority):
            voices.bound(stream, of: peer, to: hearing)
            orders.add(.hear(peer: peer, stream: stream, hearing, priority))
        case .callBegan(let summary): callDesk.began(summary, &orders)
        case .callState(let state):
            guard let summary = station.call?.summary else { return }
            callDesk.stands(summary, state, &orders)
        case .callEnded(let summary, let ending): callDesk.ended(summary, ending, &orders)
        case .microphone(let listeners): openMicrophone(to: listeners)
        case .inCall(let notice, let peer): callDesk.told(notice, of: peer, &orders)
        case .redial(let peer): orders.add(.redial(peer: peer))
        case .pageTimeUp(TalkTarget.page): endPage()
        case .pageTimeUp: stopAnnouncement()
        case .signalled(let peer, let signal): signalled(signal, by: peer)
        case .notice(let notice): orders.add(notice)
        }
    }

    /// When to call `tick` next; nil means never.
    package var deadline: Instant? {
        let deadlines = [
            station.deadline, callLight.deadline, doubts.deadline, ownTalks.deadline,
        ]
        return deadlines.compactMap { $0 }.min()
    }

    /// Lets time pass; call it at `deadline`, after all that has happened until then went in.
    ///
    /// That may be why nothing was heard of a talkspurt whose last reports are in.
    package mutating func tick(at now: Instant) {
        self.now = now
        station.tick(at: now)
        callLight.tick(at: now)
        ownTalks.tick(surroundings, at: now, &pager, &announcer, &orders)
    }
}

/// What peers say.
extension Switchboard {
    /// Records of one packet of this peer follow, until `end(packetOf:)`.
    package mutating func begin(packetOf peer: Int) { station.peerBeingRead = peer }

    /// The packet is read: what answers it goes out together; `excess` records had no effect.
    package mutating func end(packetOf peer: Int, excess: Int, at now: Instant) {
        station.peerBeingRead = nil
        if excess > 0 { flooded(by: peer, times: UInt64(excess), at: now) }
    }

    /// Something of this peer had no effect so often, because there was too much of it.
    package mutating func flooded(by peer: Int, times: UInt64, at now: Instant) {
        self.now = now
        station.flooded(by: peer, times: times, at: now)
    }

    /// Takes one opened record of a peer, which came at `cameAt` if that was before `now`.
    ///
    /// `heard` is the HEARD record that a REPORT has beside it, of the same stream; `age` is how
    /// old the packet is at most (`Station.freshFor`).
    package mutating func receive(
        _ record: ControlRecord, beside heard: Heard? = nil, from peer: Int, at now: Instant,
        cameAt: Instant? = nil, age: Duration = .zero
    ) {
        self.now = now
        guard age <= Station.freshFor || record.isTimeless else { return }
        let before = station.view(of: peer).roundTripAt
        station.receive(record, from: peer, at: now, cameAt: cameAt, age: age)
        switch record {
        case .report(let report):
            protection.reported(report, by: peer, at: now, &orders)
            ownTalks.reported(report, heard, by: peer, surroundings, at: now, &orders)
        case .heard(let heard):
            ownTalks.told(heard, by: peer, surroundings, at: now, &orders)
        case .pong:
            let known = station.view(of: peer)
            guard known.roundTripAt != before, let roundTrip = known.roundTrip else { return }
            protection.measured(roundTrip, to: peer, at: now, &orders)
            ownTalks.measured(roundTrip, to: peer)
        default: break
        }
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
            isRinging: station.call?.state == .ringing, hasMissed: callDesk.hasMissed,
            isCalled: callLight.isLit, isResting: station.availability == .doNotDisturb,
            hasFault: hasFault, isUnpaired: peers.isEmpty)
    }
}

/// Cards, processor and network.
extension Switchboard {
    /// Takes what happens to this machine.
    package mutating func follow(_ news: MachineNews, at now: Instant) {
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
            if downWatch.looked(trouble, loopback: loopback, &orders) { judgeAnew() }
        }
    }

    /// Why nothing comes of this station's microphone; nil where sound does, as far as is known.
    package var microphoneSilence: Obstacle? {
        microphoneWatch.silence(isStill: isMicrophoneStill)
    }

    var isMicrophoneStill: Bool { still[.capture] != nil }

    /// Looks whether anything comes of the microphone; call it once a second, after its news.
    package mutating func lookAtMicrophone(at now: Instant) {
        self.now = now
        if microphoneWatch.look(isStill: isMicrophoneStill) { judgeAnew() }
    }
}

/// What calls, pages, signals and relays want.
extension Switchboard {
    /// The microphone goes to these in the call, or closes.
    private mutating func openMicrophone(to listeners: [Int]) {
        let target = Int(TalkTarget.call)
        if listeners.isEmpty {
            orders.add(.press(target: target, isDown: false))
            aim(TalkTarget.call, at: [], name: .none)
        } else {
            aim(TalkTarget.call, at: PeerSet(listeners), name: .peers(listeners))
            orders.add(.press(target: target, isDown: true))
        }
    }

    /// A peer asks for the call light or a relay here.
    mutating func signalled(_ signal: Signal, by peer: Int) {
        guard signal.target == .callLight else {
            return orders.add(.switchRelay(peer: peer, signal))
        }
        callLight.light(
            by: peer, for: .milliseconds(100 * Int(signal.time)), at: now, &orders)
        station.result(hasCallLamp ? .done : .unseen, of: signal, from: peer, at: now)
    }

    /// What came of `Order.switchRelay`.
    package mutating func switched(
        _ status: RequestResult.Status, for signal: Signal, of peer: Int
    ) {
        station.result(status, of: signal, from: peer, at: now)
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
    /// The channel that a call is of.
    package enum Channel: Equatable, Sendable {
        /// It was called member by member, so its peers know nothing of it.
        case named(String)
        case reference(UInt64)
    }

    /// A peer called in vain, and nobody has touched anything since.
    package private(set) var hasMissed = false
    /// The call that rings here, or at the other side.
    private var ringing: CallID?
    private var hunted: (channel: String, by: CallID)?

    /// Each member of a channel is called, and the first answer takes the call.
    mutating func hunts(_ channel: String, by id: CallID) { hunted = (channel, id) }

    /// Somebody is here.
    mutating func seen() { hasMissed = false }

    func began(_ summary: CallSummary, _ orders: inout Orders) {
        orders.add(.callBegan(summary, channel(of: summary)))
    }

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
        let peer = summary.peers.count == 1 ? summary.peers[0] : summary.answeredBy
        orders.add(.callStands(summary.id, state, peer: peer, channel(of: summary)))
    }

    mutating func ended(_ summary: CallSummary, _ ending: CallEnding, _ orders: inout Orders) {
        if summary.isMissed(by: ending) { hasMissed = true }
        orders.add(.callEnded(summary, ending, channel(of: summary)))
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

    func told(_ notice: CallNotice, of peer: Int, _ orders: inout Orders) {
        switch notice {
        case .announced: return orders.add(.chime(.page))
        // From here on the room is heard with nobody in it touching a button.
        case .autoAnswered:
            orders.add(.beep(true))
            return orders.add(.chime(.page))
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

    private func channel(of summary: CallSummary) -> Channel {
        if let hunted, hunted.by == summary.id { return .named(hunted.channel) }
        return .reference(summary.reference)
    }
}
