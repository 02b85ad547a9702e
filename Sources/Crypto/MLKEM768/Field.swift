/// Arithmetic modulo q = 3329, on values from 0 to q - 1 (FIPS 203 §2.4.1).
///
/// Values are secrets: no branch, no table, no division. Operators wrap, because checked ones
/// branch on overflow.
enum Field {
    static let q: UInt32 = 3329

    /// `reduce` accepts anything below this: two products and one value are.
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
