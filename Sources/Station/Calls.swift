internal import Time
internal import Wire

/// The calls of a station (talking.md "Calls"): one at a time, with any number of peers.
///
/// Input is what a person does, what peers send, and the time; output is records to send and
/// `CallAction`s, by `nextEffect`. A call that ends here is over at once: `RecordExchange` delivers
/// the end, and a peer that still believes in the call is told again.
struct Calls {
    /// The work that follows; the station numbers records and repeats them.
    enum Effect {
        case offer(
            peer: Int, CallID, Offer.Mode, Priority, UInt64, askedAt: Instant, until: Instant)
        case ringing(peer: Int, CallID)
        case answer(peer: Int, CallID)
        case reject(peer: Int, CallID, CallEnd.Cause)
        case cancel(peer: Int, CallID, CallEnd.Cause)
        case bye(peer: Int, CallID, CallEnd.Cause)
        /// Stop repeating an OFFER or ANSWER that was understood or is void.
        case forget(peer: Int, CallID)
        /// Bind our call stream to this call at the peer; repeated, because that also confirms that
        /// we are still in it.
        case bind(peer: Int, reference: UInt64)
        /// Tell the peer who else is in the call, or is no longer.
        case member(peer: Int, reference: UInt64, MemberName, isIn: Bool)
        /// Look again at the meaning of the peer's call stream.
        case hear(peer: Int)
        case ping(peer: Int)
        case tell(CallAction)
        case refused(peer: Int, Refusal, count: UInt64)
    }

    static let stream = TalkTarget.call
    static let ringTime = Duration.seconds(30)
    static let pathTime = Duration.seconds(8)
    /// An offer that opens something by itself does so for this long after the caller acted.
    static let opensFor = Duration.seconds(3)
    static let warnTime = Duration.seconds(2)
    static let deadTime = Duration.seconds(10)
    /// How often members confirm that they are in the call, and how long after the last
    /// confirmation one is removed.
    static let refreshTime = Duration.seconds(5)
    static let otherTime = Duration.seconds(20)
    static let endedMax = 64
    /// How many of those one peer may have cancelled before they were offered.
    static let cancelledMax = 8
    static let endedFor = Duration.seconds(120)

    var call: Call?
    /// Calls that are over, so that a peer that missed the end is told again.
    var ended: [EndedCall] = []
    var policies = [Policy](repeating: Policy(), count: PeerSet.capacity)
    var availability = Availability.open
    var channels: [Channel] = []
    /// What stands for each peer towards others.
    var names = ByPeer<MemberName?>(nil)
    /// Whether this station's speaker is held down while its microphone is open.
    var isHalfDuplex = false
    var refusals = RefusalLog()
    var budgets = ByPeer(CallBudget())
    private var effects: [Effect] = []
    private var shownState: CallState?
    private var shownListeners: [Int] = []

    mutating func nextEffect() -> Effect? { effects.isEmpty ? nil : effects.removeFirst() }

    mutating func emit(_ effect: Effect) { effects.append(effect) }

    mutating func tell(_ action: CallAction) { effects.append(.tell(action)) }

    // MARK: A person's actions

    /// Calls one peer, or all of a channel (`reference`; 0 when the first answer wins).
    mutating func call(
        _ peers: [Int], id: CallID, mode: Offer.Mode, priority: Priority, reference: UInt64,
        isHunt: Bool, isRedial: Bool, ringTime: Duration, at now: Instant
    ) -> CallProblem? {
        if let current = call {
            // A peer that listens to the room must not keep the room from calling.
            guard current.isMonitoredHere else { return .busy }
            leave(.preempted, at: now)
        }
        guard !peers.isEmpty else { return .nobody }
        let until = now + min(ringTime, Self.ringTime)
        let summary = CallSummary(
            id: id, isOutgoing: true, mode: mode, priority: priority, peers: peers,
            reference: reference, since: now)
        begin(
            Call(
                summary: summary, legs: peers.map { Call.Leg(peer: $0, state: .trying, at: now) },
                isHunt: isHunt, isRedial: isRedial, ringsUntil: until, nextRefresh: .never,
                nextPing: .never))
        for peer in peers {
            emit(.offer(peer: peer, id, mode, priority, reference, askedAt: now, until: until))
        }
        show()
        return nil
    }

    mutating func answer(at now: Instant) -> CallProblem? {
        guard let current = call, current.state == .ringing else { return .nothingRings }
        budgets[current.legs[0].peer].answered()
        accept(at: now)
        return nil
    }

