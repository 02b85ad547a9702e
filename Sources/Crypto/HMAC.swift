internal import CMbedTLS

/// HMAC-SHA-256 (RFC 2104), in one call or part by part.
@safe public struct HMAC: ~Copyable {
    // On the heap: mbedTLS keeps pointers in its context, and Swift moves structs.
    private let state: UnsafeMutablePointer<mbedtls_md_context_t>

    public init(key: Span<UInt8>) {
        unsafe state = .allocate(capacity: 1)
        unsafe mbedtls_md_init(state)
        // The last argument, 1, asks mbedTLS for HMAC and not only a hash.
        var status = unsafe mbedtls_md_setup(
            state, mbedtls_md_info_from_type(MBEDTLS_MD_SHA256), 1)
        precondition(status == 0)
        status = unsafe key.withUnsafeBufferPointer {
            unsafe mbedtls_md_hmac_starts(state, $0.baseAddress, $0.count)
        }
        precondition(status == 0)
    }

    deinit {
        unsafe mbedtls_md_free(state)  // Wipes the keyed state too.
        unsafe state.deallocate()
    }

    public mutating func update(_ bytes: Span<UInt8>) {
        guard !bytes.isEmpty else { return }
        let status = unsafe bytes.withUnsafeBufferPointer {
            unsafe mbedtls_md_hmac_update(state, $0.baseAddress!, $0.count)
        }
        precondition(status == 0)
    }

    public mutating func update(_ byte: UInt8) {
        let one = InlineArray<1, UInt8>(repeating: byte)
        update(one.span)
    }

    /// Returns the 32 bytes, for a result that is not secret.
    public consuming func finish() -> Digest {
        var digest = Digest(repeating: 0)
        var span = digest.mutableSpan
        finish(into: &span)
        return digest
    }

    /// Writes the 32 bytes straight into a key's own memory.
    public consuming func finishKey() -> Key {
        var key = Key()
        var span = key.mutableBytes
        finish(into: &span)
        return key
    }

    private mutating func finish(into span: inout MutableSpan<UInt8>) {
        precondition(span.count == Key.size)
        let status = unsafe span.withUnsafeMutableBufferPointer {
            unsafe mbedtls_md_hmac_finish(state, $0.baseAddress!)
        }
        precondition(status == 0)
    }

    public static func authenticate(_ bytes: Span<UInt8>, key: Span<UInt8>) -> Digest {
        var mac = HMAC(key: key)
        mac.update(bytes)
        return mac.finish()
    }

    /// HMAC as a key derivation: the result is a key.
    public static func key(from input: Span<UInt8>, key: Span<UInt8>) -> Key {
        var mac = HMAC(key: key)
        mac.update(input)
        return mac.finishKey()
    }
}

/// HKDF-Expand over SHA-256 (RFC 5869 §2.3); HKDF-Extract is `HMAC.key`.
public enum HKDF {
    /// HKDF-Expand into `output`, whose size is the length asked for.
    ///
    /// Traps above 255 blocks.
    public static func expand(
        prk: Span<UInt8>, info: Span<UInt8>, into output: inout MutableSpan<UInt8>
    ) {
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

    /// HKDF-Expand to one key, with the public keys of two stations after the label.
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

/// PBKDF2-HMAC-SHA-256 (RFC 8018 §5.2): each guess at a weak secret costs the guesser many rounds.
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
