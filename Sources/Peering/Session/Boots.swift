public import Time
public import Wire

/// Two stations that use the same key.
public struct SharedKey: Equatable, Sendable {
    /// The two endpoints at which they were told apart.
    public let endpoints: (Endpoint, Endpoint)
    /// When both were last seen.
    public let seenAt: Instant

    public static func == (left: SharedKey, right: SharedKey) -> Bool {
        left.endpoints == right.endpoints && left.seenAt == right.seenAt
    }
}

/// The runs of a peer's daemon, named by the boot ids of its sessions.
///
/// A run draws its boot id at random, and a restarted station never uses an earlier one again. So a
/// boot id that comes back after another one proves that two stations use the key: a card was
/// copied. A station that moves keeps its boot id; one that restarts elsewhere has a new one. Both
/// boot ids come from the sealed part of the handshake.
struct Boots {
    /// The most copies of one card that are told apart.
    static let capacity = 16
    static let lifetime = Duration.seconds(600)

    /// Oldest first; the last one is in use.
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

    /// The two stations; nil when they were last seen long ago.
    func shared(at now: Instant) -> SharedKey? {
        shared.flatMap { now < $0.seenAt + Self.lifetime ? $0 : nil }
    }
}
