internal import Audio
internal import Time
package import Wire

/// The calls of a station (talking.md "Calls"), one at a time, with any number of
/// peers: until they are answered, by people here and by peers.
extension Switchboard {
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

    // MARK: By people here

    /// Calls a peer, or all members of the channel of this reference: in a joined call every
    /// station that answers takes part; else the first answer wins.
    ///
    /// - Throws: Why there is no call.
    mutating func call(
        _ listeners: [Int], of reference: UInt64, _ calling: Wish.Calling
    ) throws(Wish.Problem) {
        if let current = ongoing {
            // A peer that listens to the room must not prevent calls from the room.
            guard current.isListenedInHere else { throw .busy }
            leaveCall(.preempted)
        }
        guard !listeners.isEmpty else { throw .nobody }
        let summary = CallSummary(
            id: calling.id, isOutgoing: true, mode: calling.mode, priority: calling.priority,
            peers: listeners, reference: calling.isJoined ? reference : 0, since: now,
            channel: calling.channel)
        let new = Call(
            summary: summary, legs: listeners.map { Call.Leg(peer: $0, state: .trying, at: now) },
            ringsUntil: now + min(calling.ringTime, Call.ringTime))
        beginCall(new)
        for peer in listeners { send(offerOf: new, to: peer) }
        showCall()
    }

