internal import Crypto
internal import Time
internal import Wire

/// A handshake that another station has started, from M2 until no more repeats are expected.
///
/// A class, so that its secrets stay in place while the table moves its entries.
final class HalfOpen {
    enum Phase {
        case awaitingFinish
        /// M3 was accepted; its bytes identify a repeat.
        case finished(bytes: InlineArray<96, UInt8>, peer: Int, at: Instant)
    }

    /// The hash of the whole M1: equal hashes mean equal bytes.
    let initiation: Digest
    let suite: Suite
    let index: UInt32
    /// Where the first M1 came from: its sender must have got M2 there to make M3.
    let source: Endpoint
    let created: Instant
    /// M2, to answer repeats of M1.
    let response: Datagram
    var tries: TryLimit
    var phase = Phase.awaitingFinish
    /// Nil, and wiped, once M3 was accepted.
    var responder: Responder?

    init(
        initiation: Digest, suite: Suite, index: UInt32, source: Endpoint, created: Instant,
        response: Datagram, tries: TryLimit, responder: consuming Responder
    ) {
        self.initiation = initiation
        self.suite = suite
        self.index = index
        self.source = source
        self.created = created
        self.response = response
        self.tries = tries
        self.responder = consume responder
    }

    func ends(after lifetime: Duration) -> Instant {
        switch phase {
        case .awaitingFinish: created + lifetime
        case .finished(_, _, let accepted): accepted + lifetime
        }
    }
}

/// The handshakes that other stations have started (protocol.md §1.6): few, and none for long.
struct HalfOpenTable {
    private let capacity: Int
    private let lifetime: Duration
    /// Oldest first.
    private var entries: [HalfOpen] = []
    /// Entries removed early to make room.
    private(set) var evictions: UInt64 = 0

    init(limits: Limits) {
        capacity = limits.halfOpenMax
        lifetime = limits.halfOpenLifetime
        entries.reserveCapacity(capacity)
    }

    var count: Int { entries.count }

    func owns(_ index: UInt32) -> Bool { entry(index) != nil }

    func entry(_ index: UInt32) -> HalfOpen? { entries.first { $0.index == index } }

    /// The handshake of an M1 that was answered within `lifetime`.
    func entry(initiation: Digest, at now: Instant) -> HalfOpen? {
        entries.first {
            $0.initiation.span.equals(initiation.span) && now < $0.created + lifetime
        }
    }

    mutating func insert(_ entry: HalfOpen) {
        if entries.count == capacity {
            entries.removeFirst()
            evictions += 1
        }
        entries.append(entry)
    }

    /// Wipes entries older than their lifetime.
    mutating func expire(at now: Instant) {
        entries.removeAll { now >= $0.ends(after: lifetime) }
    }

    /// Wipes the handshakes that a removed peer has finished.
    mutating func remove(peer: Int) {
        entries.removeAll {
            if case .finished(_, peer, _) = $0.phase { true } else { false }
        }
    }

    mutating func removeAll() { entries.removeAll() }

    var deadline: Instant? { entries.map { $0.ends(after: lifetime) }.min() }
}
