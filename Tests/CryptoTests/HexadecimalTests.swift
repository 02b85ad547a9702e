import Testing
import Vectors

@testable import Crypto

@Suite struct HexadecimalTests {
    @Test func everyCharacterDecodesToItsValueOrNotAtAll() {
        for character in UInt8.min...UInt8.max {
            // Not Character.hexDigitValue: it knows full-width digits too, but no byte is one.
            let text = String(UnicodeScalar(character))
            let value = character < 128 ? Int(text, radix: 16) : nil
            for isHigh in [true, false] {
                let zero = UInt8(ascii: "0")
                let pair = isHigh ? [character, zero] : [zero, character]
                var isGood = false
                let bytes = filled(1) { isGood = Hexadecimal.decode(pair.span, into: &$0) }
                #expect(isGood == (value != nil), "character \(character)")
                if let value { #expect(bytes == [UInt8(isHigh ? value << 4 : value)]) }
            }
        }
    }

    @Test(arguments: [0, 1, 3, 4]) func countsMustAgree(count: Int) {
        var isGood = true
        _ = filled(1) {
            isGood = Hexadecimal.decode(
                [UInt8](repeating: UInt8(ascii: "a"), count: count).span, into: &$0)
        }
        #expect(!isGood)
    }
}
