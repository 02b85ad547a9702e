internal import Crypto
public import Time
public import Wire

// Datagrams from the handshake socket (protocol.md §1.4). Checks that need no secret come first,
// and nothing changes before the last check.
extension PeerTable {
    /// Takes one datagram; an invalid one is dropped without an answer.
    public mutating func receive(
        _ datagram: Span<UInt8>, from source: Endpoint, at now: Instant
    ) -> Verdict {
        guard !isClosing else { return .dropped(.closing) }
        guard !datagram.isEmpty, let kind = HandshakeHeader.Kind(rawValue: datagram[0]) else {
            return .dropped(.header)
        }
        notePacket(datagram, from: source, at: now)
        guard datagram.count == kind.messageSize else { return .dropped(.length) }
        guard let header = HandshakeHeader(parsing: datagram),
            let suite = Suite(rawValue: header.suite)
        else { return .dropped(.header) }
        halfOpen.expire(at: now)
        let drop: Drop? =
            switch header.kind {
            case .initiation:
                respond(to: datagram, header: header, suite: suite, from: source, at: now)
            case .response:
                finish(datagram, header: header, suite: suite, at: now)
            case .finish:
                accept(datagram, header: header, suite: suite, from: source, at: now)
            case .cookieReply:
                initiateAgain(datagram, header: header, suite: suite, at: now)
            }
        if drop == .mac, header.kind == .initiation {
            noteMessageForOtherKey(from: source, at: now)
        }
        return if let drop { .dropped(drop) } else { .accepted }
    }

    /// M1: answers with M2, before the caller's identity is known.
    private mutating func respond(
        to initiation: Span<UInt8>, header: HandshakeHeader, suite: Suite, from source: Endpoint,
        at now: Instant
    ) -> Drop? {
        if let drop = door.refusal(
            of: initiation, header, from: source, mac: own.mac, waiting: halfOpen.waiting, at: now)
        {
            return drop
        }
        if door.asksAll(at: now) || halfOpen.isFull(for: source),
            let reply = door.reply(
                to: initiation, header, suite: suite, from: source, random: random, at: now)
        {
            actions.push(.transmit(reply, to: source))
            return nil
        }
        let hash = SHA256.hash(initiation)
        if let entry = halfOpen.entry(initiation: hash, from: source, at: now) {
            guard entry.repeats.allows(at: now) else { return .tries }
            actions.push(.transmit(entry.response, to: source))
            return nil
        }
        let isPinned = associations.contains {
            $0.map { $0.choice.accepts(suite) && $0.goodbye == nil } ?? false
        }
        // A few M1 of unknown suites are answered: M3 names the caller, for a person to see.
        guard isPinned || strangers.allows(at: now) else { return .suite }
        let isPeers = associations.contains { $0?.isAt(source) ?? false }
        if let drop = door.refusalOfWork(
            for: hash, header, from: source, isPeers: isPeers, at: now)
        {
            return drop
        }
        let index = newIndex()
        var response = HandshakeDatagram(count: HandshakeLayout.Response.size)
        var bytes = response.mutableBytes
        switch Responder.respond(
            to: initiation, header: header, suite: suite, own: own, index: index,
            random: random, writing: &bytes)
        {
        case .refused(let drop): return drop
        case .success(let responder):
            halfOpen.insert(
                HalfOpen(
                    initiation: hash, suite: suite, index: index, source: source, created: now,
                    isPeers: isPeers, response: response,
                    tries: TryLimit(perSecond: limits.triesPerSecond), responder: responder))
            actions.push(.transmit(response, to: source))
            return nil
        }
    }

    /// A cookie reply to the latest M1: one more M1 at once, with the cookie in its mac.
    private mutating func initiateAgain(
        _ reply: Span<UInt8>, header: HandshakeHeader, suite: Suite, at now: Instant
    ) -> Drop? {
        let index = header.receiverIndex
        guard let peer = associations.firstIndex(where: { $0?.initiator(index) != nil }),
            let association = associations[peer],
            let latest = association.latest.first(where: { $0.index == index }),
            !latest.isCookieKeyed
        else { return .cookie }
        guard latest.suite == suite else { return .suite }
        guard latest.tries.allows(at: now) else { return .tries }
        guard let cookie = latest.cookie(in: reply) else { return .cookie }
        let next = newIndex()
        var message = HandshakeDatagram(count: HandshakeLayout.Initiation.size)
        var bytes = message.mutableBytes
        association.initiate(
            index: next, target: latest.target,
            tries: TryLimit(perSecond: limits.triesPerSecond), cookie: cookie, inPlaceOf: latest,
            random: random, writing: &bytes)
        actions.push(.transmit(message, to: latest.target))
        return nil
    }

