internal import CMbedTLS

/// PBKDF2-HMAC-SHA-256 (RFC 8018 §5.2): each guess at a weak secret costs its maker many rounds.
enum PBKDF2 {
    static func derive(
        _ secret: Span<UInt8>, salt: Span<UInt8>, rounds: UInt32,
        into output: inout MutableSpan<UInt8>
    ) {
        let context = UnsafeMutablePointer<mbedtls_md_context_t>.allocate(capacity: 1)
        unsafe mbedtls_md_init(context)
        var status = unsafe mbedtls_md_setup(
            context, mbedtls_md_info_from_type(MBEDTLS_MD_SHA256), 1)
        precondition(status == 0)
        status = unsafe secret.withUnsafeBufferPointer { secret in
            unsafe salt.withUnsafeBufferPointer { salt in
                unsafe output.withUnsafeMutableBufferPointer { output in
                    unsafe mbedtls_pkcs5_pbkdf2_hmac(
                        context, secret.baseAddress, secret.count, salt.baseAddress, salt.count,
                        rounds, UInt32(output.count), output.baseAddress)
                }
            }
        }
        precondition(status == 0)
        unsafe mbedtls_md_free(context)
        unsafe context.deallocate()
    }
}
