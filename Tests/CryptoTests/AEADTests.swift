import Testing
import Vectors

@testable import Crypto

@Suite struct AEADTests {
    private func seal(
        _ aead: inout AEAD, _ nonce: AEAD.Nonce, ad: [UInt8], _ plaintext: [UInt8]
    ) -> [UInt8] {
        var sealed = [UInt8](repeating: 0, count: plaintext.count + AEAD.tagSize)
        var span = sealed.mutableSpan
        aead.seal(nonce: nonce, ad: ad.span, plaintext: plaintext.span, into: &span)
        return sealed
    }

    private func open(
        _ aead: inout AEAD, _ nonce: AEAD.Nonce, ad: [UInt8], _ sealed: [UInt8]
    ) -> [UInt8]? {
        var plaintext = [UInt8](repeating: 0, count: max(0, sealed.count - AEAD.tagSize))
        var span = plaintext.mutableSpan
        guard aead.open(nonce: nonce, ad: ad.span, sealed: sealed.span, into: &span) else {
            return nil
        }
        return plaintext
    }

    @Test(arguments: Suite.both) func everyFlippedBitIsRefused(suite: Suite) {
        var aead = AEAD(suite: suite, key: Key.random())
        let nonce = AEAD.Nonce(repeating: 1)
        let sealed = seal(&aead, nonce, ad: [], [UInt8](repeating: 5, count: 20))
        for bit in 0..<sealed.count * 8 {
            var flipped = sealed
            flipped[bit / 8] ^= 1 << (bit % 8)
            #expect(open(&aead, nonce, ad: [], flipped) == nil, "bit \(bit)")
        }
        for count in 0..<sealed.count {
            #expect(open(&aead, nonce, ad: [], Array(sealed[..<count])) == nil, "\(count) bytes")
        }
    }

    @Test(arguments: Suite.both) func nothingIsLeftOfAForgedPlaintext(suite: Suite) {
        var aead = AEAD(suite: suite, key: Key.random())
        let nonce = AEAD.Nonce(repeating: 1)
        var sealed = seal(&aead, nonce, ad: [], [UInt8](repeating: 0xA7, count: 64))
        sealed[79] ^= 1
        var plaintext = [UInt8](repeating: 0, count: 64)
        var span = plaintext.mutableSpan
        let isGood = aead.open(nonce: nonce, ad: [UInt8]().span, sealed: sealed.span, into: &span)
        #expect(!isGood)
        #expect(plaintext == [UInt8](repeating: 0, count: 64))
    }

    @Test(
        .enabled(if: PublishedVectors.arePresent, PublishedVectors.skipReason),
        arguments: [(Suite.aesGCM, "aes_gcm_test"), (.chaChaPoly, "chacha20_poly1305_test")])
    func everyPublishedCaseAgrees(suite: Suite, prefix: String) throws {
        try PublishedVectors.wycheproof(prefix) { group, test in
            // AEAD has one size of key, nonce and tag by its types.
            guard group.keySize == 256, group.ivSize == 96, group.tagSize == 128 else {
                return false
            }
            var aead = AEAD(suite: suite, key: Key(hex: try #require(test.key)))
            let nonce = AEAD.Nonce(hex: try #require(test.iv))
            let ad = [UInt8](hex: try #require(test.aad))
            let plaintext = [UInt8](hex: try #require(test.msg))
            let sealed = [UInt8](hex: try #require(test.ct) + #require(test.tag))
            if test.result == "valid" {
                #expect(seal(&aead, nonce, ad: ad, plaintext) == sealed, "case \(test.tcId)")
                #expect(open(&aead, nonce, ad: ad, sealed) == plaintext, "case \(test.tcId)")
            } else {
                #expect(open(&aead, nonce, ad: ad, sealed) == nil, "case \(test.tcId)")
            }
            return true
        }
    }
}
