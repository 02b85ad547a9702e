import Testing

@testable import Crypto

@Suite struct ConstantTimeTests {
    @Test func equalOnlyWhenEveryBitIs() {
        let left: [UInt8] = [0x00, 0xFF, 0x80, 0x01]
        #expect(ConstantTime.equal(left.span, left.span) == true)
        for bit in 0..<32 {
            var right = left
            right[bit / 8] ^= 1 << (bit % 8)
            #expect(ConstantTime.equal(left.span, right.span) == false, "bit \(bit)")
        }
    }

    @Test func sizesMustAgree() {
        let bytes: [UInt8] = [1, 2, 3]
        #expect(ConstantTime.equal(bytes.span, bytes.span.extracting(0..<2)) == false)
        #expect(
            ConstantTime.equal(bytes.span.extracting(0..<0), bytes.span.extracting(1..<1)) == true)
    }
}
