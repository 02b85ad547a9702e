internal import Crypto
internal import Time
internal import Wire

/// A handshake that another station has started, from M2 until no more repeats are expected.
///
/// A class, so that its secrets stay in place while the table moves its entries.
final class HalfOpen {
    static let repeatsPerSecond = 4

    enum Phase {
        case awaitingFinish
        /// M3 was accepted; its bytes identify a repeat.
        case finished(bytes: InlineArray<96, UInt8>, peer: Int, at: Instant)
    }

    /// The hash of the whole M1: equal hashes mean equal bytes.
    let initiation: Digest
    let suite: Suite
    let index: UInt32
    /// Where M1 came from, and M2 went: its sender must have got it there to make M3.
    let source: Endpoint
    let created: Instant
    /// Whether the source is an address of a configured peer.
    let isPeers: Bool
    /// M2, to answer repeats of M1.
    let response: HandshakeDatagram
    /// Repeats of M2.
    var repeats = TryLimit(perSecond: HalfOpen.repeatsPerSecond)
    var tries: TryLimit
    var phase = Phase.awaitingFinish
    /// Nil, and wiped, once M3 was accepted.
    var responder: Responder?

    init(
        initiation: Digest, suite: Suite, index: UInt32, source: Endpoint, created: Instant,
        isPeers: Bool, response: HandshakeDatagram, tries: TryLimit, responder: consuming Responder
    ) {
        self.initiation = initiation
        self.suite = suite
        self.index = index
        self.source = source
        self.created = created
        self.isPeers = isPeers
        self.response = response
        self.tries = tries
        self.responder = consume responder
    }

    var isWaiting: Bool {
        if case .awaitingFinish = phase { true } else { false }
    }

    func ends(after lifetime: Duration) -> Instant {
        switch phase {
        case .awaitingFinish: created + lifetime
        case .finished(_, _, let accepted): accepted + lifetime
        }
    }
}

/// The handshakes that other stations have started (protocol.md §1.6): few, and none for long.
///
/// Strangers cannot push out those with the addresses of configured peers: they have half of the
/// table at most. Nor is the oldest stranger the first to go, which could be counted on: it is any.
struct HalfOpenTable {
    /// How many handshakes of one source may wait for M3: as many M1 as a caller keeps open.
    static let perSource = 2

    private let capacity = SessionLimits.halfOpenMax
    private let lifetime = SessionLimits.halfOpenLifetime
    /// Oldest first.
    private var entries: [HalfOpen] = []
    /// Entries removed early to make room.
    private(set) var evictions: UInt64 = 0

    var count: Int { entries.count }

    func owns(_ index: UInt32) -> Bool { entry(index) != nil }

    func entry(_ index: UInt32) -> HalfOpen? { entries.first { $0.index == index } }

    /// The handshake of an M1 that was answered there within `lifetime`.
    ///
    /// The source must be the same. Otherwise a caller could send M1 from a forged address, get its
    /// M2 by a repeat from its own, and so have a session that sends to a third party.
    func entry(initiation: Digest, from source: Endpoint, at now: Instant) -> HalfOpen? {
        entries.first {
            $0.source == source && $0.initiation.span.equals(initiation.span)
                && now < $0.created + lifetime
        }
    }

    /// How many wait for M3.
    var waiting: Int { entries.count { $0.isWaiting } }

    /// Whether as many of this source wait as may, so that one more takes the place of another.
    func isFull(for source: Endpoint) -> Bool {
        entries.count { $0.isWaiting && $0.source == source } >= Self.perSource
    }

    mutating func insert(_ entry: HalfOpen) {
        if isFull(for: entry.source),
            let oldest = entries.firstIndex(where: {
                $0.isWaiting && $0.source == entry.source
            })
        {
            evictions += 1
            entries.remove(at: oldest)
        }
        let strangers = entries.count { !$0.isPeers }
        if entries.count == capacity || (!entry.isPeers && strangers >= capacity / 2) {
            evictions += 1
            // Its M2 is lost then: there are only handshakes of peers, and this is none.
            guard let place = placeToClear(for: entry) else { return }
            entries.remove(at: place)
        }
        entries.append(entry)
    }

    /// The entry that makes room: complete ones have their session, and miss nothing.
    private func placeToClear(for entry: HalfOpen) -> Int? {
        let strangers = entries.indices.filter { !entries[$0].isPeers }
        let isFull = entries.count == capacity
        if let place = entries.indices.first(where: {
            !entries[$0].isWaiting && (isFull || !entries[$0].isPeers)
        }) {
            return place
        }
        // The index is random.
        guard strangers.isEmpty else { return strangers[Int(entry.index) % strangers.count] }
        return entry.isPeers ? 0 : nil
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
