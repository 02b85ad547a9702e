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

/// The members of a call of a channel: the caller names them to all that are in it (protocol.md
/// §2.4 "Members"), and no other station comes in.
extension Calls {
    /// How long the caller may take to name a station that is in the call.
    static let introducedIn = Duration.seconds(8)

    // MARK: At the caller

    /// A station has come into the call, or gone: the others learn it, and it learns who they are.
    mutating func introduce(_ peer: Int, isIn: Bool) {
        guard let current = call, current.summary.isOutgoing, current.isConference,
            let name = names[peer]
        else { return }
        let reference = current.id.reference
        for leg in current.legs where leg.isOpen && leg.peer != peer {
            emit(.member(peer: leg.peer, reference: reference, name, isIn: isIn))
            if isIn, let other = names[leg.peer] {
                emit(.member(peer: peer, reference: reference, other, isIn: true))
            }
        }
    }

    /// A peer has not acknowledged who is in the call, although it was told to the end.
    mutating func untold(_ member: CallMember, peer: Int) {
        guard let current = call, current.summary.isOutgoing,
            current.id.reference == member.reference,
            current.legs.contains(where: { $0.peer == peer && $0.isOpen })
        else { return }
        let isIn = current.legs.contains { $0.isOpen && names[$0.peer] == member.name }
        guard isIn == member.isIn else { return }
        emit(.member(peer: peer, reference: member.reference, member.name, isIn: isIn))
    }

    // MARK: At those it called

    /// A peer names a station that is in a call, or is no longer: its caller may.
    mutating func named(_ member: CallMember, by peer: Int) {
        guard let current = call, !current.summary.isOutgoing, current.isConference,
            current.isAnswered, current.id.reference == member.reference,
            current.legs[0].peer == peer
        else { return }
        let other = names.indices.first { names[$0] == member.name }
        if let place = current.members.firstIndex(where: { $0.name == member.name }) {
            // What is said again makes nobody send anything: who names may do so without end.
            guard !member.isIn else { return }
            call?.members[place].isIn = false
        } else if current.members.count < PeerSet.capacity {
            call?.members.append(Call.Member(name: member.name, isIn: member.isIn))
        }
        guard let other, let current = call else { return }
        guard member.isIn else { return takeOut(other) }
        // It admits us when its caller has named us there, and then says so itself.
        if mayJoin(other, current) {
            emit(.bind(peer: other, reference: current.id.reference))
        }
    }

    /// A peer that this station was not called by is in this call, it says.
    mutating func joined(_ peer: Int, at now: Instant) {
        guard let current = call else { return }
        guard hasNamed(peer, in: current) else {
            // Its caller may be about to name it.
            if !current.uninvited.contains(where: { $0.peer == peer }) {
                call?.uninvited.append((peer, now))
            }
            return
        }
        guard current.isAnswered, current.isConference, mayJoin(peer, current) else { return }
        if let place = current.others.firstIndex(where: { $0.peer == peer }) {
            call?.others[place].at = now
            return
        }
        call?.others.append((peer, now))
        tell(.notice(.joined, peer: peer))
        emit(.bind(peer: peer, reference: current.id.reference))
        emit(.hear(peer: peer))
        show()
    }

    /// Counts those that wanted into the call uninvited.
    mutating func judgeUninvited(at now: Instant) {
        guard let current = call else { return }
        for one in current.uninvited where now - one.since >= Self.introducedIn {
            call?.uninvited.removeAll { $0.peer == one.peer }
            if !hasNamed(one.peer, in: current) { refuse(.uninvited, by: one.peer, at: now) }
        }
    }

    /// Whether this peer may be in this call besides its caller.
    ///
    /// Its caller has named it, it is a member of the channel here, and the policy lets it in. A
    /// person who answered has agreed to a call of the channel. Where the policy answered, nobody
    /// has: then only those for whom it would, too.
    func mayJoin(_ peer: Int, _ current: Call) -> Bool {
        let isAllowed =
            current.summary.isAutomatic
            ? policies[peer].call == .auto : policies[peer].call != .never
        let isIn = current.members.contains { $0.isIn && $0.name == names[peer] }
        return isAllowed && isIn
            && channels.contains {
                $0.reference == current.summary.reference && $0.members.contains(peer)
            }
    }

    /// Whether the caller has said of this peer that it is, or was, in the call.
    private func hasNamed(_ peer: Int, in current: Call) -> Bool {
        current.members.contains { $0.name == names[peer] }
    }

    /// The peer is in this call no more, and does not come back.
    mutating func putOut(_ peer: Int) {
        for place in call?.members.indices ?? 0..<0 where call?.members[place].name == names[peer] {
            call?.members[place].isIn = false
        }
        takeOut(peer)
    }

    /// The peer is not in this call for now.
    mutating func takeOut(_ peer: Int) {
        guard call?.others.contains(where: { $0.peer == peer }) == true else { return }
        call?.others.removeAll { $0.peer == peer }
        tell(.notice(.left, peer: peer))
        emit(.hear(peer: peer))
        show()
    }
}
