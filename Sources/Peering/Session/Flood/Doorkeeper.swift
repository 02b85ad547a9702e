internal import Crypto
internal import Time
internal import Wire

/// Decides which M1 are worth a key agreement (protocol.md §1.6).
///
/// A recorded M1 is valid for ever and from any address. Under load it gets a cookie reply, which
/// costs little more than garbage does; only an M1 that has the cookie in its mac gets M2.
struct Doorkeeper: ~Copyable {
    private(set) var load = LoadWatch()
    private(set) var cookiesSent: UInt64 = 0
    /// Where the last M1 under load came from, or claims to.
    private(set) var lastSource: Endpoint?
    private var jar = CookieJar()
    private var buckets = SourceBuckets()
    /// Apart for the addresses of peers: other senders cannot make the station forget those.
    private var answered = (peers: AnsweredOnce(), others: AnsweredOnce())
    private let seal: CookieSeal

    init(own: PublicKey) { seal = CookieSeal(responder: own) }

    /// Checks the mac, with a cookie if the M1 has one; counts the M1 if it is right.
    mutating func refusal(
        of initiation: Span<UInt8>, _ header: HandshakeHeader, from source: Endpoint,
        mac: HandshakeMAC, waiting: Int, at now: Instant
    ) -> Drop? {
        if header.isCookieKeyed {
            guard jar.verifies(initiation, from: source, mac: mac, at: now) else { return .cookie }
        } else {
            guard mac.verify(initiation) else { return .mac }
        }
        load.count(waiting: waiting, at: now)
        return nil
    }

    /// Whether an M1 without a cookie is asked for one, as long as the load lasts.
    func asksAll(at now: Instant) -> Bool { load.isUnderLoad(at: now) }

    /// The answer to an M1 without a cookie that is asked for one; nil when it has one.
    mutating func reply(
        to initiation: Span<UInt8>, _ header: HandshakeHeader, suite: Suite,
        from source: Endpoint, random: (inout MutableSpan<UInt8>) -> Void, at now: Instant
    ) -> HandshakeDatagram? {
        guard !header.isCookieKeyed else { return nil }
        typealias Layout = HandshakeLayout.CookieReply
        lastSource = source
        cookiesSent += 1
        let cookie = jar.cookie(of: source, random: random, at: now)
        var reply = HandshakeDatagram(count: Layout.size)
        var bytes = reply.mutableBytes
        HandshakeHeader.cookieReply(suite: suite.rawValue, receiver: header.senderIndex)
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

    /// Whether an M1 may cost a key agreement, which this pays for.
    mutating func refusalOfWork(
        for hash: Digest, _ header: HandshakeHeader, from source: Endpoint, isPeers: Bool,
        at now: Instant
    ) -> Drop? {
        guard header.isCookieKeyed else { return nil }
        guard !answered.peers.contains(hash), !answered.others.contains(hash) else {
            return .repeated
        }
        guard !load.isUnderLoad(at: now) || buckets.allows(source, isPeers: isPeers, at: now)
        else { return .rate }
        if isPeers { answered.peers.insert(hash) } else { answered.others.insert(hash) }
        return nil
    }
}

/// The M1 with a cookie that were answered: each is answered once (protocol.md §1.6).
///
/// Therefore a copy from the forged address of its sender cannot use up the tokens of that address.
/// While a cookie is valid, the buckets let more M1 pass than this ring holds; but a stranger that
/// makes the ring forget must have as many addresses as it has M1.
struct AnsweredOnce {
    static let capacity = 1024

    /// The first eight bytes of their hashes, a ring.
    private var hashes: [UInt64] = []
    private var next = 0

    func contains(_ hash: Digest) -> Bool { hashes.contains(hash.span.leadingUInt64) }

    mutating func insert(_ hash: Digest) {
        if hashes.count < Self.capacity {
            hashes.append(hash.span.leadingUInt64)
        } else {
            hashes[next] = hash.span.leadingUInt64
            next = (next + 1) % Self.capacity
        }
    }
}

/// Whether more handshakes are asked for than a house of stations needs (protocol.md §1.6).
///
/// Under load from an M1 for which there is no token, or from more than eight handshakes that wait
/// for M3, until neither was so for five seconds. A house whose power returns may come under load
/// for a moment, which costs its stations one more round trip.
struct LoadWatch {
    static let rate = 1
    static let burst = 10
    static let waitingMax = 8
    static let calmAfter = Duration.seconds(5)

    /// The M1 whose mac was right.
    private(set) var initiations: UInt64 = 0
    /// When the load began, and when it ends if nothing comes; nil when there is none.
    private(set) var spell: (since: Instant, until: Instant)?
    private var bucket: TokenBucket?
    // M1 in this second and in the one before.
    private var secondBegan = Instant(nanoseconds: 0)
    private var counts = (last: 0, this: 0)

    /// M1 in a second, lately.
    var perSecond: Int { max(counts.last, counts.this) }

    func isUnderLoad(at now: Instant) -> Bool { spell.map { now < $0.until } ?? false }

    /// Counts an M1 with a right mac.
    mutating func count(waiting: Int, at now: Instant) {
        initiations += 1
        countSecond(at: now)
        if !isUnderLoad(at: now) { spell = nil }
        guard !takesToken(at: now) || waiting > Self.waitingMax else { return }
        spell = (spell?.since ?? now, now + Self.calmAfter)
    }

    private mutating func takesToken(at now: Instant) -> Bool {
        var bucket = bucket ?? TokenBucket(rate: Self.rate, burst: Self.burst, at: now)
        let isThere = bucket.hasToken(at: now)
        if isThere { bucket.take(at: now) }
        self.bucket = bucket
        return isThere
    }

    private mutating func countSecond(at now: Instant) {
        let age = now - secondBegan
        if age >= .seconds(1) {
            counts = (age < .seconds(2) ? counts.this : 0, 0)
            secondBegan = now
        }
        counts.this += 1
    }
}
