// A room as a convolution: each sample played comes back from every wall, softer and later.
#include "room.h"

#include <errno.h>
#include <math.h>

int room_set(struct card_shared *card, const struct card_frame *answer, size_t count, double gain)
{
	if (count > CARD_TAPS)
		return -EINVAL;
	// The one not in use is written; a reader of the other is not disturbed.
	uint32_t place = 1 - (atomic_load(&card->room) & 1);
	for (size_t i = 0; i < count; i++)
		card->taps[place][i] = (float)(answer[i].left / 32767.0 * gain);
	card->tap_count[place] = (uint32_t)count;
	atomic_store(&card->room, place);
	return 0;
}

// What the loudspeaker makes of a sample: a small one cannot follow a loud one.
static float spoken(struct card_frame sound, float limit)
{
	float sample = 0.5F * (float)(sound.left + sound.right);
	return limit > 0 ? limit * tanhf(sample / limit) : sample;
}

__attribute__((optimize("O3")))
static void convolve(float *restrict sum, const float *restrict played, const float *taps,
	size_t taps_count, size_t count)
{
	for (size_t tap = 0; tap < taps_count; tap++) {
		float factor = taps[tap];
		const float *restrict from = played + (taps_count - tap);
		for (size_t i = 0; i < count; i++)
			sum[i] += factor * from[i];
	}
}

const float *room_answer(struct room *room, struct card_shared *card, int64_t frame, size_t count)
{
	uint32_t place = atomic_load(&card->room) & 1;
	size_t taps = card->tap_count[place];
	if (taps == 0 || count > ROOM_BLOCK)
		return NULL;
	float limit = (float)atomic_load_explicit(&card->speaker_limit, memory_order_relaxed);
	for (size_t i = 0; i < taps + count; i++)
		room->played[i] =
			spoken(card_get(card->speaker, frame - (int64_t)taps + (int64_t)i), limit);
	for (size_t i = 0; i < count; i++)
		room->answer[i] = 0;
	convolve(room->answer, room->played, card->taps[place], taps, count);
	return room->answer;
}
