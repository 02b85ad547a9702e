internal import CLinux

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
