internal import Time
internal import Wire

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
