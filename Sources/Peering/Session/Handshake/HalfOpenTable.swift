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
    /// The source of M1 and target of M2: the sender of M3 must have received M2 there.
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
/// Strangers have at most half of the table, so they cannot push out handshakes from the addresses
/// of configured peers. The stranger that is evicted is a random one: an attacker could predict the
/// oldest.
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

    /// The handshake of an M1 from this source that was answered within `lifetime`.
    ///
    /// The source must be the same. Otherwise a caller could send M1 from a forged address, get M2
    /// by repeating M1 from its own address, and so have a session that sends to a third party.
    func entry(initiation: Digest, from source: Endpoint, at now: Instant) -> HalfOpen? {
        entries.first {
            $0.source == source && $0.initiation.span.equals(initiation.span)
                && now < $0.created + lifetime
        }
    }

    /// The number of handshakes that wait for M3.
    var waiting: Int { entries.count { $0.isWaiting } }

    /// Whether this source has as many waiting handshakes as it may have.
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
            // The new entry is dropped: it is a stranger's, and all others are of peers.
            guard let place = placeToClear(for: entry) else { return }
            entries.remove(at: place)
        }
        entries.append(entry)
    }

    /// The entry to evict: first a complete one, which already has its session.
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
