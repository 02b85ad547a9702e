internal import CMbedTLS

/// HKDF-Expand over SHA-256 (RFC 5869 §2.3); HKDF-Extract is `HMAC.key`.
public enum HKDF {
    /// The longest output: 255 blocks.
    public static let outputMax = 255 * 32

    /// HKDF-Expand into `output`, whose size is the length asked for.
    ///
    /// Traps above 255 blocks.
    public static func expand(
        prk: Span<UInt8>, info: Span<UInt8>, into output: inout MutableSpan<UInt8>
    ) {
        precondition(output.count <= outputMax)
        guard !output.isEmpty else { return }
        let status = unsafe prk.withUnsafeBufferPointer { prk in
            unsafe info.withUnsafeBufferPointer { info in
                unsafe output.withUnsafeMutableBufferPointer { output in
                    unsafe mbedtls_hkdf_expand(
                        mbedtls_md_info_from_type(MBEDTLS_MD_SHA256),
                        prk.baseAddress, prk.count, info.baseAddress, info.count,
                        output.baseAddress, output.count)
                }
            }
        }
        precondition(status == 0)
    }

    /// HKDF-Expand to one key.
    public static func key(prk: borrowing Key, info: StaticString) -> Key {
        var key = Key()
        var output = key.mutableBytes
        expand(prk: prk.bytes, info: info.bytes, into: &output)
        return key
    }
}
