internal import Time
internal import Wire

/// Records from peers about calls.
extension Calls {
    /// `age` is how long ago the caller acted, at most.
    mutating func offered(_ offer: Offer, by peer: Int, at now: Instant, age: Duration = .zero) {
        let summary = CallSummary(
            id: offer.id, isOutgoing: false, mode: offer.mode, priority: offer.priority,
            peers: [peer], reference: offer.reference, since: now)
        guard call?.id != offer.id else { return }
        guard !isEnded(offer.id, with: peer) else {
            // Left over from a call that this station ended, or crashed in.
            emit(.reject(peer: peer, offer.id, .unknownCall))
            return
        }
        guard budgets[peer].take(at: now) || isEmergency(offer, by: peer) else {
            refuse(.tooOften, by: peer, at: now)
            emit(.reject(peer: peer, offer.id, .busy))
            offerAgain(to: peer)
            return
        }
        guard offer.ttl > 0 else {
            passed(summary, .expired, at: now)
            return
        }
        if let refusal = refusal(of: offer.mode, offer.priority, by: peer) {
            let isMode = refusal == .mode
            refuse(refusal, by: peer, at: now)
            emit(.reject(peer: peer, offer.id, isMode ? .unknownMode : .noConsent))
            passed(summary, isMode ? .unknownMode : .refused, at: now)
            offerAgain(to: peer)
            return
        }
        let opensByItself = offer.mode != .call
        guard age <= Self.opensFor || !opensByItself else {
            // Nobody here would expect it any more.
            emit(.reject(peer: peer, offer.id, .noMedia))
            passed(summary, .expired, at: now)
            return
        }
        if meets(offer, of: peer, at: now, age: age) { return }
        guard budgets[peer].mayHold(at: now) || isEmergency(offer, by: peer) else {
            refuse(.tooOften, by: peer, at: now)
            emit(.reject(peer: peer, offer.id, .busy))
            return
        }
        if isRest(offer.priority) {
            emit(.reject(peer: peer, offer.id, .doNotDisturb))
            passed(summary, .doNotDisturb, at: now)
            return
        }
        if let current = call {
            guard yields(current, to: offer, of: peer) else {
                emit(.reject(peer: peer, offer.id, .busy))
                passed(summary, .busy, at: now)
                return
            }
            // An offer by the same peer: its CANCEL is late or lost.
            let isSame = current.state == .ringing && current.legs[0].peer == peer
            if isSame { end(.cancelled, at: now) } else { leave(.preempted, at: now) }
        }
        take(offer, summary, of: peer, at: now, isLate: age > Self.opensFor)
    }

    /// Both stations call each other, or both the same channel: the lower id wins, and the other
    /// side answers it at once.
    ///
    /// - Returns: whether that was so; then nothing is left to do.
    private mutating func meets(
        _ offer: Offer, of peer: Int, at now: Instant, age: Duration
    ) -> Bool {
        guard let current = call, current.summary.isOutgoing, offer.mode == .call,
            current.summary.mode == .call,
            // A person who calls one station has not agreed to a call of a channel.
            offer.reference == current.summary.reference,
            let leg = current.legs.first(where: { $0.peer == peer })
        else { return false }
        switch leg.state {
        case .trying, .ringing:
            guard offer.id < current.id else {
                if !current.isAnswered {
                    call?.crossing = Call.Crossing(peer: peer, offer: offer, at: now, age: age)
                }
                return !current.isAnswered
            }
            guard !current.isAnswered else { return false }
        case .connecting, .active:
            return false
        }
        // The other peers called meanwhile are told; this peer learns it from our answer.
        for other in current.legs where other.peer != peer {
            dismiss(other, of: current, cause: .normal)
        }
        emit(.forget(peer: peer, current.id))
        end(.cancelled, at: now)
        let summary = CallSummary(
            id: offer.id, isOutgoing: false, mode: .call, priority: offer.priority, peers: [peer],
            reference: offer.reference, since: now)
        beginIncoming(summary, of: peer, until: now + .milliseconds(Int(offer.ttl)), at: now)
        accept(at: now)
        return true
    }

