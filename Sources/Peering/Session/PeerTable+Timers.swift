internal import Crypto
internal import Time
internal import Wire

// The timers of one peer (protocol.md §1.7). `advance` and `deadline` belong together:
// `deadline` names each time at which `advance` has something to do.
extension PeerTable {
    /// Does all that is due for one peer.
    mutating func advance(_ peer: Int, at now: Instant) {
        guard let association = associations[peer] else { return }
        guard association.goodbye == nil else {
            return continueGoodbye(peer, association, at: now)
        }
        association.sightings.expire(
            inUse: association.records.current == nil ? nil : association.endpoint, at: now)
        association.expireTold(at: now)
        expire(peer, association, at: now)
        confirm(peer, association, at: now)
        judge(peer, association, at: now)
        watchPaths(peer, association, at: now)
        repeatFinish(association, at: now)
        initiate(peer, association, at: now)
        beat(peer, association, at: now)
    }

    /// When `advance` next has something to do.
    func deadline(of association: Association) -> Instant? {
        if let goodbye = association.goodbye { return goodbye.due }
        let mayCall = association.mayInitiate && association.target != nil
        let all: [9 of Instant?] = [
            association.records.expiry(after: limits.expiry),
            association.confirmation.map { $0.remaining > 0 ? $0.due : $0.end },
            association.upSince.flatMap { _ in association.lastOpened }.map {
                $0 + SessionLimits.downAfter
            },
            association.finish?.due,
            mayCall ? association.initiateAt ?? association.rekeyDue(limits) : nil,
            association.beatDue, association.paths.deadline, association.greeting.deadline,
            association.ways.nextTry,
        ]
        var first: Instant?
        for place in all.indices {
            guard let due = all[place] else { continue }
            first = min(first ?? due, due)
        }
        return first
    }

    /// Marks the peer as down after a long silence, and as up on any opened packet (rule 6).
    private mutating func judge(_ peer: Int, _ association: Association, at now: Instant) {
        guard association.records.current?.bootID != nil, let opened = association.lastOpened
        else { return }
        if now >= opened + SessionLimits.downAfter {
            lose(peer, association, at: now)
        } else if association.upSince == nil {
            association.upSince = opened
            clear(peer)
            actions.push(.up(peer: peer, newBoot: false))
        }
    }

    /// Marks the peer as down.
    mutating func lose(_ peer: Int, _ association: Association, at now: Instant) {
        guard association.upSince != nil else { return }
        association.upSince = nil
        association.evidence = Evidence(since: association.lastOpened ?? now)
        actions.push(.down(peer: peer))
        forgetWays(by: peer, at: now)
    }

    /// Erases those sessions of a peer that match.
    mutating func drop(
        _ peer: Int, _ association: Association, where matches: (SessionRecord) -> Bool
    ) {
        while let record = association.records.remove(where: matches) {
            actions.push(.drop(peer: peer, index: record.index))
        }
    }

    /// Restarts the series of M1, the first at once unless the last one is too recent (rule 6).
    func restart(_ association: Association, at now: Instant) {
        association.restartSeries()
        guard association.mayInitiate else { return }
        guard let last = association.lastInitiation, now < last + SessionLimits.wantedSpacing else {
            association.initiateAt = now
            return
        }
        let due = last + association.nextWait()
        association.initiateAt = association.initiateAt.map { min($0, due) } ?? due
    }

    /// Erases sessions that are too old or have sent too much (rule 3).
    private mutating func expire(_ peer: Int, _ association: Association, at now: Instant) {
        let isSpent = association.sent >= SessionLimits.packetsMax
        let current = association.records.current?.index
        let expiry = limits.expiry
        drop(peer, association) {
            now >= $0.established + expiry || (isSpent && $0.index == current)
        }
        if association.records.current == nil { lose(peer, association, at: now) }
    }

    /// Sends CONFIRM(0) on `next` until the initiator uses the session or time is up (rule 1).
    private mutating func confirm(_ peer: Int, _ association: Association, at now: Instant) {
        guard var confirmation = association.confirmation else { return }
        if now >= confirmation.end {
            association.confirmation = nil
            drop(peer, association) { $0.index == confirmation.index }
            // If only our half of the confirmation was lost, the peer uses a session that no longer
            // exists; another handshake ends that sooner than waiting for silence.
            association.isInDoubt = true
            association.initiateAt = now + association.nextWait()
        } else if confirmation.remaining > 0, now >= confirmation.due {
            send(
                own.confirmation(0), to: peer, on: confirmation.index,
                at: association.records.record(confirmation.index)?.endpoint)
            confirmation.remaining -= 1
            confirmation.due = now + SessionLimits.confirmInterval
            association.confirmation = confirmation
        }
    }