    mutating func reject(at now: Instant) -> CallProblem? {
        guard let current = call, current.state == .ringing else { return .nothingRings }
        emit(.reject(peer: current.legs[0].peer, current.id, .declined))
        end(.declined, at: now)
        return nil
    }

    mutating func hangUp(at now: Instant) -> CallProblem? {
        guard let current = call else { return .noCall }
        if current.state == .ringing { return reject(at: now) }
        leave(current.isAnswered ? .hungUp : .cancelled, at: now)
        return nil
    }

    /// This station stops: a call that rings here was neither answered nor declined.
    mutating func stop(at now: Instant) {
        guard let current = call else { return }
        guard current.state == .ringing else {
            return leave(current.isAnswered ? .hungUp : .cancelled, at: now)
        }
        emit(.reject(peer: current.legs[0].peer, current.id, .unknownCall))
        end(.peerGone, at: now)
    }

    // MARK: The life of a call

    mutating func begin(_ new: Call) {
        call = new
        tell(.began(new.summary))
    }

    /// Answers the call that rings here.
    mutating func accept(at now: Instant) {
        guard let peer = call?.legs[0].peer, let id = call?.id else { return }
        emit(.answer(peer: peer, id))
        open(peer, at: now)
    }

    /// Sound may go both ways with this peer from now on.
    mutating func open(_ peer: Int, at now: Instant) {
        guard let place = call?.legs.firstIndex(where: { $0.peer == peer }) else { return }
        call?.legs[place].state = .connecting
        call?.legs[place].since = now
        call?.legs[place].heardAt = now
        if call?.summary.answeredAt == nil {
            call?.summary.answeredAt = now
            call?.summary.answeredBy = peer
            call?.nextRefresh = now + Self.refreshTime
            call?.nextPing = now + .seconds(1)
        } else {
            tell(.notice(.joined, peer: peer))
        }
        emit(.bind(peer: peer, reference: call!.id.reference))
        emit(.hear(peer: peer))
        introduce(peer, isIn: true)
        show()
    }

    /// Ends the call from here and tells all its members.
    mutating func leave(_ ending: CallEnding, cause: CallEnd.Cause = .normal, at now: Instant) {
        guard let current = call else { return }
        for leg in current.legs { dismiss(leg, of: current, cause: cause) }
        for other in current.others { emit(.bye(peer: other.peer, current.id, .normal)) }
        end(ending, at: now)
    }

    /// Tells one peer that the call is over for it.
    mutating func dismiss(_ leg: Call.Leg, of current: Call, cause: CallEnd.Cause) {
        emit(.forget(peer: leg.peer, current.id))
        switch leg.state {
        case .trying: emit(.cancel(peer: leg.peer, current.id, cause))
        case .ringing where current.summary.isOutgoing:
            emit(.cancel(peer: leg.peer, current.id, cause))
        case .ringing: emit(.reject(peer: leg.peer, current.id, .busy))
        case .connecting, .active: emit(.bye(peer: leg.peer, current.id, cause))
        }
    }

    /// Removes one peer from the call; without peers the call ends.
    mutating func drop(_ peer: Int, _ ending: CallEnding, at now: Instant) {
        guard let current = call else { return }
        emit(.forget(peer: peer, current.id))
        guard current.legs.count > 1, let leg = current.legs.first(where: { $0.peer == peer })
        else {
            end(ending, at: now)
            return
        }
        call?.legs.removeAll { $0.peer == peer }
        if leg.isOpen {
            tell(.notice(.left, peer: peer))
            introduce(peer, isIn: false)
        }
        emit(.hear(peer: peer))
        show()
    }

    mutating func end(_ ending: CallEnding, at now: Instant) {
        guard let current = call else { return }
        call = nil
        if current.isUnattended {
            budgets[current.legs[0].peer].held(since: current.summary.since, at: now)
        }
        remember(current.id, with: current.knowing(names), at: now)
        for peer in current.participants { emit(.hear(peer: peer)) }
        show()
        tell(.ended(current.summary, ending))
    }

    /// Reports a call that began and ended at once, for the records.
    mutating func passed(_ summary: CallSummary, _ ending: CallEnding, at now: Instant) {
        remember(summary.id, with: PeerSet(summary.peers), at: now)
        tell(.began(summary))
        tell(.ended(summary, ending))
    }

