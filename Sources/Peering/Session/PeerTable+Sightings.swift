public import Crypto
public import Time
public import Wire

/// What the LAN tells of peers.
public enum LANNews: Equatable, Sendable {
    /// A peer seems to be at this address; `mark` differs between two of its beacons.
    case sighted(peer: Int, at: Endpoint, mark: UInt64)
    /// This station's addresses have changed: what was seen before was in another network.
    case elsewhere
}

// Peers that were seen on the LAN (protocol.md §1.9).
extension PeerTable {
    /// Follows what the LAN tells of peers.
    ///
    /// A peer that is down or in doubt is called where it was seen, at once if that is news, and a
    /// peer that may have moved together with this station is doubted sooner. A peer that is up is
    /// not disturbed.
    public mutating func follow(_ news: LANNews, at now: Instant) {
        guard case .sighted(let peer, let address, let mark) = news else {
            for case let association? in associations { association.sightings.forget() }
            return
        }
        guard let association = associations[peer], association.goodbye == nil,
            association.sightings.saw(address, mark: mark, at: now, random: random)
        else { return }
        if association.upSince == nil || association.isInDoubt {
            guard association.mayInitiate, association.sightings.call(address, at: now) else {
                return
            }
            // If this M1 is lost, the next one follows a second later. It goes to the address whose
            // turn it is: lies, however many, do not take the turns of the true addresses.
            association.retry.restart()
            association.initiateAt = now
        } else if address != association.endpoint {
            association.greeting.sighted(address)
        }
        markDue(association, at: now)
    }

    /// Whether a peer is down, or may be, and seeing it would help.
    public var hasMissingPeer: Bool {
        associations.contains {
            guard let association = $0, association.goodbye == nil else { return false }
            return association.upSince == nil || association.isInDoubt
        }
    }

    /// The key by which a peer is recognised on the LAN; nil where its public key is none.
    public func tagKey(of peer: Int) -> TagKey? {
        guard let association = associations[peer], association.goodbye == nil else { return nil }
        return TagKey(own: own.secret, peer: association.publicKey, psk: association.psk)
    }
}
