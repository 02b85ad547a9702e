internal import Crypto
public import Time
public import Wire

// For a person who looks for a fault: nothing here changes what the table does.
extension PeerTable {
    /// Why a peer is down; nil when it is up, or is none.
    ///
    /// Without `hasNetwork` this station could reach nobody; `isUnresolved` is a name that was not
    /// found.
    public func downReason(
        of peer: Int, hasNetwork: Bool, isUnresolved: Bool, at now: Instant
    ) -> DownReason? {
        guard associations.indices.contains(peer), let association = associations[peer],
            association.upSince == nil
        else { return nil }
        let hasAddress = !association.endpoints.isEmpty
        guard hasNetwork else { return .noNetwork }
        let reason = association.evidence.reason(hasAddress: hasAddress, at: now)
        return reason == .noAddress && isUnresolved ? .unresolved : reason
    }

    /// Where a peer is called.
    public func endpoints(of peer: Int) -> [Endpoint] {
        associations.indices.contains(peer) ? associations[peer]?.endpoints ?? [] : []
    }

    /// Since when a peer is down: since it is known at all, or was lost; nil when it is up.
    public func downSince(_ peer: Int) -> Instant? {
        guard associations.indices.contains(peer), let association = associations[peer],
            association.upSince == nil
        else { return nil }
        return association.evidence.since
    }

    /// What became of the datagram that `Action.probe` asked for.
    public mutating func probed(
        peer: Int, _ endpoint: Endpoint, _ outcome: ProbeOutcome, at now: Instant
    ) {
        guard let association = associations[peer], association.upSince == nil else { return }
        association.evidence.probed(endpoint, outcome, at: now)
    }

    /// Stations that have called and are no peers, the newest first.
    public func unknownCallers(at now: Instant) -> [UnknownCaller] { callers.list(at: now) }

    /// Where somebody last called with this station's own key; nil when nobody has of late.
    public func ownKeyCaller(at now: Instant) -> UnknownCaller? {
        ownKeyCaller.flatMap { now < $0.calledAt + UnknownCallers.lifetime ? $0 : nil }
    }

    /// Whether two stations use a peer's key, as those do whose card was copied.
    public func sharedKey(of peer: Int, at now: Instant) -> SharedKey? {
        guard associations.indices.contains(peer) else { return nil }
        return associations[peer]?.boots.shared(at: now)
    }

    /// Notes an M1 whose mac is not for our key, of a peer that is down.
    mutating func noteMessageForOtherKey(from source: Endpoint, at now: Instant) {
        for case let association? in associations where association.isDown(at: source) {
            association.evidence.sawMessageForOtherKey(from: source, at: now)
        }
    }

    /// Notes a caller that no peer's key belongs to.
    mutating func note(_ caller: UnknownCaller) {
        guard caller.publicKey != own.publicKey else {
            // A public key is claimed by anyone: only its secret shows a copied card.
            if caller.isProven { ownKeyCaller = caller }
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
    /// Whether the peer is down, and this is where it should be.
    fileprivate func isDown(at source: Endpoint) -> Bool {
        upSince == nil && goodbye == nil && endpoints.contains(source)
    }
}
