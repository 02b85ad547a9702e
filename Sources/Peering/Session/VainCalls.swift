public import Crypto
internal import Time
public import Wire

/// A caller that named a key in its M3, and got no session.
public struct VainCall: Equatable, Sendable {
    public let publicKey: PublicKey
    /// The source of its datagram, which proves nothing about the sender's address.
    public let source: Endpoint
    /// The peer whose key it is; nil when it belongs to none.
    public let peer: Int?
}

/// The calls in vain that people are told of.
///
/// To tell takes a while in which nothing is answered, so the caller could learn from it whose key
/// it has named. Therefore it happens later, at a moment that does not depend on the call, and just
/// so for a key of a peer as for one that nobody knows: nothing here looks at `peer`.
public struct VainCalls {
    /// A station that is not yet known here calls again and again.
    static let keyPause = Duration.seconds(600)
    /// Anyone may try any number of keys: so many at once, and as many again in each `pause`.
    static let many = 4
    static let pause = Duration.seconds(240)

    private var untold: [VainCall] = []
    /// The keys of the last while, the oldest first; at most `many` for each `pause`.
    private var noted: [(key: PublicKey, at: Instant)] = []

    mutating func add(_ call: VainCall, at now: Instant) {
        noted.removeAll { now >= $0.at + Self.keyPause }
        guard !noted.contains(where: { $0.key == call.publicKey }),
            noted.count(where: { now < $0.at + Self.pause }) < Self.many
        else { return }
        noted.append((call.publicKey, now))
        untold.append(call)
    }

    /// The calls that nobody was told of yet; ask once a second, and at no other time.
    public mutating func take() -> [VainCall] {
        defer { untold.removeAll(keepingCapacity: true) }
        return untold
    }

    /// The peers have changed: what was told is told again, and what was not yet told may be wrong.
    mutating func forget(_ key: PublicKey) {
        untold.removeAll { $0.publicKey == key }
        noted.removeAll { $0.key == key }
    }
}
