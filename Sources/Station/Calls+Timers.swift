internal import Time
internal import Wire

/// Effects of time, of the network and of crashed stations on calls.
extension Calls {
    /// An authentic packet of the peer has come.
    mutating func heard(_ peer: Int, at moment: Instant) {
        guard let current = call,
            let place = current.legs.firstIndex(where: { $0.peer == peer })
        else { return }
        call?.legs[place].heardAt = max(current.legs[place].heardAt, moment)
        if current.legs[place].isWeak, moment > current.legs[place].heardAt {
            call?.legs[place].isWeak = false
            tell(.notice(.strong, peer: peer))
        }
        // We answered its call: any later packet shows that the network path works.
        if current.summary.isOutgoing, current.legs[place].state == .connecting,
            moment > current.legs[place].since
        {
            media(of: peer, at: moment)
        }
    }

    /// The peer has our answer, or its sound in this call has come.
    mutating func media(of peer: Int, at now: Instant) {
        guard let current = call,
            let place = current.legs.firstIndex(where: { $0.peer == peer }),
            current.legs[place].state == .connecting
        else { return }
        emit(.forget(peer: peer, current.id))
        call?.legs[place].state = .active
        call?.legs[place].since = now
        show()
    }

    /// An OFFER was never acknowledged, although it was repeated to the end.
    mutating func unreachable(_ id: CallID, peer: Int, at now: Instant) {
        guard let current = call, current.id == id,
            current.legs.contains(where: { $0.peer == peer && $0.state == .trying })
        else { return }
        // It may have arrived, and what came back was lost: it is not to ring on there.
        emit(.cancel(peer: peer, id, .normal))
        drop(peer, .unreachable, at: now)
    }

    /// The peer has restarted; an offer that it has not answered is sent again.
    mutating func restarted(_ peer: Int, at now: Instant) {
        takeOut(peer)
        guard let current = call, let leg = current.legs.first(where: { $0.peer == peer }) else {
            return
        }
        if leg.state == .trying { return }
        let isIntercom =
            current.summary.isOutgoing && current.legs.count == 1 && leg.isOpen && !leg.hasRung
            && current.summary.mode == .call && !current.isRedial
        drop(peer, .peerRestarted, at: now)
        if isIntercom { tell(.redial(peer: peer)) }
    }

    /// The peer closed its session, or was silent for long.
    mutating func wentDown(_ peer: Int, at now: Instant) {
        takeOut(peer)
        guard let leg = call?.legs.first(where: { $0.peer == peer }), leg.state != .trying else {
            return
        }
        drop(peer, .peerGone, at: now)
    }

    /// Another peer has this number from now on.
    mutating func replaced(_ peer: Int, at now: Instant) {
        takeOut(peer)
        if call?.legs.contains(where: { $0.peer == peer }) == true {
            drop(peer, .peerGone, at: now)
        }
        policies[peer] = Policy()
        names[peer] = nil
        refusals.forget(peer)
        budgets[peer] = CallBudget()
    }

    mutating func tick(at now: Instant) {
        guard let current = call else { return }
        if now >= current.ringsUntil { stopRinging(at: now) }
        if now >= current.endsAt { return leave(.timeUp, at: now) }
        for leg in call?.legs ?? [] where current.keepsUp(with: leg) { look(at: leg, at: now) }
        for other in call?.others ?? [] where now - other.at >= Self.otherTime {
            takeOut(other.peer)
        }
        judgeUninvited(at: now)
        keepUp(at: now)
    }

    /// The time to answer is over.
    private mutating func stopRinging(at now: Instant) {
        guard let current = call else { return }
        guard current.summary.isOutgoing else {
            if current.state == .ringing { end(.noAnswer, at: now) }
            return
        }
        for leg in current.legs where !leg.isOpen {
            dismiss(leg, of: current, cause: .normal)
            drop(leg.peer, .noAnswer, at: now)
        }
    }

    private mutating func look(at leg: Call.Leg, at now: Instant) {
        guard let current = call else { return }
        let silence = now - leg.heardAt
        if leg.state == .connecting, now - leg.since >= Self.pathTime {
            emit(.bye(peer: leg.peer, current.id, .noMedia))
            drop(leg.peer, .noPath, at: now)
        } else if leg.state == .active, silence >= Self.deadTime {
            emit(.bye(peer: leg.peer, current.id, .noMedia))
            drop(leg.peer, .mediaTimeout, at: now)
        } else if leg.state == .ringing, silence >= Self.deadTime {
            emit(.cancel(peer: leg.peer, current.id, .normal))
            drop(leg.peer, .unreachable, at: now)
        } else if leg.state == .active, silence >= Self.warnTime, !leg.isWeak {
            let place = current.legs.firstIndex { $0.peer == leg.peer }!
            call?.legs[place].isWeak = true
            tell(.notice(.weak, peer: leg.peer))
        }
    }

    /// Members send each other a packet every second, and a confirmation every five.
    private mutating func keepUp(at now: Instant) {
        guard let current = call else { return }
        if now >= current.nextPing {
            call?.nextPing = now + .seconds(1)
            for leg in current.legs
            where current.keepsUp(with: leg) && now - leg.heardAt >= .milliseconds(900) {
                emit(.ping(peer: leg.peer))
            }
        }
        if now >= current.nextRefresh {
            call?.nextRefresh = now + Self.refreshTime
            for leg in current.legs where leg.isOpen {
                emit(.bind(peer: leg.peer, reference: current.id.reference))
            }
            // Those that have not come yet as well: it may be the network.
            for peer in names.indices where mayJoin(peer, current) {
                emit(.bind(peer: peer, reference: current.id.reference))
            }
        }
    }

    var deadline: Instant? {
        guard let current = call else { return nil }
        var first = min(current.nextPing, current.nextRefresh, current.endsAt)
        for leg in current.legs {
            switch leg.state {
            case .ringing where current.keepsUp(with: leg):
                first = min(first, current.ringsUntil, leg.heardAt + Self.deadTime)
            case .trying, .ringing: first = min(first, current.ringsUntil)
            case .connecting: first = min(first, leg.since + Self.pathTime)
            case .active:
                first = min(first, leg.heardAt + (leg.isWeak ? Self.deadTime : Self.warnTime))
            }
        }
        for other in current.others { first = min(first, other.at + Self.otherTime) }
        for one in current.uninvited { first = min(first, one.since + Self.introducedIn) }
        return first
    }
}
