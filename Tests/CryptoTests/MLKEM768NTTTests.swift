import Testing

@testable import Crypto

@Suite struct MLKEM768NTTTests {
    static func polynomial(_ values: [UInt16]) -> Polynomial {
        var result = Polynomial()
        var span = result.coefficients
        for (index, value) in values.enumerated() { span[index] = value }
        return result
    }

    static func values(_ polynomial: borrowing Polynomial) -> [UInt16] {
        let span = polynomial.values
        return span.indices.map { span[$0] }
    }

    static func random(_ generator: inout SeededNumbers) -> [UInt16] {
        (0..<256).map { _ in UInt16.random(in: 0..<3329, using: &generator) }
    }

    /// Modulo X^256 + 1, straight from the definition.
    static func schoolbook(_ a: [UInt16], _ b: [UInt16]) -> [UInt16] {
        var sums = [Int](repeating: 0, count: 256)
        for i in 0..<256 {
            for j in 0..<256 {
                let product = Int(a[i]) * Int(b[j])
                if i + j < 256 { sums[i + j] += product } else { sums[i + j - 256] -= product }
            }
        }
        return sums.map { UInt16(($0 % 3329 + 3329) % 3329) }
    }

    @Test func rootsArePowersOf17InReversedOrder() {
        for index in 0..<128 {
            let reversed = (0..<7).reduce(0) { $0 | (index >> $1 & 1) << (6 - $1) }
            let power = (0..<reversed).reduce(1) { value, _ in value * 17 % 3329 }
            #expect(Int(Polynomial.roots[index]) == power)
        }
    }

    @Test func theInverseUndoesTheTransform() {
        var generator = SeededNumbers()
        let special = [
            [UInt16](repeating: 0, count: 256), [UInt16](repeating: 3328, count: 256),
            [1] + [UInt16](repeating: 0, count: 255),
        ]
        for given in special + (0..<20).map({ _ in Self.random(&generator) }) {
            var polynomial = Self.polynomial(given)
            polynomial.transform()
            polynomial.inverseTransform()
            let isSame = Self.values(polynomial) == given
            #expect(isSame, "seed \(generator.seed)")
        }
    }

    @Test func productsAreThoseOfTheSchoolbook() {
        var generator = SeededNumbers()
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
            #expect(isSame, "seed \(generator.seed)")
        }
    }

    @Test func productsAddUp() {
        var generator = SeededNumbers()
        let (first, second) = (Self.random(&generator), Self.random(&generator))
        var sum = Self.polynomial(first)
        var one = Self.polynomial([1])
        one.transform()
        sum.addProduct(one, Self.polynomial(second))
        let isSame = Self.values(sum) == zip(first, second).map { ($0 + $1) % 3329 }
        #expect(isSame, "seed \(generator.seed)")
    }
}
