import Testing

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

    @Test(arguments: [Suite.aesGCM, .chaChaPoly]) func opensWhatItSealed(suite: Suite) {
        var aead = AEAD(suite: suite, key: Key.random())
        let nonce = AEAD.Nonce(repeating: 9)
        for count in [0, 1, 15, 16, 17, 64, 1209] {
            let plaintext = (0..<count).map { UInt8(truncatingIfNeeded: $0) }
            let sealed = seal(&aead, nonce, ad: [1, 2], plaintext)
            #expect(open(&aead, nonce, ad: [1, 2], sealed) == plaintext)
            #expect(open(&aead, nonce, ad: [1, 3], sealed) == nil)
            #expect(open(&aead, AEAD.Nonce(repeating: 8), ad: [1, 2], sealed) == nil)
        }
    }

    @Test(arguments: [Suite.aesGCM, .chaChaPoly]) func everyFlippedBitIsRefused(suite: Suite) {
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

    @Test(arguments: [Suite.aesGCM, .chaChaPoly])
    func nothingIsLeftOfAForgedPlaintext(suite: Suite) {
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

    @Test(.enabled(if: PublishedVectors.arePresent, PublishedVectors.skipReason))
    func everyPublishedAesGcmCaseAgrees() throws {
        try runPublished(.aesGCM, prefix: "aes_gcm_test", name: "AES-GCM, Wycheproof")
    }

    @Test(.enabled(if: PublishedVectors.arePresent, PublishedVectors.skipReason))
    func everyPublishedChaChaPolyCaseAgrees() throws {
        try runPublished(
            .chaChaPoly, prefix: "chacha20_poly1305_test", name: "ChaCha20-Poly1305, Wycheproof")
    }

    private func runPublished(_ suite: Suite, prefix: String, name: String) throws {
        var tally = Tally()
        let files = try PublishedVectors.files("wycheproof", prefix: prefix)
        #expect(!files.isEmpty)
        for file in files {
            for group in try PublishedVectors.read(file, as: Wycheproof.self).testGroups {
                for test in group.tests {
                    // AEAD has one size of nonce and tag by its types; the library is asked for the
                    // others.
                    if group.keySize == 256, group.ivSize == 96, group.tagSize == 128 {
                        try runPublished(suite, test)
                    } else if suite == .aesGCM {
                        try runOnLibrary(test)
                    } else {
                        // The library's ChaCha20 has no other nonce either.
                        #expect(group.ivSize != 96 && test.result == "invalid")
                    }
                    tally.run()
                }
            }
        }
        tally.report(name)
    }

    private func runOnLibrary(_ test: Wycheproof.Case) throws {
        let key = [UInt8](hex: try #require(test.key))
        let nonce = [UInt8](hex: try #require(test.iv))
        let ad = [UInt8](hex: try #require(test.aad))
        let plaintext = [UInt8](hex: try #require(test.msg))
        let ciphertext = [UInt8](hex: try #require(test.ct))
        let tag = [UInt8](hex: try #require(test.tag))
        let opened = LibraryGCM.open(
            key: key, nonce: nonce, ad: ad, ciphertext: ciphertext, tag: tag)
        if test.result == "valid" {
            #expect(opened == plaintext, "case \(test.tcId)")
            let sealed = LibraryGCM.seal(key: key, nonce: nonce, ad: ad, plaintext: plaintext)
            #expect(sealed == ciphertext + tag, "case \(test.tcId)")
        } else {
            #expect(opened == nil, "case \(test.tcId)")
        }
    }

    private func runPublished(_ suite: Suite, _ test: Wycheproof.Case) throws {
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
    }
}
