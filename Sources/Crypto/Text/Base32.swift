/// Base32 of RFC 4648 §6 in lower case, without padding; for public values only.
enum Base32 {
    /// Appends the first `count` characters of the encoding of `bytes`.
    static func encode(_ bytes: Span<UInt8>, count: Int, to characters: inout [UInt8]) {
        for position in 0..<count {
            var value: UInt8 = 0
            for bit in position * 5..<position * 5 + 5 {
                // Bits past the end are zero, as the RFC asks.
                let set = bit / 8 < bytes.count && bytes[bit / 8] & (0x80 >> (bit % 8)) != 0
                value = value << 1 | (set ? 1 : 0)
            }
            let base = value < 26 ? UInt8(ascii: "a") : UInt8(ascii: "2") - 26
            characters.append(base + value)
        }
    }

    /// Fills `bytes` from `characters`; false at a character outside the alphabet.
    ///
    /// Bits beyond the last byte are ignored.
    static func decode(_ characters: Span<UInt8>, into bytes: inout MutableSpan<UInt8>) -> Bool {
        for i in bytes.indices { bytes[i] = 0 }
        for position in characters.indices {
            let value: UInt8
            switch characters[position] {
            case UInt8(ascii: "a")...UInt8(ascii: "z"):
                value = characters[position] - UInt8(ascii: "a")
            case UInt8(ascii: "2")...UInt8(ascii: "7"):
                value = characters[position] - UInt8(ascii: "2") + 26
            default:
                return false
            }
            for offset in 0..<5 where value & (0x10 >> offset) != 0 {
                let bit = position * 5 + offset
                if bit / 8 < bytes.count { bytes[bit / 8] |= 0x80 >> (bit % 8) }
            }
        }
        return true
    }
}
