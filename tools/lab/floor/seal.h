// One direction of a session: AES-256-GCM and the masked header of docs/protocol.md §2.1.
#ifndef FLOOR_SEAL_H
#define FLOOR_SEAL_H

#include <mbedtls/aes.h>
#include <mbedtls/gcm.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	SEAL_HEADER = 7,
	SEAL_TAG = 16,
	SEAL_PLAIN = 64, // one Opus frame of 40 bytes, its header, padding
	SEAL_DATAGRAM = SEAL_HEADER + SEAL_PLAIN + SEAL_TAG,
};

struct seal {
	mbedtls_gcm_context gcm;
	mbedtls_aes_context mask;
	uint8_t iv[12];
	uint32_t index;
	uint64_t counter;
};

// Keys that anyone can guess, made from the index: nothing here is secret. The index must be
// 0x10000000 or more, as that of every data packet.
void seal_init(struct seal *seal, uint32_t index);

// Writes the datagram that holds `plain`.
void seal_packet(struct seal *seal, uint8_t flags, const uint8_t plain[SEAL_PLAIN],
	uint8_t datagram[SEAL_DATAGRAM]);

// The index a datagram is for.
uint32_t seal_index(const uint8_t *datagram);

// Opens a datagram of that index; false when it is not authentic, or was opened before.
bool seal_open(struct seal *seal, const uint8_t datagram[SEAL_DATAGRAM], uint8_t plain[SEAL_PLAIN]);

#endif
