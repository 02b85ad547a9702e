internal import Crypto
public import Time
public import Wire

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
        let hasAddress =
            !association.endpoints.isEmpty || !association.sightings.addresses.isEmpty
            || !association.told.isEmpty
        guard hasNetwork else { return .noNetwork }
        let reason = association.evidence.reason(hasAddress: hasAddress, at: now)
        return reason == .noAddress && isUnresolved ? .unresolved : reason
    }

    /// The last flood of handshakes that this station was or is under.
    public var flood: Flood? {
        door.load.spell.map { spell in
            Flood(
                since: spell.since, until: spell.until, perSecond: door.load.perSecond,
                lastSource: door.lastSource)
        }
    }

    /// What was counted of the handshakes that others have started.
    public var initiationCounts: InitiationCounts {
        var counts = InitiationCounts()
        counts.initiations = door.load.initiations
        counts.cookiesSent = door.cookiesSent
        counts.evicted = halfOpen.evictions
        return counts
    }

    /// The fate of the datagram that `SessionAction.probe` asked for.
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

    /// Notes for peers at this address that somebody is there, and which version its messages are
    /// of, where it is another one than here.
    ///
    /// A site is upgraded box by box, so a person must learn which box is left.
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
