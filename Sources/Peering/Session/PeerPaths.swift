public import Time
public import Wire

/// Finds the address of one peer by challenges (protocol.md §1.7 "Endpoint").
///
/// The source of a packet proves nothing: an attacker who sees the packet can send a copy from
/// anywhere, and sooner. So an address is used only after the peer has returned random bytes that
/// were sealed and sent there. It replaces the address in use only if a challenge to the latter
/// then stays unanswered: a peer that is still there cannot be moved by an attacker who relays the
/// challenge. A challenge to a new address is sent for a packet, never by the clock, and is no
/// longer than that packet. All this is otherwise while a way is in use (§1.11, 5).
struct PeerPaths {
    /// The most addresses that are challenged at once.
    static let candidatesMax = 64
    /// The least time between two challenges to one address.
    static let spacing = Duration.milliseconds(80)
    /// How long the answer to a challenge is accepted.
    static let lifetime = Duration.seconds(2)
    /// The number of challenges to the address in use, once another address has answered.
    static let checks = 3
    static let checkInterval = Duration.milliseconds(80)
    /// How long the address in use has to answer.
    static let checkTime = Duration.milliseconds(250)
    /// When an address that took over from a way through another peer is checked itself.
    static let trial = Duration.seconds(1)
    /// How long another address is not challenged after the address in use has answered.
    static let rest = Duration.milliseconds(500)

    private struct Challenge {
        let address: Endpoint
        let token: UInt64
        let begunAt: Instant
        var sentAt: Instant

        func isGood(at now: Instant) -> Bool { now < begunAt + lifetime }
    }

    /// The check of the address in use, after another address has answered, or it has taken over
    /// from a way.
    private struct Check {
        let candidate: Endpoint
        let challenge: Challenge
        var remaining: Int
        var due: Instant
        let end: Instant
    }

    /// An action to take.
    enum Step: Equatable {
        case none
        /// A challenge with these bytes goes to the address in use.
        case check(UInt64)
        /// The peer is at this address from now on.
        case moved(Endpoint)
    }

    private var candidates: [Challenge] = []
    private var check: Check?
    /// The challenge to the former address, whose answer may only be slow.
    private var former: Challenge?
    private var resting: (address: Endpoint, until: Instant)?

    /// Notes the source of the newest packet of a session, or of a copy of it.
    ///
    /// - Returns: The bytes of the challenge to that address; nil if none is due.
    mutating func seen(
        _ source: Endpoint, inUse endpoint: Endpoint?, at now: Instant,
        random: (inout MutableSpan<UInt8>) -> Void
    ) -> UInt64? {
        guard source != endpoint, source != check?.candidate else { return nil }
        if let resting, resting.address == source, now < resting.until { return nil }
        candidates.removeAll { !$0.isGood(at: now) }
        if let place = candidates.firstIndex(where: { $0.address == source }) {
            guard now >= candidates[place].sentAt + Self.spacing else { return nil }
            candidates[place].sentAt = now
            return candidates[place].token
        }
        if candidates.count == Self.candidatesMax {
            // A random one: an attacker who sends copies from many addresses cannot choose which to
            // displace, and the peer's own address returns with its next packet.
            candidates.remove(at: Int(Self.token(random) % UInt64(Self.candidatesMax)))
        }
        let token = Self.token(random)
        candidates.append(
            Challenge(address: source, token: token, begunAt: now, sentAt: now))
        return token
    }

    /// Takes the bytes of an answer; an address of `better` needs no check of another one in use.
    mutating func answered(
        _ token: UInt64, inUse endpoint: Endpoint?, better: [Endpoint] = [], at now: Instant,
        random: (inout MutableSpan<UInt8>) -> Void
    ) -> Step {
        if let check, check.challenge.token == token {
            resting = (check.candidate, now + Self.rest)
            candidates.removeAll { $0.address == check.candidate }
            self.check = nil
            return .none
        }
        if let former, former.token == token, former.isGood(at: now) {
            resting = endpoint.map { ($0, now + Self.rest) }
            return move(to: former.address)
        }
        guard check == nil,
            let proven = candidates.first(where: { $0.token == token && $0.isGood(at: now) })
        else { return .none }
        // An address is always better than a way through another peer.
        let isBetter = better.contains(proven.address)
        guard let endpoint, !isBetter || better.contains(endpoint),
            endpoint.way == nil || proven.address.way != nil
        else {
            let step = move(to: proven.address)
            if let way = endpoint, way.way != nil {
                let challenge = Challenge(
                    address: proven.address, token: Self.token(random), begunAt: now, sentAt: now)
                let due = now + Self.trial
                check = Check(
                    candidate: way, challenge: challenge, remaining: Self.checks, due: due,
                    end: due + Self.checkTime)
            }
            return step
        }
        let challenge = Challenge(
            address: endpoint, token: Self.token(random), begunAt: now, sentAt: now)
        check = Check(
            candidate: proven.address, challenge: challenge, remaining: Self.checks - 1,
            due: now + Self.checkInterval, end: now + Self.checkTime)
        return .check(challenge.token)
    }

