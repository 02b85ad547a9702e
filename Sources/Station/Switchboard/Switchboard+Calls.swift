package import Time
package import Wire

/// The calls of a station (talking.md "Calls"), as people control them: one at a time, with any
/// number of peers.
///
/// A call that ends here is over at once: `RecordExchange` delivers the end, and a peer that still
/// shows itself in the call gets a BYE again.
extension Switchboard {
    package func policy(of peer: Int) -> Policy { policies[peer] }

    /// The rights that the peer claimed without having them.
    package func refusals(of peer: Int) -> Refusals { peers[peer].refusals }

    /// The current call and its state.
    package var call: (summary: CallSummary, state: CallState)? {
        ongoing.map { ($0.summary, $0.state) }
    }

    /// The peers in the call, by number.
    package var participants: [Int] { ongoing?.participants ?? [] }

    /// The members of the call that have been silent for a while.
    package var weakParticipants: [Int] {
        ongoing?.legs.filter { $0.isWeak }.map { $0.peer } ?? []
    }

    /// The peers at which the call rings unheard, and why.
    package var unheardRinging: [(peer: Int, why: Unheard)] {
        (ongoing?.legs ?? []).filter { $0.state == .ringing }
            .compactMap { leg in leg.unheard.map { (leg.peer, $0) } }
    }

    /// Calls a peer, or all members of a channel: in a hunt the first answer wins; else every
    /// station that answers joins the call of this `reference`.
    ///
    /// - Throws: Why there is no call.
    mutating func call(
        _ listeners: [Int], id: CallID, mode: Offer.Mode = .call, priority: Priority = .normal,
        reference: UInt64 = 0, channel: String? = nil, isHunt: Bool = true,
        ringTime: Duration = .seconds(30)
    ) throws(Wish.Problem) {
        if let current = ongoing {
            // A peer that listens to the room must not prevent calls from the room.
            guard current.isMonitoredHere else { throw .busy }
            leaveCall(.preempted)
        }
        guard !listeners.isEmpty else { throw .nobody }
        let summary = CallSummary(
            id: id, isOutgoing: true, mode: mode, priority: priority, peers: listeners,
            reference: reference, since: now, channel: channel)
        let new = Call(
            summary: summary, legs: listeners.map { Call.Leg(peer: $0, state: .trying, at: now) },
            isHunt: isHunt, ringsUntil: now + min(ringTime, Call.ringTime))
        beginCall(new)
        for peer in listeners { send(offerOf: new, to: peer) }
        showCall()
    }

    mutating func answer() throws(Wish.Problem) {
        guard let current = ongoing, current.state == .ringing else { throw .nothingRings }
        peers[current.legs[0].peer].budget.answered()
        acceptCall()
    }

    mutating func reject() throws(Wish.Problem) {
        guard let current = ongoing, current.state == .ringing else { throw .nothingRings }
        send(ControlRecord.reject, current.id, .declined, to: current.legs[0].peer)
        endCall(.declined)
    }

    mutating func hangUp() throws(Wish.Problem) {
        guard let current = ongoing else { throw .noCall }
        if current.state == .ringing { return try reject() }
        leaveCall(current.isAnswered ? .hungUp : .cancelled)
    }

    /// Ends the current call as the station stops; peers that go down are no news.
    ///
    /// A call that rings here is rejected, neither as answered nor as declined.
    package mutating func stop(at now: Instant) {
        self.now = now
        presence.leave()
        guard let current = ongoing else { return }
        guard current.state == .ringing else {
            return leaveCall(current.isAnswered ? .hungUp : .cancelled)
        }
        send(ControlRecord.reject, current.id, .unknownCall, to: current.legs[0].peer)
        endCall(.peerGone)
    }

    /// Takes the last calls before this start, which may have followed a crash: a repeated offer of
    /// one of these calls is no new call.
    package mutating func recover(ended: [CallID], at now: Instant) {
        self.now = now
        for id in ended { remember(id) }
    }

    // MARK: The life of a call

    mutating func beginCall(_ new: Call) {
        ongoing = new
        orders.add(.callBegan(new.summary))
    }

    /// Answers the call that rings here.
    mutating func acceptCall() {
        guard let current = ongoing else { return }
        let (peer, isHalfDuplex) = (current.legs[0].peer, isHalfDuplex)
        peers[peer].exchange.send(at: now) { mid in
            .answer(
                Answer(
                    mid: mid, id: current.id, isMicrophoneOpen: current.speaks,
                    isHalfDuplex: isHalfDuplex))
        }
        openLeg(peer)
    }

    /// Opens the leg of this peer: from now on sound may go both ways.
    mutating func openLeg(_ peer: Int) {
        guard let place = ongoing?.place(of: peer) else { return }
        ongoing?.legs[place].state = .connecting
        ongoing?.legs[place].since = now
        ongoing?.legs[place].heardAt = now
        if ongoing?.summary.answeredAt == nil {
            ongoing?.summary.answeredAt = now
            ongoing?.summary.answeredBy = peer
            ongoing?.nextRefresh = now + Call.refreshTime
            ongoing?.nextPing = now + .seconds(1)
        } else {
            callDesk.report(.joined, of: peer, &orders)
        }
        bindCall(to: peer)
        hearCall(of: peer)
        introduce(peer, isIn: true)
        showCall()
    }

    /// Ends the call from here, and informs all its members.
    mutating func leaveCall(_ ending: CallEnding, cause: CallEnd.Cause = .normal) {
        guard let current = ongoing else { return }
        for leg in current.legs { dismiss(leg, of: current, cause: cause) }
        for other in current.others { send(ControlRecord.bye, current.id, .normal, to: other.peer) }
        endCall(ending)
    }

