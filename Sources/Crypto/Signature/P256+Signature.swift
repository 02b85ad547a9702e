internal import CLinux
internal import CMbedTLS

/// ECDSA (FIPS 186-5 §6.4) on P-256, of a digest of 32 bytes.
extension P256 {
    /// The point of a number; nil for 0, and for one that is not below the order of the curve.
    func point(of number: borrowing Key) -> Point? {
        let result = CurvePoint()
        guard unsafe multiply(result, CurveNumber(number), generator) else { return nil }
        var bytes = Point(repeating: 0)
        var span = bytes.mutableSpan
        return write(result, into: &span) ? bytes : nil
    }

    /// Signs by the deterministic way (RFC 6979), so that no generator can spoil a key, and with
    /// random blinding, so that timing tells nothing of it; r and s, s in the lower half.
    func sign(_ digest: Digest, by number: borrowing Key) -> InlineArray<64, UInt8> {
        let r = CurveNumber(0)
        let s = CurveNumber(0)
        let secret = CurveNumber(number)
        var status = unsafe digest.span.withUnsafeBufferPointer {
            unsafe mbedtls_ecdsa_sign_det_ext(
                group, r.pointer, s.pointer, secret.pointer, $0.baseAddress!, $0.count,
                MBEDTLS_MD_SHA256,
                { _, bytes, count in unsafe secret_random(bytes, count) }, nil)
        }
        precondition(status == 0, "a number of a signing key is one of the curve")
        if !isLow(s) {
            let isSmaller = unsafe s.subtract(from: order)
            precondition(isSmaller)
        }
        var signature = InlineArray<64, UInt8>(repeating: 0)
        var bytes = signature.mutableSpan
        status = unsafe bytes.withUnsafeMutableBufferPointer { bytes in
            let status = unsafe mbedtls_mpi_write_binary(r.pointer, bytes.baseAddress!, 32)
            guard status == 0 else { return status }
            return unsafe mbedtls_mpi_write_binary(s.pointer, bytes.baseAddress! + 32, 32)
        }
        precondition(status == 0)
        return signature
    }

    /// Whether r and s are the signature of a digest by the holder of a point's number.
    ///
    /// Two signatures fit. Only the one whose s is in the lower half is accepted, so that a person
    /// without the key cannot make another one.
    func verify(
        _ signature: InlineArray<64, UInt8>, of digest: Digest, by point: Point
    ) -> Bool {
        let r = CurveNumber(0)
        let s = CurveNumber(0)
        let signer = CurvePoint()
        let isRead = unsafe signature.span.withUnsafeBufferPointer {
            unsafe mbedtls_mpi_read_binary(r.pointer, $0.baseAddress!, 32) == 0
                && mbedtls_mpi_read_binary(s.pointer, $0.baseAddress! + 32, 32) == 0
        }
        guard isRead, isLow(s), read(point.span, into: signer) else { return false }
        return unsafe digest.span.withUnsafeBufferPointer {
            unsafe mbedtls_ecdsa_verify(
                group, $0.baseAddress!, $0.count, signer.pointer, r.pointer, s.pointer) == 0
        }
    }

    /// Whether a number is at most half of the order.
    private func isLow(_ number: borrowing CurveNumber) -> Bool {
        let opposite = CurveNumber(0)
        let status = unsafe mbedtls_mpi_sub_abs(opposite.pointer, order, number.pointer)
        return unsafe status == 0 && mbedtls_mpi_cmp_mpi(number.pointer, opposite.pointer) <= 0
    }
}
