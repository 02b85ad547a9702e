internal import CMbedTLS

/// Five bytes that hide flags, counter and time, drawn from the packet's tag (protocol.md §2.1).
///
/// Suite 1: the first bytes of AES-256(hp, tag). Suite 2: the first bytes of the ChaCha20 key
/// stream with key hp, block counter LE32(tag[0..4)) and nonce tag[4..16). Real-time after init.
/// A class for the reason given at `AEADContext`.
// @unchecked Sendable: one Sealer or Opener owns it and uses it in `mutating` methods only.
@safe @usableFromInline final class HeaderMask: @unchecked Sendable {
    typealias Bytes = InlineArray<5, UInt8>

    // On the heap: mbedTLS's AES context points into itself.
    @safe private enum Cipher {
        case aes(UnsafeMutablePointer<mbedtls_aes_context>)
        case chaCha(UnsafeMutablePointer<mbedtls_chacha20_context>)
    }

    private let cipher: Cipher

    init(suite: Suite, key: borrowing Key) {
        let status: Int32
        switch suite {
        case .aesGCM:
            let context = UnsafeMutablePointer<mbedtls_aes_context>.allocate(capacity: 1)
            unsafe mbedtls_aes_init(context)
            status = unsafe key.bytes.withUnsafeBufferPointer {
                unsafe mbedtls_aes_setkey_enc(context, $0.baseAddress!, UInt32(Key.size * 8))
            }
            unsafe cipher = .aes(context)
        case .chaChaPoly:
            let context = UnsafeMutablePointer<mbedtls_chacha20_context>.allocate(capacity: 1)
            unsafe mbedtls_chacha20_init(context)
            status = unsafe key.bytes.withUnsafeBufferPointer {
                unsafe mbedtls_chacha20_setkey(context, $0.baseAddress!)
            }
            unsafe cipher = .chaCha(context)
        }
        precondition(status == 0, "a 256-bit key is always accepted")
    }

    // mbedTLS wipes a context when it frees it.
    deinit {
        switch cipher {
        case .aes(let context):
            unsafe mbedtls_aes_free(context)
            unsafe context.deallocate()
        case .chaCha(let context):
            unsafe mbedtls_chacha20_free(context)
            unsafe context.deallocate()
        }
    }

    /// The mask that goes with a tag of 16 bytes.
    func bytes(tag: Span<UInt8>) -> Bytes {
        precondition(tag.count == AEAD.tagSize)
        // AES fills a whole block; ChaCha20 is asked for five bytes of key stream, over zeros.
        var block = InlineArray<16, UInt8>(repeating: 0)
        var span = block.mutableSpan
        let status = unsafe tag.withUnsafeBufferPointer { tag in
            unsafe span.withUnsafeMutableBufferPointer { block in
                let tag = tag.baseAddress!
                let block = block.baseAddress!
                switch cipher {
                case .aes(let context):
                    return unsafe mbedtls_aes_crypt_ecb(context, MBEDTLS_AES_ENCRYPT, tag, block)
                case .chaCha(let context):
                    let counter =
                        unsafe UInt32(tag[0]) | UInt32(tag[1]) << 8
                        | UInt32(tag[2]) << 16 | UInt32(tag[3]) << 24
                    let started = unsafe mbedtls_chacha20_starts(context, tag + 4, counter)
                    guard started == 0 else { return started }
                    return unsafe mbedtls_chacha20_update(context, 5, block, block)
                }
            }
        }
        precondition(status == 0, "masking cannot fail")
        return [block[0], block[1], block[2], block[3], block[4]]
    }
}
