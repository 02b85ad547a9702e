internal import CLinux
internal import CMbedTLS

/// The curve P-256 (NIST SP 800-186 §3.2.1.3) over mbedTLS, for SPAKE2 and `SigningKey`.
///
/// Points are 65 bytes, uncompressed (SEC 1 §2.3.3); numbers are 32 bytes, big-endian. A
/// multiplication starts from a fresh random representation of its point, as X25519 does.
@safe @usableFromInline struct P256: ~Copyable {
    typealias Point = InlineArray<65, UInt8>

    static let pointSize = 65

    // On the heap: mbedTLS keeps pointers in its structs, and Swift moves structs.
    let group: UnsafeMutablePointer<mbedtls_ecp_group>

    init() {
        unsafe group = .allocate(capacity: 1)
        unsafe mbedtls_ecp_group_init(group)
        let status = unsafe mbedtls_ecp_group_load(group, MBEDTLS_ECP_DP_SECP256R1)
        precondition(status == 0, "libmbedcrypto was built without P-256")
    }

    deinit {
        unsafe mbedtls_ecp_group_free(group)
        unsafe group.deallocate()
    }

    /// number·G + factor·point; nil when a number is 0 or not below the order of the curve.
    func share(_ number: borrowing Key, plus factor: borrowing Key, times point: Point) -> Point? {
        let multiplier = CurveNumber(number)
        let own = CurvePoint()
        guard unsafe multiply(own, multiplier, generator),
            let masked = product(CurveNumber(factor), point), let sum = sum(own, masked)
        else { return nil }
        var bytes = Point(repeating: 0)
        var span = bytes.mutableSpan
        return write(sum, into: &span) ? bytes : nil
    }

    /// number·(other − factor·point), written to `shared`; false when `other` is no point of the
    /// curve, or the result is the identity.
    func unmask(
        _ other: Span<UInt8>, less factor: borrowing Key, times point: Point,
        by number: borrowing Key, into shared: inout MutableSpan<UInt8>
    ) -> Bool {
        let theirs = CurvePoint()
        let opposite = CurveNumber(factor)
        guard read(other, into: theirs), unsafe opposite.subtract(from: order),
            let masked = product(opposite, point), let sum = sum(theirs, masked)
        else { return false }
        let result = CurvePoint()
        return unsafe multiply(result, CurveNumber(number), sum.pointer)
            && write(result, into: &shared)
    }

    /// Whether these are the bytes of a point of the curve; the identity has no such form.
    func isPoint(_ bytes: Span<UInt8>) -> Bool { read(bytes, into: CurvePoint()) }

    /// A number of any length modulo the order of the curve.
    ///
    /// The time of a division reveals its quotient. The quotient is random here: a random multiple
    /// of the order is added first, which leaves the remainder as it is.
    static func reduce(_ wide: Span<UInt8>) -> Key {
        let curve = P256()
        let number = CurveNumber(0)
        let mask = CurveNumber(Key.random())
        var key = Key()
        var bytes = key.mutableBytes
        let isReduced = unsafe wide.withUnsafeBufferPointer { wide in
            unsafe bytes.withUnsafeMutableBufferPointer { bytes in
                unsafe mbedtls_mpi_read_binary(number.pointer, wide.baseAddress!, wide.count) == 0
                    && mbedtls_mpi_mul_mpi(mask.pointer, mask.pointer, curve.order) == 0
                    && mbedtls_mpi_add_mpi(number.pointer, number.pointer, mask.pointer) == 0
                    && mbedtls_mpi_mod_mpi(number.pointer, number.pointer, curve.order) == 0
                    && mbedtls_mpi_write_binary(
                        number.pointer, bytes.baseAddress!, bytes.count) == 0
            }
        }
        precondition(isReduced)
        return key
    }

    private func product(_ number: borrowing CurveNumber, _ bytes: Point) -> CurvePoint? {
        let point = CurvePoint()
        let result = CurvePoint()
        guard read(bytes.span, into: point), unsafe multiply(result, number, point.pointer)
        else { return nil }
        return result
    }

    /// mbedTLS refuses a number of 0, or not below the order, and a point that is the identity.
    func multiply(
        _ result: borrowing CurvePoint, _ number: borrowing CurveNumber,
        _ point: UnsafePointer<mbedtls_ecp_point>
    ) -> Bool {
        unsafe mbedtls_ecp_mul(
            group, result.pointer, number.pointer, point,
            { _, bytes, count in unsafe secret_random(bytes, count) }, nil) == 0
    }

    private func sum(_ left: borrowing CurvePoint, _ right: borrowing CurvePoint) -> CurvePoint? {
        let result = CurvePoint()
        let one = CurveNumber(1)
        let status = unsafe mbedtls_ecp_muladd(
            group, result.pointer, one.pointer, left.pointer, one.pointer, right.pointer)
        guard status == 0 else { return nil }
        return result
    }

    /// Reads a point; false unless these are the 65 bytes of a point of the curve.
    func read(_ bytes: Span<UInt8>, into point: borrowing CurvePoint) -> Bool {
        guard bytes.count == Self.pointSize, bytes[0] == 4 else { return false }
        let status = unsafe bytes.withUnsafeBufferPointer {
            unsafe mbedtls_ecp_point_read_binary(group, point.pointer, $0.baseAddress!, $0.count)
        }
        return unsafe status == 0 && mbedtls_ecp_check_pubkey(group, point.pointer) == 0
    }

    /// Writes a point; false for the identity.
    func write(
        _ point: borrowing CurvePoint, into bytes: inout MutableSpan<UInt8>
    ) -> Bool {
        var written = 0
        let status = unsafe bytes.withUnsafeMutableBufferPointer {
            unsafe mbedtls_ecp_point_write_binary(
                group, point.pointer, MBEDTLS_ECP_PF_UNCOMPRESSED, &written, $0.baseAddress!,
                $0.count)
        }
        return status == 0 && written == Self.pointSize
    }

    var generator: UnsafePointer<mbedtls_ecp_point> {
        unsafe cmbedtls_generator(group)
    }

    var order: UnsafePointer<mbedtls_mpi> {
        unsafe cmbedtls_order(group)
    }
}
