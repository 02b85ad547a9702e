/// w of protocol.md §4.1: what a short code is stretched to, a number below the order of P-256.
public enum CodeKey {
    /// Each guess costs its maker as many rounds.
    public static let rounds: UInt32 = 100_000

    /// PBKDF2-HMAC-SHA-256 (RFC 8018 §5.2) of a code as it is used, and of A's 16 bytes.
    ///
    /// It makes 40 bytes, and takes them modulo the order: as good as evenly spread over it. This
    /// takes a tenth of a second or more. Only tests that pair a thousand times use fewer rounds.
    public static func stretch(
        _ code: Span<UInt8>, nonce: Span<UInt8>, rounds: UInt32 = CodeKey.rounds
    ) -> Key {
        precondition(nonce.count == 16)
        var salt = InlineArray<31, UInt8>(repeating: 0)
        let label: StaticString = "intercom/1 pair"
        for place in 0..<15 { salt[place] = label.bytes[place] }
        for place in 0..<16 { salt[15 + place] = nonce[place] }
        var wide = Secret(count: 40)
        var bytes = wide.mutableBytes
        PBKDF2.derive(code, salt: salt.span, rounds: rounds, into: &bytes)
        return P256.reduce(wide.bytes)
    }
}
