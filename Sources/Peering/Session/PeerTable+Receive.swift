internal import Crypto
public import Time
public import Wire

// Datagrams from the handshake socket (protocol.md §1.4). Checks that need no secret come first,
// and nothing changes before the last check.
extension PeerTable {
    /// Takes one datagram; an invalid one is dropped without an answer.
    ///
    /// - Returns: Why it was dropped; nil where it was not.
    public mutating func receive(
        _ datagram: Span<UInt8>, from source: Endpoint, at now: Instant
    ) -> Drop? {
        guard !isClosing else { return .closing }
        guard !datagram.isEmpty, let kind = HandshakeHeader.Kind(rawValue: datagram[0]) else {
            return .header
        }
        notePacket(datagram, from: source, at: now)
        guard datagram.count == kind.messageSize else { return .length }
        guard let header = HandshakeHeader(parsing: datagram),
            let suite = Suite(rawValue: header.suite)
        else { return .header }
        halfOpen.expire(at: now)
        do throws(Drop) {
            switch header.kind {
            case .initiation:
                try respond(to: datagram, header: header, suite: suite, from: source, at: now)
            case .response: try finish(datagram, header: header, suite: suite, at: now)
            case .finish:
                try accept(datagram, header: header, suite: suite, from: source, at: now)
            case .cookieReply: try initiateAgain(datagram, header: header, suite: suite, at: now)
            }
            return nil
        } catch {
            if error == .mac, header.kind == .initiation {
                noteMessageForOtherKey(from: source, at: now)
            }
            return error
        }
    }

    /// M1: answers with M2, before the caller's identity is known.
    private mutating func respond(
        to initiation: Span<UInt8>, header: HandshakeHeader, suite: Suite, from source: Endpoint,
        at now: Instant
    ) throws(Drop) {
        try door.check(
            initiation, header, from: source, mac: own.mac, waiting: halfOpen.waiting, at: now)
        if door.asksAll(at: now) || halfOpen.isFull(for: source),
            let reply = door.reply(
                to: initiation, header, suite: suite, from: source, random: random, at: now)
        {
            return actions.push(.transmit(reply, to: source))
        }
        let hash = SHA256.hash(initiation)
        if let entry = halfOpen.entry(initiation: hash, from: source, at: now) {
            guard entry.repeats.allows(at: now) else { throw .tries }
            return actions.push(.transmit(entry.response, to: source))
        }
        let isPinned = associations.contains {
            $0.map { $0.choice.accepts(suite) && $0.goodbye == nil } ?? false
        }
        // A few M1 of unknown suites are answered: M3 names the caller, for a person to see.
        guard isPinned || strangers.allows(at: now) else { throw .suite }
        let isPeers = associations.contains { $0?.isAt(source) ?? false }
        try door.pay(for: hash, header, from: source, isPeers: isPeers, at: now)
        let index = newIndex()
        var response = HandshakeDatagram(count: HandshakeLayout.Response.size)
        var bytes = response.mutableBytes
        let responder = try Responder.respond(
            to: initiation, header: header, suite: suite, own: own, index: index,
            random: random, writing: &bytes)
        halfOpen.insert(
            HalfOpen(
                initiation: hash, suite: suite, index: index, source: source, created: now,
                isPeers: isPeers, response: response,
                tries: TryLimit(perSecond: SessionLimits.triesPerSecond), responder: responder))
        actions.push(.transmit(response, to: source))
    }

    /// A cookie reply to the latest M1: one more M1 at once, with the cookie in its mac.
    private mutating func initiateAgain(
        _ reply: Span<UInt8>, header: HandshakeHeader, suite: Suite, at now: Instant
    ) throws(Drop) {
        let index = header.receiverIndex
        guard let peer = associations.firstIndex(where: { $0?.initiator(index) != nil }),
            let association = associations[peer],
            let latest = association.latest.first(where: { $0.index == index }),
            !latest.isCookieKeyed
        else { throw .cookie }
        guard latest.suite == suite else { throw .suite }
        guard latest.tries.allows(at: now) else { throw .tries }
        guard let cookie = latest.cookie(in: reply) else { throw .cookie }
        let message = association.initiate(
            index: newIndex(), target: latest.target,
            tries: TryLimit(perSecond: SessionLimits.triesPerSecond), cookie: cookie,
            inPlaceOf: latest)
        actions.push(.transmit(message, to: latest.target))
    }

