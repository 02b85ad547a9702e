import Testing

@testable import Crypto

@Suite struct MLKEM768EncodingTests {
    @Test func wholeCoefficientsAreReadBack() {
        var generator = SeededNumbers()
        for _ in 0..<20 {
            let values = MLKEM768NTTTests.random(&generator)
            var bytes = [UInt8](repeating: 0xEE, count: 384)
            var span = bytes.mutableSpan
            MLKEM768NTTTests.polynomial(values).encode(into: &span, at: 0)
            var back = Polynomial()
            back.decode(bytes.span)
            let isSame = MLKEM768NTTTests.values(back) == values
            #expect(isSame, "seed \(generator.seed)")
            // Three bytes are two coefficients, low bits first.
            #expect(bytes[0] == UInt8(values[0] & 0xFF))
            #expect(bytes[1] == UInt8(values[0] >> 8 | (values[1] & 0x0F) << 4))
            #expect(bytes[2] == UInt8(values[1] >> 4))
        }
    }

    @Test(arguments: [1, 4, 10])
    func compressedBytesSurviveARoundTrip(bits: Int) {
        var generator = SeededNumbers()
        for _ in 0..<20 {
            let bytes = (0..<32 * bits).map { _ in UInt8.random(in: 0...255, using: &generator) }
            var polynomial = Polynomial()
            polynomial.decompress(bytes.span, from: bits)
            var back = [UInt8](repeating: 0, count: bytes.count)
            var span = back.mutableSpan
            polynomial.compress(to: bits, into: &span, at: 0)
            let isSame = back == bytes
            #expect(isSame, "seed \(generator.seed)")
        }
    }

    @Test func noiseIsSmallAndCentred() {
        var counts: [UInt16: Int] = [:]
        var sponge = Sponge()
        var polynomial = Polynomial()
        let seed = [UInt8](repeating: 7, count: 32)
        for nonce in 0..<200 {
            polynomial.sampleNoise(seed: seed.span, nonce: nonce, with: &sponge)
            for value in MLKEM768NTTTests.values(polynomial) { counts[value, default: 0] += 1 }
        }
        // 51,200 draws; -2 to 2 with chances 1, 4, 6, 4, 1 of 16.
        #expect(Set(counts.keys) == [3327, 3328, 0, 1, 2])
        for (value, share) in [(3327, 1), (3328, 4), (0, 6), (1, 4), (2, 1)] {
            let wanted = 3200 * share
            #expect(abs((counts[UInt16(value)] ?? 0) - wanted) < wanted / 8)
        }
    }

    @Test func uniformSamplesAreBelowQAndDifferByPlace() {
        var sponge = Sponge()
        var seen: Set<[UInt16]> = []
        let seed = [UInt8](repeating: 7, count: 32)
        for row in 0..<3 {
            for column in 0..<3 {
                var polynomial = Polynomial()
                polynomial.sampleUniform(
                    seed: seed.span, row: row, column: column, with: &sponge)
                let values = MLKEM768NTTTests.values(polynomial)
                #expect(values.allSatisfy { $0 < 3329 })
                seen.insert(values)
            }
        }
        #expect(seen.count == 9)
    }
}
