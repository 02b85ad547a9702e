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
