import Testing
import Vectors

@testable import Crypto

@Suite struct Base32Tests {
    // RFC 4648 §10, without padding and in lower case.
    static let examples = [
        ("", ""), ("f", "my"), ("fo", "mzxq"), ("foo", "mzxw6"), ("foob", "mzxw6yq"),
        ("fooba", "mzxw6ytb"), ("foobar", "mzxw6ytboi"),
    ]

    @Test(arguments: examples) func encodesAndDecodesTheStandardsExamples(
        text: String, encoded: String
    ) {
        let bytes = Array(text.utf8)
        var characters: [UInt8] = []
        Base32.encode(bytes.span, count: encoded.utf8.count, to: &characters)
        #expect(String(decoding: characters, as: UTF8.self) == encoded)

        var isGood = false
        let decoded = filled(bytes.count) {
            isGood = Base32.decode(Array(encoded.utf8).span, into: &$0)
        }
        #expect(isGood)
        #expect(decoded == bytes)
    }

    @Test func onlyTheAlphabetDecodes() {
        let alphabet = Array("abcdefghijklmnopqrstuvwxyz234567".utf8)
        for character in UInt8.min...UInt8.max {
            var isGood = false
            _ = filled(1) {
                isGood = Base32.decode([UInt8(ascii: "a"), character].span, into: &$0)
            }
            #expect(isGood == alphabet.contains(character), "character \(character)")
        }
    }
}
