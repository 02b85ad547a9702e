/// The permutation Keccak-f[1600] (FIPS 202 §3.3, §3.4).
///
/// The state is five planes of five lanes. No branch and no address depends on it, so every input
/// takes the same time.
enum Keccak {
    static let laneCount = 25

    /// Permutes the 25 lanes; lane (x, y) of FIPS 202 is `lanes[x + 5 * y]`.
    static func permute(_ lanes: inout MutableSpan<UInt64>) {
        var a = Plane(lanes, 0)
        var b = Plane(lanes, 5)
        var c = Plane(lanes, 10)
        var d = Plane(lanes, 15)
        var e = Plane(lanes, 20)
        for round in 0..<24 {
            // θ: each lane takes in the parity of two neighbouring columns.
            let mix = (a ^ b ^ c ^ d ^ e).columnMix
            a = a ^ mix
            b = b ^ mix
            c = c ^ mix
            d = d ^ mix
            e = e ^ mix
            // ρ and π: rotate each lane, and deal the planes out along the diagonals.
            let a1 = Plane(a.v, b.w << 44, c.x << 43, d.y << 21, e.z << 14)
            let b1 = Plane(a.y << 28, b.z << 20, c.v << 3, d.w << 45, e.x << 61)
            let c1 = Plane(a.w << 1, b.x << 6, c.y << 25, d.z << 8, e.v << 18)
            let d1 = Plane(a.z << 27, b.v << 36, c.w << 10, d.x << 15, e.y << 56)
            let e1 = Plane(a.x << 62, b.y << 55, c.z << 39, d.v << 41, e.w << 2)
            // χ, the one step that is not linear.
            a = a1.chi
            b = b1.chi
            c = c1.chi
            d = d1.chi
            e = e1.chi
            // ι breaks the symmetry of the rounds.
            a.v = Lane(a.v.bits ^ roundConstants[round])
        }
        a.store(in: &lanes, 0)
        b.store(in: &lanes, 5)
        c.store(in: &lanes, 10)
        d.store(in: &lanes, 15)
        e.store(in: &lanes, 20)
    }

    private static let roundConstants: InlineArray<24, UInt64> = [
        0x0000_0000_0000_0001, 0x0000_0000_0000_8082, 0x8000_0000_0000_808A,
        0x8000_0000_8000_8000, 0x0000_0000_0000_808B, 0x0000_0000_8000_0001,
        0x8000_0000_8000_8081, 0x8000_0000_0000_8009, 0x0000_0000_0000_008A,
        0x0000_0000_0000_0088, 0x0000_0000_8000_8009, 0x0000_0000_8000_000A,
        0x0000_0000_8000_808B, 0x8000_0000_0000_008B, 0x8000_0000_0000_8089,
        0x8000_0000_0000_8003, 0x8000_0000_0000_8002, 0x8000_0000_0000_0080,
        0x0000_0000_0000_800A, 0x8000_0000_8000_000A, 0x8000_0000_8000_8081,
        0x8000_0000_0000_8080, 0x0000_0000_8000_0001, 0x8000_0000_8000_8008,
    ]
}

/// Sixty-four bits of the state; `<<` rotates, as FIPS 202 means it.
private struct Lane {
    let bits: UInt64

    @inline(__always) init(_ bits: UInt64) { self.bits = bits }

    @inline(__always) static func << (lane: Lane, count: UInt64) -> Lane {
        Lane(lane.bits &<< count | lane.bits &>> (64 &- count))
    }

    @inline(__always) static func ^ (left: Lane, right: Lane) -> Lane {
        Lane(left.bits ^ right.bits)
    }

    /// This lane after χ, given the next two lanes in its row.
    @inline(__always) func chi(_ next: Lane, _ afterNext: Lane) -> Lane {
        Lane(bits ^ (~next.bits & afterNext.bits))
    }
}

/// The five lanes of one y, for x from 0 to 4.
private struct Plane {
    var v, w, x, y, z: Lane

    @inline(__always) init(_ v: Lane, _ w: Lane, _ x: Lane, _ y: Lane, _ z: Lane) {
        self.v = v
        self.w = w
        self.x = x
        self.y = y
        self.z = z
    }

    @inline(__always) init(_ lanes: borrowing MutableSpan<UInt64>, _ start: Int) {
        v = Lane(lanes[start])
        w = Lane(lanes[start &+ 1])
        x = Lane(lanes[start &+ 2])
        y = Lane(lanes[start &+ 3])
        z = Lane(lanes[start &+ 4])
    }

    @inline(__always) func store(in lanes: inout MutableSpan<UInt64>, _ start: Int) {
        lanes[start] = v.bits
        lanes[start &+ 1] = w.bits
        lanes[start &+ 2] = x.bits
        lanes[start &+ 3] = y.bits
        lanes[start &+ 4] = z.bits
    }

    @inline(__always) static func ^ (left: Plane, right: Plane) -> Plane {
        Plane(
            left.v ^ right.v, left.w ^ right.w, left.x ^ right.x, left.y ^ right.y,
            left.z ^ right.z)
    }

    /// The terms that θ adds to the lanes of each column, if this plane holds the column parities.
    @inline(__always) var columnMix: Plane {
        Plane(z ^ w << 1, v ^ x << 1, w ^ y << 1, x ^ z << 1, y ^ v << 1)
    }

    @inline(__always) var chi: Plane {
        Plane(v.chi(w, x), w.chi(x, y), x.chi(y, z), y.chi(z, v), z.chi(v, w))
    }
}

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

    private var state = Secret(scratch: Keccak.laneCount * MemoryLayout<UInt64>.stride)
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
