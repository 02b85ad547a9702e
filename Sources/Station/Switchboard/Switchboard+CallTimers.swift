package import Time
internal import Wire

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
        if leg.state == .connecting, now - leg.since >= Call.pathTime {
            send(ControlRecord.bye, current.id, .noMedia, to: leg.peer)
            dropLeg(leg.peer, .noPath)
        } else if leg.state == .active, silence >= Call.deadTime {
            send(ControlRecord.bye, current.id, .noMedia, to: leg.peer)
            dropLeg(leg.peer, .mediaTimeout)
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

/// The members of a channel's call: the caller names them to every station in the call (protocol.md
/// §2.4 "Members"), and no other station may join.
extension Switchboard {
    // MARK: At the caller

    /// Names a station that has joined the call, or left, to the others, and the others to it.
    mutating func introduce(_ peer: Int, isIn: Bool) {
        guard let current = ongoing, current.summary.isOutgoing, current.isConference,
            let name = memberNames[peer]
        else { return }
        let reference = current.id.reference
        for leg in current.legs where leg.isOpen && leg.peer != peer {
            send(name, isIn: isIn, reference: reference, to: leg.peer)
            if isIn, let other = memberNames[leg.peer] {
                send(other, isIn: true, reference: reference, to: peer)
            }
        }
    }

    /// Repeats a MEMBER record that a peer has not acknowledged, although it was repeated to the
    /// end.
    mutating func untold(_ member: CallMember, peer: Int) {
        guard let current = ongoing, current.summary.isOutgoing,
            current.id.reference == member.reference,
            current.leg(of: peer)?.isOpen == true
        else { return }
        let isIn = current.legs.contains { $0.isOpen && memberNames[$0.peer] == member.name }
        guard isIn == member.isIn else { return }
        send(member.name, isIn: isIn, reference: member.reference, to: peer)
    }

    // MARK: At those it called

    /// Takes the name of a station that is in a call, or has left; only the call's caller may name
    /// one.
    mutating func named(_ member: CallMember, by peer: Int) {
        guard let current = ongoing, !current.summary.isOutgoing, current.isConference,
            current.isAnswered, current.id.reference == member.reference,
            current.legs[0].peer == peer
        else { return }
        let other = memberNames.indices.first { memberNames[$0] == member.name }
        if let place = current.members.firstIndex(where: { $0.name == member.name }) {
            // A repeated name causes no packet, as the caller may repeat it without end.
            guard !member.isIn else { return }
            ongoing?.members[place].isIn = false
        } else if current.members.count < PeerSet.capacity {
            ongoing?.members.append(Call.Member(name: member.name, isIn: member.isIn))
        }
        guard let other, let current = ongoing else { return }
        guard member.isIn else { return takeOut(other) }
        // The other admits us when the caller has named us there, and then confirms it.
        if mayJoin(other, current) { bindCall(to: other) }
    }

    /// Admits a peer, other than the caller, that says it is in this call.
    mutating func joined(_ peer: Int) {
        guard let current = ongoing else { return }
        guard hasNamed(peer, in: current) else {
            // The caller may be about to name the peer.
            if !current.uninvited.contains(where: { $0.peer == peer }) {
                ongoing?.uninvited.append((peer, now))
            }
            return
        }
        guard current.isAnswered, current.isConference, mayJoin(peer, current) else { return }
        if let place = current.others.firstIndex(where: { $0.peer == peer }) {
            ongoing?.others[place].at = now
            return
        }
        ongoing?.others.append((peer, now))
        callDesk.report(.joined, of: peer, &orders)
        bindCall(to: peer)
        hearCall(of: peer)
        showCall()
    }

    /// Counts the peers that tried to join the call uninvited.
    mutating func judgeUninvited() {
        guard let current = ongoing else { return }
        for one in current.uninvited where now - one.since >= Call.introducedIn {
            ongoing?.uninvited.removeAll { $0.peer == one.peer }
            if !hasNamed(one.peer, in: current) { refuse(.uninvited, by: one.peer) }
        }
    }

    /// Whether this peer may be in this call besides its caller.
    ///
    /// The caller has named the peer, it is a member of the channel here, and its policy allows
    /// calls. A person who answered has agreed to a call of the channel. If the policy answered, no
    /// person has, so the peer's own policy must be `auto` too.
    func mayJoin(_ peer: Int, _ current: Call) -> Bool {
        let isAllowed =
            current.summary.isAutomatic
            ? policies[peer].call == .auto : policies[peer].call != .never
        let isIn = current.members.contains { $0.isIn && $0.name == memberNames[peer] }
        return isAllowed && isIn && isMember(peer, of: current.summary.reference)
    }

    /// Returns whether the caller has named this peer as one that is, or was, in the call.
    private func hasNamed(_ peer: Int, in current: Call) -> Bool {
        current.members.contains { $0.name == memberNames[peer] }
    }

    /// Removes a peer from this call for good.
    mutating func putOut(_ peer: Int) {
        for place in ongoing?.members.indices ?? 0..<0
        where ongoing?.members[place].name == memberNames[peer] {
            ongoing?.members[place].isIn = false
        }
        takeOut(peer)
    }

    /// Removes a peer from this call for now.
    mutating func takeOut(_ peer: Int) {
        guard ongoing?.others.contains(where: { $0.peer == peer }) == true else { return }
        ongoing?.others.removeAll { $0.peer == peer }
        callDesk.report(.left, of: peer, &orders)
        hearCall(of: peer)
        showCall()
    }
}