    /// The peer took our offer for its own call, which is over: offer it again.
    private mutating func offerAgain(to peer: Int) {
        guard let current = call, current.summary.isOutgoing, current.summary.mode == .call,
            let leg = current.legs.first(where: { $0.peer == peer }), leg.state == .trying
        else { return }
        emit(.forget(peer: peer, current.id))
        emit(
            .offer(
                peer: peer, current.id, .call, current.summary.priority,
                current.summary.reference, askedAt: current.summary.since,
                until: current.ringsUntil))
    }

    private func isEmergency(_ offer: Offer, by peer: Int) -> Bool {
        offer.priority == .emergency && policies[peer].emergency
    }

    private func refusal(
        of mode: Offer.Mode, _ priority: Priority, by peer: Int
    ) -> Refusal? {
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

    /// Applies new policies or do-not-disturb: ends what a peer may no longer do.
    mutating func revise(at now: Instant) {
        guard let current = call, !current.summary.isOutgoing else { return }
        let (mode, priority) = (current.summary.mode, current.summary.priority)
        let peer = current.legs[0].peer
        let isWithdrawn = current.summary.isAutomatic && policies[peer].call != .auto
        if isWithdrawn || refusal(of: mode, priority, by: peer) != nil {
            leave(.refused, cause: .noConsent, at: now)
            return
        }
        if current.state == .ringing, isRest(priority) {
            emit(.reject(peer: peer, current.id, .doNotDisturb))
            end(.doNotDisturb, at: now)
            return
        }
        for other in current.others where !mayJoin(other.peer, current) {
            emit(.bye(peer: other.peer, current.id, .noConsent))
            putOut(other.peer)
        }
    }

    mutating func refuse(
        _ refusal: Refusal, by peer: Int, times: UInt64 = 1, at now: Instant
    ) {
        guard let count = refusals.note(refusal, by: peer, times: times, at: now) else { return }
        emit(.refused(peer: peer, refusal, count: count))
    }

    private func yields(_ current: Call, to offer: Offer, of peer: Int) -> Bool {
        if current.state == .ringing, current.legs[0].peer == peer { return true }
        if current.isMonitoredHere, offer.mode != .monitor { return true }
        return offer.priority == .emergency && current.summary.priority < .emergency
    }

    private mutating func take(
        _ offer: Offer, _ summary: CallSummary, of peer: Int, at now: Instant, isLate: Bool
    ) {
        beginIncoming(summary, of: peer, until: now + .milliseconds(Int(offer.ttl)), at: now)
        switch offer.mode {
        case .call where policies[peer].call == .ring || isLate:
            emit(.ringing(peer: peer, offer.id))
            show()
            return
        case .announce: tell(.notice(.announced, peer: peer))
        case .dropIn: tell(.notice(.droppedIn, peer: peer))
        case .monitor: tell(.notice(.monitored, peer: peer))
        default:
            call?.summary.isAutomatic = true
            tell(.notice(.autoAnswered, peer: peer))
        }
        accept(at: now)
    }

    /// Begins a call that a peer offers, ringing.
    private mutating func beginIncoming(
        _ summary: CallSummary, of peer: Int, until: Instant, at now: Instant
    ) {
        begin(
            Call(
                summary: summary, legs: [Call.Leg(peer: peer, state: .ringing, at: now)],
                isHunt: false, isRedial: false, ringsUntil: min(until, now + Self.ringTime),
                nextRefresh: .never, nextPing: .never))
    }

    mutating func heardRinging(_ id: CallID, at peer: Int, at now: Instant) {
        guard let place = outgoingLeg(id, of: peer) else { return }
        emit(.forget(peer: peer, id))
        guard case .trying = call!.legs[place].state else { return }
        call?.legs[place].state = .ringing
        call?.legs[place].since = now
        call?.legs[place].heardAt = now
        call?.legs[place].hasRung = true
        if call?.nextPing == .never { call?.nextPing = now + .seconds(1) }
        show()
    }

    mutating func answered(_ answer: Answer, by peer: Int, at now: Instant) {
        guard let place = outgoingLeg(answer.id, of: peer), let current = call else {
            // The answer crossed our CANCEL: the peer must not remain in the call alone.
            let isLost = isEnded(answer.id, with: peer) || (call?.id == answer.id && !hasPart(peer))
            if isLost { emit(.bye(peer: peer, answer.id, .unknownCall)) }
            return
        }
        guard !current.legs[place].isOpen else { return }
        emit(.forget(peer: peer, answer.id))
        if current.isHunt {
            for other in current.legs where other.peer != peer {
                dismiss(other, of: current, cause: .answeredElsewhere)
            }
            call?.legs.removeAll { $0.peer != peer }
        }
        let own = call!.legs.firstIndex { $0.peer == peer }!
        call?.legs[own].answersHalfDuplex = answer.isHalfDuplex
        open(peer, at: now)
    }

    mutating func rejected(_ end: CallEnd, by peer: Int, at now: Instant) {
        guard let place = outgoingLeg(end.id, of: peer), !call!.legs[place].isOpen else { return }
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
        let crossing = call?.crossing
        drop(peer, ending, at: now)
        guard call == nil, let crossing, crossing.peer == peer else { return }
        take(crossing, at: now)
    }

    /// The peer rejected our call while its own was offered: that one stands.
    private mutating func take(_ crossing: Call.Crossing, at now: Instant) {
        var offer = crossing.offer
        let waited = now - crossing.at
        offer.ttl -= UInt16(clamping: min(waited.milliseconds, Int64(offer.ttl)))
        offered(offer, by: crossing.peer, at: now, age: crossing.age + waited)
    }

    mutating func cancelled(_ cancel: CallEnd, by peer: Int, at now: Instant) {
        guard let current = call, current.id == cancel.id else {
            // The offer may still arrive.
            if !isEnded(cancel.id, with: peer) { remember(cancel.id, by: peer, at: now) }
            if let crossing = call?.crossing, crossing.offer.id == cancel.id, crossing.peer == peer
            {
                call?.crossing = nil
            }
            return
        }
        guard !current.summary.isOutgoing, current.legs[0].peer == peer else { return }
        emit(.forget(peer: peer, cancel.id))
        end(cancel.cause == .answeredElsewhere ? .answeredElsewhere : .cancelled, at: now)
    }

    mutating func hungUp(_ bye: CallEnd, by peer: Int, at now: Instant) {
        guard let current = call, current.id == bye.id else { return }
        putOut(peer)
        guard let leg = current.legs.first(where: { $0.peer == peer }) else { return }
        switch bye.cause {
        case .noMedia: drop(peer, leg.state == .active ? .mediaTimeout : .noPath, at: now)
        case .noConsent: drop(peer, .refused, at: now)
        default: drop(peer, .hungUpThere, at: now)
        }
    }

    /// The peer's call stream is bound to this call.
    mutating func bound(_ reference: UInt64, by peer: Int, at now: Instant) {
        guard let current = call, current.id.reference == reference else {
            // The peer is still in a call that is over here: the record of its end was lost.
            guard let place = ended.firstIndex(where: { $0.isOver(reference, with: peer) }) else {
                return
            }
            emit(.bye(peer: peer, ended[place].id, .unknownCall))
            return
        }
        guard !current.legs.contains(where: { $0.peer == peer }) else {
            media(of: peer, at: now)
            return
        }
        guard !current.summary.isOutgoing else {
            // We gave the call up, but the peer did not learn it.
            guard current.summary.peers.contains(peer) else { return }
            emit(.bye(peer: peer, current.id, .unknownCall))
            return
        }
        joined(peer, at: now)
    }

    private func outgoingLeg(_ id: CallID, of peer: Int) -> Int? {
        guard let current = call, current.id == id, current.summary.isOutgoing else { return nil }
        return current.legs.firstIndex { $0.peer == peer }
    }

    private func hasPart(_ peer: Int) -> Bool {
        call?.participants.contains(peer) ?? false
    }
}
