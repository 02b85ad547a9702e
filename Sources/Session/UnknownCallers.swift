public import Crypto
public import Time
public import Wire

/// A station that no peer's key belongs to, and that has called.
public struct UnknownCaller: Equatable, Sendable {
    public let publicKey: PublicKey
    /// Where it called from, which is no proof that it lives there.
    public let source: Endpoint
    /// Whether it has the secret of that key: it can only show this when it has no psk for us.
    public let isProven: Bool
    /// When it called last.
    public let calledAt: Instant
}

/// The last few unknown callers, for a person to add one of them.
///
/// Anyone who knows our public key can call with any name, so there are few places, one for each
/// host, and who has proven its key keeps its place before those who have not.
struct UnknownCallers {
    static let capacity = 4
    static let lifetime = Duration.seconds(600)

    /// The newest last.
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

    /// Those of the last ten minutes, the newest first.
    func list(at now: Instant) -> [UnknownCaller] {
        callers.reversed().filter { now < $0.calledAt + Self.lifetime }
    }
}

extension Endpoint {
    var isIPv4: Bool { high == 0 && low >> 32 == 0xFFFF }

    /// Whether both are of one host, or of one network of a house: IPv6 gives 2^64 addresses.
    func isOfSameHost(as other: Endpoint) -> Bool {
        guard isIPv4 == other.isIPv4 else { return false }
        return isIPv4 ? low == other.low : high == other.high && scope == other.scope
    }
}