    /// Repeats M3, byte for byte, while the responder has not answered (rule 1).
    private mutating func repeatFinish(_ association: Association, at now: Instant) {
        guard var finish = association.finish, let due = finish.due, now >= due else { return }
        if finish.remaining > 0 {
            actions.push(.transmit(finish.message, to: finish.endpoint))
            finish.remaining -= 1
        }
        if finish.remaining > 0 {
            finish.due = now + SessionLimits.finishInterval
        } else {
            finish.due = nil
            association.evidence.gaveUpFinish()
            association.initiateAt = now + association.nextWait()
        }
        association.finish = finish
    }

    /// Sends M1, at once when there is a new need, then by the series of rule 7.
    private mutating func initiate(_ peer: Int, _ association: Association, at now: Instant) {
        guard association.mayInitiate else { return }
        guard needsHandshake(association, at: now), let target = association.target else {
            association.endInitiation()
            association.sightings.settle()
            return
        }
        let due: Instant
        if let initiateAt = association.initiateAt {
            due = initiateAt
        } else {
            let soonest = association.lastInitiation.map { $0 + SessionLimits.wantedSpacing }
            due = max(now, soonest ?? now)
            association.initiateAt = due
        }
        guard now >= due else { return }
        // An address that is not proved to be the peer's gets an M1 and nothing else.
        if association.isAt(target), target.way == nil, association.isProbeDue(at: now) {
            association.lastProbe = now
            actions.push(.probe(peer: peer, target))
        }
        let targets = [target] + association.otherTargets
        association.beginInitiation()
        for target in targets {
            let message = association.initiate(
                index: newIndex(), target: target,
                tries: TryLimit(perSecond: SessionLimits.triesPerSecond))
            actions.push(.transmit(message, to: target))
        }
        association.initiated(to: target, at: now)
        actions.push(.resolve(peer: peer))
        association.initiateAt = now + association.nextWait()
    }

    /// Sends a cover packet when nothing was sent to the peer for long (rule 8).
    private mutating func beat(_ peer: Int, _ association: Association, at now: Instant) {
        guard let due = association.beatDue, now >= due else { return }
        actions.push(.cover(peer: peer))
        association.lastSent = now
        association.heartbeat = association.nextHeartbeat()
    }

    /// Whether there is no session, or its packets do not arrive, or it is getting old.
    private func needsHandshake(_ association: Association, at now: Instant) -> Bool {
        guard association.records.current?.bootID != nil, association.upSince != nil,
            !association.isInDoubt
        else { return true }
        // The peer uses a session of ours that we can no longer open (rule 6).
        if let refused = association.lastRefused, let opened = association.lastOpened,
            refused >= opened + SessionLimits.refusedAfter
        {
            return true
        }
        return association.rekeyDue(limits).map { now >= $0 } ?? false
    }
}

extension Association {
    /// Whether an M1 may be sent: not while M3 is repeated, nor while the peer's own handshake is
    /// about to make a session.
    var mayInitiate: Bool { finish?.due == nil && confirmation == nil }

    /// Whether to probe the address: the peer is down, and the last M1 had no answer.
    fileprivate func isProbeDue(at now: Instant) -> Bool {
        guard upSince == nil, !latest.isEmpty else { return false }
        return lastProbe.map { now >= $0 + SessionLimits.probeSpacing } ?? true
    }

    fileprivate func rekeyDue(_ limits: SessionLimits) -> Instant? {
        guard let current = records.current else { return nil }
        if sent >= limits.rekeyPackets { return current.established }
        return current.established
            + (current.isInitiator ? limits.rekeyInitiator : limits.rekeyResponder)
    }

    fileprivate var beatDue: Instant? {
        // A session with an unknown run of the peer is not in use yet.
        guard let current = records.current, current.bootID != nil else { return nil }
        return (lastSent ?? current.established) + heartbeat
    }
}
