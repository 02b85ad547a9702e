import Crypto
import Testing
import Vectors

@Suite struct HMACTests {
    @Test func rfc4231Case2() {
        let mac = HMAC.authenticate(
            Array("what do ya want for nothing?".utf8).span, key: Array("Jefe".utf8).span)
        #expect(mac.hex == "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843")
    }

    @Test func partsMakeTheWhole() {
        let key = [UInt8](repeating: 0x0b, count: 20)
        let bytes = (0..<200).map { UInt8($0) }
        let whole = HMAC.authenticate(bytes.span, key: key.span).hex
        for cut in [0, 1, 64, 199, 200] {
            var mac = HMAC(key: key.span)
            mac.update(bytes.span.extracting(0..<cut))
            for byte in bytes[cut...] { mac.update(byte) }
            #expect(mac.finish().hex == whole, "cut at \(cut)")
        }
    }

    @Test(.enabled(if: PublishedVectors.arePresent, PublishedVectors.skipReason))
    func everyPublishedCaseAgrees() throws {
        try PublishedVectors.wycheproof("hmac_sha256_") { _, test in
            let key = [UInt8](hex: try #require(test.key))
            let message = [UInt8](hex: try #require(test.msg))
            let mac = HMAC.authenticate(message.span, key: key.span).hex
            // A shorter tag is the first bytes of the whole one.
            let tag = try #require(test.tag)
            #expect(mac.hasPrefix(tag) == (test.result == "valid"), "case \(test.tcId)")
            return true
        }
    }
}
