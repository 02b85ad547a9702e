internal import Crypto

/// What one person reads aloud and another types (protocol.md §4.1): eight characters of
/// Crockford's base32, 40 random bits, or six decimal digits.
public struct PairingCode: Equatable, Sendable {
    /// Both kinds, as they are used: ASCII, without separators.
    private let text: InlineArray<8, UInt8>
    private let count: Int

    private static let characters = Array("0123456789ABCDEFGHJKMNPQRSTVWXYZ".utf8)

    /// A fresh code for a screen.
    public static func random() -> PairingCode {
        var bits = [UInt8](repeating: 0, count: 5)
        var span = bits.mutableSpan
        Random.fill(&span)
        let number = bits.reduce(0 as UInt64) { $0 << 8 | UInt64($1) }
        return PairingCode(count: 8) { place in
            characters[Int(number >> (35 - 5 * place) & 31)]
        }
    }

    /// A fresh code of six digits for a voice.
    public static func randomDigits() -> PairingCode {
        // Of 2^32 numbers the last 967,296 would make small codes likelier.
        var number: UInt32
        repeat {
            var bits = [UInt8](repeating: 0, count: 4)
            var span = bits.mutableSpan
            Random.fill(&span)
            number = bits.reduce(0) { $0 << 8 | UInt32($1) }
        } while number >= 4_294_000_000
        var rest = number % 1_000_000
        var digits = [UInt8](repeating: 0, count: 6)
        for place in digits.indices.reversed() {
            digits[place] = UInt8(ascii: "0") + UInt8(rest % 10)
            rest /= 10
        }
        return PairingCode(count: 6) { digits[$0] }
    }

    /// Reads what a person typed: in any case, with spaces and hyphens, O for 0, I and L for 1.
    ///
    /// Nil for what is no code.
    public init?(typed: String) {
        var used: [UInt8] = []
        for byte in typed.utf8 {
            let upper = (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) ? byte - 32 : byte
            switch upper {
            case UInt8(ascii: " "), UInt8(ascii: "-"): continue
            case UInt8(ascii: "O"): used.append(UInt8(ascii: "0"))
            case UInt8(ascii: "I"), UInt8(ascii: "L"): used.append(UInt8(ascii: "1"))
            default: used.append(upper)
            }
            guard used.count <= 8 else { return nil }
        }
        let isCode =
            used.count == 8
            ? used.allSatisfy(Self.characters.contains)
            : used.count == 6 && used.allSatisfy { (48...57).contains($0) }
        guard isCode else { return nil }
        self.init(count: used.count) { used[$0] }
    }

    private init(count: Int, _ character: (Int) -> UInt8) {
        self.count = count
        text = InlineArray { place in place < count ? character(place) : 0 }
    }

    public static func == (left: PairingCode, right: PairingCode) -> Bool {
        left.bytes == right.bytes
    }

    /// As it is used.
    public var bytes: [UInt8] { (0..<count).map { text[$0] } }

    /// As a person reads it: `7K9M-QX2W` or `012 345`.
    public var shown: String {
        let half = count / 2
        let separator = count == 8 ? UInt8(ascii: "-") : UInt8(ascii: " ")
        return String(decoding: bytes[..<half] + [separator] + bytes[half...], as: UTF8.self)
    }
}
