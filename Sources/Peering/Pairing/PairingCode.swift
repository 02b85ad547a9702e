internal import Crypto

/// The code that one person reads aloud and another types (protocol.md §4.1): eight characters of
/// Crockford's base32, 40 random bits, or six decimal digits.
///
/// The code is secret while its window is open, and lies in memory that is wiped.
public struct PairingCode: ~Copyable {
    /// The code as used: ASCII, without separators.
    private let text: Secret
    private let count: Int

    static let characterCount = 8
    static let digitCount = 6
    private static let characters = Array("0123456789ABCDEFGHJKMNPQRSTVWXYZ".utf8)

    /// A fresh code for a screen.
    public static func random() -> PairingCode {
        let number = randomNumber(bytes: 5)
        return PairingCode(count: characterCount) { place in
            characters[Int(number >> (35 - 5 * place) & 31)]
        }
    }

    /// A fresh code of six digits for a voice.
    public static func randomDigits() -> PairingCode {
        // The last 967,296 of the 2^32 numbers would make small codes likelier.
        var number: UInt64
        repeat { number = randomNumber(bytes: 4) } while number >= 4_294_000_000
        var divisor: UInt64 = 1_000_000
        return PairingCode(count: digitCount) { _ in
            divisor /= 10
            return UInt8(ascii: "0") + UInt8(number / divisor % 10)
        }
    }

    private static func randomNumber(bytes count: Int) -> UInt64 {
        var bits = Secret(count: count)
        var span = bits.mutableBytes
        Random.fill(&span)
        return (0..<count).reduce(0) { number, place in number << 8 | UInt64(bits.bytes[place]) }
    }

    /// Reads what a person typed: in any case, with spaces and hyphens, O for 0, I and L for 1.
    ///
    /// - Throws: Why the text is no code.
    public init(typed: String) throws(Fault) {
        var used = Secret(count: Self.characterCount)
        var bytes = used.mutableBytes
        var (count, digits) = (0, 0)
        for scalar in typed.unicodeScalars {
            guard let character = try Self.character(scalar) else { continue }
            if count < Self.characterCount { bytes[count] = character }
            count += 1
            if (48...57).contains(character) { digits += 1 }
        }
        guard count > 0 else { throw .missing }
        guard count == Self.characterCount || count == Self.digitCount && digits == count else {
            throw .length(count, areDigits: digits == count)
        }
        self.count = count
        text = used
    }

    /// The character in canonical form; nil for a separator.
    private static func character(_ scalar: Unicode.Scalar) throws(Fault) -> UInt8? {
        guard scalar != " ", scalar != "-" else { return nil }
        let byte = UInt8(exactly: scalar.value) ?? 0
        let upper = (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) ? byte - 32 : byte
        switch upper {
        case UInt8(ascii: "O"): return UInt8(ascii: "0")
        case UInt8(ascii: "I"), UInt8(ascii: "L"): return UInt8(ascii: "1")
        default:
            guard characters.contains(upper) else { throw .character(scalar) }
            return upper
        }
    }

    private init(count: Int, _ character: (Int) -> UInt8) {
        self.count = count
        var made = Secret(count: count)
        var bytes = made.mutableBytes
        for place in 0..<count { bytes[place] = character(place) }
        text = made
    }

    /// The same code with a second owner.
    public borrowing func copy() -> PairingCode {
        let bytes = bytes
        return PairingCode(count: count) { bytes[$0] }
    }

    /// Compares in a time that does not depend on the place of a difference.
    borrowing func isEqual(to other: borrowing PairingCode) -> Bool {
        guard count == other.count else { return false }
        var difference: UInt8 = 0
        for place in 0..<count { difference |= bytes[place] ^ other.bytes[place] }
        return difference == 0
    }

    /// The code as used.
    public var bytes: Span<UInt8> {
        @_lifetime(borrow self)
        get { text.bytes.extracting(first: count) }
    }

    /// The code for a person: `7K9M-QX2W` or `012 345`.
    public var shown: String {
        var shown: [UInt8] = []
        for place in 0..<count {
            if place == count / 2 {
                shown.append(UInt8(ascii: count == Self.characterCount ? "-" : " "))
            }
            shown.append(bytes[place])
        }
        return String(decoding: shown, as: UTF8.self)
    }
}

extension PairingCode {
    /// Why a typed text is no code.
    public enum Fault: Error, Equatable, Sendable {
        case missing
        case length(Int, areDigits: Bool)
        /// A character that no code has.
        case character(Unicode.Scalar)
    }
}

extension PairingCode.Fault: CustomStringConvertible {
    /// The mistake in words, to follow "the code is wrong: ".
    public var description: String {
        switch self {
        case .missing: "it is empty"
        case .length(let count, areDigits: true) where count < PairingCode.digitCount:
            "it has \(count) of \(PairingCode.digitCount) digits"
        case .length(let count, areDigits: _) where count < PairingCode.characterCount:
            "it has \(count) of \(PairingCode.characterCount) characters"
        case .length(let count, areDigits: _):
            "it has \(count) characters, and a code has \(PairingCode.characterCount),"
                + " or \(PairingCode.digitCount) digits"
        case .character(let scalar):
            scalar.value > 0x20 && scalar.isASCII
                ? "the character \(scalar) does not occur in codes"
                : "it has a character that no code has"
        }
    }
}
