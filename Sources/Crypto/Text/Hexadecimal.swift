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
        var characters: [UInt8] = []
        for i in bytes.indices {
            characters.append(digit(bytes[i] >> 4))
            characters.append(digit(bytes[i] & 15))
        }
        return String(decoding: characters, as: UTF8.self)
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
