#ifndef CMBEDTLS_SHIM_H
#define CMBEDTLS_SHIM_H

// What intercomd uses of libmbedcrypto 2.28 and 3.6, and the few calls that differ between the two.

#include <mbedtls/version.h>

#include <mbedtls/aes.h>
#include <mbedtls/chacha20.h>
#include <mbedtls/chachapoly.h>
#include <mbedtls/ecdsa.h>
#include <mbedtls/ecp.h>
#include <mbedtls/gcm.h>
#include <mbedtls/hkdf.h>
#include <mbedtls/md.h>
#include <mbedtls/pkcs5.h>
#include <mbedtls/sha256.h>

// Embedded Swift has no pointer to a part of a struct.
static inline const mbedtls_ecp_point *cmbedtls_generator(const mbedtls_ecp_group *group) {
    return &group->G;
}

static inline const mbedtls_mpi *cmbedtls_order(const mbedtls_ecp_group *group) {
    return &group->N;
}

// The checked forms are spelled with `_ret` up to 2.28 and without it from 3.0 on.
#if MBEDTLS_VERSION_NUMBER < 0x03000000
static inline int cmbedtls_sha256_starts(mbedtls_sha256_context *context) {
    return mbedtls_sha256_starts_ret(context, 0);
}

static inline int cmbedtls_sha256_update(
    mbedtls_sha256_context *context, const unsigned char *bytes, size_t count) {
    return mbedtls_sha256_update_ret(context, bytes, count);
}

static inline int cmbedtls_sha256_finish(mbedtls_sha256_context *context, unsigned char *digest) {
    return mbedtls_sha256_finish_ret(context, digest);
}

// With HMAC-SHA-256. The form with a context of the caller's is deprecated from 3.3 on.
static inline int cmbedtls_pbkdf2(
    const unsigned char *secret, size_t secret_count, const unsigned char *salt, size_t salt_count,
    unsigned rounds, uint32_t count, unsigned char *output) {
    mbedtls_md_context_t context;
    mbedtls_md_init(&context);
    int status = mbedtls_md_setup(&context, mbedtls_md_info_from_type(MBEDTLS_MD_SHA256), 1);
    if (status == 0) {
        status = mbedtls_pkcs5_pbkdf2_hmac(
            &context, secret, secret_count, salt, salt_count, rounds, count, output);
    }
    mbedtls_md_free(&context);
    return status;
}
#else
static inline int cmbedtls_sha256_starts(mbedtls_sha256_context *context) {
    return mbedtls_sha256_starts(context, 0);
}

static inline int cmbedtls_sha256_update(
    mbedtls_sha256_context *context, const unsigned char *bytes, size_t count) {
    return mbedtls_sha256_update(context, bytes, count);
}

static inline int cmbedtls_sha256_finish(mbedtls_sha256_context *context, unsigned char *digest) {
    return mbedtls_sha256_finish(context, digest);
}

static inline int cmbedtls_pbkdf2(
    const unsigned char *secret, size_t secret_count, const unsigned char *salt, size_t salt_count,
    unsigned rounds, uint32_t count, unsigned char *output) {
    return mbedtls_pkcs5_pbkdf2_hmac_ext(
        MBEDTLS_MD_SHA256, secret, secret_count, salt, salt_count, rounds, count, output);
}
#endif

#endif
