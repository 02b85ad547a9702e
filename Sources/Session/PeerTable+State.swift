// For `status` and `peers`.
extension PeerTable {
    /// The numbers of all peers.
    public var peers: [Int] { associations.indices.filter { associations[$0] != nil } }

    /// The state of a peer; nil when there is none of that number.
    public func state(of peer: Int) -> PeerState? {
        guard associations.indices.contains(peer), let association = associations[peer] else {
            return nil
        }
        let phase: PeerState.Phase =
            if let since = association.upSince {
                .up(since: since)
            } else if association.confirmation != nil || association.finish != nil
                || association.target != nil
            {
                .connecting
            } else {
                .down
            }
        return PeerState(
            phase: phase, suite: association.suite, hasPSK: association.hasPSK,
            sessionSince: association.records.current?.established,
            handshakes: association.handshakes,
            endpoint: association.endpoint ?? association.endpoints.first,
            lastOpened: association.lastOpened,
            sessionIndex: association.records.current?.index, memberName: association.memberName)
    }
}
