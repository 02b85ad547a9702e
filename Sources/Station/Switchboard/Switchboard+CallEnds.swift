package import Time
package import Wire

/// The ends of calls, by people here and by peers.
///
/// A call that ends here is over at once: `RecordExchange` delivers the end, and a peer that still
/// shows itself in the call gets a BYE again.
extension Switchboard {
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
}

/// Effects of time, of the network and of crashed stations on calls.
extension Switchboard {
    /// Notes that an authentic packet of the peer, audio or other, was opened.
    package mutating func heard(peer: Int, at moment: Instant) {
        now = max(now, moment)
        guard let current = ongoing, let place = current.place(of: peer) else { return }
        ongoing?.legs[place].heardAt = max(current.legs[place].heardAt, moment)
        if current.legs[place].isWeak, moment > current.legs[place].heardAt {
            ongoing?.legs[place].isWeak = false
            callDesk.report(.strong, of: peer, &orders)
        }
        // We answered its call: any later packet shows that the network path works.
        if current.summary.isOutgoing, current.legs[place].state == .connecting,
            moment > current.legs[place].since
        {
            confirmPath(of: peer, at: moment)
        }
    }

    /// Notes that the peer has our answer, or that its sound in this call has come.
    mutating func confirmPath(of peer: Int, at now: Instant) {
        guard let current = ongoing, let place = current.place(of: peer),
            current.legs[place].state == .connecting
        else { return }
        peers[peer].exchange.forget(current.id)
        ongoing?.legs[place].state = .active
        ongoing?.legs[place].since = now
        showCall()
    }

    /// Gives up an OFFER that was repeated to the end and never acknowledged.
    mutating func unreachable(_ id: CallID, peer: Int) {
        guard let current = ongoing, current.id == id, current.leg(of: peer)?.state == .trying
        else { return }
        // The offer may have arrived and its answer been lost: the call must not ring on there.
        send(ControlRecord.cancel, id, .normal, to: peer)
        dropLeg(peer, .unreachable)
    }

    /// Ends the leg of a peer that restarted, closed its session or was silent for long; an offer
    /// that it has not answered goes on.
    mutating func endCall(of peer: Int, _ ending: CallEnding) {
        takeOut(peer)
        guard let leg = ongoing?.leg(of: peer), leg.state != .trying else { return }
        dropLeg(peer, ending)
    }

    /// Forgets a peer whose number now belongs to another.
    mutating func forgetCalls(of peer: Int) {
        takeOut(peer)
        if ongoing?.leg(of: peer) != nil { dropLeg(peer, .peerGone) }
        policies[peer] = Policy()
        memberNames[peer] = nil
    }

    mutating func tickCall() {
        guard let current = ongoing else { return }
        if now >= current.ringsUntil { stopRinging() }
        if now >= current.endsAt { return leaveCall(.timeUp) }
        for leg in ongoing?.legs ?? [] where current.keepsUp(with: leg) { check(leg) }
        for other in ongoing?.others ?? [] where now - other.at >= Call.otherTime {
            takeOut(other.peer)
        }
        judgeUninvited()
        keepUp()
    }

    /// Ends the ringing: the time to answer is over.
    private mutating func stopRinging() {
        guard let current = ongoing else { return }
        guard current.summary.isOutgoing else {
            if current.state == .ringing { endCall(.noAnswer) }
            return
        }
        for leg in current.legs where !leg.isOpen {
            dismiss(leg, of: current, cause: .normal)
            dropLeg(leg.peer, .noAnswer)
        }
    }

    private mutating func check(_ leg: Call.Leg) {
        guard let current = ongoing else { return }
        let silence = now - leg.heardAt
        let isCutOff = downWatch.cutOff.contains(leg.peer)
        if leg.state == .connecting, now - leg.since >= Call.pathTime {
            send(ControlRecord.bye, current.id, .noMedia, to: leg.peer)
            dropLeg(leg.peer, isCutOff ? .noNetwork : .noPath)
        } else if leg.state == .active, silence >= Call.deadTime {
            send(ControlRecord.bye, current.id, .noMedia, to: leg.peer)
            dropLeg(leg.peer, isCutOff ? .noNetwork : .mediaTimeout)
        } else if leg.state == .ringing, silence >= Call.deadTime {
            send(ControlRecord.cancel, current.id, .normal, to: leg.peer)
            dropLeg(leg.peer, .unreachable)
        } else if leg.state == .active, silence >= Call.warnTime, !leg.isWeak {
            ongoing?.legs[current.place(of: leg.peer)!].isWeak = true
            callDesk.report(.weak, of: leg.peer, &orders)
        }
    }

    /// Pings each silent member every second, and confirms every five that this station is in the
    /// call.
    private mutating func keepUp() {
        guard let current = ongoing else { return }
        if now >= current.nextPing {
            ongoing?.nextPing = now + .seconds(1)
            for leg in current.legs
            where current.keepsUp(with: leg) && now - leg.heardAt >= .milliseconds(900) {
                ping(leg.peer)
            }
        }
        if now >= current.nextRefresh {
            ongoing?.nextRefresh = now + Call.refreshTime
            for leg in current.legs where leg.isOpen { bindCall(to: leg.peer) }
            // Also members that have not come yet: the network may be the reason.
            for peer in memberNames.indices where mayJoin(peer, current) { bindCall(to: peer) }
        }
    }

    var callDeadline: Instant? {
        guard let current = ongoing else { return nil }
        var first = min(current.nextPing, current.nextRefresh, current.endsAt)
        for leg in current.legs {
            switch leg.state {
            case .ringing where current.keepsUp(with: leg):
                first = min(first, current.ringsUntil, leg.heardAt + Call.deadTime)
            case .trying, .ringing: first = min(first, current.ringsUntil)
            case .connecting: first = min(first, leg.since + Call.pathTime)
            case .active:
                first = min(first, leg.heardAt + (leg.isWeak ? Call.deadTime : Call.warnTime))
            }
        }
        for other in current.others { first = min(first, other.at + Call.otherTime) }
        for one in current.uninvited { first = min(first, one.since + Call.introducedIn) }
        return first
    }
}
