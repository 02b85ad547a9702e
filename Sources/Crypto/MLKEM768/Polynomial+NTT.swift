/// The number-theoretic transform, which makes products of polynomials cheap (FIPS 203 §4.3).
extension Polynomial {
    /// Into the transformed domain (algorithm 9).
    mutating func transform() {
        var f = coefficients
        var zeta = 1
        var length = 128
        while length >= 2 {
            for start in stride(from: 0, to: Self.count, by: 2 &* length) {
                let root = Self.roots[zeta]
                zeta &+= 1
                for low in start..<start &+ length {
                    let product = Field.multiply(root, f[low &+ length])
                    f[low &+ length] = Field.subtract(f[low], product)
                    f[low] = Field.add(f[low], product)
                }
            }
            length &>>= 1
        }
    }

    /// Back from the transformed domain (algorithm 10).
    mutating func inverseTransform() {
        var f = coefficients
        var zeta = 127
        var length = 2
        while length <= 128 {
            for start in stride(from: 0, to: Self.count, by: 2 &* length) {
                let root = Self.roots[zeta]
                zeta &-= 1
                for low in start..<start &+ length {
                    let high = f[low &+ length]
                    f[low &+ length] = Field.multiply(root, Field.subtract(high, f[low]))
                    f[low] = Field.add(f[low], high)
                }
            }
            length &<<= 1
        }
        // 3303 is the inverse of 128 modulo q.
        for index in 0..<Self.count { f[index] = Field.multiply(f[index], 3303) }
    }

    /// Adds the product of two transformed polynomials (algorithms 11 and 12).
    mutating func addProduct(_ left: borrowing Polynomial, _ right: borrowing Polynomial) {
        let a = left.values
        let b = right.values
        var sum = coefficients
        for quad in 0..<64 {
            // The moduli X² - γ come in pairs of opposite γ.
            let root = Self.roots[64 &+ quad]
            let opposite = UInt16(truncatingIfNeeded: Field.q) &- root
            Self.addProduct(a, b, modulus: root, at: 4 &* quad, to: &sum)
            Self.addProduct(a, b, modulus: opposite, at: 4 &* quad &+ 2, to: &sum)
        }
    }

    /// One product of two linear polynomials modulo X² - γ.
    @inline(__always)
    private static func addProduct(
        _ a: Span<UInt16>, _ b: Span<UInt16>, modulus gamma: UInt16, at low: Int,
        to sum: inout MutableSpan<UInt16>
    ) {
        let (a0, a1) = (a[low], a[low &+ 1])
        let (b0, b1) = (b[low], b[low &+ 1])
        let squares = Field.multiply(a1, b1)
        sum[low] = Field.reduce(
            Field.product(a0, b0) &+ Field.product(squares, gamma) &+ UInt32(sum[low]))
        sum[low &+ 1] = Field.reduce(
            Field.product(a0, b1) &+ Field.product(a1, b0) &+ UInt32(sum[low &+ 1]))
    }

    /// 17 to the power of the seven bits of the index reversed, modulo q (FIPS 203, appendix A).
    static let roots: InlineArray<128, UInt16> = [
        1, 1729, 2580, 3289, 2642, 630, 1897, 848, 1062, 1919, 193, 797, 2786, 3260, 569, 1746,
        296, 2447, 1339, 1476, 3046, 56, 2240, 1333, 1426, 2094, 535, 2882, 2393, 2879, 1974,
        821, 289, 331, 3253, 1756, 1197, 2304, 2277, 2055, 650, 1977, 2513, 632, 2865, 33, 1320,
        1915, 2319, 1435, 807, 452, 1438, 2868, 1534, 2402, 2647, 2617, 1481, 648, 2474, 3110,
        1227, 910, 17, 2761, 583, 2649, 1637, 723, 2288, 1100, 1409, 2662, 3281, 233, 756, 2156,
        3015, 3050, 1703, 1651, 2789, 1789, 1847, 952, 1461, 2687, 939, 2308, 2437, 2388, 733,
        2337, 268, 641, 1584, 2298, 2037, 3220, 375, 2549, 2090, 1645, 1063, 319, 2773, 757,
        2099, 561, 2466, 2594, 2804, 1092, 403, 1026, 1143, 2150, 2775, 886, 1722, 1212, 1874,
        1029, 2110, 2935, 885, 2154,
    ]
}
