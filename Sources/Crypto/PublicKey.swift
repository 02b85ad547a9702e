/// A station's identity: its X25519 public key.
public struct PublicKey: Hashable, Comparable, Sendable {
    public static let size = 32

    public let bytes: InlineArray<32, UInt8>

    /// Takes any 32 bytes; X25519 shows whether they are a usable point.
    public init(bytes: Span<UInt8>) {
        precondition(bytes.count == PublicKey.size)
        self.bytes = InlineArray { i in bytes[i] }
    }

    /// Whether sessions are possible with this key: it is no point of low order, and its top bit is
    /// clear, so it is no second form of another key.
    public var isUsable: Bool {
        bytes[31] < 0x80 && X25519.shared(.random(), with: self) != nil
    }

    public static func == (left: PublicKey, right: PublicKey) -> Bool {
        for i in 0..<size where left.bytes[i] != right.bytes[i] { return false }
        return true
    }

    /// Orders by the first byte that differs, as rule 4 of protocol.md §1.7 needs.
    public static func < (left: PublicKey, right: PublicKey) -> Bool {
        for i in 0..<size where left.bytes[i] != right.bytes[i] {
            return left.bytes[i] < right.bytes[i]
        }
        return false
    }

    public func hash(into hasher: inout Hasher) {
        for i in 0..<PublicKey.size { hasher.combine(bytes[i]) }
    }
}

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
        return Hexadecimal.text(digest.span.extracting(0..<2)) + "-"
            + Hexadecimal.text(digest.span.extracting(2..<4))
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

/// Public keys as people copy them: a prefix, the key in base32, and four characters by which
/// typing errors are found (protocol.md §4.2, recordings.md §1).
enum KeyText {
    static let checkCount = 4

    /// The number of characters for a key of this many bytes.
    static func bodyCount(_ size: Int) -> Int { (size * 8 + 4) / 5 }

    /// The one canonical text of a key.
    static func written(_ bytes: Span<UInt8>, prefix: StaticString) -> [UInt8] {
        let prefix = prefix.bytes
        var characters: [UInt8] = []
        for i in prefix.indices { characters.append(prefix[i]) }
        Base32.encode(bytes, count: bodyCount(bytes.count), to: &characters)
        characters.append(UInt8(ascii: ":"))
        let check = SHA256.hash(prefix, bytes)
        Base32.encode(check.span, count: checkCount, to: &characters)
        return characters
    }

    /// Reads a key of `size` bytes, in any case.
    ///
    /// Nil for any other text, for wrong check characters, and when one of the unused bits of the
    /// last character is set.
    static func parsed(_ text: String, size: Int, prefix: StaticString) -> [UInt8]? {
        let start = prefix.utf8CodeUnitCount
        let count = start + bodyCount(size) + 1 + checkCount
        var characters: [UInt8] = []
        for character in text.utf8 {
            guard characters.count < count else { return nil }
            let isUpper = character >= UInt8(ascii: "A") && character <= UInt8(ascii: "Z")
            characters.append(isUpper ? character | 0x20 : character)
        }
        guard characters.count == count else { return nil }
        var key = [UInt8](repeating: 0, count: size)
        var bytes = key.mutableSpan
        let body = characters.span.extracting(start..<start + bodyCount(size))
        // Comparing with the one canonical text also checks prefix, colon, check characters and
        // unused bits.
        guard Base32.decode(body, into: &bytes),
            characters == written(key.span, prefix: prefix)
        else { return nil }
        return key
    }
}
