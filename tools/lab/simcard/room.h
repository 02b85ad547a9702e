// The room around a simulated card: what the loudspeaker plays comes back to the microphone from
// every wall.
#ifndef SIMCARD_ROOM_H
#define SIMCARD_ROOM_H

#include "card.h"

#include <stddef.h>

enum { ROOM_BLOCK = 1024 }; // frames answered at once, at most

// One program's view of what its loudspeaker played lately, as the walls need it.
struct room {
	float played[CARD_TAPS + ROOM_BLOCK], answer[ROOM_BLOCK];
};

// Sets the room's answer to one sample: `count` of them at full scale, taken `gain` times. It holds
// from the next block on. 0 or -EINVAL.
int room_set(struct card_shared *card, const struct card_frame *answer, size_t count, double gain);

// What the walls add to the microphone from `frame` on; NULL where there is no room.
const float *room_answer(struct room *room, struct card_shared *card, int64_t frame, size_t count);

#endif
