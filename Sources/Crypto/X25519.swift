internal import CLinux
internal import CMbedTLS

/// X25519 (RFC 7748) over mbedTLS's Montgomery ladder, with randomized coordinates.
///
/// The ladder branches only on blinded values: every multiplication starts from a fresh random
/// representation of the point, so its memory accesses reveal nothing of the secret.
public enum X25519 {
    /// The public key of a secret of any 32 bytes.
    public static func publicKey(of secret: borrowing Key) -> PublicKey {
        var base = InlineArray<32, UInt8>(repeating: 0)
        base[0] = 9
        guard let key = multiply(secret, by: base.span) else {
            preconditionFailure("the base point has no low order")
        }
        return PublicKey(bytes: key.bytes)
    }

    /// The shared secret; nil when `other` is a point of low order, which would make it zero.
    public static func shared(_ secret: borrowing Key, with other: PublicKey) -> Key? {
        guard let key = multiply(secret, by: other.bytes.span), !key.isZero else { return nil }
        return key
    }

    private static func multiply(_ secret: borrowing Key, by point: Span<UInt8>) -> Key? {
        let ladder = Ladder()
        guard ladder.load(secret), ladder.load(point: point), ladder.multiply() else {
            return nil
        }
        return ladder.result()
    }
}

/// mbedTLS's numbers for one multiplication; freeing them wipes them.
@safe private struct Ladder: ~Copyable {
    // On the heap: mbedTLS keeps pointers in its structs, and Swift moves structs.
    private let group: UnsafeMutablePointer<mbedtls_ecp_group>
    private let point = CurvePoint()
    private let product = CurvePoint()
    private let scalar = CurveNumber(0)

    init() {
        unsafe group = .allocate(capacity: 1)
        unsafe mbedtls_ecp_group_init(group)
        let status = unsafe mbedtls_ecp_group_load(group, MBEDTLS_ECP_DP_CURVE25519)
        precondition(status == 0, "libmbedcrypto was built without Curve25519")
    }

    deinit {
        unsafe mbedtls_ecp_group_free(group)
        unsafe group.deallocate()
    }

    /// Takes the scalar, clamped as RFC 7748 §5 says.
    func load(_ secret: borrowing Key) -> Bool {
        var clamped = secret.copy()
        var bytes = clamped.mutableBytes
        bytes[0] &= 248
        bytes[31] = bytes[31] & 127 | 64
        return unsafe bytes.withUnsafeMutableBufferPointer {
            unsafe mbedtls_mpi_read_binary_le(scalar.pointer, $0.baseAddress!, $0.count)
        } == 0
    }

    /// Takes the u coordinate; mbedTLS ignores its top bit, as RFC 7748 §5 says.
    func load(point bytes: Span<UInt8>) -> Bool {
        unsafe bytes.withUnsafeBufferPointer {
            unsafe mbedtls_ecp_point_read_binary(group, point.pointer, $0.baseAddress!, $0.count)
        } == 0
    }

    /// False for a point of low order, which mbedTLS refuses.
    func multiply() -> Bool {
        unsafe mbedtls_ecp_mul(
            group, product.pointer, scalar.pointer, point.pointer,
            { _, bytes, count in unsafe secret_random(bytes, count) }, nil) == 0
    }

    func result() -> Key? {
        var key = Key()
        var bytes = key.mutableBytes
        var written = 0
        let status = unsafe bytes.withUnsafeMutableBufferPointer {
            unsafe mbedtls_ecp_point_write_binary(
                group, product.pointer, MBEDTLS_ECP_PF_UNCOMPRESSED, &written, $0.baseAddress!,
                $0.count)
        }
        guard status == 0, written == Key.size else { return nil }
        return key
    }
}

/// A point of mbedTLS; freeing it wipes it.
@safe @usableFromInline struct CurvePoint: ~Copyable {
    let pointer: UnsafeMutablePointer<mbedtls_ecp_point>

    init() {
        unsafe pointer = .allocate(capacity: 1)
        unsafe mbedtls_ecp_point_init(pointer)
    }

    deinit {
        unsafe mbedtls_ecp_point_free(pointer)
        unsafe pointer.deallocate()
    }
}

/// A number of mbedTLS; freeing it wipes it.
@safe @usableFromInline struct CurveNumber: ~Copyable {
    let pointer: UnsafeMutablePointer<mbedtls_mpi>

    init(_ bytes: borrowing Key) {
        self.init(0)
        let status = unsafe bytes.bytes.withUnsafeBufferPointer {
            unsafe mbedtls_mpi_read_binary(pointer, $0.baseAddress!, $0.count)
        }
        precondition(status == 0)
    }

    init(_ value: Int) {
        unsafe pointer = .allocate(capacity: 1)
        unsafe mbedtls_mpi_init(pointer)
        let status = unsafe mbedtls_mpi_lset(pointer, mbedtls_mpi_sint(value))
        precondition(status == 0)
    }

    deinit {
        unsafe mbedtls_mpi_free(pointer)
        unsafe pointer.deallocate()
    }

    /// Subtracts itself from `whole`; false when the result is negative.
    func subtract(from whole: UnsafePointer<mbedtls_mpi>) -> Bool {
        unsafe mbedtls_mpi_sub_abs(pointer, whole, pointer) == 0
    }
}