    /// M2: makes the session, and sends M3 to the responder.
    private mutating func finish(
        _ response: Span<UInt8>, header: HandshakeHeader, suite: Suite, at now: Instant
    ) -> Drop? {
        let index = header.receiverIndex
        guard let peer = associations.firstIndex(where: { $0?.initiator(index) != nil }),
            let association = associations[peer], let initiator = association.initiator(index)
        else { return .index }
        guard initiator.suite == suite else { return .suite }
        guard association.mac.verify(response) else { return .mac }
        guard initiator.tries.allows(at: now) else { return .tries }
        var message = HandshakeDatagram(count: HandshakeLayout.Finish.size)
        var bytes = message.mutableBytes
        switch initiator.finish(
            response, header: header, own: own, psk: association.psk,
            mac: association.mac, writing: &bytes)
        {
        case .refused(let drop):
            return drop
        case .success(let established):
            association.evidence.answered(at: now)
            // Not to where M2 came from: whoever sees it may send a copy from elsewhere, and be
            // faster.
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
                index: index, suite: suite, message: message, endpoint: target, sent: now,
                remaining: limits.finishRepeats, due: now + limits.finishInterval)
            return nil
        }
    }

    /// M3: identifies the caller and makes the session.
    private mutating func accept(
        _ finish: Span<UInt8>, header: HandshakeHeader, suite: Suite, from source: Endpoint,
        at now: Instant
    ) -> Drop? {
        guard let entry = halfOpen.entry(header.receiverIndex) else { return .index }
        guard entry.suite == suite else { return .suite }
        guard own.mac.verify(finish) else { return .mac }
        guard entry.tries.allows(at: now) else { return .tries }
        if case .finished(let bytes, let peer, _) = entry.phase {
            guard bytes.span.equals(finish) else { return .repeated }
            return confirmAgain(peer: peer, index: entry.index, to: source)
        }
        guard let claim = entry.responder?.identify(finish) else { return .decrypt }
        let key = claim.publicKey
        guard let peer = peer(of: key), let association = associations[peer],
            association.goodbye == nil
        else {
            // Takes as long as for a peer: the time must not reveal which keys are peers.
            let none = Key.zero()
            let isProven = entry.responder!.accepts(claim, finish, psk: none)
            note(UnknownCaller(publicKey: key, source: source, isProven: isProven, calledAt: now))
            vainCalls.add(VainCall(publicKey: key, source: source, peer: nil), at: now)
            return .unknownKey(key)
        }
        guard association.choice.accepts(suite) else {
            if entry.responder!.accepts(claim, finish, psk: association.psk) {
                association.evidence.refused(suite: suite, at: now)
            }
            vainCalls.add(VainCall(publicKey: key, source: source, peer: peer), at: now)
            return .wrongSuite(peer: peer)
        }
        switch entry.responder!.accept(claim, finish, psk: association.psk) {
        case .refused(let drop):
            // A wrong psk and a wrong secret key look alike: only from the peer's own address is it
            // evidence.
            if association.endpoints.isEmpty || association.endpoints.contains(source) {
                association.evidence.refusedPSK(at: now)
            }
            vainCalls.add(VainCall(publicKey: key, source: source, peer: peer), at: now)
            return drop == .decrypt ? .psk(peer: peer) : drop
        case .success(let established):
            // Both have started at once, and ours goes on (§1.7, rule 4).
            if association.finishIsAwaited(for: limits.halfOpenLifetime, at: now),
                let ours = association.finish?.suite
            {
                let theirsGoesOn =
                    ours == suite
                    ? own.publicKey > association.publicKey : suite == .chaChaPoly
                guard theirsGoesOn else { return .crossed(peer: peer) }
            }
            entry.phase = .finished(
                bytes: InlineArray { i in finish[i] }, peer: peer, at: now)
            entry.responder = nil
            // Not M3's source, which proves nothing: M3 could send our sound to somebody else.
            let endpoint = entry.source
            let record = SessionRecord(
                index: entry.index, suite: suite, isInitiator: false, established: now,
                endpoint: endpoint,
                bootID: established.capabilities.bootID)
            association.endInitiation()
            association.records.install(record)
            // The peer made its M3 after our M2, whenever M3 has come.
            let clock = SessionClock(began: now, peerBegan: entry.created)
            actions.push(.install(peer: peer, established.sessionKeys(clock), endpoint: endpoint))
            association.confirmation = Association.Confirmation(
                index: entry.index, remaining: limits.confirmCount, due: now,
                end: now + limits.confirmTimeout)
            markDue(association, at: now)
            return nil
        }
    }

    /// A repeated M3: the peer has not received our CONFIRM(0) yet.
    ///
    /// It goes to where this repeat came from: the first M3 may have been a copy from elsewhere.
    private mutating func confirmAgain(
        peer: Int, index: UInt32, to source: Endpoint
    ) -> Drop? {
        guard associations[peer]?.records.record(index) != nil else { return .repeated }
        actions.push(
            .send(peer: peer, index: index, own.confirmation(0), to: source))
        return nil
    }
}
