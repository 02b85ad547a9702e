public import Crypto
public import Time
public import Wire

/// A station that has called and whose key belongs to no peer.
public struct UnknownCaller: Equatable, Sendable {
    public let publicKey: PublicKey
    /// The source of its datagram, which proves nothing about the sender's address.
    public let source: Endpoint
    /// Whether it has proven the secret of its key, which it can do only without a psk.
    public let isProven: Bool
    /// When it called last.
    public let calledAt: Instant
}

/// The last few unknown callers, from which a person can add a peer.
///
/// Any station that knows our public key can call under any name. So there are few entries, one per
/// host, and callers with a proven key stay longer than others.
struct UnknownCallers {
    static let capacity = 4
    static let lifetime = Duration.seconds(600)

    /// Newest last.
    private var callers: [UnknownCaller] = []

    mutating func add(_ caller: UnknownCaller) {
        let now = caller.calledAt
        callers.removeAll { now >= $0.calledAt + Self.lifetime }
        let isPushed = callers.contains {
            $0.isProven && !caller.isProven && $0.source.isOfSameHost(as: caller.source)
                && $0.publicKey != caller.publicKey
        }
        guard !isPushed else { return }
        callers.removeAll {
            $0.publicKey == caller.publicKey || $0.source.isOfSameHost(as: caller.source)
        }
        if callers.count == Self.capacity {
            guard let place = callers.firstIndex(where: { !$0.isProven || caller.isProven })
            else { return }
            callers.remove(at: callers.firstIndex { !$0.isProven } ?? place)
        }
        callers.append(caller)
    }

    mutating func remove(_ publicKey: PublicKey) { callers.removeAll { $0.publicKey == publicKey } }

    /// The callers of the last ten minutes, newest first.
    func list(at now: Instant) -> [UnknownCaller] {
        callers.reversed().filter { now < $0.calledAt + Self.lifetime }
    }
}

extension Endpoint {
    /// Whether both addresses belong to one host, or to one IPv6 network of a house, which has 2^64
    /// addresses.
    func isOfSameHost(as other: Endpoint) -> Bool {
        guard isIPv4 == other.isIPv4 else { return false }
        return isIPv4 ? low == other.low : high == other.high && scope == other.scope
    }
}

/// A caller that named a key in its M3, and got no session.
public struct VainCall: Equatable, Sendable {
    public let publicKey: PublicKey
    /// The source of its datagram, which proves nothing about the sender's address.
    public let source: Endpoint
    /// The peer whose key it is; nil when it belongs to none.
    public let peer: Int?
}

/// The failed calls to report to people.
///
/// A report takes time in which no packet is answered, so its moment could show the caller whose
/// key it has named. Reports therefore come later, at a moment independent of the call, and in the
/// same way for the key of a peer as for an unknown key: nothing here looks at `peer`.
public struct VainCalls {
    /// The least time between two reports of one key: an unknown station calls again and again.
    static let keyPause = Duration.seconds(600)
    /// The most reports in each `pause`: anyone may try any number of keys.
    static let many = 4
    static let pause = Duration.seconds(240)

    private var untold: [VainCall] = []
    /// The keys that were lately noted, the oldest first; at most `many` for each `pause`.
    private var noted: [(key: PublicKey, at: Instant)] = []

    mutating func add(_ call: VainCall, at now: Instant) {
        noted.removeAll { now >= $0.at + Self.keyPause }
        guard call.source.way == nil, !noted.contains(where: { $0.key == call.publicKey }),
            noted.count(where: { now < $0.at + Self.pause }) < Self.many
        else { return }
        noted.append((call.publicKey, now))
        untold.append(call)
    }

    /// Returns the unreported calls; ask once a second, and at no other time.
    public mutating func take() -> [VainCall] {
        defer { untold.removeAll(keepingCapacity: true) }
        return untold
    }

    /// Forgets a key when the peers change: an unreported call may be wrong; the next one counts.
    mutating func forget(_ key: PublicKey) {
        untold.removeAll { $0.publicKey == key }
        noted.removeAll { $0.key == key }
    }
}
