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
