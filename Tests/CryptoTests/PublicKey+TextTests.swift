import Crypto
import Testing
import Vectors

@Suite struct PublicKeyTextTests {
    @Test func textOfTheVectors() throws {
        for text in vectors.text {
            let key = PublicKey(hex: text.pk)
            #expect(key.text == text.key)
            #expect(key.fingerprint == text.fingerprint)
            #expect(PublicKey(text: text.key) == key)
            #expect(PublicKey(text: text.key.uppercased()) == key)
        }
    }

    @Test func refusedTextsOfTheVectors() throws {
        #expect(!vectors.inputs.keytext_refuse.isEmpty)
        for text in vectors.inputs.keytext_refuse {
            #expect(PublicKey(text: text) == nil, "\(text)")
        }
    }

    @Test func everyChangedCharacterIsRefused() throws {
        let text = try #require(vectors.text.first).key
        for position in 0..<text.utf8.count {
            for other in "az27:1 " {
                var characters = Array(text)
                guard characters[position] != other else { continue }
                characters[position] = other
                #expect(PublicKey(text: String(characters)) == nil, "\(String(characters))")
            }
        }
    }

    @Test func charactersThatOnlyLookLikeAsciiAreRefused() throws {
        let text = try #require(vectors.text.last).key
        #expect(text.contains("k"))
        // A Kelvin sign, which lowercases to k, and a character of four bytes.
        #expect(PublicKey(text: text.replacing("k", with: "\u{212A}")) == nil)
        #expect(PublicKey(text: "\u{1F511}" + text.dropFirst(4)) == nil)
    }

    @Test func shortFormIsFourBytesOfTheFingerprintsHash() {
        let bytes = [UInt8](repeating: 0x42, count: 32)
        let key = PublicKey(bytes: bytes.span)
        let digest = SHA256.hash((Array("intercom/1 fpr".utf8) + bytes).span).hex
        #expect(key.short == digest.prefix(4) + "-" + digest.dropFirst(4).prefix(4))
    }
}
