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
	uint32_t seen_xruns, seen_unplugs, seen_suspends;
	struct room room;
	struct card_frame *waiting; // what was written before the start
};

extern const snd_pcm_ioplug_callback_t stream_callbacks;

#endif
