/// Public keys as people copy them: a prefix, the key in base32, and four characters by which
/// typing errors are found (protocol.md §4.2, §8).
enum KeyText {
    static let checkCount = 4

    /// The characters of a key of so many bytes.
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
