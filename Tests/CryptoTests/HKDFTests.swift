import Crypto
import Testing
import Vectors

@Suite struct HKDFTests {
    @Test func rfc5869Case1() {
        let prk = HMAC.key(
            from: [UInt8](repeating: 0x0b, count: 22).span,
            key: [UInt8](hex: "000102030405060708090a0b0c").span)
        #expect(prk.hex == "077709362c2e32df0ddc3f0dc47bba6390b6c73bb50f9c3122ec844ad7c2b3e5")
        let info = [UInt8](hex: "f0f1f2f3f4f5f6f7f8f9")
        let output = filled(42) { HKDF.expand(prk: prk.bytes, info: info.span, into: &$0) }
        #expect(
            output.hex == "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf"
                + "34007208d5b887185865")
    }

    @Test func moreThan255BlocksIsOurBug() async {
        await #expect(processExitsWith: .failure) {
            let prk = Key.random()
            _ = filled(255 * 32 + 1) { output in
                HKDF.expand(prk: prk.bytes, info: [UInt8]().span, into: &output)
            }
        }
    }

    @Test(.enabled(if: PublishedVectors.arePresent, PublishedVectors.skipReason))
    func everyPublishedCaseAgrees() throws {
        try PublishedVectors.wycheproof("hkdf_sha256_") { _, test in
            let size = try #require(test.size)
            guard test.result == "valid" else {
                // The invalid cases ask for too much output, which is a trap here.
                #expect(size > 255 * 32, "case \(test.tcId)")
                return true
            }
            let prk = HMAC.key(
                from: [UInt8](hex: try #require(test.ikm)).span,
                key: [UInt8](hex: try #require(test.salt)).span)
            let info = [UInt8](hex: try #require(test.info))
            let output = filled(size) { HKDF.expand(prk: prk.bytes, info: info.span, into: &$0) }
            #expect(output.hex == test.okm, "case \(test.tcId)")
            return true
        }
    }
}
