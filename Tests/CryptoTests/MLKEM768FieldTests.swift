import Seeds
import Testing

@testable import Crypto

@Suite struct MLKEM768FieldTests {
    static let q: UInt32 = 3329

    /// Over the whole range, in one loop without a macro.
    ///
    /// It is 2^25 values; where time is short every eleventh is tried.
    @Test func reductionIsTheRemainderForEveryValueItAccepts() {
        var wrong = 0
        for value in stride(from: 0, to: Field.reduceLimit, by: isLongRun ? 1 : 11)
        where Field.reduce(value) != UInt16(value % Self.q) {
            wrong += 1
        }
        #expect(wrong == 0)
        // The largest value that is ever handed to it.
        #expect(2 * (Self.q - 1) * (Self.q - 1) + Self.q - 1 < Field.reduceLimit)
    }

    @Test func sumsAndDifferencesStayBelowQ() {
        var wrong = 0
        for a in UInt16(0)..<3329 {
            for b in stride(from: a % 7, to: 3329, by: 7) {
                if Field.add(a, b) != (a + b) % 3329 { wrong += 1 }
                if Field.subtract(a, b) != (a + 3329 - b) % 3329 { wrong += 1 }
                if Field.multiply(a, b) != UInt16(UInt32(a) * UInt32(b) % Self.q) { wrong += 1 }
            }
        }
        #expect(wrong == 0)
    }

    @Test(arguments: 1...11)
    func compressionRoundsAsDefined(bits: Int) {
        var wrong = 0
        for value in UInt16(0)..<3329 {
            // FIPS 203 (4.7) in exact arithmetic: 2^d·x/q never lies halfway, as q is odd.
            let exact = ((Int(value) << bits) * 2 + 3329) / (2 * 3329) % (1 << bits)
            if Field.compress(value, to: UInt64(bits)) != UInt32(exact) { wrong += 1 }
        }
        #expect(wrong == 0)
    }

    @Test(arguments: 1...11)
    func decompressionRoundsAsDefinedAndIsUndoneByCompression(bits: Int) {
        var wrong = 0
        for value in 0..<UInt32(1) << UInt32(bits) {
            let back = Field.decompress(value, from: UInt32(bits))
            let exact = (Int(value) * 3329 * 2 + (1 << bits)) / (2 << bits)
            if Int(back) != exact { wrong += 1 }
            if Field.compress(back, to: UInt64(bits)) != value { wrong += 1 }
        }
        #expect(wrong == 0)
    }
}
