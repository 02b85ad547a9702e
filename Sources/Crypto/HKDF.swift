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

    /// The same, with the public keys of two stations behind the label.
    static func key(
        prk: borrowing Key, label: StaticString, _ first: PublicKey, _ second: PublicKey
    ) -> Key {
        let size = label.utf8CodeUnitCount
        precondition(size <= 32)
        var info = InlineArray<96, UInt8>(repeating: 0)
        for place in 0..<size { info[place] = label.bytes[place] }
        for place in 0..<PublicKey.size {
            info[size + place] = first.bytes[place]
            info[size + PublicKey.size + place] = second.bytes[place]
        }
        let used = info.span.extracting(first: size + 2 * PublicKey.size)
        return Key { bytes in expand(prk: prk.bytes, info: used, into: &bytes) }
    }
}