    /// `peer` said so of a call that was not offered here; nil for one that was.
    mutating func remember(
        _ id: CallID, by peer: Int? = nil, with knowing: PeerSet? = nil, at now: Instant
    ) {
        ended.removeAll {
            ($0.id == id && $0.peer == peer) || now - $0.at >= Self.endedFor
        }
        let cancelled = ended.indices.filter { peer != nil && ended[$0].peer == peer }
        if cancelled.count == Self.cancelledMax { ended.remove(at: cancelled[0]) }
        if ended.count == Self.endedMax { ended.removeFirst() }
        ended.append(EndedCall(id: id, peer: peer, knowing: knowing, at: now))
    }

    /// Calls that were open when this station crashed: it no longer takes part in them.
    mutating func recover(_ summaries: [CallSummary], ended: [CallID], at now: Instant) {
        for id in ended { remember(id, at: now) }
        for summary in summaries {
            remember(summary.id, with: PeerSet(summary.peers), at: now)
            tell(.ended(summary, .crash))
        }
    }

    /// Whether do-not-disturb applies to a call of this priority.
    func isRest(_ priority: Priority) -> Bool {
        availability == .doNotDisturb && priority < .emergency
    }

    /// Whether the call is over for that peer: what others say of it does not count.
    func isEnded(_ id: CallID, with peer: Int) -> Bool {
        ended.contains { $0.id == id && ($0.peer == nil || $0.peer == peer) }
    }

    /// Whether a stream of the peer that is bound to this call is heard.
    func isHeard(_ peer: Int, reference: UInt64) -> Bool {
        call?.id.reference == reference && call?.hears(peer) == true
    }

    /// Reports changes: the state, and the listeners of the microphone.
    mutating func show() {
        let listeners = call?.listeners ?? []
        if listeners != shownListeners {
            shownListeners = listeners
            tell(.microphone(stream: Self.stream, listeners: listeners))
        }
        let state = call?.state
        if state != shownState, let current = call, let state { tell(.state(current.id, state)) }
        shownState = state
    }
}

extension Call {
    /// Whether the caller listens to this room.
    var isMonitoredHere: Bool { !summary.isOutgoing && summary.mode == .monitor }

    /// Whether it rings here, or is an announcement: nobody here has done anything for it.
    var isUnattended: Bool {
        !summary.isOutgoing && (state == .ringing || summary.mode == .announce)
    }

    /// When it is over, whoever still sends: a room is not open, and a station not busy, for ever.
    ///
    /// Its caller ends it first.
    var endsAt: Instant {
        guard let answeredAt = summary.answeredAt else { return .never }
        let most: Duration =
            switch summary.mode {
            case .announce: PageLimit.time
            case .monitor: .seconds(12 * 3600)
            default: .seconds(2 * 3600)
            }
        return answeredAt + most + (summary.isOutgoing ? .zero : .seconds(3))
    }
}

/// A call that is over, or that a peer cancelled before its offer came.
struct EndedCall {
    let id: CallID
    /// The peer that cancelled it before it was offered here: others may still offer a call of this
    /// id.
    let peer: Int?
    /// The peers that called, were called or came in; nil after a crash, when only the id is known.
    let knowing: PeerSet?
    let at: Instant

    /// Whether this peer may be told that the call with this reference is over: others learn
    /// nothing of it.
    func isOver(_ reference: UInt64, with other: Int) -> Bool {
        guard id.reference == reference else { return false }
        if let peer { return peer == other }
        return knowing?.contains(other) ?? true
    }
}

/// Rights that peers claimed without having them: always counted, reported once a minute of each
/// kind.
struct RefusalLog {
    private struct Peer {
        var counts = Refusals()
        var nextSaid: [(refusal: Refusal, at: Instant)] = []
    }

    private static let pause = Duration.seconds(60)
    private var peers = ByPeer(Peer())

    func counts(of peer: Int) -> Refusals { peers[peer].counts }

    /// Counts a refusal, or several.
    ///
    /// - Returns: the count so far, when it is to be reported now.
    mutating func note(
        _ refusal: Refusal, by peer: Int, times: UInt64 = 1, at now: Instant
    ) -> UInt64? {
        peers[peer].counts[refusal] += times
        if let said = peers[peer].nextSaid.first(where: { $0.refusal == refusal }),
            now < said.at
        {
            return nil
        }
        peers[peer].nextSaid.removeAll { $0.refusal == refusal }
        peers[peer].nextSaid.append((refusal, now + Self.pause))
        return peers[peer].counts[refusal]
    }

    mutating func forget(_ peer: Int) { peers[peer] = Peer() }
}