    /// Returns the step that is due.
    mutating func tick(at now: Instant) -> Step {
        guard var check, now >= check.due else { return .none }
        guard now < check.end else {
            let step = move(to: check.candidate)
            former = check.challenge
            return step
        }
        check.remaining -= 1
        check.due = check.remaining > 0 ? now + Self.checkInterval : check.end
        self.check = check
        return .check(check.challenge.token)
    }

    var deadline: Instant? { check?.due }

    /// Forgets all challenges: a handshake has found the address.
    mutating func found() { self = PeerPaths() }

    /// A number that nobody can guess, such as the bytes of a challenge.
    static func token(_ random: (inout MutableSpan<UInt8>) -> Void) -> UInt64 {
        var bytes = InlineArray<8, UInt8>(repeating: 0)
        var span = bytes.mutableSpan
        random(&span)
        return bytes.span.uint64(at: 0)
    }

    private mutating func move(to address: Endpoint) -> Step {
        candidates.removeAll { $0.address == address }
        check = nil
        former = nil
        return .moved(address)
    }
}

/// A sign of where a peer is.
public enum PathNews: Sendable {
    /// The newest packet of a session, or a copy of it, came from this address, not the endpoint.
    case elsewhere(Endpoint)
    /// PATH_CHALLENGE, from this address.
    case challenge(UInt64, from: Endpoint)
    /// PATH_RESPONSE.
    case response(UInt64)
}

// The addresses of peers and of this station (protocol.md §1.7 "Endpoint").
extension PeerTable {
    /// Handles news of a peer's address, on the session with this index of ours.
    public mutating func follow(
        _ news: PathNews, of peer: Int, index: UInt32, at now: Instant
    ) {
        guard let association = associations[peer], association.goodbye == nil,
            association.records.record(index) != nil
        else { return }
        let isCurrent = association.records.current?.index == index
        switch news {
        case .elsewhere(let source), .challenge(_, let source):
            // A peer passes on only what comes from where it has told of.
            if let way = source.way, !association.ways.contains(way) { return }
        case .response: break
        }
        switch news {
        case .elsewhere(let source):
            guard isCurrent,
                let token = association.paths.seen(
                    source, inUse: association.endpoint, at: now, random: random)
            else { return }
            send(.pathChallenge(token), to: peer, on: index, at: source)
        case .challenge(let token, let source):
            // Before both sides have proved the keys, nothing but CONFIRM is sent (rule 2).
            guard isCurrent || association.records.previous?.index == index else { return }
            send(.pathResponse(token), to: peer, on: index, at: source)
        case .response(let token):
            let step = association.paths.answered(
                token, inUse: association.endpoint,
                better: association.ways.nextTry == nil ? [] : association.addresses, at: now,
                random: random)
            take(step, of: peer, association)
        }
        markDue(association, at: now)
    }

    /// Shows every peer where this station is, after a change of its addresses or routes.
    ///
    /// A peer that does not answer may have moved, too, and is called where its name leads.
    public mutating func hostMoved(at now: Instant) {
        for case let association? in associations where association.goodbye == nil {
            if association.upSince == nil || association.isInDoubt {
                restart(association, at: now)
            } else {
                association.greeting.begin(at: now)
                association.ways.trySoon(at: now)
            }
        }
        tick(at: now)
    }

    /// The sources of session packets: the address of each peer that has a session, and of each
    /// session that waits for its first packet.
    public var addressesInUse: [Endpoint] {
        var found: [Endpoint] = []
        for case let association? in associations {
            let records = association.records
            let current = records.current.map { association.endpoint ?? $0.endpoint }
            for case let address? in [current, records.next?.endpoint]
            where address.way == nil && !found.contains(address) {
                found.append(address)
            }
        }
        return found
    }

    /// Asks the address in use, gives it up, or shows the peer where this station is, when due.
    mutating func watchPaths(_ peer: Int, _ association: Association, at now: Instant) {
        take(association.paths.tick(at: now), of: peer, association)
        seekAddress(peer, association, at: now)
        switch association.greeting.tick(lastOpened: association.lastOpened, at: now) {
        case .none: break
        case .greet:
            guard let current = association.records.current else { return }
            let number = UInt32(truncatingIfNeeded: PeerPaths.token(random))
            send(.ping(number), to: peer, on: current.index)
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
            send(.pathChallenge(token), to: peer, on: current.index, at: endpoint)
        case .moved(let endpoint):
            association.move(to: endpoint)
            association.ways.lost = nil
            actions.push(.endpoint(peer: peer, endpoint))
        }
    }
}
