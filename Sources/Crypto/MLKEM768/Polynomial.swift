internal import CLinux

/// A polynomial of 256 coefficients modulo q, or its transform; wiped at its end.
///
/// Every coefficient is below q before and after each operation.
struct Polynomial: ~Copyable {
    static let count = 256

    private var storage = Secret(scratch: Polynomial.count * MemoryLayout<UInt16>.stride)

    /// The zero polynomial.
    init() {}

    var values: Span<UInt16> {
        @_lifetime(borrow self)
        get { storage.elements(UInt16.self) }
    }

    var coefficients: MutableSpan<UInt16> {
        @_lifetime(&self)
        mutating get { storage.mutableElements(UInt16.self) }
    }

    mutating func clear() {
        var own = coefficients
        for index in 0..<Self.count { own[index] = 0 }
    }

    mutating func add(_ other: borrowing Polynomial) {
        let others = other.values
        var own = coefficients
        for index in 0..<Self.count { own[index] = Field.add(own[index], others[index]) }
    }

    /// Subtracts itself from `other`.
    mutating func subtract(from other: borrowing Polynomial) {
        let others = other.values
        var own = coefficients
        for index in 0..<Self.count { own[index] = Field.subtract(others[index], own[index]) }
    }
}

/// As many polynomials as ML-KEM-768 has dimensions.
typealias PolynomialVector = InlineArray<3, Polynomial>

/// Polynomials drawn from a seed (FIPS 203 §4.2.2).
extension Polynomial {
    /// Fills with uniform values: entry (row, column) of the matrix Â (algorithm 7).
    ///
    /// The seed is public, so the branch that rejects values reveals nothing secret.
    mutating func sampleUniform(
        seed: Span<UInt8>, row: Int, column: Int, with sponge: inout Sponge
    ) {
        sponge.start(.shake128)
        sponge.absorb(seed)
        sponge.absorb(UInt8(column))
        sponge.absorb(UInt8(row))
        var own = coefficients
        var filled = 0
        while filled < Self.count {
            // Three lanes are sixteen candidates of twelve bits.
            let lanes: InlineArray<3, UInt64> = [
                sponge.squeezeLane(), sponge.squeezeLane(), sponge.squeezeLane(),
            ]
            for candidate in 0..<16 where filled < Self.count {
                let bit = 12 &* candidate
                let (lane, shift) = (bit &>> 6, UInt64(bit & 63))
                var value = lanes[lane] &>> shift
                // Candidates 5 and 10 lie across two lanes.
                if shift > 52 { value |= lanes[lane &+ 1] &<< (64 &- shift) }
                value &= 0xFFF
                if value < UInt64(Field.q) {
                    own[filled] = UInt16(truncatingIfNeeded: value)
                    filled &+= 1
                }
            }
        }
    }

    /// Fills with small values around zero, secret: the centred binomial distribution with
    /// η = 2 (algorithm 8, PRF of §4.1).
    mutating func sampleNoise(
        seed: Span<UInt8>, nonce: Int, with sponge: inout Sponge
    ) {
        sponge.start(.shake256)
        sponge.absorb(seed)
        sponge.absorb(UInt8(nonce))
        var own = coefficients
        for group in 0..<16 {
            // Sixteen coefficients a lane, four bits each: two bits' sum minus two bits' sum.
            let bits = sponge.squeezeLane()
            let pairs: UInt64 = 0x5555_5555_5555_5555
            let sums = (bits & pairs) &+ ((bits &>> 1) & pairs)
            for index in 0..<16 {
                let nibble = sums &>> UInt64(4 &* index)
                own[16 &* group &+ index] = Field.subtract(
                    UInt16(truncatingIfNeeded: nibble & 3),
                    UInt16(truncatingIfNeeded: (nibble &>> 2) & 3))
            }
        }
    }
}

/// Polynomials as bytes (FIPS 203 §4.2.1).
extension Polynomial {
    /// The size of a polynomial with this many bits a coefficient.
    static func size(bits: Int) -> Int { count / 8 * bits }

    /// Writes the coefficients whole, twelve bits each (algorithm 5).
    func encode(into bytes: inout MutableSpan<UInt8>, at offset: Int) {
        pack(bits: 12, into: &bytes, at: offset) { UInt32($0) }
    }

    /// Reads twelve bits a coefficient (algorithm 6); values of q and above are reduced.
    mutating func decode(_ bytes: Span<UInt8>) {
        unpack(bytes, bits: 12) { Field.reduceOnce($0) }
    }

    /// Writes `bits` bits a coefficient, losing the rest.
    func compress(to bits: Int, into bytes: inout MutableSpan<UInt8>, at offset: Int) {
        pack(bits: bits, into: &bytes, at: offset) { Field.compress($0, to: UInt64(bits)) }
    }

