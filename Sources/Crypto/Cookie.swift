/// What a station under load hands out, so that a caller proves where it is (protocol.md §1.6).
public struct Cookie: Equatable, Sendable {
    public static let size = HandshakeMAC.cookieSize

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

/// Closes and opens cookie replies: only programs with the responder's public key can.
public struct CookieSeal: Sendable {
    /// The number n of a reply, which makes its key.
    public static let nonceSize = 16
    public static let sealedSize = Cookie.size + AEAD.tagSize

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
