import CMbedTLS

/// AES-GCM of the library itself, for published cases of sizes that `AEAD` does not offer.
///
/// They do not test our code, but all of it rests on this library.
enum LibraryGCM {
    /// The plaintext, nil when the library refuses the tag or the sizes.
    static func open(
        key: [UInt8], nonce: [UInt8], ad: [UInt8], ciphertext: [UInt8], tag: [UInt8]
    ) -> [UInt8]? {
        var context = unsafe mbedtls_gcm_context()
        unsafe mbedtls_gcm_init(&context)
        defer { unsafe mbedtls_gcm_free(&context) }
        guard
            unsafe mbedtls_gcm_setkey(
                &context, MBEDTLS_CIPHER_ID_AES, key, UInt32(key.count * 8)) == 0
        else { return nil }
        var plaintext = [UInt8](repeating: 0, count: max(1, ciphertext.count))
        let status = unsafe mbedtls_gcm_auth_decrypt(
            &context, ciphertext.count, nonce, nonce.count, ad, ad.count, tag, tag.count,
            ciphertext, &plaintext)
        return status == 0 ? Array(plaintext.prefix(ciphertext.count)) : nil
    }

    /// Ciphertext and a 16-byte tag, nil when the library refuses the sizes.
    static func seal(
        key: [UInt8], nonce: [UInt8], ad: [UInt8], plaintext: [UInt8]
    ) -> [UInt8]? {
        var context = unsafe mbedtls_gcm_context()
        unsafe mbedtls_gcm_init(&context)
        defer { unsafe mbedtls_gcm_free(&context) }
        guard
            unsafe mbedtls_gcm_setkey(
                &context, MBEDTLS_CIPHER_ID_AES, key, UInt32(key.count * 8)) == 0
        else { return nil }
        var ciphertext = [UInt8](repeating: 0, count: max(1, plaintext.count))
        var tag = [UInt8](repeating: 0, count: 16)
        let status = unsafe mbedtls_gcm_crypt_and_tag(
            &context, MBEDTLS_GCM_ENCRYPT, plaintext.count, nonce, nonce.count, ad, ad.count,
            plaintext, &ciphertext, tag.count, &tag)
        return status == 0 ? Array(ciphertext.prefix(plaintext.count)) + tag : nil
    }
}
