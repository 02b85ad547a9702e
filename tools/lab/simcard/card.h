// A simulated sound card, as the plug-in inside a program and the world outside it both see it.
//
// One file holds one card: a clock, a few switches that make the card misbehave, and two rings of
// sound. The file is mapped by everyone concerned; there is no daemon. Sound has a place by the
// number of its frame on the card's own clock: the frame that the card captures at frame number n
// lies in cell n of the microphone ring, and what it plays at n lies in cell n of the speaker
// ring. A cell carries its number, so whatever is older than the ring reads as silence.
#ifndef SIMCARD_CARD_H
#define SIMCARD_CARD_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

enum {
	CARD_RATE = 48000,        // nominal frames a second
	CARD_RING = 1 << 18,      // frames in a ring: 5.4 seconds
	CARD_TAPS = 14400,        // the longest answer of a room: 0.3 seconds
	CARD_VERSION = 7,
	CARD_FIRST_FRAME = CARD_RATE, // so that no frame of interest has a number near zero
};

// Indexes of everything that exists once for each direction; equal to ALSA's stream numbers.
enum card_direction { CARD_PLAYBACK = 0, CARD_CAPTURE = 1 };

// What the mixer has of each direction: a switch and a volume.
enum { CARD_SPEAKER_SWITCH, CARD_SPEAKER_VOLUME, CARD_MIC_SWITCH, CARD_MIC_VOLUME, CARD_CONTROLS };

// Left in the upper half of the low word, right in the lower; the frame number above them.
typedef _Atomic uint64_t card_cell;

struct card_frame {
	int16_t left, right;
};

struct card_shared {
	_Atomic uint32_t magic;
	uint32_t version;

	// The clock: frame number `base_frame` began at `base_ns` of CLOCK_MONOTONIC, and frames
	// have passed at 48 kHz (1 + ppm / 10^6) since. Odd `clock_turn`: being changed.
	_Atomic uint32_t clock_turn;
	_Atomic int64_t base_ns, base_frame;
	_Atomic int64_t rate_error_ppb;

	// Misbehaviour on demand. Counters count requests, so that each is answered exactly once.
	_Atomic uint32_t xruns_wanted[2];
	_Atomic uint32_t unplugs;
	_Atomic uint32_t absent;
	_Atomic uint32_t suspends;
	_Atomic uint32_t asleep;
	// It stands still, wakes nobody and says nothing of it: a bit for each direction. So do streams
	// up to a number, as `opens` counts them: only opening it again helps.
	_Atomic uint32_t hangs;
	_Atomic uint32_t stuck[2];
	_Atomic uint32_t slow_ms; // opening a direction takes so long, and closing it
	_Atomic uint32_t allocates; // transfers call malloc: trips a heap counter on purpose
	// Each period's end is told so many frames late at most; where the card is, is always true.
	_Atomic int32_t jitter_frames;

	// The mixer. Of a direction whose switch is off comes silence; volumes change no sound.
	_Atomic int32_t controls[CARD_CONTROLS];

	// The air between loudspeaker and microphone.
	_Atomic int32_t echo_permille, echo_delay_frames;
	_Atomic int32_t noise_peak; // in steps of 16-bit samples
	_Atomic int32_t speaker_limit; // where the loudspeaker clips, softly, in such steps; 0: never
	_Atomic uint32_t room; // which of the two answers below is the room's
	uint32_t tap_count[2];
	float taps[2][CARD_TAPS];

	// What happened, for `simcard status`.
	_Atomic uint32_t opens[2], starts[2], xruns[2], running[2];

	_Alignas(4096) card_cell microphone[CARD_RING];
	card_cell speaker[CARD_RING];
};

struct card {
	int fd;
	struct card_shared *shared;
};

// Opens the card at `path`, making it when absent. Returns 0 or a negative errno.
// A card made here runs `ppb` billionths fast; an existing one keeps its clock.
int card_open(struct card *card, const char *path, int64_t ppb);
void card_close(struct card *card);

// Takes one direction of the card, as a program that plays or records does: 0, -EBUSY when someone
// else has it, or another negative errno. Dies with the card's descriptor, and so with the program.
int card_claim(struct card *card, enum card_direction direction);

int64_t card_now_ns(void);
// Waits as long as opening or closing a direction takes.
void card_dawdle(struct card_shared *card);
int64_t card_frame_at(struct card_shared *card, int64_t ns);
int64_t card_ns_of(struct card_shared *card, int64_t frame);
// When the end of a period at `frame` is told: then, or up to the card's jitter later.
int64_t card_told_ns(struct card_shared *card, enum card_direction direction, int64_t frame);
// Changes the speed of the clock from now on, with no jump.
void card_set_rate_error(struct card_shared *card, int64_t ppb);

static inline bool card_is_muted(struct card_shared *card, enum card_direction direction)
{
	int place = direction == CARD_PLAYBACK ? CARD_SPEAKER_SWITCH : CARD_MIC_SWITCH;
	return atomic_load_explicit(&card->controls[place], memory_order_relaxed) == 0;
}

static inline void card_put(card_cell *ring, int64_t frame, struct card_frame sound)
{
	uint64_t cell = (uint64_t)(uint32_t)frame << 32
		| (uint32_t)(uint16_t)sound.left << 16 | (uint16_t)sound.right;
	atomic_store_explicit(&ring[frame & (CARD_RING - 1)], cell, memory_order_relaxed);
}

static inline struct card_frame card_get(card_cell *ring, int64_t frame)
{
	uint64_t cell = atomic_load_explicit(&ring[frame & (CARD_RING - 1)], memory_order_relaxed);
	if (cell >> 32 != (uint32_t)frame)
		return (struct card_frame){ 0, 0 };
	return (struct card_frame){ (int16_t)(cell >> 16), (int16_t)cell };
}

// What the microphone hears at `frame`: what was fed to it, the loudspeaker, noise, and `more`.
struct card_frame card_heard(struct card_shared *card, int64_t frame, float more);

#endif
