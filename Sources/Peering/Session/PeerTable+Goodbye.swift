internal import Crypto
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

    /// Erases all sessions and calls every peer anew, after a suspension of the machine.
    ///
    /// The keys should have expired meanwhile. Nothing is sent with them, not even a goodbye: a
    /// copy of this machine may have been resumed, too, and have used the next nonces.
    public mutating func wake(at now: Instant) {
        halfOpen.removeAll()
        for (peer, association) in associations.enumerated() {
            guard let association, association.goodbye == nil else { continue }
            association.endInitiation()
            association.confirmation = nil
            drop(peer, association) { _ in true }
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
            reason: reason, remaining: SessionLimits.closeCount, due: now)
    }

    /// Sends CLOSE on the current session; after the last one, erases all sessions.
    mutating func continueGoodbye(_ peer: Int, _ association: Association, at now: Instant) {
        guard var goodbye = association.goodbye, now >= goodbye.due else { return }
        if let current = association.records.current {
            send(.close(goodbye.reason), to: peer, on: current.index)
            goodbye.remaining -= 1
            goodbye.due = now + SessionLimits.closeInterval
            association.goodbye = goodbye
            guard goodbye.remaining == 0 else { return }
        }
        drop(peer, association) { _ in true }
        lose(peer, association, at: now)
        associations[peer] = nil
        clear(peer)
        ownKeySigns.forget(peer)
    }
}

// For a person who looks for a fault: these methods do not affect sessions.
extension PeerTable {
    /// Why a peer is down; nil when it is up or does not exist.
    ///
    /// Without `hasNetwork` this station could reach no peer; `isUnresolved` means that the peer's
    /// host name was not found.
    public func downReason(
        of peer: Int, hasNetwork: Bool, isUnresolved: Bool, at now: Instant
    ) -> DownReason? {
        guard associations.indices.contains(peer), let association = associations[peer],
            association.upSince == nil
        else { return nil }
        guard hasNetwork else { return .noNetwork }
        let reason = association.evidence.reason(
            hasAddress: !association.addresses.isEmpty, at: now)
        if let forwarder = association.ways.lost {
            switch reason {
            case .noAddress, .handshaking, .noAnswer: return .forwarderDown(forwarder)
            default: break
            }
        }
        return reason == .noAddress && isUnresolved ? .unresolved : reason
    }

    /// M1 whose mac was right, since the start.
    public var initiations: UInt64 { door.load.initiations }
    public var cookiesSent: UInt64 { door.cookiesSent }
    /// Handshakes of others that were given up to make room.
    public var evictions: UInt64 { halfOpen.evictions }

    /// Takes the outcome of `SessionAction.probe`.
    public mutating func probed(
        peer: Int, _ endpoint: Endpoint, _ outcome: ProbeOutcome, at now: Instant
    ) {
        guard let association = associations[peer], association.upSince == nil else { return }
        association.evidence.probed(endpoint, outcome, at: now)
    }

    /// Callers that are no peers, newest first.
    public func unknownCallers(at now: Instant) -> [UnknownCaller] { callers.list(at: now) }

    /// Whether two stations use the peer's key, as with a copied card.
    public func sharedKey(of peer: Int, at now: Instant) -> SharedKey? {
        guard associations.indices.contains(peer) else { return nil }
        return associations[peer]?.boots.shared(at: now)
    }

    /// Notes an M1 from the address of a peer that is down, if its mac is for another key than
    /// ours.
    mutating func noteMessageForOtherKey(from source: Endpoint, at now: Instant) {
        for case let association? in associations where association.isDown(at: source) {
            association.evidence.sawMessageForOtherKey(from: source, at: now)
        }
    }

    /// Notes a packet from the address of a peer that is down, and its version if that differs.
    ///
    /// A site is upgraded box by box, so a person must learn which boxes remain.
    mutating func notePacket(_ datagram: Span<UInt8>, from source: Endpoint, at now: Instant) {
        for case let association? in associations where association.isDown(at: source) {
            association.evidence.sawPacket(from: source)
            guard datagram.count > 1, datagram[1] != HandshakeHeader.version else { continue }
            association.evidence.sawMessage(ofVersion: datagram[1], from: source, at: now)
        }
    }

    /// Notes a caller whose key belongs to no peer.
    mutating func note(_ caller: UnknownCaller) {
        guard caller.publicKey != own.publicKey else {
            // Any station can claim a public key; only its secret proves a copied card.
            if caller.isProven { ownKeySigns.called(caller) }
            return
        }
        // A person could not find it.
        guard caller.source.way == nil else { return }
        callers.add(caller)
        for case let association? in associations where association.isDown(at: caller.source) {
            association.evidence.sawOtherKey(
                caller.publicKey, from: caller.source, at: caller.calledAt)
        }
    }
}

extension Association {
    /// Whether the peer is down and should be at this address.
    fileprivate func isDown(at source: Endpoint) -> Bool {
        upSince == nil && goodbye == nil && endpoints.contains(source)
    }
}
