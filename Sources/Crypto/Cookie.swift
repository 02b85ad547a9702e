/// The cookie of a station under load, with which a caller proves its address (protocol.md §1.6).
public struct Cookie: Equatable, Sendable {
    public static let size = 16

    public let bytes: InlineArray<16, UInt8>

    /// The cookie of a source: the 16 bytes of its address, then 2 of its port.
    public init(of source: Span<UInt8>, secret: borrowing Key) {
        precondition(source.count == 18)
        let digest = HMAC.authenticate(source, key: secret.bytes)
        bytes = InlineArray { i in digest[i] }
    }

    fileprivate init(_ bytes: InlineArray<16, UInt8>) { self.bytes = bytes }

    public static func == (left: Cookie, right: Cookie) -> Bool {
        ConstantTime.equal(left.bytes.span, right.bytes.span)
    }
}

/// Seals and opens cookie replies, as only programs with the responder's public key can.
public struct CookieSeal: Sendable {
    private let key: Digest

    public init(responder: PublicKey) {
        key = SHA256.hash(label: "intercom/1 cookie", responder.bytes.span)
    }

    /// Seals a cookie for the sender of the M1 that ends with this mac.
    public func seal(
        _ cookie: Cookie, suite: Suite, nonce: Span<UInt8>, mac: Span<UInt8>,
        into sealed: inout MutableSpan<UInt8>
    ) {
        var aead = AEAD(suite: suite, key: HMAC.key(from: nonce, key: key.span))
        aead.seal(
            nonce: AEAD.Nonce(repeating: 0), ad: mac, plaintext: cookie.bytes.span, into: &sealed)
    }

    /// The cookie of a reply; nil when it does not answer that M1.
    public func open(
        _ sealed: Span<UInt8>, suite: Suite, nonce: Span<UInt8>, mac: Span<UInt8>
    ) -> Cookie? {
        var aead = AEAD(suite: suite, key: HMAC.key(from: nonce, key: key.span))
        var bytes = InlineArray<16, UInt8>(repeating: 0)
        var span = bytes.mutableSpan
        guard
            aead.open(
                nonce: AEAD.Nonce(repeating: 0), ad: mac, sealed: sealed, into: &span)
        else { return nil }
        return Cookie(bytes)
    }
}

/// The eight bytes at the end of a handshake datagram that only a program with the responder's
/// public key can make (protocol.md §1.6).
///
/// The bytes depend on no time: a recorded datagram stays valid when another program sends it
/// again. K_mac is no secret: it follows from the public key.
public struct HandshakeMAC: Sendable {
    public static let size = 8

    private let key: Digest

    public init(responder: PublicKey) {
        key = SHA256.hash(label: "intercom/1 mac1", responder.bytes.span)
    }

    /// Writes the mac of the other bytes into the last eight; the key of an M1's mac may include
    /// the 16-byte cookie that the responder sent.
    public func sign(_ datagram: inout MutableSpan<UInt8>, cookie: Span<UInt8>? = nil) {
        let start = datagram.count - HandshakeMAC.size
        precondition(start >= 0)
        let mac = compute(datagram.span.extracting(0..<start), cookie: cookie)
        for i in 0..<HandshakeMAC.size { datagram[start + i] = mac[i] }
    }

    /// True when the last eight bytes are the mac of the others, in constant time; the key of an
    /// M1's mac may include the cookie that was given to its source.
    public func verify(_ datagram: Span<UInt8>, cookie: Span<UInt8>? = nil) -> Bool {
        let start = datagram.count - HandshakeMAC.size
        guard start >= 0 else { return false }
        let mac = compute(datagram.extracting(0..<start), cookie: cookie)
        return ConstantTime.equal(
            mac.span, datagram.extracting(start..<datagram.count))
    }

    private func compute(_ bytes: Span<UInt8>, cookie: Span<UInt8>?) -> InlineArray<8, UInt8> {
        var keyed = InlineArray<48, UInt8>(repeating: 0)
        for i in key.indices { keyed[i] = key[i] }
        var size = Key.size
        if let cookie {
            precondition(cookie.count == Cookie.size)
            // Under load a cookie is mixed into the key of an M1.
            for i in cookie.indices { keyed[size + i] = cookie[i] }
            size += Cookie.size
        }
        let digest = HMAC.authenticate(bytes, key: keyed.span.extracting(first: size))
        return InlineArray { i in digest[i] }
    }
}
