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
