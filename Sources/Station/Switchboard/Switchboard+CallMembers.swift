internal import Time
internal import Wire

/// The members of a channel's call: the caller names them to every station in the call (protocol.md
/// §2.4 "Members"), and no other station may join.
extension Switchboard {
    // MARK: Its streams

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

    /// Returns whether a stream of the peer that is bound to this call is heard.
    func isHeard(_ peer: Int, reference: UInt64) -> Bool {
        ongoing?.id.reference == reference && ongoing?.hears(peer) == true
    }

    // MARK: At the caller

    /// Names a station that has joined the call, or left, to the others, and the others to it.
    mutating func introduce(_ peer: Int, isIn: Bool) {
        guard let current = ongoing, current.summary.isOutgoing, current.isJoined,
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

    /// Names a station to a peer that is in the call of this reference, or reports that it left.
    mutating func send(_ name: MemberName, isIn: Bool, reference: UInt64, to peer: Int) {
        peers[peer].exchange.send(at: now) { mid in
            .member(CallMember(mid: mid, reference: reference, isIn: isIn, name: name))
        }
    }

    // MARK: At those it called

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

    /// Takes the name of a station that is in a call, or has left; only the call's caller may name
    /// one.
    mutating func named(_ member: CallMember, by peer: Int) {
        guard let current = ongoing, !current.summary.isOutgoing, current.isJoined,
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
        guard current.isAnswered, current.isJoined, mayJoin(peer, current) else { return }
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
