import Testing

@testable import Crypto

@Suite struct KeyTests {
    @Test func keyHoldsWhatItWasGiven() {
        let bytes = (0..<32).map { UInt8($0 * 7) }
        let key = Key(copying: bytes.span)
        #expect([UInt8](key.bytes) == bytes)
        #expect(key.withBytes { [UInt8]($0) } == bytes)
    }

    @Test func fillingStartsFromZeros() {
        var before: [UInt8] = []
        let key = Key { bytes in
            before = [UInt8](bytes.span)
            for i in bytes.indices { bytes[i] = UInt8(i) }
        }
        #expect(before == [UInt8](repeating: 0, count: 32))
        #expect([UInt8](key.bytes) == (0..<32).map { UInt8($0) })
    }

    @Test func copyIsEqualAndItsOwn() {
        let key = Key.random()
        var copy = key.copy()
        #expect(copy.isEqual(to: key) == true)
        var bytes = copy.mutableBytes
        bytes[31] ^= 1
        #expect(copy.isEqual(to: key) == false)
    }

    @Test func everyBitCountsInTheComparison() {
        let key = Key.random()
        for bit in 0..<256 {
            var other = key.copy()
            var bytes = other.mutableBytes
            bytes[bit / 8] ^= 1 << (bit % 8)
            #expect(key.isEqual(to: other) == false, "bit \(bit)")
        }
    }

    @Test func onlyZerosAreZero() {
        #expect(Key.zero().isZero == true)
        for bit in 0..<256 {
            let key = Key { bytes in bytes[bit / 8] = 1 << (bit % 8) }
            #expect(key.isZero == false, "bit \(bit)")
        }
    }

    @Test func randomKeysDiffer() {
        #expect(Key.random().isEqual(to: Key.random()) == false)
    }
}
