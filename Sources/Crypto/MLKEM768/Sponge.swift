/// SHA-3 and SHAKE: absorb any number of bytes, then squeeze out any number (FIPS 202 §4, §6).
///
/// One sponge serves a whole operation; `start` begins a new hash. Its state is wiped at the end.
struct Sponge: ~Copyable {
    enum Function {
        case sha3_256, sha3_512, shake128, shake256

        /// Bytes absorbed or squeezed out by one permutation.
        var rate: Int {
            switch self {
            case .sha3_256, .shake256: 136
            case .sha3_512: 72
            case .shake128: 168
            }
        }

        /// The bits that separate the functions, and the first bit of the padding.
        fileprivate var suffix: UInt64 {
            switch self {
            case .sha3_256, .sha3_512: 0x06
            case .shake128, .shake256: 0x1F
            }
        }
    }

    private var state = Scratch(size: Keccak.laneCount * MemoryLayout<UInt64>.stride)
    private var function = Function.sha3_256
    /// The next byte of the block, 0 to rate.
    private var position = 0
    private var isSqueezing = false

    mutating func start(_ function: Function) {
        self.function = function
        position = 0
        isSqueezing = false
        var lanes = state.mutableElements(UInt64.self)
        for index in 0..<Keccak.laneCount { lanes[index] = 0 }
    }

    mutating func absorb(_ byte: UInt8) {
        absorb(UInt64(byte) &<< UInt64(8 &* (position & 7)), size: 1)
    }

    mutating func absorb(_ bytes: Span<UInt8>) {
        var index = 0
        while index < bytes.count {
            // Whole lanes where possible; rates are multiples of eight.
            if position & 7 == 0, bytes.count &- index >= 8 {
                absorb(bytes.lane(at: index), size: 8)
                index &+= 8
            } else {
                absorb(bytes[index])
                index &+= 1
            }
        }
    }

    private mutating func absorb(_ bits: UInt64, size: Int) {
        precondition(!isSqueezing)
        mix(bits, into: position &>> 3)
        position &+= size
        if position == function.rate { permute() }
    }

    /// The next eight bytes of output as one little-endian number.
    mutating func squeezeLane() -> UInt64 {
        if !isSqueezing { pad() }
        if position == function.rate { permute() }
        position &+= 8
        return state.elements(UInt64.self)[(position &>> 3) &- 1]
    }

    /// Fills `output`, whose size is a multiple of eight.
    mutating func squeeze(into output: inout MutableSpan<UInt8>) {
        precondition(output.count & 7 == 0)
        var index = 0
        while index < output.count {
            let lane = squeezeLane()
            for byte in 0..<8 {
                output[index &+ byte] = UInt8(truncatingIfNeeded: lane &>> UInt64(8 &* byte))
            }
            index &+= 8
        }
    }

    private mutating func pad() {
        mix(function.suffix &<< UInt64(8 &* (position & 7)), into: position &>> 3)
        // The last bit of the block closes the padding.
        mix(1 &<< 63, into: (function.rate &>> 3) &- 1)
        permute()
        isSqueezing = true
    }

    private mutating func mix(_ bits: UInt64, into index: Int) {
        var lanes = state.mutableElements(UInt64.self)
        lanes[index] ^= bits
    }

    private mutating func permute() {
        var lanes = state.mutableElements(UInt64.self)
        Keccak.permute(&lanes)
        position = 0
    }
}

extension Span<UInt8> {
    /// Eight bytes as a little-endian number, on any machine.
    fileprivate func lane(at offset: Int) -> UInt64 {
        var lane: UInt64 = 0
        for byte in 0..<8 { lane |= UInt64(self[offset &+ byte]) &<< UInt64(8 &* byte) }
        return lane
    }
}
