internal import CMbedTLS

/// PBKDF2-HMAC-SHA-256 (RFC 8018 §5.2): each guess at a weak secret costs its maker many rounds.
enum PBKDF2 {
    static func derive(
        _ secret: Span<UInt8>, salt: Span<UInt8>, rounds: UInt32,
        into output: inout MutableSpan<UInt8>
    ) {
        let status = unsafe secret.withUnsafeBufferPointer { secret in
            unsafe salt.withUnsafeBufferPointer { salt in
                unsafe output.withUnsafeMutableBufferPointer { output in
                    unsafe cmbedtls_pbkdf2(
                        secret.baseAddress, secret.count, salt.baseAddress, salt.count, rounds,
                        UInt32(output.count), output.baseAddress)
                }
            }
        }
        precondition(status == 0)
    }
}
