/// Public keys as people read and copy them (protocol.md §4.2).
extension PublicKey {
    private static let prefix: StaticString = "intercom1:"
    /// Characters of `body`.
    public static let bodyCount = KeyText.bodyCount(size)
    /// Characters after the last colon, by which typing errors are found.
    public static let checkCount = KeyText.checkCount

    /// Reads `intercom1:<52 characters>:<4 check characters>`, in any case.
    ///
    /// Nil for any other text, for wrong check characters, and when one of the four unused bits of
    /// the last character is set.
    public init?(text: String) {
        let bytes = KeyText.parsed(text, size: Self.size, prefix: Self.prefix)
        guard let bytes else { return nil }
        self.init(bytes: bytes.span)
    }

    /// The key as text: 67 lower-case ASCII characters.
    public var text: String {
        String(decoding: KeyText.written(bytes.span, prefix: Self.prefix), as: UTF8.self)
    }

    /// The characters of the text that are the key itself.
    public var body: String {
        var characters: [UInt8] = []
        Base32.encode(bytes.span, count: PublicKey.bodyCount, to: &characters)
        return String(decoding: characters, as: UTF8.self)
    }

    /// Twenty-four digits in six groups of four, for two people to compare by voice.
    ///
    /// The number is SHA-256("intercom/1 fpr" ‖ key) mod 10²⁴, leading zeros kept.
    public var fingerprint: String { Fingerprint.text(fingerprintDigest) }

    /// A short name for logs and lists, no proof: 8 hex digits of the fingerprint's hash.
    public var short: String {
        let digest = fingerprintDigest
        var characters: [UInt8] = []
        for i in 0..<4 {
            if i == 2 { characters.append(UInt8(ascii: "-")) }
            characters.append(Hexadecimal.digit(digest[i] >> 4))
            characters.append(Hexadecimal.digit(digest[i] & 15))
        }
        return String(decoding: characters, as: UTF8.self)
    }

    private var fingerprintDigest: Digest {
        SHA256.hash(label: "intercom/1 fpr", bytes.span)
    }
}

/// The digits by which people compare keys (protocol.md §4.2).
enum Fingerprint {
    /// A digest modulo 10²⁴: 24 digits in six groups, leading zeros kept.
    static func text(_ digest: Digest) -> String {
        // Limbs of four decimal digits, least significant first. The carry out of the sixth is a
        // multiple of 10²⁴: dropping it is the modulus.
        var groups = InlineArray<6, UInt32>(repeating: 0)
        for i in digest.indices {
            var carry = UInt32(digest[i])
            for group in groups.indices {
                let value = groups[group] * 256 + carry
                groups[group] = value % 10_000
                carry = value / 10_000
            }
        }
        var characters: [UInt8] = []
        for group in groups.indices.reversed() {
            if !characters.isEmpty { characters.append(UInt8(ascii: " ")) }
            var unit: UInt32 = 1000
            while unit > 0 {
                characters.append(UInt8(ascii: "0") + UInt8(groups[group] / unit % 10))
                unit /= 10
            }
        }
        return String(decoding: characters, as: UTF8.self)
    }
}
