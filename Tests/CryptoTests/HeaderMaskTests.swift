import Testing
import Vectors

@testable import Crypto

@Suite struct HeaderMaskTests {
    /// 00 to 1f, the key of both standards' examples.
    static let countingKey = (0..<32).map { [UInt8($0)].hex }.joined()

    @Test func suite1IsTheFirstBytesOfAnAesBlock() {
        // FIPS 197 appendix C.3, AES-256.
        let key = Key(hex: Self.countingKey)
        let block = [UInt8](hex: "00112233445566778899aabbccddeeff")
        let mask = HeaderMask(suite: .aesGCM, key: key)
        #expect(mask.bytes(tag: block.span).hex == "8ea2b7ca51")
    }

    @Test func suite2IsTheFirstBytesOfTheKeyStream() {
        // RFC 8439 §2.4.2: counter 1 and that nonce, little-endian counter first.
        let key = Key(hex: Self.countingKey)
        let tag = [UInt8](hex: "01000000" + "000000000000004a00000000")
        // "Ladie" of the sunscreen text under ciphertext 6e2e359a25.
        let expected = zip([0x6E, 0x2E, 0x35, 0x9A, 0x25], "Ladie".utf8).map { UInt8($0) ^ $1 }
        let mask = HeaderMask(suite: .chaChaPoly, key: key)
        #expect(mask.bytes(tag: tag.span).hex == expected.hex)
    }
}