    /// Reads what `compress` wrote.
    mutating func decompress(_ bytes: Span<UInt8>, from bits: Int) {
        unpack(bytes, bits: bits) {
            // Hidden: a compiler that sees only two values makes a branch of them.
            Field.decompress(secret_hide($0), from: UInt32(bits))
        }
    }

    /// Whether bytes hold only coefficients below q: the modulus check of §7.2, for public data.
    static func isReduced(_ bytes: Span<UInt8>) -> Bool {
        precondition(bytes.count % 3 == 0)
        for at in stride(from: 0, to: bytes.count, by: 3) {
            let low = UInt32(bytes[at]) | UInt32(bytes[at + 1] & 0x0F) << 8
            let high = UInt32(bytes[at + 1] >> 4) | UInt32(bytes[at + 2]) << 4
            guard low < Field.q, high < Field.q else { return false }
        }
        return true
    }

    @inline(__always)
    private func pack(
        bits: Int, into bytes: inout MutableSpan<UInt8>, at offset: Int,
        _ code: (UInt16) -> UInt32
    ) {
        let own = values
        var pending: UInt32 = 0
        var pendingBits = 0
        var position = offset
        for index in 0..<Self.count {
            pending |= code(own[index]) &<< UInt32(pendingBits)
            pendingBits &+= bits
            while pendingBits >= 8 {
                bytes[position] = UInt8(truncatingIfNeeded: pending)
                position &+= 1
                pending &>>= 8
                pendingBits &-= 8
            }
        }
    }

    @inline(__always)
    private mutating func unpack(
        _ bytes: Span<UInt8>, bits: Int, _ value: (UInt32) -> UInt16
    ) {
        precondition(bytes.count == Self.size(bits: bits))
        var own = coefficients
        var pending: UInt32 = 0
        var pendingBits = 0
        var position = 0
        for index in 0..<Self.count {
            while pendingBits < bits {
                pending |= UInt32(bytes[position]) &<< UInt32(pendingBits)
                position &+= 1
                pendingBits &+= 8
            }
            own[index] = value(pending & ((1 &<< UInt32(bits)) &- 1))
            pending &>>= UInt32(bits)
            pendingBits &-= bits
        }
    }
}

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

/// Arithmetic modulo q = 3329, on values from 0 to q - 1 (FIPS 203 §2.4.1).
///
/// Values are secrets: no branch, no table, no division. Operators wrap, because checked ones
/// branch on overflow.
enum Field {
    static let q: UInt32 = 3329

    /// The bound of `reduce`: two products and one value stay below it.
    static let reduceLimit: UInt32 = 1 << 25

    /// `value` modulo q, for a value below 2q.
    @inline(__always) static func reduceOnce(_ value: UInt32) -> UInt16 {
        let difference = value &- q
        // The top bit is set when the subtraction went below zero: give q back.
        return UInt16(truncatingIfNeeded: difference &+ (q & (0 &- (difference &>> 31))))
    }

    /// `value` modulo q, for a value below `reduceLimit`, after Barrett (CRYPTO '86).
    @inline(__always) static func reduce(_ value: UInt32) -> UInt16 {
        // ⌊2^32 / q⌋; the quotient is exact or one too small.
        let quotient = UInt32(truncatingIfNeeded: (UInt64(value) &* 1_290_167) &>> 32)
        return reduceOnce(value &- quotient &* q)
    }

    @inline(__always) static func add(_ a: UInt16, _ b: UInt16) -> UInt16 {
        reduceOnce(UInt32(a) &+ UInt32(b))
    }

    @inline(__always) static func subtract(_ a: UInt16, _ b: UInt16) -> UInt16 {
        reduceOnce(UInt32(a) &+ q &- UInt32(b))
    }

    /// The product as a number below q², not reduced.
    @inline(__always) static func product(_ a: UInt16, _ b: UInt16) -> UInt32 {
        UInt32(a) &* UInt32(b)
    }

    @inline(__always) static func multiply(_ a: UInt16, _ b: UInt16) -> UInt16 {
        reduce(product(a, b))
    }

    /// ⌈2^d / q · value⌋ modulo 2^d, FIPS 203 (4.7), for d up to 11.
    @inline(__always) static func compress(_ value: UInt16, to bits: UInt64) -> UInt32 {
        // Adding q/2 rounds. Multiplying by ⌈2^43 / q⌉ replaces the division, which takes longer
        // for some secrets than for others on some processors.
        let scaled = (UInt64(value) &<< bits) &+ 1664
        let quotient = (scaled &* 2_642_262_849) &>> 43
        return UInt32(truncatingIfNeeded: quotient & ((1 &<< bits) &- 1))
    }

    /// ⌈q / 2^d · value⌋, FIPS 203 (4.8), for d up to 11.
    @inline(__always) static func decompress(_ value: UInt32, from bits: UInt32) -> UInt16 {
        UInt16(truncatingIfNeeded: (value &* q &+ (1 &<< (bits &- 1))) &>> bits)
    }
}
