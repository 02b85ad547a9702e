/// Hexadecimal digits, by arithmetic alone: the digits of a secret never choose an address.
enum Hexadecimal {
    /// The lower-case digit of a value below 16.
    static func digit(_ value: UInt8) -> UInt8 {
        // All ones when the value is above 9: the letters begin 39 after the digits end.
        let isLetter = UInt8(truncatingIfNeeded: (9 - Int16(value)) >> 15)
        return value + UInt8(ascii: "0") + (isLetter & 39)
    }

    /// All digits of public bytes, in lower case.
    static func text(_ bytes: Span<UInt8>) -> String {
        var characters = [UInt8](repeating: 0, count: 2 * bytes.count)
        var text = characters.mutableSpan
        write(bytes, into: &text, at: 0)
        return String(decoding: characters, as: UTF8.self)
    }

    /// Writes two digits for each byte.
    static func write(_ bytes: Span<UInt8>, into text: inout MutableSpan<UInt8>, at start: Int) {
        for i in bytes.indices {
            text[start + 2 * i] = digit(bytes[i] >> 4)
            text[start + 2 * i + 1] = digit(bytes[i] & 15)
        }
    }

    /// Reads pairs of digits of either case; false when one is not a digit.
    ///
    /// Needs exactly twice as many characters as bytes, else false.
    static func decode(_ characters: Span<UInt8>, into bytes: inout MutableSpan<UInt8>) -> Bool {
        guard characters.count == bytes.count * 2 else { return false }
        var bad: UInt32 = 0
        for i in bytes.indices {
            let (high, low) = (value(characters[2 * i]), value(characters[2 * i + 1]))
            bad |= high | low
            bytes[i] = UInt8(truncatingIfNeeded: high << 4 | low & 15)
        }
        return bad < 16
    }

    /// The value of a digit, or a number above 15.
    private static func value(_ character: UInt8) -> UInt32 {
        let digit = Int32(character) - 48
        let letter = Int32(character | 0x20) - 97
        // Each mask is all ones when the number is inside its range, else zero.
        let isDigit = ~(digit >> 31) & ((digit - 10) >> 31)
        let isLetter = ~(letter >> 31) & ((letter - 6) >> 31)
        let isNeither = ~(isDigit | isLetter)
        return UInt32(
            bitPattern: digit & isDigit | (letter + 10) & isLetter | 0x100 & isNeither)
    }
}

extension SHA256 {
    /// Ends the hash: 64 hexadecimal digits, in lower case.
    public consuming func finishText() -> String { Hexadecimal.text(finish().span) }
}

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
