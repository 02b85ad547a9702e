public import Time
public import Wire

// Leaving, as a whole or from one peer (protocol.md §2.4, CLOSE).
extension PeerTable {
    /// Says goodbye to all peers and erases all sessions; over when `isClosed`, within 50 ms.
    public mutating func close(reason: CloseReason, at now: Instant) {
        isClosing = true
        halfOpen.removeAll()
        for case let association? in associations { beginGoodbye(association, reason, at: now) }
        tick(at: now)
    }

    /// Revokes a peer: goodbye, sessions erased, and its number is free when they are.
    public mutating func remove(peer: Int, at now: Instant) {
        guard let association = associations[peer] else { return }
        halfOpen.remove(peer: peer)
        beginGoodbye(association, .revoked, at: now)
        markDue(association, at: now)
    }

    /// Whether `close` has come to its end: the last goodbye is sent, no session remains.
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

    /// CLOSE on the current session, and after the last of them the end of all sessions.
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
    }
}
