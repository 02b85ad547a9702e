internal import CLinux
internal import CMbedTLS

/// Authenticated encryption under one key: AES-256-GCM or ChaCha20-Poly1305 (RFC 8439).
///
/// Sealed bytes are the ciphertext followed by its 16-byte tag. Nothing here counts nonces: that
/// is the duty of `Sealer` and `SymmetricState`. Real-time after init: no heap call per use.
public struct AEAD: ~Copyable, Sendable {
    public typealias Nonce = InlineArray<12, UInt8>

    public static let tagSize = 16

    private let context: AEADContext

    public init(suite: Suite, key: borrowing Key) { context = AEADContext(suite: suite, key: key) }

    /// Writes ciphertext and tag to the start of `sealed`, which has room for both.
    public mutating func seal(
        nonce: Nonce, ad: Span<UInt8>, plaintext: Span<UInt8>,
        into sealed: inout MutableSpan<UInt8>
    ) {
        precondition(sealed.count >= plaintext.count + Self.tagSize)
        let count = plaintext.count
        let status = unsafe nonce.span.withUnsafeBufferPointer { nonce in
            unsafe ad.withUnsafeBufferPointer { ad in
                unsafe plaintext.withUnsafeBufferPointer { plaintext in
                    unsafe sealed.withUnsafeMutableBufferPointer { sealed in
                        let tag = unsafe sealed.baseAddress! + count
                        // SAFETY: all buffers outlive the call and were measured above.
                        switch context.cipher {
                        case .gcm(let context):
                            return unsafe mbedtls_gcm_crypt_and_tag(
                                context, MBEDTLS_GCM_ENCRYPT, count,
                                nonce.baseAddress!, nonce.count, ad.baseAddress, ad.count,
                                plaintext.baseAddress, sealed.baseAddress!, Self.tagSize, tag)
                        case .chaChaPoly(let context):
                            return unsafe mbedtls_chachapoly_encrypt_and_tag(
                                context, count, nonce.baseAddress!, ad.baseAddress, ad.count,
                                plaintext.baseAddress, sealed.baseAddress!, tag)
                        }
                    }
                }
            }
        }
        precondition(status == 0, "sealing cannot fail")
    }

    /// Checks the tag in constant time and writes the plaintext to the start of `plaintext`.
    ///
    /// False when `sealed` is shorter than a tag, or is not what `seal` makes with this key, nonce
    /// and ad; no plaintext is left behind then.
    public mutating func open(
        nonce: Nonce, ad: Span<UInt8>, sealed: Span<UInt8>,
        into plaintext: inout MutableSpan<UInt8>
    ) -> Bool {
        let count = sealed.count - Self.tagSize
        guard count >= 0 else { return false }
        precondition(plaintext.count >= count)
        let status = unsafe nonce.span.withUnsafeBufferPointer { nonce in
            unsafe ad.withUnsafeBufferPointer { ad in
                unsafe sealed.withUnsafeBufferPointer { sealed in
                    unsafe plaintext.withUnsafeMutableBufferPointer { plaintext in
                        let tag = unsafe sealed.baseAddress! + count
                        // SAFETY: all buffers outlive the call and were measured above.
                        switch context.cipher {
                        case .gcm(let context):
                            return unsafe mbedtls_gcm_auth_decrypt(
                                context, count,
                                nonce.baseAddress!, nonce.count, ad.baseAddress, ad.count,
                                tag, Self.tagSize, sealed.baseAddress!, plaintext.baseAddress)
                        case .chaChaPoly(let context):
                            return unsafe mbedtls_chachapoly_auth_decrypt(
                                context, count, nonce.baseAddress!, ad.baseAddress, ad.count,
                                tag, sealed.baseAddress!, plaintext.baseAddress)
                        }
                    }
                }
            }
        }
        return secret_is_zero(UInt32(bitPattern: status))
    }
}

/// The mbedTLS context of one `AEAD`.
///
/// A class, because Embedded Swift cannot destroy a noncopyable value whose deinit is in another
/// module, but can drop a reference to a class.
// @unchecked Sendable: one AEAD owns the context and uses it in `mutating` methods only, so Swift
// guarantees the exclusive access that mbedTLS needs.
@safe final class AEADContext: @unchecked Sendable {
    // On the heap: mbedTLS keeps pointers in its contexts, and Swift moves structs.
    @safe enum Cipher {
        case gcm(UnsafeMutablePointer<mbedtls_gcm_context>)
        case chaChaPoly(UnsafeMutablePointer<mbedtls_chachapoly_context>)
    }

    let cipher: Cipher

    init(suite: Suite, key: borrowing Key) {
        let status: Int32
        switch suite {
        case .aesGCM:
            let context = UnsafeMutablePointer<mbedtls_gcm_context>.allocate(capacity: 1)
            unsafe mbedtls_gcm_init(context)
            status = unsafe key.bytes.withUnsafeBufferPointer {
                unsafe mbedtls_gcm_setkey(
                    context, MBEDTLS_CIPHER_ID_AES, $0.baseAddress!, UInt32(Key.size * 8))
            }
            unsafe cipher = .gcm(context)
        case .chaChaPoly:
            let context = UnsafeMutablePointer<mbedtls_chachapoly_context>.allocate(capacity: 1)
            unsafe mbedtls_chachapoly_init(context)
            status = unsafe key.bytes.withUnsafeBufferPointer {
                unsafe mbedtls_chachapoly_setkey(context, $0.baseAddress!)
            }
            unsafe cipher = .chaChaPoly(context)
        }
        precondition(status == 0, "a 256-bit key is always accepted")
    }

    // mbedTLS wipes a context, key schedule included, when it frees it.
    deinit {
        switch cipher {
        case .gcm(let context):
            unsafe mbedtls_gcm_free(context)
            unsafe context.deallocate()
        case .chaChaPoly(let context):
            unsafe mbedtls_chachapoly_free(context)
            unsafe context.deallocate()
        }
    }
}

/// The AES instructions of processors, as mbedTLS uses them.
public enum AESInstructions {
    /// Whether mbedTLS uses the instructions: this processor has them, and this version knows them.
    ///
    /// Each version knows those of x86 (`MBEDTLS_AESNI_C`). Those of ARM are known from 3.6 on
    /// (`MBEDTLS_AESCE_C`): in Debian 13, but not in Debian 12, which has 2.28. Otherwise mbedTLS
    /// reads tables, which is slower and not constant in time.
    public static var areUsed: Bool {
        areKnown && clinux_has_aes() != 0
    }

    private static var areKnown: Bool {
        #if arch(x86_64)
            true
        #elseif arch(arm64)
            MBEDTLS_VERSION_NUMBER >= 0x0306_0000
        #else
            false
        #endif
    }
}

/// The authenticated cipher of a pair of stations (protocol.md §0).
///
/// The settings of a peer choose it, or the abilities of both stations: see `SuiteChoice`. Both
/// suites share X25519, ML-KEM-768 and SHA-256.
public enum Suite: UInt8, Sendable {
    case aesGCM = 1
    case chaChaPoly = 2
}