    /// M2: makes the session, and sends M3 to the responder.
    private mutating func finish(
        _ response: Span<UInt8>, header: HandshakeHeader, suite: Suite, at now: Instant
    ) throws(Drop) {
        let index = header.receiverIndex
        guard let peer = associations.firstIndex(where: { $0?.initiator(index) != nil }),
            let association = associations[peer], let initiator = association.initiator(index)
        else { throw .index }
        guard initiator.suite == suite else { throw .suite }
        guard association.mac.verify(response) else { throw .mac }
        guard initiator.tries.allows(at: now) else { throw .tries }
        var message = HandshakeDatagram(count: HandshakeLayout.Finish.size)
        var bytes = message.mutableBytes
        let established = try initiator.finish(
            response, header: header, own: own, psk: association.psk,
            mac: association.mac, writing: &bytes)
        association.evidence.answered(at: now)
        // Not to M2's source: an attacker who sees M2 may send a copy from elsewhere, and sooner.
        let target = initiator.target
        let record = SessionRecord(
            index: index, suite: suite, isInitiator: true, established: now, endpoint: target,
            bootID: nil)
        association.endInitiation()
        association.records.install(record)
        // The keys come first: the answer to M3 must find them.
        let clock = SessionClock(began: now, peerBegan: now)
        actions.push(.install(peer: peer, established.sessionKeys(clock), endpoint: target))
        actions.push(.transmit(message, to: target))
        association.finish = Association.Finish(
            suite: suite, message: message, endpoint: target, sent: now,
            remaining: SessionLimits.finishRepeats, due: now + SessionLimits.finishInterval)
    }

    /// M3: identifies the caller and makes the session.
    private mutating func accept(
        _ finish: Span<UInt8>, header: HandshakeHeader, suite: Suite, from source: Endpoint,
        at now: Instant
    ) throws(Drop) {
        guard let entry = halfOpen.entry(header.receiverIndex) else { throw .index }
        guard entry.suite == suite else { throw .suite }
        guard own.mac.verify(finish) else { throw .mac }
        guard entry.tries.allows(at: now) else { throw .tries }
        if case .finished(let bytes, let peer, _) = entry.phase {
            guard bytes.span.equals(finish) else { throw .repeated }
            return try confirmAgain(peer: peer, index: entry.index, to: source)
        }
        guard let claim = entry.responder?.identify(finish) else { throw .decrypt }
        let key = claim.publicKey
        guard let peer = peer(of: key), let association = associations[peer],
            association.goodbye == nil
        else {
            // Takes as long as for a peer: the time must not reveal which keys are peers.
            let none = Key.zero()
            let isProven = entry.responder!.accepts(claim, finish, psk: none)
            note(UnknownCaller(publicKey: key, source: source, isProven: isProven, calledAt: now))
            vainCalls.add(VainCall(publicKey: key, source: source, peer: nil), at: now)
            throw .unknownKey
        }
        guard association.choice.accepts(suite) else {
            if entry.responder!.accepts(claim, finish, psk: association.psk) {
                association.evidence.refused(suite: suite, at: now)
            }
            vainCalls.add(VainCall(publicKey: key, source: source, peer: peer), at: now)
            throw .wrongSuite
        }
        let established: Established
        do throws(Drop) {
            established = try entry.responder!.accept(claim, finish, psk: association.psk)
        } catch {
            // A wrong psk and a wrong secret key look alike, so only a call from the peer's own
            // address is evidence.
            if association.endpoints.isEmpty || association.endpoints.contains(source) {
                association.evidence.refusedPSK(at: now)
            }
            vainCalls.add(VainCall(publicKey: key, source: source, peer: peer), at: now)
            throw error == .decrypt ? .psk : error
        }
        // Both have started at once, and ours may take precedence (§1.7, rule 4).
        if association.finishIsAwaited(for: SessionLimits.halfOpenLifetime, at: now),
            let ours = association.finish?.suite
        {
            let theirsGoesOn =
                ours == suite
                ? own.publicKey > association.publicKey : suite == .chaChaPoly
            guard theirsGoesOn else { throw .crossed }
        }
        entry.phase = .finished(
            bytes: InlineArray { i in finish[i] }, peer: peer, at: now)
        entry.responder = nil
        // Not M3's source, which proves nothing: a copy could direct our sound to a third party.
        let endpoint = entry.source
        let record = SessionRecord(
            index: entry.index, suite: suite, isInitiator: false, established: now,
            endpoint: endpoint,
            bootID: established.capabilities.bootID)
        association.endInitiation()
        association.records.install(record)
        // The peer made M3 after our M2, however late M3 came.
        let clock = SessionClock(began: now, peerBegan: entry.created)
        actions.push(.install(peer: peer, established.sessionKeys(clock), endpoint: endpoint))
        association.confirmation = Association.Confirmation(
            index: entry.index, remaining: SessionLimits.confirmCount, due: now,
            end: now + SessionLimits.confirmTimeout)
        markDue(association, at: now)
    }

    /// Repeats CONFIRM(0) after a repeated M3: the peer has not received it yet.
    ///
    /// It goes to the source of this repeat: the first M3 may have been a copy from elsewhere.
    private mutating func confirmAgain(
        peer: Int, index: UInt32, to source: Endpoint
    ) throws(Drop) {
        guard associations[peer]?.records.record(index) != nil else { throw .repeated }
        send(own.confirmation(0), to: peer, on: index, at: source)
    }
}
