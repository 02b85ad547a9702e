import Crypto

/// Hexadecimal text for bytes in tests and vector files.
extension Array where Element == UInt8 {
    init(hex: String) {
        self = []
        var high: UInt8?
        for character in hex {
            guard let value = character.hexDigitValue else {
                preconditionFailure("not a digit in \(hex)")
            }
            if let first = high {
                append(first << 4 | UInt8(value))
                high = nil
            } else {
                high = UInt8(value)
            }
        }
        precondition(high == nil, "an odd number of digits in \(hex)")
    }

    init(_ span: Span<UInt8>) { self = span.indices.map { span[$0] } }

    init(_ text: StaticString) { self = Array("\(text)".utf8) }

    var hex: String {
        let digits = Array<Character>("0123456789abcdef")
        return String(flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] })
    }
}

extension Key {
    init(hex: String) { self.init(copying: [UInt8](hex: hex).span) }
    var hex: String { [UInt8](bytes).hex }
}

extension PublicKey {
    init(hex: String) { self.init(bytes: [UInt8](hex: hex).span) }
}

extension InlineArray where Element == UInt8 {
    init(hex: String) {
        let bytes = [UInt8](hex: hex)
        precondition(bytes.count == count)
        self.init { i in bytes[i] }
    }
    var hex: String { [UInt8](span).hex }
}

/// Runs `body` over a buffer of `count` bytes and returns what it left there.
func filled(_ count: Int, _ body: (inout MutableSpan<UInt8>) -> Void) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    var span = bytes.mutableSpan
    body(&span)
    return bytes
}
