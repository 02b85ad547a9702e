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