    mutating func beginCall(_ new: Call) {
        ongoing = new
        orders.add(.callBegan(new.summary))
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

    // MARK: By peers

    /// Takes an offer; `age` is how long ago the caller acted, at most.
    mutating func offered(_ offer: Offer, by peer: Int, age: Duration = .zero) {
        let summary = CallSummary(
            id: offer.id, isOutgoing: false, mode: offer.mode, priority: offer.priority,
            peers: [peer], reference: offer.reference, since: now)
        guard ongoing?.id != offer.id else { return }
        guard !isEnded(offer.id, with: peer), channel(offer.id.reference) == nil else {
            // The offer is of a call that this station ended, or in which it crashed; or its id
            // would make its sound that of a channel.
            send(ControlRecord.reject, offer.id, .unknownCall, to: peer)
            return
        }
        guard peers[peer].budget.admit(at: now) || isEmergency(offer, by: peer) else {
            refuse(.tooOften, by: peer)
            send(ControlRecord.reject, offer.id, .busy, to: peer)
            offerAgain(to: peer)
            return
        }
        guard offer.ttl > 0 else {
            recordPassed(summary, .expired)
            return
        }
        if let refusal = refusal(of: offer.mode, offer.priority, by: peer) {
            let isMode = refusal == .mode
            refuse(refusal, by: peer)
            send(ControlRecord.reject, offer.id, isMode ? .unknownMode : .noConsent, to: peer)
            recordPassed(summary, isMode ? .unknownMode : .refused)
            offerAgain(to: peer)
            return
        }
        let opensByItself = offer.mode != .call
        guard age <= Call.opensFor || !opensByItself else {
            // Nobody here would expect the call any more.
            send(ControlRecord.reject, offer.id, .noMedia, to: peer)
            recordPassed(summary, .expired)
            return
        }
        if meets(offer, summary, age: age) { return }
        guard peers[peer].budget.mayHold(at: now) || isEmergency(offer, by: peer) else {
            refuse(.tooOften, by: peer)
            send(ControlRecord.reject, offer.id, .busy, to: peer)
            return
        }
        if isRest(offer.priority) {
            send(ControlRecord.reject, offer.id, .doNotDisturb, to: peer)
            recordPassed(summary, .doNotDisturb)
            return
        }
        if let current = ongoing {
            guard yields(current, to: offer, of: peer) else {
                send(ControlRecord.reject, offer.id, .busy, to: peer)
                recordPassed(summary, .busy)
                return
            }
            // An offer by the same peer: its CANCEL is late or lost.
            let isSame = current.state == .ringing && current.legs[0].peer == peer
            if isSame { endCall(.cancelled) } else { leaveCall(.preempted) }
        }
        admit(offer, summary, isLate: age > Call.opensFor)
    }

    /// Settles two calls that cross, of each other or of the same channel: the lower id wins, and
    /// the other station answers it at once.
    ///
    /// - Returns: whether the offer crossed our call; then nothing is left to do.
    private mutating func meets(_ offer: Offer, _ summary: CallSummary, age: Duration) -> Bool {
        let peer = summary.peers[0]
        guard let current = ongoing, current.summary.isOutgoing, offer.mode == .call,
            current.summary.mode == .call,
            // A person who calls one station has not agreed to a call of a channel.
            offer.reference == current.summary.reference,
            let leg = current.leg(of: peer)
        else { return false }
        switch leg.state {
        case .trying, .ringing:
            guard offer.id < current.id else {
                if !current.isAnswered {
                    ongoing?.crossing = Call.Crossing(peer: peer, offer: offer, at: now, age: age)
                }
                return !current.isAnswered
            }
            guard !current.isAnswered else { return false }
        case .connecting, .active:
            return false
        }
        // The other called peers get a CANCEL; this peer learns the end from our answer.
        for other in current.legs where other.peer != peer {
            dismiss(other, of: current, cause: .normal)
        }
        peers[peer].exchange.forget(current.id)
        endCall(.cancelled)
        beginIncoming(summary, for: .milliseconds(Int(offer.ttl)))
        acceptCall()
        return true
    }

    /// Offers our call again: at the peer, our offer crossed its own call, which is over.
    private mutating func offerAgain(to peer: Int) {
        guard let current = ongoing, current.summary.isOutgoing, current.summary.mode == .call,
            current.leg(of: peer)?.state == .trying
        else { return }
        peers[peer].exchange.forget(current.id)
        send(offerOf: current, to: peer)
    }

    private func isEmergency(_ offer: Offer, by peer: Int) -> Bool {
        offer.priority == .emergency && policies[peer].emergency
    }

    func refusal(of mode: Offer.Mode, _ priority: Priority, by peer: Int) -> Refusal? {
        let policy = policies[peer]
        if priority > .high, !policy.emergency { return .emergency }
        switch mode {
        case .call: return policy.call == .never ? .call : nil
        case .announce: return policy.announce ? nil : .announce
        case .dropIn: return policy.dropIn ? nil : .dropIn
        case .listenIn: return policy.monitor ? nil : .monitor
        default: return .mode
        }
    }

    private func yields(_ current: Call, to offer: Offer, of peer: Int) -> Bool {
        if current.state == .ringing, current.legs[0].peer == peer { return true }
        if current.isListenedInHere, offer.mode != .listenIn { return true }
        return offer.priority == .emergency && current.summary.priority < .emergency
    }

    private mutating func admit(_ offer: Offer, _ summary: CallSummary, isLate: Bool) {
        let peer = summary.peers[0]
        beginIncoming(summary, for: .milliseconds(Int(offer.ttl)))
        switch offer.mode {
        case .call where policies[peer].call == .ring || isLate:
            // Before RINGING, so that the caller learns in time that nobody hears the ring.
            if ringUnheard != .heard {
                let status = RequestResult.Status.unheard(ringUnheard)
                peers[peer].exchange.send(at: now) {
                    .result(RequestResult(mid: $0, request: offer.mid, status: status))
                }
            }
            peers[peer].exchange.send(at: now) { .ringing(mid: $0, offer.id) }
            showCall()
            return
        case .announce: orders.add(.chime(.page))
        case .dropIn: callDesk.report(.dropIn, of: peer, &orders)
        case .listenIn: callDesk.report(.listenIn, of: peer, &orders)
        default:
            ongoing?.summary.isAutomatic = true
            orders.add(.beep(true))
            orders.add(.chime(.page))
        }
        acceptCall()
    }

    /// Begins a call that a peer offers, ringing.
    private mutating func beginIncoming(_ summary: CallSummary, for time: Duration) {
        beginCall(
            Call(
                summary: summary,
                legs: [Call.Leg(peer: summary.peers[0], state: .ringing, at: now)],
                ringsUntil: now + min(time, Call.ringTime)))
    }

    mutating func heardRinging(_ id: CallID, at peer: Int) {
        guard let place = outgoingLeg(id, of: peer) else { return }
        peers[peer].exchange.forget(id)
        guard case .trying = ongoing!.legs[place].state else { return }
        ongoing?.summary.hasRung = true
        ongoing?.legs[place].state = .ringing
        ongoing?.legs[place].since = now
        ongoing?.legs[place].heardAt = now
        if ongoing?.nextPing == .never { ongoing?.nextPing = now + .seconds(1) }
        showCall()
    }

    mutating func answered(_ answer: Answer, by peer: Int) {
        guard let place = outgoingLeg(answer.id, of: peer), let current = ongoing else {
            // The answer crossed our CANCEL: the peer must not remain in the call alone.
            let isOut = ongoing?.id == answer.id && !participants.contains(peer)
            if isOut || isEnded(answer.id, with: peer) {
                send(ControlRecord.bye, answer.id, .unknownCall, to: peer)
            }
            return
        }
        guard !current.legs[place].isOpen else { return }
        peers[peer].exchange.forget(answer.id)
        if !current.isJoined {
            for other in current.legs where other.peer != peer {
                dismiss(other, of: current, cause: .answeredElsewhere)
            }
            ongoing?.legs.removeAll { $0.peer != peer }
        }
        openLeg(peer)
    }

    mutating func rejected(_ end: CallEnd, by peer: Int) {
        guard let place = outgoingLeg(end.id, of: peer), !ongoing!.legs[place].isOpen else {
            return
        }
        let ending: CallEnding =
            switch end.cause {
            case .noConsent: .refused
            case .doNotDisturb: .doNotDisturb
            case .busy: .busy
            case .unknownMode: .unknownMode
            case .unknownCall: .peerRestarted
            case .noMedia: .unreachable
            default: .declined
            }
        let crossing = ongoing?.crossing
        dropLeg(peer, ending)
        guard ongoing == nil, let crossing, crossing.peer == peer else { return }
        resume(crossing)
    }

    /// Takes up the peer's offer: the peer has rejected our call, which crossed it.
    private mutating func resume(_ crossing: Call.Crossing) {
        var offer = crossing.offer
        let waited = now - crossing.at
        offer.ttl -= UInt16(clamping: min(waited.milliseconds, Int64(offer.ttl)))
        offered(offer, by: crossing.peer, age: crossing.age + waited)
    }

    private func outgoingLeg(_ id: CallID, of peer: Int) -> Int? {
        guard let current = ongoing, current.id == id, current.summary.isOutgoing else {
            return nil
        }
        return current.place(of: peer)
    }
}
