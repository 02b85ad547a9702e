import Seeds
import Testing
import Vectors

@testable import Crypto

/// ECDSA on P-256 with SHA-256.
@Suite struct SignatureTests {
    /// RFC 6979, A.2.5.
    static let secret = "c9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721"
    static let point =
        "60fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6"
        + "7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299"
    /// Of "sample": s is in the upper half there, and this is its opposite.
    static let sample =
        "efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716"
        + "0834e36ad29a83bf2bc9385e491d6099c8fdf9d1ed67aa7ea5f51f93782857a9"
    static let sampleAsPublished =
        "efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716"
        + "f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8"
    /// Of "test".
    static let test =
        "f1abb023518351cd71d881567b1ea663ed3efcf6c5132b354f28d3b0b7d38367"
        + "019f4113742a2b14bd25926b49c649155f267e60d3814b4c0cc84250e46f0083"
    static let order = "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551"

    private func verifies(_ signature: String, _ text: String, by point: String = point) -> Bool {
        guard let key = VerifyingKey(text: point), let signature = Signature(text: signature) else {
            return false
        }
        return key.verifies(signature, of: Array(text.utf8).span)
    }

    @Test func signsAsPublished() {
        guard let key = SigningKey(Key(hex: Self.secret)) else {
            Issue.record("the published secret is none")
            return
        }
        #expect(key.verifyingKey.text == Self.point)
        let (sample, test) = (Array("sample".utf8), Array("test".utf8))
        #expect(
            [key.sign(sample.span).text, key.sign(test.span).text] == [Self.sample, Self.test])
        #expect(verifies(Self.sample, "sample"))
        #expect(verifies(Self.test, "test"))
    }

    @Test func anotherTextIsNotSigned() {
        #expect(!verifies(Self.sample, "Sample"))
        #expect(!verifies(Self.sample, "test"))
        #expect(!verifies(Self.sample, ""))
    }

    @Test func theOtherSignatureThatFitsIsRefused() {
        #expect(!verifies(Self.sampleAsPublished, "sample"))
    }

    @Test func everyFlippedBitIsNoticed() {
        let bytes = [UInt8](hex: Self.sample)
        for bit in 0..<512 where isTried(bit, oneIn: 7) {
            var other = bytes
            other[bit / 8] ^= 0x80 >> (bit % 8)
            #expect(!verifies(other.hex, "sample"), "bit \(bit)")
        }
    }

    @Test func numbersOutOfRangeAreRefused() {
        let (r, s) = (String(Self.sample.prefix(64)), String(Self.sample.suffix(64)))
        let zero = String(repeating: "0", count: 64)
        let most = String(repeating: "f", count: 64)
        for number in [zero, Self.order, most] {
            #expect(!verifies(number + s, "sample"))
            #expect(!verifies(r + number, "sample"))
        }
        #expect(!verifies(zero + zero, "sample"))
    }

    @Test func anotherKeyHasNotSigned() {
        for _ in 0..<5 {
            let key = SigningKey.random()
            #expect(!verifies(Self.sample, "sample", by: key.verifyingKey.text))
            let text = Array("a roster".utf8)
            #expect(key.verifyingKey.verifies(key.sign(text.span), of: text.span) == true)
        }
    }

    @Test func whatIsNoPointIsNoKey() {
        #expect(VerifyingKey(text: Self.point) != nil)
        let (x, y) = (String(Self.point.prefix(64)), String(Self.point.suffix(64)))
        #expect(VerifyingKey(text: String(Self.point.dropLast(1)) + "8") == nil)
        #expect(VerifyingKey(text: y + x) == nil)
        #expect(VerifyingKey(text: String(repeating: "0", count: 128)) == nil)
        #expect(VerifyingKey(text: String(repeating: "f", count: 128)) == nil)
        #expect(VerifyingKey(text: "") == nil)
        #expect(VerifyingKey(text: Self.point + "00") == nil)
    }

    @Test func zeroAndTheOrderAreNoSecrets() {
        let zero = SigningKey(Key(hex: String(repeating: "0", count: 64))) == nil
        let order = SigningKey(Key(hex: Self.order)) == nil
        let most = SigningKey(Key(hex: String(repeating: "f", count: 64))) == nil
        #expect(zero && order && most)
    }
}