    /// Informs one peer that the call is over for it.
    mutating func dismiss(_ leg: Call.Leg, of current: Call, cause: CallEnd.Cause) {
        peers[leg.peer].exchange.forget(current.id)
        switch leg.state {
        case .trying: send(ControlRecord.cancel, current.id, cause, to: leg.peer)
        case .ringing where current.summary.isOutgoing:
            send(ControlRecord.cancel, current.id, cause, to: leg.peer)
        case .ringing: send(ControlRecord.reject, current.id, .busy, to: leg.peer)
        case .connecting, .active: send(ControlRecord.bye, current.id, cause, to: leg.peer)
        }
    }

    /// Removes one peer from the call; without peers the call ends.
    mutating func dropLeg(_ peer: Int, _ ending: CallEnding) {
        guard let current = ongoing else { return }
        peers[peer].exchange.forget(current.id)
        guard current.legs.count > 1, let leg = current.leg(of: peer) else {
            return endCall(ending)
        }
        ongoing?.legs.removeAll { $0.peer == peer }
        if leg.isOpen {
            callDesk.report(.left, of: peer, &orders)
            introduce(peer, isIn: false)
        }
        hearCall(of: peer)
        showCall()
    }

    mutating func endCall(_ ending: CallEnding) {
        guard let current = ongoing else { return }
        ongoing = nil
        if current.isUnattended {
            peers[current.legs[0].peer].budget.held(since: current.summary.since, at: now)
        }
        remember(current.id, with: current.knowing(memberNames))
        for peer in current.participants { hearCall(of: peer) }
        showCall()
        callDesk.ended(current.summary, ending, &orders)
    }

    /// Reports a call that began and ended at once, for the records.
    mutating func recordPassed(_ summary: CallSummary, _ ending: CallEnding) {
        remember(summary.id, with: PeerSet(summary.peers))
        orders.add(.callBegan(summary))
        callDesk.ended(summary, ending, &orders)
    }

    /// Remembers an ended call; `peer` is the one that cancelled it before its offer came, else
    /// nil.
    mutating func remember(_ id: CallID, by peer: Int? = nil, with knowing: PeerSet? = nil) {
        ended.removeAll { ($0.id == id && $0.peer == peer) || now - $0.at >= EndedCall.keptFor }
        let cancelled = ended.indices.filter { peer != nil && ended[$0].peer == peer }
        if cancelled.count == EndedCall.cancelledMax { ended.remove(at: cancelled[0]) }
        if ended.count == EndedCall.most { ended.removeFirst() }
        ended.append(EndedCall(id: id, peer: peer, knowing: knowing, at: now))
    }

    /// Whether do-not-disturb applies to a call of this priority.
    func isRest(_ priority: Priority) -> Bool {
        availability == .doNotDisturb && priority < .emergency
    }

    /// Returns whether the call is over for that peer: other peers' records do not count.
    func isEnded(_ id: CallID, with peer: Int) -> Bool {
        ended.contains { $0.id == id && ($0.peer == nil || $0.peer == peer) }
    }

    /// Returns whether a stream of the peer that is bound to this call is heard.
    func isHeard(_ peer: Int, reference: UInt64) -> Bool {
        ongoing?.id.reference == reference && ongoing?.hears(peer) == true
    }

    /// Reports changes: the state, and the listeners of the microphone.
    mutating func showCall() {
        let listeners = ongoing?.listeners ?? []
        if listeners != shownListeners {
            shownListeners = listeners
            openMicrophone(to: listeners)
        }
        let state = ongoing?.state
        if state != shownState, let state, let summary = ongoing?.summary {
            callDesk.stands(summary, state, &orders)
        }
        shownState = state
    }

    // MARK: Its records

    mutating func send(offerOf call: Call, to peer: Int) {
        let summary = call.summary
        let (until, place) = (call.ringsUntil, ongoing?.place(of: peer))
        let mid = peers[peer].exchange.send(at: now, askedAt: summary.since, until: until) { mid in
            .offer(
                Offer(
                    mid: mid, id: summary.id, mode: summary.mode, priority: summary.priority,
                    ttl: 0, reference: summary.reference))
        }
        if let place { ongoing?.legs[place].offer = mid }
    }

    /// Refuses, withdraws or ends a call at a peer, by a REJECT, CANCEL or BYE.
    mutating func send(
        _ end: (CallEnd) -> ControlRecord, _ id: CallID, _ cause: CallEnd.Cause, to peer: Int
    ) {
        peers[peer].exchange.send(at: now) { end(CallEnd(mid: $0, id: id, cause: cause)) }
    }

    /// Names a station to a peer that is in the call of this reference, or reports that it left.
    mutating func send(_ name: MemberName, isIn: Bool, reference: UInt64, to peer: Int) {
        peers[peer].exchange.send(at: now) { mid in
            .member(CallMember(mid: mid, reference: reference, isIn: isIn, name: name))
        }
    }

    /// Binds our call stream to the call at the peer; repeated, because the record also confirms
    /// that we are still in the call.
    mutating func bindCall(to peer: Int) {
        guard let summary = ongoing?.summary, peers[peer].isUp else { return }
        peers[peer].exchange.send(at: now) { mid in
            .stream(
                StreamBinding(
                    mid: mid, stream: TalkTarget.call, purpose: .call, priority: summary.priority,
                    reference: summary.id.reference))
        }
    }

    /// Looks again at the meaning of the peer's call stream.
    mutating func hearCall(of peer: Int) {
        for binding in peers[peer].theirs where binding.purpose == .call {
            bound(binding, by: peer)
        }
    }
}

/// A notice to a person during a call.
package enum CallNotice: Sendable {
    /// A peer is heard here and hears the room, although nobody in the room touched a button.
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
