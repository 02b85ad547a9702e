public import Time
public import Wire

// Closing sessions, with all peers or with one (protocol.md §2.4, CLOSE).
extension PeerTable {
    /// Sends CLOSE to all peers and erases all sessions; done when `isClosed`, within 50 ms.
    public mutating func close(reason: CloseReason, at now: Instant) {
        isClosing = true
        halfOpen.removeAll()
        for case let association? in associations { beginGoodbye(association, reason, at: now) }
        tick(at: now)
    }

    /// Removes a peer: sends CLOSE and erases its sessions; after that its number is free.
    public mutating func remove(peer: Int, at now: Instant) {
        guard let association = associations[peer] else { return }
        halfOpen.remove(peer: peer)
        vainCalls.forget(association.publicKey)
        beginGoodbye(association, .revoked, at: now)
        markDue(association, at: now)
    }

    /// The machine was suspended: erases all sessions and calls every peer anew.
    ///
    /// Their keys should have died meanwhile. Nothing is sent on them any more, and no goodbye: a
    /// copy of this machine may have been resumed, too, and have used the next nonces.
    public mutating func wake(at now: Instant) {
        halfOpen.removeAll()
        for (peer, association) in associations.enumerated() {
            guard let association, association.goodbye == nil else { continue }
            association.endInitiation()
            association.confirmation = nil
            while let record = association.records.remove(where: { _ in true }) {
                actions.push(.drop(peer: peer, index: record.index))
            }
            lose(peer, association, at: now)
            association.restartSeries()
            association.initiateAt = now
        }
        tick(at: now)
    }

    /// Whether `close` is done: the last CLOSE is sent and no session remains.
    public var isClosed: Bool {
        isClosing && actions.isEmpty && associations.allSatisfy { $0 == nil }
    }

    private func beginGoodbye(
        _ association: Association, _ reason: CloseReason, at now: Instant
    ) {
        association.endInitiation()
        association.confirmation = nil
        association.goodbye = Association.Goodbye(
            reason: reason, remaining: limits.closeCount, due: now)
    }

    /// Sends CLOSE on the current session; after the last one, erases all sessions.
    mutating func continueGoodbye(_ peer: Int, _ association: Association, at now: Instant) {
        guard var goodbye = association.goodbye, now >= goodbye.due else { return }
        if let current = association.records.current {
            actions.push(
                .send(
                    peer: peer, index: current.index, ControlPayload(.close(goodbye.reason)),
                    to: nil))
            goodbye.remaining -= 1
            goodbye.due = now + limits.closeInterval
            association.goodbye = goodbye
            guard goodbye.remaining == 0 else { return }
        }
        while let record = association.records.remove(where: { _ in true }) {
            actions.push(.drop(peer: peer, index: record.index))
        }
        lose(peer, association, at: now)
        associations[peer] = nil
        ownKeySigns.forget(peer)
    }
}
