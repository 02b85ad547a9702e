// One direction of a session: AES-256-GCM and the masked header of docs/protocol.md §2.1.
#ifndef FLOOR_SEAL_H
#define FLOOR_SEAL_H

#include <mbedtls/aes.h>
#include <mbedtls/gcm.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	SEAL_HEADER = 9,
	SEAL_TAG = 16,
	SEAL_PLAIN = 64, // an Opus frame, its header, padding
	SEAL_OVERHEAD = SEAL_HEADER + SEAL_TAG,
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

// Writes the datagram that holds `plain`; it is SEAL_OVERHEAD bytes longer.
void seal_packet(struct seal *seal, const uint8_t *plain, uint8_t *datagram);

// The index a datagram is for.
uint32_t seal_index(const uint8_t *datagram);

// Opens a datagram of that index; false when it is not authentic, or was opened before.
bool seal_open(struct seal *seal, const uint8_t *datagram, uint8_t *plain);

#endif
