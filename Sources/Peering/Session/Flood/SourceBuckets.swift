internal import Time
internal import Wire

/// A token bucket: so many at once, and then so many a second.
struct TokenBucket {
    let rate: Int
    let burst: Int
    private var tokens: Int64
    private var then: Instant
    /// Tokens are counted in these, so that a fraction is not lost.
    private static let unit: Int64 = 1_000_000_000

    init(rate: Int, burst: Int, at now: Instant) {
        (self.rate, self.burst, then) = (rate, burst, now)
        tokens = Int64(burst) * Self.unit
    }

    /// Whether the bucket is as full as a new one.
    func isFull(at now: Instant) -> Bool { filled(at: now) == Int64(burst) * Self.unit }

    func hasToken(at now: Instant) -> Bool { filled(at: now) >= Self.unit }

    mutating func take(at now: Instant) {
        tokens = filled(at: now) - Self.unit
        then = now
    }

    /// The tokens that are in it by now.
    private func filled(at now: Instant) -> Int64 {
        // Beyond a minute every bucket is full; more would overflow.
        let passed = min((now - then).nanoseconds, 60 * Self.unit)
        return min(Int64(burst) * Self.unit, tokens + passed * Int64(rate))
    }
}

/// How many handshakes each source may have answered (protocol.md §1.6).
///
/// The address of a configured peer has a bucket of its own and does not take from that of all:
/// strangers can use up theirs, behind the same router too.
struct SourceBuckets {
    static let rate = 2
    static let burst = 5
    static let rateOfAll = 50
    /// More than can be in use at once: a bucket is full, and forgotten, after 2.5 s.
    static let capacity = 512

    /// What shares a bucket.
    private enum Source: Equatable {
        case peer(Endpoint)
        /// An IPv4 address, or an IPv6 /56.
        case network(high: UInt64, low: UInt64)

        init(_ endpoint: Endpoint, isPeers: Bool) {
            self =
                if isPeers {
                    .peer(endpoint)
                } else if endpoint.isIPv4 {
                    .network(high: 0, low: endpoint.low)
                } else {
                    .network(high: endpoint.high & ~0xFF, low: 0)
                }
        }
    }

    private var buckets: [(source: Source, bucket: TokenBucket)] = []
    private var all: TokenBucket?

    /// Takes a token of the source; false when there is none.
    mutating func allows(_ endpoint: Endpoint, isPeers: Bool, at now: Instant) -> Bool {
        let source = Source(endpoint, isPeers: isPeers)
        var all = all ?? TokenBucket(rate: Self.rateOfAll, burst: Self.rateOfAll, at: now)
        defer { self.all = all }
        guard isPeers || all.hasToken(at: now) else { return false }
        let place: Int
        if let known = buckets.firstIndex(where: { $0.source == source }) {
            place = known
        } else {
            if buckets.count >= Self.capacity / 2 { forget(at: now) }
            guard buckets.count < Self.capacity else { return false }
            place = buckets.count
            buckets.append(
                (source, TokenBucket(rate: Self.rate, burst: Self.burst, at: now)))
        }
        guard buckets[place].bucket.hasToken(at: now) else { return false }
        buckets[place].bucket.take(at: now)
        if !isPeers { all.take(at: now) }
        return true
    }

    private mutating func forget(at now: Instant) {
        for place in buckets.indices.reversed() where buckets[place].bucket.isFull(at: now) {
            buckets.remove(at: place)
        }
    }
}
