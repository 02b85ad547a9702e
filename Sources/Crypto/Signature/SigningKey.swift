/// The secret with which a site's introducer signs (protocol.md §4.3): a number of P-256.
///
/// ECDSA on P-256, because Debian 12's mbedTLS 2.28 has no Ed25519.
public struct SigningKey: ~Copyable {
    private let number: Key

    /// A fresh key from the kernel's generator.
    public static func random() -> SigningKey {
        while true {
            var wide = Secret(count: 40)
            var bytes = wide.mutableBytes
            Random.fill(&bytes)
            if let key = SigningKey(P256.reduce(wide.bytes)) { return key }
        }
    }

    /// Takes 32 bytes, high byte first; nil for 0, and for what is not below the order.
    public init?(_ number: consuming Key) {
        guard P256().point(of: number) != nil else { return nil }
        self.number = number
    }

    /// The 32 bytes, to be stored.
    public var bytes: Span<UInt8> {
        @_lifetime(borrow self)
        get { number.bytes }
    }

    /// What verifies its signatures.
    public var verifyingKey: VerifyingKey {
        guard let point = P256().point(of: number) else {
            preconditionFailure("it was a number of the curve")
        }
        return VerifyingKey(point)
    }

    /// The signature of a text of any length.
    public func sign(_ text: Span<UInt8>) -> Signature {
        Signature(P256().sign(SHA256.hash(text), by: number))
    }
}

/// A signature of `SigningKey`: r and s, 32 bytes each, high bytes first.
public struct Signature: Sendable {
    let bytes: InlineArray<64, UInt8>

    init(_ bytes: InlineArray<64, UInt8>) { self.bytes = bytes }

    /// Reads 128 hexadecimal digits; nil for any other text.
    public init?(text: String) {
        var bytes = InlineArray<64, UInt8>(repeating: 0)
        var span = bytes.mutableSpan
        guard Hexadecimal.decode(Array(text.utf8).span, into: &span) else { return nil }
        self.bytes = bytes
    }

    /// 128 hexadecimal digits, in lower case.
    public var text: String { Hexadecimal.text(bytes.span) }
}
