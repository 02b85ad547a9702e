// One direction of the simulated card in one program: what alsa-lib calls an I/O plug-in.
#ifndef SIMCARD_STREAM_H
#define SIMCARD_STREAM_H

#include "card.h"
#include "room.h"

#include <alsa/asoundlib.h>
#include <alsa/pcm_external.h>

struct stream {
	snd_pcm_ioplug_t io;
	struct card card;
	enum card_direction direction;
	snd_pcm_uframes_t avail_min;
	int64_t start_frame;     // on the card's clock: where frame 0 of this run is
	snd_pcm_uframes_t position; // frames the card has moved in this run
	bool running;
	int unpolled; // transfers since the program asked what its descriptor's wake meant
	uint32_t number; // which opening of its direction it is, from 1
	uint32_t seen_xruns, seen_unplugs, seen_suspends;
	struct card_frame *waiting; // what was written before the start
	struct room room;
};

// A stream of zeros; NULL when there is no memory. A real card has no room: what is not used of it
// is no memory of the program's.
struct stream *stream_make(void);
void stream_free(struct stream *stream);

extern const snd_pcm_ioplug_callback_t stream_callbacks;

#endif
