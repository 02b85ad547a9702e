internal import CMbedTLS

/// w of protocol.md §4.1: what a short code is stretched to, a number below the order of P-256.
public enum CodeKey {
    /// Each guess costs its maker as many rounds.
    public static let rounds: UInt32 = 100_000

    /// PBKDF2-HMAC-SHA-256 (RFC 8018 §5.2) of a code as it is used, and of A's 16 bytes.
    ///
    /// It makes 40 bytes, and takes them modulo the order: as good as evenly spread over it. This
    /// takes a tenth of a second or more. Only tests that pair a thousand times use fewer rounds.
    public static func stretch(
        _ code: Span<UInt8>, nonce: Span<UInt8>, rounds: UInt32 = CodeKey.rounds
    ) -> Key {
        precondition(nonce.count == 16)
        var salt = InlineArray<31, UInt8>(repeating: 0)
        let label: StaticString = "intercom/1 pair"
        for place in 0..<15 { salt[place] = label.bytes[place] }
        for place in 0..<16 { salt[15 + place] = nonce[place] }
        var wide = Secret(count: 40)
        var bytes = wide.mutableBytes
        derive(code, salt: salt.span, rounds: rounds, into: &bytes)
        return P256.reduce(wide.bytes)
    }

    private static func derive(
        _ code: Span<UInt8>, salt: Span<UInt8>, rounds: UInt32,
        into output: inout MutableSpan<UInt8>
    ) {
        let context = UnsafeMutablePointer<mbedtls_md_context_t>.allocate(capacity: 1)
        unsafe mbedtls_md_init(context)
        var status = unsafe mbedtls_md_setup(
            context, mbedtls_md_info_from_type(MBEDTLS_MD_SHA256), 1)
        precondition(status == 0)
        status = unsafe code.withUnsafeBufferPointer { code in
            unsafe salt.withUnsafeBufferPointer { salt in
                unsafe output.withUnsafeMutableBufferPointer { output in
                    unsafe mbedtls_pkcs5_pbkdf2_hmac(
                        context, code.baseAddress, code.count, salt.baseAddress, salt.count,
                        rounds, UInt32(output.count), output.baseAddress)
                }
            }
        }
        precondition(status == 0)
        unsafe mbedtls_md_free(context)
        unsafe context.deallocate()
    }
}
