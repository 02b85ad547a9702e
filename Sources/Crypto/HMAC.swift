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

    /// Writes the 32 bytes; for a result that is not secret.
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
