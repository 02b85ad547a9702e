internal import CMbedTLS

/// The thirty-two bytes of a SHA-256 or HMAC-SHA-256.
public typealias Digest = InlineArray<32, UInt8>

/// SHA-256 (FIPS 180-4), in one call or part by part.
@safe public struct SHA256: ~Copyable {
    // On the heap: mbedTLS wipes the context it is given, and Swift would leave copies of a struct
    // behind.
    private let state: UnsafeMutablePointer<mbedtls_sha256_context>

    public init() {
        unsafe state = .allocate(capacity: 1)
        unsafe mbedtls_sha256_init(state)
        let status = unsafe cmbedtls_sha256_starts(state)
        precondition(status == 0)
    }

    deinit {
        unsafe mbedtls_sha256_free(state)
        unsafe state.deallocate()
    }

    public mutating func update(_ bytes: Span<UInt8>) {
        guard !bytes.isEmpty else { return }
        let status = unsafe bytes.withUnsafeBufferPointer {
            unsafe cmbedtls_sha256_update(state, $0.baseAddress!, $0.count)
        }
        precondition(status == 0)
    }

    public consuming func finish() -> Digest {
        var digest = Digest(repeating: 0)
        var span = digest.mutableSpan
        finish(into: &span)
        return digest
    }

    /// Writes the 32 bytes straight into a key's own memory, for a hash of what is secret.
    public consuming func finishKey() -> Key {
        var key = Key()
        var span = key.mutableBytes
        finish(into: &span)
        return key
    }

    private mutating func finish(into span: inout MutableSpan<UInt8>) {
        let status = unsafe span.withUnsafeMutableBufferPointer {
            unsafe cmbedtls_sha256_finish(state, $0.baseAddress!)
        }
        precondition(status == 0)
    }

    /// The first eight bytes of a hash, high byte first, by which stations refer to a thing; no
    /// proof of it.
    public static func reference(of hash: Digest) -> UInt64 {
        (0..<8).reduce(0) { $0 << 8 | UInt64(hash[$1]) }
    }

    public static func hash(_ bytes: Span<UInt8>) -> Digest {
        var hash = SHA256()
        hash.update(bytes)
        return hash.finish()
    }

    /// The hash of two parts, one after the other.
    public static func hash(_ first: Span<UInt8>, _ second: Span<UInt8>) -> Digest {
        var hash = SHA256()
        hash.update(first)
        hash.update(second)
        return hash.finish()
    }

    /// The hash of a protocol label followed by `rest`.
    public static func hash(label: StaticString, _ rest: Span<UInt8>) -> Digest {
        hash(label.bytes, rest)
    }
}

extension StaticString {
    /// The ASCII bytes of a label, without terminator.
    var bytes: Span<UInt8> {
        @_lifetime(immortal)
        get {
            // SAFETY: a static string's bytes stay for the whole run.
            let span = unsafe Span(_unsafeStart: utf8Start, count: utf8CodeUnitCount)
            return unsafe _overrideLifetime(span, copying: ())
        }
    }
}

/// The keys and seeds of the test vectors, which are no secrets.
package enum KnownBytes {
    /// A key of one byte, 32 times.
    package static func key(_ byte: UInt8) -> Key { Key { fill(&$0, byte) } }

    /// Writes a byte 32 times, and the next byte 32 times where there is more room.
    package static func fill(_ bytes: inout MutableSpan<UInt8>, _ byte: UInt8) {
        for place in bytes.indices { bytes[place] = byte + UInt8(place / 32) }
    }
}
