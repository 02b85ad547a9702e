internal import Audio
internal import Time
internal import Wire

/// Records from peers about calls.
extension Switchboard {
    /// Takes an offer; `age` is how long ago the caller acted, at most.
    mutating func offered(_ offer: Offer, by peer: Int, age: Duration = .zero) {
        let summary = CallSummary(
            id: offer.id, isOutgoing: false, mode: offer.mode, priority: offer.priority,
            peers: [peer], reference: offer.reference, since: now)
        guard ongoing?.id != offer.id else { return }
        guard !isEnded(offer.id, with: peer) else {
            // The offer is of a call that this station ended, or in which it crashed.
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

    private func refusal(of mode: Offer.Mode, _ priority: Priority, by peer: Int) -> Refusal? {
        let policy = policies[peer]
        if priority > .high, !policy.emergency { return .emergency }
        switch mode {
        case .call: return policy.call == .never ? .call : nil
        case .announce: return policy.announce ? nil : .announce
        case .dropIn: return policy.dropIn ? nil : .dropIn
        case .monitor: return policy.monitor ? nil : .monitor
        default: return .mode
        }
    }

    /// Applies new policies or do-not-disturb: ends a call that the peer may no longer make.
    mutating func reviseCall() {
        guard let current = ongoing, !current.summary.isOutgoing else { return }
        let (mode, priority) = (current.summary.mode, current.summary.priority)
        let peer = current.legs[0].peer
        let isWithdrawn = current.summary.isAutomatic && policies[peer].call != .auto
        if isWithdrawn || refusal(of: mode, priority, by: peer) != nil {
            leaveCall(.refused, cause: .noConsent)
            return
        }
        if current.state == .ringing, isRest(priority) {
            send(ControlRecord.reject, current.id, .doNotDisturb, to: peer)
            endCall(.doNotDisturb)
            return
        }
        for other in current.others where !mayJoin(other.peer, current) {
            send(ControlRecord.bye, current.id, .noConsent, to: other.peer)
            putOut(other.peer)
        }
    }

    /// Counts one or more refusals; reports each kind at most once a minute.
    mutating func refuse(_ refusal: Refusal, by peer: Int, times: UInt64 = 1) {
        peers[peer].refusals[refusal] += times
        peers[peer].refusalsTold.removeAll { now >= $0.until }
        guard !peers[peer].refusalsTold.contains(where: { $0.refusal == refusal }) else { return }
        peers[peer].refusalsTold.append((refusal, now + .seconds(60)))
        orders.add(.refused(peer: peer, refusal, count: peers[peer].refusals[refusal]))
    }

    private func yields(_ current: Call, to offer: Offer, of peer: Int) -> Bool {
        if current.state == .ringing, current.legs[0].peer == peer { return true }
        if current.isMonitoredHere, offer.mode != .monitor { return true }
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
        case .dropIn: callDesk.report(.droppedIn, of: peer, &orders)
        case .monitor: callDesk.report(.monitored, of: peer, &orders)
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
                isHunt: false, ringsUntil: now + min(time, Call.ringTime)))
    }

    mutating func heardRinging(_ id: CallID, at peer: Int) {
        guard let place = outgoingLeg(id, of: peer) else { return }
        peers[peer].exchange.forget(id)
        guard case .trying = ongoing!.legs[place].state else { return }
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
        if current.isHunt {
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

    mutating func cancelled(_ cancel: CallEnd, by peer: Int) {
        guard let current = ongoing, current.id == cancel.id else {
            // The offer may still arrive.
            if !isEnded(cancel.id, with: peer) { remember(cancel.id, by: peer) }
            if let crossing = ongoing?.crossing, crossing.peer == peer,
                crossing.offer.id == cancel.id
            {
                ongoing?.crossing = nil
            }
            return
        }
        guard !current.summary.isOutgoing, current.legs[0].peer == peer else { return }
        peers[peer].exchange.forget(cancel.id)
        endCall(cancel.cause == .answeredElsewhere ? .answeredElsewhere : .cancelled)
    }

    mutating func hungUp(_ bye: CallEnd, by peer: Int) {
        guard let current = ongoing, current.id == bye.id else { return }
        putOut(peer)
        guard let leg = current.leg(of: peer) else { return }
        switch bye.cause {
        case .noMedia: dropLeg(peer, leg.state == .active ? .mediaTimeout : .noPath)
        case .noConsent: dropLeg(peer, .refused)
        default: dropLeg(peer, .hungUpThere)
        }
    }

    /// The peer's call stream is bound to this call.
    mutating func boundCall(_ reference: UInt64, by peer: Int) {
        guard let current = ongoing, current.id.reference == reference else {
            // The peer is still in a call that is over here: it never got our record of the end.
            guard let place = ended.firstIndex(where: { $0.isOver(reference, with: peer) }) else {
                return
            }
            send(ControlRecord.bye, ended[place].id, .unknownCall, to: peer)
            return
        }
        if current.leg(of: peer) != nil { return confirmPath(of: peer, at: now) }
        guard !current.summary.isOutgoing else {
            // We gave the call up, but the peer did not learn it.
            guard current.summary.peers.contains(peer) else { return }
            send(ControlRecord.bye, current.id, .unknownCall, to: peer)
            return
        }
        joined(peer)
    }

    private func outgoingLeg(_ id: CallID, of peer: Int) -> Int? {
        guard let current = ongoing, current.id == id, current.summary.isOutgoing else {
            return nil
        }
        return current.place(of: peer)
    }
}
