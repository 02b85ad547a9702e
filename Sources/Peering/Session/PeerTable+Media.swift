public import Time
internal import Wire

// Reports of the media thread (protocol.md §1.7).
extension PeerTable {
    /// Takes an opened CONFIRM record; answers a 0 from the responder on the same session.
    public mutating func confirm(
        _ value: UInt8, boot: UInt64, peer: Int, index: UInt32, at now: Instant
    ) {
        guard let association = associations[peer],
            let record = association.records.record(index)
        else { return }
        association.lastOpened = later(association.lastOpened, now)
        if value == 0, record.isInitiator, association.goodbye == nil {
            if let named = association.records.name(index, boot: boot) {
                use(named, of: peer, association, at: now)
            }
            send(own.confirmation(1), to: peer, on: index, at: record.endpoint)
        }
        markDue(association, at: now)
    }

    /// Erases the peer's sessions after an opened CLOSE record.
    ///
    /// `index` is the session on which CLOSE was opened. Sessions with another run of the peer
    /// stay: a restarted station may be faster than its last CLOSE.
    public mutating func closed(peer: Int, index: UInt32? = nil, at now: Instant) {
        guard let association = associations[peer], association.goodbye == nil else { return }
        var bootID: UInt64?
        if let index {
            guard let record = association.records.record(index) else { return }
            bootID = record.bootID
            association.lastOpened = later(association.lastOpened, now)
        }
        drop(peer, association) {
            index == nil || $0.index == index || bootID != nil && $0.bootID == bootID
        }
        if association.records.current == nil {
            association.ways = PeerWays()
            lose(peer, association, at: now)
        }
        if association.records.next == nil {
            // The peer is leaving: no handshake now. It starts one itself when it is back.
            association.endInitiation()
            association.confirmation = nil
            association.sightings.forget()
            association.told = []
            association.restartSeries()
            association.initiateAt = now + association.nextWait()
        }
        markDue(association, at: now)
    }

    /// Follows the media thread, which has opened a packet on `next`, now `current` (rule 2).
    public mutating func switched(peer: Int, index: UInt32, at now: Instant) {
        // A peer that is being removed does not come up again.
        guard let association = associations[peer], association.goodbye == nil else { return }
        if let record = association.records.switched(to: index) {
            use(record, of: peer, association, at: now)
        }
        markDue(association, at: now)
    }

    /// Takes the counts of the media thread; call at least once a second, and before `tick`.
    ///
    /// Keep the order of these calls and of `switched`: a count of the former session would age the
    /// new one.
    ///
    /// - Parameters:
    ///   - peer: its number.
    ///   - sent: packets sealed on `current`.
    ///   - lastSent: when a packet was last sent to the peer.
    ///   - lastOpened: when a packet of the peer last opened, on any session.
    ///   - lastRefused: when a datagram with an index of ours last failed to open.
    ///   - now: the time.
    public mutating func traffic(
        peer: Int, sent: UInt64, lastSent: Instant?, lastOpened: Instant?, lastRefused: Instant?,
        at now: Instant
    ) {
        guard let association = associations[peer] else { return }
        association.sent = sent
        association.lastSent = later(association.lastSent, lastSent)
        association.lastRefused = later(association.lastRefused, lastRefused)
        association.lastOpened = later(association.lastOpened, lastOpened)
        markDue(association, at: now)
    }

    /// Puts a session into use: its first packet has opened, so both sides have the keys.
    ///
    /// This side must also know which run of the peer has them.
    private mutating func use(
        _ record: SessionRecord, of peer: Int, _ association: Association, at now: Instant
    ) {
        guard let bootID = record.bootID else { return }
        // If another session has become `next` meanwhile, its handshake goes on.
        if association.records.next == nil {
            association.endInitiation()
            association.confirmation = nil
            association.restartSeries()
        }
        let isNewBoot = association.bootID != bootID
        association.bootID = bootID
        association.boots.used(bootID, at: record.endpoint, now: now)
        for case let other? in associations where other !== association {
            guard other.boots.usesOtherKey(at: record.endpoint) else { continue }
            // The session of this peer may be with the station that has a new key now; a new
            // session shows the other station that it alone has the old key.
            other.isInDoubt = true
            restart(other, at: now)
            markDue(other, at: now)
        }
        ownKeySigns.used(record.index, of: peer, at: record.endpoint)
        if association.boots.shared(at: now) != nil {
            // Neither station can know by itself that the key is shared, so each gets the record; a
            // lost one is repeated on the next session.
            send(.keyShared, to: peer, on: record.index)
        }
        association.handshakes += 1
        association.lastSuite = record.suite
        association.evidence.accepted()
        association.ways.lost = nil
        association.isInDoubt = false
        association.sightings.settle()
        association.sent = 0
        association.lastSent = now
        association.heartbeat = association.nextHeartbeat()
        association.lastOpened = later(association.lastOpened, now)
        association.greeting.end()
        if association.endpoint != record.endpoint {
            association.paths.found()
            association.move(to: record.endpoint)
            actions.push(.endpoint(peer: peer, record.endpoint))
        }
        // Another run of a peer has other places.
        if isNewBoot {
            for case let other? in associations { other.ways.forget(by: peer) }
        }
        if isNewBoot || association.upSince == nil {
            association.upSince = now
            clear(peer)
            actions.push(.up(peer: peer, newBoot: isNewBoot))
        }
    }
}

private func later(_ left: Instant?, _ right: Instant?) -> Instant? {
    guard let left, let right else { return left ?? right }
    return max(left, right)
}
