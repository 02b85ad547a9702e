public import Time
public import Wire

/// What tells where a peer is.
public enum PathNews: Sendable {
    /// The newest packet of a session, or a copy of it, came from there, not from the endpoint.
    case elsewhere(Endpoint)
    /// PATH_CHALLENGE, from there.
    case challenge(UInt64, from: Endpoint)
    /// PATH_RESPONSE.
    case response(UInt64)
}

// Where peers are, and where this station is (protocol.md §1.7 "Endpoint").
extension PeerTable {
    /// Follows what was seen of a peer on the session with this index of ours.
    public mutating func follow(
        _ news: PathNews, of peer: Int, index: UInt32, at now: Instant
    ) {
        guard let association = associations[peer], association.goodbye == nil,
            association.records.record(index) != nil
        else { return }
        let isCurrent = association.records.current?.index == index
        switch news {
        case .elsewhere(let source):
            guard isCurrent,
                let token = association.paths.seen(
                    source, inUse: association.endpoint, at: now, random: random)
            else { return }
            actions.push(
                .send(
                    peer: peer, index: index, ControlPayload(.pathChallenge(token)), to: source))
        case .challenge(let token, let source):
            // Before both sides have proved the keys, nothing but CONFIRM is sent (rule 2).
            guard isCurrent || association.records.previous?.index == index else { return }
            actions.push(
                .send(
                    peer: peer, index: index, ControlPayload(.pathResponse(token)), to: source))
        case .response(let token):
            let step = association.paths.answered(
                token, inUse: association.endpoint, at: now, random: random)
            take(step, of: peer, association)
        }
        markDue(association, at: now)
    }

    /// An address or a route of this machine has changed: every peer is to see where it is now.
    ///
    /// A peer that does not answer may have moved, too, and is called where a name leads.
    public mutating func hostMoved(at now: Instant) {
        for case let association? in associations where association.goodbye == nil {
            if association.upSince == nil || association.isInDoubt {
                restart(association, at: now)
            } else {
                association.greeting.begin(at: now)
            }
        }
        tick(at: now)
    }

    /// Where the packets of sessions come from: the address of each peer that has one, and that of
    /// a session which waits for its first packet.
    public var addressesInUse: [Endpoint] {
        var found: [Endpoint] = []
        for case let association? in associations {
            let records = association.records
            let current = records.current.map { association.endpoint ?? $0.endpoint }
            for case let address? in [current, records.next?.endpoint]
            where !found.contains(address) {
                found.append(address)
            }
        }
        return found
    }

    /// How long at most nothing is sent to a peer; nil for as long as the protocol says.
    public mutating func setKeepalive(_ keepalive: Duration?, of peer: Int, at now: Instant) {
        guard let association = associations[peer] else { return }
        association.keepalive = keepalive
        markDue(association, at: now)
    }

    /// Asks the address in use, gives it up, or shows the peer where this station is, when due.
    mutating func watchPaths(_ peer: Int, _ association: Association, at now: Instant) {
        take(association.paths.tick(at: now), of: peer, association)
        switch association.greeting.tick(lastOpened: association.lastOpened, at: now) {
        case .none: break
        case .greet:
            guard let current = association.records.current else { return }
            let ping = ControlRecord.ping(UInt32(truncatingIfNeeded: PeerPaths.token(random)))
            actions.push(
                .send(peer: peer, index: current.index, ControlPayload(ping), to: nil))
        case .doubt(let elsewhere):
            if let elsewhere { _ = association.sightings.call(elsewhere, at: now) }
            doubted(peer: peer, at: now)
        }
    }

    private mutating func take(
        _ step: PeerPaths.Step, of peer: Int, _ association: Association
    ) {
        switch step {
        case .none: break
        case .check(let token):
            guard let current = association.records.current, let endpoint = association.endpoint
            else { return }
            actions.push(
                .send(
                    peer: peer, index: current.index, ControlPayload(.pathChallenge(token)),
                    to: endpoint))
        case .moved(let endpoint):
            association.endpoint = endpoint
            actions.push(.endpoint(peer: peer, endpoint))
        }
    }
}
