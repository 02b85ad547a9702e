internal import Wire

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
            phase: phase, suite: association.lastSuite ?? association.suite,
            hasPSK: association.hasPSK,
            sessionSince: association.records.current?.established,
            handshakes: association.handshakes,
            endpoint: association.place, endpointSource: association.placeSource,
            lastOpened: association.lastOpened,
            downSince: association.upSince == nil ? association.evidence.since : nil,
            endpoints: association.endpoints,
            sessionIndex: association.records.current?.index, memberName: association.memberName)
    }
}

extension Association {
    /// Where the peer is, or where it is called first.
    fileprivate var place: Endpoint? {
        endpoint ?? endpoints.first ?? sightings.addresses.first
    }

    fileprivate var placeSource: PeerState.EndpointSource? {
        place.map { place in
            if endpoints.contains(place) { return .settings }
            return sightings.addresses.contains(place) ? .lan : .peer
        }
    }
}
