internal import Crypto
internal import Time
internal import Wire

/// Decides which M1 are worth a key agreement (protocol.md §1.6).
///
/// A recorded M1 stays valid for ever and from any address. Under load an M1 gets a cookie reply,
/// which costs little more than garbage; only an M1 with the cookie in its mac gets M2.
struct Doorkeeper: ~Copyable {
    private(set) var load = LoadWatch()
    private(set) var cookiesSent: UInt64 = 0
    private var jar = CookieJar()
    private var buckets = SourceBuckets()
    /// Peers' addresses have a list of their own, which other senders cannot overwrite.
    private var answered = (peers: AnsweredOnce(), others: AnsweredOnce())
    private let seal: CookieSeal

    init(own: PublicKey) { seal = CookieSeal(responder: own) }

    /// Checks the mac, with a cookie if the M1 has one; counts an M1 with a right mac.
    mutating func check(
        _ initiation: Span<UInt8>, _ header: HandshakeHeader, from source: Endpoint,
        mac: HandshakeMAC, waiting: Int, at now: Instant
    ) throws(Drop) {
        if header.isCookieKeyed {
            guard jar.verifies(initiation, from: source, mac: mac, at: now) else { throw .cookie }
        } else {
            guard mac.verify(initiation) else { throw .mac }
        }
        load.count(waiting: waiting, at: now)
    }

    /// Whether every M1 must have a cookie, because of the load.
    func asksAll(at now: Instant) -> Bool { load.isUnderLoad(at: now) }

    /// Answers an M1 with a cookie reply; nil when the M1 has a cookie.
    mutating func reply(
        to initiation: Span<UInt8>, _ header: HandshakeHeader, suite: Suite,
        from source: Endpoint, random: (inout MutableSpan<UInt8>) -> Void, at now: Instant
    ) -> HandshakeDatagram? {
        guard !header.isCookieKeyed else { return nil }
        typealias Layout = HandshakeLayout.CookieReply
        cookiesSent += 1
        let cookie = jar.cookie(of: source, random: random, at: now)
        var reply = HandshakeDatagram(count: Layout.size)
        var bytes = reply.mutableBytes
        HandshakeHeader(.cookieReply, suite: suite.rawValue, receiver: header.senderIndex)
            .write(into: &bytes)
        var nonce = InlineArray<16, UInt8>(repeating: 0)
        var span = nonce.mutableSpan
        random(&span)
        bytes.write(nonce.span, at: Layout.nonce)
        var sealed = bytes._mutatingExtracting(Layout.cookie)
        seal.seal(
            cookie, suite: suite, nonce: nonce.span,
            mac: initiation.extracting(HandshakeLayout.Initiation.mac), into: &sealed)
        return reply
    }

    /// Pays for the key agreement that an M1 costs.
    mutating func pay(
        for hash: Digest, _ header: HandshakeHeader, from source: Endpoint, isPeers: Bool,
        at now: Instant
    ) throws(Drop) {
        guard header.isCookieKeyed else { return }
        guard !answered.peers.contains(hash), !answered.others.contains(hash) else {
            throw .repeated
        }
        guard !load.isUnderLoad(at: now) || buckets.allows(source, isPeers: isPeers, at: now)
        else { throw .rate }
        if isPeers { answered.peers.insert(hash) } else { answered.others.insert(hash) }
    }
}

/// The M1 with a cookie that were answered: each is answered once (protocol.md §1.6).
///
/// So a copy sent from the forged address of an M1's sender cannot use up the tokens of that
/// address. While a cookie is valid, the buckets admit more M1 than this ring holds; but a stranger
/// needs as many addresses as M1 to overwrite the ring.
struct AnsweredOnce {
    static let capacity = 1024

    /// A ring of the first eight bytes of their hashes.
    private var hashes: [UInt64] = []
    private var next = 0

    func contains(_ hash: Digest) -> Bool { hashes.contains(hash.span.uint64(at: 0)) }

    mutating func insert(_ hash: Digest) {
        if hashes.count < Self.capacity {
            hashes.append(hash.span.uint64(at: 0))
        } else {
            hashes[next] = hash.span.uint64(at: 0)
            next = (next + 1) % Self.capacity
        }
    }
}

/// Notices more handshakes than a house of stations needs (protocol.md §1.6).
///
/// Load begins with an M1 for which there is no token, or with more than eight handshakes that wait
/// for M3; it ends after five seconds without either. A house whose power returns may be under load
/// for a moment, which costs its stations one more round trip.
struct LoadWatch {
    static let rate = 1
    static let burst = 10
    static let waitingMax = 8
    static let calmAfter = Duration.seconds(5)

    /// The M1 whose mac was right.
    private(set) var initiations: UInt64 = 0
    /// When the load ends; nil before the first load.
    private var loadEnds: Instant?
    private var bucket = TokenBucket(rate: LoadWatch.rate, burst: LoadWatch.burst)

    func isUnderLoad(at now: Instant) -> Bool { loadEnds.map { now < $0 } ?? false }

