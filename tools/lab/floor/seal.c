#include "seal.h"

#include <string.h>

void seal_init(struct seal *seal, uint32_t index)
{
	uint8_t key[32], mask[32];
	for (int i = 0; i < 32; i++) {
		key[i] = (uint8_t)(index + (uint32_t)i);
		mask[i] = (uint8_t)(key[i] ^ 0x55);
	}
	memcpy(seal->iv, key, sizeof seal->iv);
	seal->index = index;
	seal->counter = 0;
	mbedtls_gcm_init(&seal->gcm);
	mbedtls_gcm_setkey(&seal->gcm, MBEDTLS_CIPHER_ID_AES, key, 256);
	mbedtls_aes_init(&seal->mask);
	mbedtls_aes_setkey_enc(&seal->mask, mask, 256);
}

static void make_nonce(const struct seal *seal, uint64_t counter, uint8_t nonce[12])
{
	memcpy(nonce, seal->iv, 12);
	for (int i = 0; i < 8; i++)
		nonce[4 + i] ^= (uint8_t)(counter >> (56 - 8 * i));
}

// Flags, counter and time are hidden with bytes drawn from the tag; again, they are back.
static void mask_header(struct seal *seal, const uint8_t *tag, uint8_t *hidden)
{
	uint8_t block[16];
	mbedtls_aes_crypt_ecb(&seal->mask, MBEDTLS_AES_ENCRYPT, tag, block);
	for (int i = 0; i < SEAL_HEADER - 4; i++)
		hidden[i] ^= block[i];
}

void seal_packet(struct seal *seal, const uint8_t *plain, uint8_t *datagram)
{
	uint8_t nonce[12], *tag = datagram + SEAL_HEADER + SEAL_PLAIN;
	uint64_t counter = seal->counter++;
	make_nonce(seal, counter, nonce);
	for (int i = 0; i < 4; i++)
		datagram[i] = (uint8_t)(seal->index >> (24 - 8 * i));
	datagram[4] = 0;
	datagram[5] = (uint8_t)(counter >> 8);
	datagram[6] = (uint8_t)counter;
	// The session's age in 10 ms: here each packet is one of them.
	datagram[7] = datagram[5];
	datagram[8] = datagram[6];
	mbedtls_gcm_crypt_and_tag(&seal->gcm, MBEDTLS_GCM_ENCRYPT, SEAL_PLAIN, nonce, sizeof nonce,
		datagram, SEAL_HEADER, plain, datagram + SEAL_HEADER, SEAL_TAG, tag);
	mask_header(seal, tag, datagram + 4);
}

uint32_t seal_index(const uint8_t *datagram)
{
	return (uint32_t)datagram[0] << 24 | (uint32_t)datagram[1] << 16
		| (uint32_t)datagram[2] << 8 | datagram[3];
}

bool seal_open(struct seal *seal, const uint8_t *datagram, uint8_t *plain)
{
	uint8_t nonce[12], header[SEAL_HEADER];
	const uint8_t *tag = datagram + SEAL_HEADER + SEAL_PLAIN;
	memcpy(header, datagram, sizeof header);
	mask_header(seal, tag, header + 4);
	// The one counter with these low bits that is nearest to the next one.
	uint16_t low = (uint16_t)(header[5] << 8 | header[6]);
	uint64_t counter = seal->counter + (uint64_t)(int64_t)(int16_t)(low - (uint16_t)seal->counter);
	make_nonce(seal, counter, nonce);
	if (mbedtls_gcm_auth_decrypt(&seal->gcm, SEAL_PLAIN, nonce, sizeof nonce, header,
			sizeof header, tag, SEAL_TAG, datagram + SEAL_HEADER, plain) != 0)
		return false;
	// The least of replay windows: in order, or not at all.
	if (counter < seal->counter)
		return false;
	seal->counter = counter + 1;
	return true;
}
