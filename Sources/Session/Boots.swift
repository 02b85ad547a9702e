public import Time
public import Wire

/// Two stations that use one key.
public struct SharedKey: Equatable, Sendable {
    /// Where the two were when they were told apart.
    public let endpoints: (Endpoint, Endpoint)
    /// When that was last.
    public let seenAt: Instant

    public static func == (left: SharedKey, right: SharedKey) -> Bool {
        left.endpoints == right.endpoints && left.seenAt == right.seenAt
    }
}

/// The runs of a peer's daemon, as its sessions name them.
///
/// A run draws its boot id at random, and a station that has started again never comes back to the
/// one before. So a boot id that returns after another proves that two stations use the key, as
/// those with a copied card do; a station that moves keeps its boot id, and one that starts again
/// somewhere else has a new one. Both are in the sealed part of the handshake.
struct Boots {
    /// Copies of one card that are told apart.
    static let capacity = 16
    static let lifetime = Duration.seconds(600)

    /// The one in use last.
    private var seen: [(boot: UInt64, endpoint: Endpoint)] = []
    private var shared: SharedKey?

    /// A session of this run has come into use.
    mutating func used(_ boot: UInt64, at endpoint: Endpoint, now: Instant) {
        if let last = seen.last, last.boot != boot, seen.contains(where: { $0.boot == boot }) {
            shared = SharedKey(endpoints: (last.endpoint, endpoint), seenAt: now)
        }
        seen.removeAll { $0.boot == boot }
        if seen.count == Self.capacity { seen.removeFirst() }
        seen.append((boot, endpoint))
    }

    /// The two, unless it is long ago that they were seen.
    func shared(at now: Instant) -> SharedKey? {
        shared.flatMap { now < $0.seenAt + Self.lifetime ? $0 : nil }
    }
}