    /// Counts an M1 with a right mac.
    mutating func count(waiting: Int, at now: Instant) {
        initiations += 1
        guard !bucket.take(at: now) || waiting > Self.waitingMax else { return }
        loadEnds = now + Self.calmAfter
    }
}

/// The secrets Q of the cookies that this station hands out (protocol.md §1.6).
///
/// No state is kept per source: a cookie is checked by computing it again.
struct CookieJar: ~Copyable {
    static let renewAfter = Duration.seconds(120)

    private var latest: Key?
    private var former: Key?
    /// When the present 120 s began.
    private var since = Instant(nanoseconds: 0)

    /// The cookie of a source.
    ///
    /// Calls `random` for a new secret (32 bytes) when there is none, or only an old one.
    mutating func cookie(
        of source: Endpoint, random: (inout MutableSpan<UInt8>) -> Void, at now: Instant
    ) -> Cookie {
        renew(at: now)
        if latest == nil {
            latest = Key(filling: random)
            if former == nil { since = now }
        }
        return Cookie(of: source.cookieBytes.span, secret: latest!)
    }

    /// Whether the mac of an M1 includes a cookie of its source.
    mutating func verifies(
        _ initiation: Span<UInt8>, from source: Endpoint, mac: HandshakeMAC, at now: Instant
    ) -> Bool {
        renew(at: now)
        let bytes = source.cookieBytes
        if latest != nil {
            let cookie = Cookie(of: bytes.span, secret: latest!)
            if mac.verify(initiation, cookie: cookie.bytes.span) { return true }
        }
        guard former != nil else { return false }
        let cookie = Cookie(of: bytes.span, secret: former!)
        return mac.verify(initiation, cookie: cookie.bytes.span)
    }

    /// Lets a secret that is 120 s old be the former one for another 120 s.
    private mutating func renew(at now: Instant) {
        while now >= since + Self.renewAfter, latest != nil || former != nil {
            former = latest.take()
            since = since + Self.renewAfter
        }
    }
}

extension Endpoint {
    /// The 16 bytes of the address, then the port.
    fileprivate var cookieBytes: InlineArray<18, UInt8> {
        var bytes = InlineArray<18, UInt8>(repeating: 0)
        var span = bytes.mutableSpan
        span.write(high, at: 0)
        span.write(low, at: 8)
        span.write(port, at: 16)
        return bytes
    }
}

/// A token bucket: `burst` tokens at once, then `rate` a second.
struct TokenBucket {
    let rate: Int
    let burst: Int
    private var tokens: Int64
    private var then = Instant(nanoseconds: 0)
    /// The parts of a token, so that no fraction is lost.
    private static let unit: Int64 = 1_000_000_000

    init(rate: Int, burst: Int) {
        (self.rate, self.burst) = (rate, burst)
        tokens = Int64(burst) * Self.unit
    }

    /// Whether the bucket is as full as a new one.
    func isFull(at now: Instant) -> Bool { filled(at: now) == Int64(burst) * Self.unit }

    func hasToken(at now: Instant) -> Bool { filled(at: now) >= Self.unit }

    /// Takes a token; false when there is none.
    mutating func take(at now: Instant) -> Bool {
        guard hasToken(at: now) else { return false }
        tokens = filled(at: now) - Self.unit
        then = now
        return true
    }

    /// The tokens in the bucket by now.
    private func filled(at now: Instant) -> Int64 {
        // Beyond a minute every bucket is full; more would overflow.
        let passed = min((now - then).nanoseconds, 60 * Self.unit)
        return min(Int64(burst) * Self.unit, tokens + passed * Int64(rate))
    }
}

/// Limits the handshakes that are answered for each source (protocol.md §1.6).
///
/// The address of a configured peer has its own bucket and takes nothing from the common one:
/// strangers, even behind the same router, can use up only theirs.
struct SourceBuckets {
    static let rate = 2
    static let burst = 5
    static let rateOfAll = 50
    /// More than can be in use at once: a bucket is full, and forgotten, after 2.5 s.
    static let capacity = 512

    /// The senders that share a bucket.
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
    private var all = TokenBucket(
        rate: SourceBuckets.rateOfAll, burst: SourceBuckets.rateOfAll)

    /// Takes a token of the source; false when there is none.
    mutating func allows(_ endpoint: Endpoint, isPeers: Bool, at now: Instant) -> Bool {
        let source = Source(endpoint, isPeers: isPeers)
        guard isPeers || all.hasToken(at: now) else { return false }
        let place: Int
        if let known = buckets.firstIndex(where: { $0.source == source }) {
            place = known
        } else {
            if buckets.count >= Self.capacity / 2 { forget(at: now) }
            guard buckets.count < Self.capacity else { return false }
            place = buckets.count
            buckets.append((source, TokenBucket(rate: Self.rate, burst: Self.burst)))
        }
        guard buckets[place].bucket.take(at: now) else { return false }
        return isPeers || all.take(at: now)
    }

    private mutating func forget(at now: Instant) {
        for place in buckets.indices.reversed() where buckets[place].bucket.isFull(at: now) {
            buckets.remove(at: place)
        }
    }
}
