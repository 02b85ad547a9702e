import Seeds
import Testing

@testable import Crypto

@Suite struct MLKEM768NTTTests {
    private static func polynomial(_ values: [UInt16]) -> Polynomial {
        var result = Polynomial()
        var span = result.coefficients
        for (index, value) in values.enumerated() { span[index] = value }
        return result
    }

    private static func values(_ polynomial: borrowing Polynomial) -> [UInt16] {
        let span = polynomial.values
        return span.indices.map { span[$0] }
    }

    private static func random(_ generator: inout SplitMix64) -> [UInt16] {
        (0..<256).map { _ in UInt16.random(in: 0..<3329, using: &generator) }
    }

    /// Modulo X^256 + 1, straight from the definition.
    private static func schoolbook(_ a: [UInt16], _ b: [UInt16]) -> [UInt16] {
        var sums = [Int](repeating: 0, count: 256)
        for i in 0..<256 {
            for j in 0..<256 {
                let product = Int(a[i]) * Int(b[j])
                if i + j < 256 { sums[i + j] += product } else { sums[i + j - 256] -= product }
            }
        }
        return sums.map { UInt16(($0 % 3329 + 3329) % 3329) }
    }

    @Test func productsAreThoseOfTheSchoolbook() {
        let seed = testSeed()
        var generator = SplitMix64(seed: seed)
        let all = [UInt16](repeating: 3328, count: 256)
        let pairs =
            [(all, all)] + (0..<8).map { _ in (Self.random(&generator), all) }
            + (0..<8).map { _ in (Self.random(&generator), Self.random(&generator)) }
        for (left, right) in pairs {
            var a = Self.polynomial(left)
            var b = Self.polynomial(right)
            a.transform()
            b.transform()
            var product = Polynomial()
            product.addProduct(a, b)
            product.inverseTransform()
            let isSame = Self.values(product) == Self.schoolbook(left, right)
            #expect(isSame, "seed \(seed)")
        }
    }
}
