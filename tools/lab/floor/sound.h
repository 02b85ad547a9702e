// One direction of a card through alsa-lib, as the daemon opens it: 48 kHz, mono, 16 bits.
#ifndef FLOOR_SOUND_H
#define FLOOR_SOUND_H

#include <alsa/asoundlib.h>
#include <stdbool.h>
#include <stdint.h>

enum { SOUND_RATE = 48000, SOUND_PERIOD_MAX = 960 };

struct sound {
	snd_pcm_t *pcm;
	struct pollfd descriptor;
	// Samples that it moves at once, and that it holds.
	snd_pcm_uframes_t period, buffer;
};

// Opens and prepares a card with so many periods of buffer; ends the program when it cannot.
void sound_open(struct sound *sound, const char *card, snd_pcm_stream_t direction, int period,
	int periods);

// Starts a playback with so many periods of silence queued, or a capture with none.
void sound_start(struct sound *sound, int silent_periods);

// Whether a wake of the descriptor meant something; alsa-lib must be asked each time.
bool sound_is_ready(struct sound *sound, short events);

// Takes one period out of the card; false when there is none.
bool sound_read(struct sound *sound, int16_t *samples);

// Periods to write now so that about `fill` of them are queued.
int sound_room(struct sound *sound, int fill);

void sound_write(struct sound *sound, const int16_t *samples);

#endif
