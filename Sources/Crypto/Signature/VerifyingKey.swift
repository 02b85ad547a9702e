/// The public key of a site: a point of P-256, 64 bytes, x and y, high bytes first.
public struct VerifyingKey: Hashable, Sendable {
    /// 4, then x and y (SEC 1 §2.3.3).
    private let point: InlineArray<65, UInt8>

    init(_ point: InlineArray<65, UInt8>) { self.point = point }

    /// Reads 128 hexadecimal digits; nil for what is no point of the curve.
    public init?(text: String) {
        var bytes = InlineArray<64, UInt8>(repeating: 0)
        var span = bytes.mutableSpan
        guard Hexadecimal.decode(Array(text.utf8).span, into: &span) else { return nil }
        var point = InlineArray<65, UInt8>(repeating: 4)
        for place in bytes.indices { point[place + 1] = bytes[place] }
        guard P256().isPoint(point.span) else { return nil }
        self.point = point
    }

    /// 128 hexadecimal digits, in lower case.
    public var text: String { Hexadecimal.text(point.span.extracting(1..<65)) }

    /// 24 digits for people to compare, as those of a station's key (protocol.md §4.2).
    public var fingerprint: String { Fingerprint.text(hash) }

    /// The first eight bytes of the fingerprint's hash, high byte first: no proof.
    public var reference: UInt64 { SHA256.reference(of: hash) }

    private var hash: Digest {
        SHA256.hash(label: "intercom/1 site", point.span.extracting(1..<65))
    }

    /// Whether the holder of its secret has signed this text.
    public func verifies(_ signature: Signature, of text: Span<UInt8>) -> Bool {
        P256().verify(signature.bytes, of: SHA256.hash(text), by: point)
    }

    public static func == (left: VerifyingKey, right: VerifyingKey) -> Bool {
        for place in left.point.indices where left.point[place] != right.point[place] {
            return false
        }
        return true
    }

    public func hash(into hasher: inout Hasher) {
        for place in point.indices { hasher.combine(point[place]) }
    }
}
