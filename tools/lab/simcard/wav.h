// WAV files of 16-bit samples at 48 kHz, mono or stereo: all that the simulated card speaks.
#ifndef SIMCARD_WAV_H
#define SIMCARD_WAV_H

#include "card.h"

#include <stddef.h>
#include <stdio.h>

struct wav {
	struct card_frame *frames;
	size_t count;
};

// Reads a whole file; says on standard error why it cannot, and returns false.
bool wav_read(const char *path, struct wav *wav);

// Writes a header for `count` frames at the start of `file`; call again when the count is known.
void wav_write_header(FILE *file, uint32_t count, unsigned channels);
void wav_write_frame(FILE *file, struct card_frame frame, unsigned channels);

#endif
