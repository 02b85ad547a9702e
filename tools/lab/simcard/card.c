#define _GNU_SOURCE
#include "card.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static const uint32_t magic = 0x53494d63;

int64_t card_now_ns(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

void card_dawdle(struct card_shared *card)
{
	uint32_t ms = atomic_load(&card->slow_ms);
	struct timespec time = { ms / 1000, ms % 1000 * 1000000L };
	if (ms > 0)
		clock_nanosleep(CLOCK_MONOTONIC, 0, &time, NULL);
}

static int make(struct card *card, int64_t ppb)
{
	struct stat status;
	if (fstat(card->fd, &status) < 0)
		return -errno;
	bool is_new = status.st_size != sizeof *card->shared;
	if (is_new && ftruncate(card->fd, sizeof *card->shared) < 0)
		return -errno;
	card->shared = mmap(NULL, sizeof *card->shared, PROT_READ | PROT_WRITE, MAP_SHARED, card->fd, 0);
	if (card->shared == MAP_FAILED)
		return -errno;
	if (atomic_load(&card->shared->magic) == magic && card->shared->version == CARD_VERSION)
		return 0;
	card->shared->version = CARD_VERSION;
	atomic_store(&card->shared->base_ns, card_now_ns());
	atomic_store(&card->shared->base_frame, CARD_FIRST_FRAME);
	atomic_store(&card->shared->rate_error_ppb, ppb);
	static const int32_t controls[CARD_CONTROLS] = { 1, 32, 1, 15 };
	for (int i = 0; i < CARD_CONTROLS; i++)
		atomic_store(&card->shared->controls[i], controls[i]);
	atomic_store(&card->shared->magic, magic);
	return 0;
}

int card_open(struct card *card, const char *path, int64_t ppb)
{
	card->fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
	if (card->fd < 0)
		return -errno;
	// Two programs may meet a card that neither has seen: one of them makes it.
	int result = flock(card->fd, LOCK_EX) < 0 ? -errno : make(card, ppb);
	flock(card->fd, LOCK_UN);
	if (result < 0)
		close(card->fd);
	return result;
}

void card_close(struct card *card)
{
	munmap(card->shared, sizeof *card->shared);
	close(card->fd);
}

int card_claim(struct card *card, enum card_direction direction)
{
	// A lock of the open file, not of the process: a second open of the same program must
	// fail too, and no crash can leave the card taken.
	struct flock claim = { .l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = direction, .l_len = 1 };
	if (fcntl(card->fd, F_OFD_SETLK, &claim) == 0)
		return 0;
	return errno == EAGAIN || errno == EACCES ? -EBUSY : -errno;
}

struct clock {
	int64_t ns, frame;
	double frames_per_ns;
};

static struct clock read_clock(struct card_shared *card)
{
	struct clock clock;
	uint32_t turn;
	do {
		turn = atomic_load(&card->clock_turn);
		clock.ns = atomic_load(&card->base_ns);
		clock.frame = atomic_load(&card->base_frame);
		clock.frames_per_ns =
			CARD_RATE * 1e-9 * (1 + 1e-9 * (double)atomic_load(&card->rate_error_ppb));
	} while (turn % 2 != 0 || turn != atomic_load(&card->clock_turn));
	return clock;
}

int64_t card_frame_at(struct card_shared *card, int64_t ns)
{
	struct clock clock = read_clock(card);
	return clock.frame + (int64_t)floor((double)(ns - clock.ns) * clock.frames_per_ns);
}

int64_t card_ns_of(struct card_shared *card, int64_t frame)
{
	struct clock clock = read_clock(card);
	return clock.ns + (int64_t)ceil((double)(frame - clock.frame) / clock.frames_per_ns);
}

// Chance without a state: the same number always gives the same.
static uint64_t scatter(int64_t number)
{
	uint64_t x = (uint64_t)number * UINT64_C(0x9e3779b97f4a7c15);
	x = (x ^ x >> 31) * UINT64_C(0xbf58476d1ce4e5b9);
	return x ^ x >> 29;
}

int64_t card_told_ns(struct card_shared *card, enum card_direction direction, int64_t frame)
{
	uint32_t most = (uint32_t)atomic_load_explicit(&card->jitter_frames, memory_order_relaxed);
	if (most > 0)
		frame += (int64_t)(scatter(2 * frame + (int64_t)direction) % (most + 1));
	return card_ns_of(card, frame);
}

void card_set_rate_error(struct card_shared *card, int64_t ppb)
{
	int64_t frame = card_frame_at(card, card_now_ns());
	int64_t ns = card_ns_of(card, frame);
	atomic_fetch_add(&card->clock_turn, 1);
	atomic_store(&card->base_ns, ns);
	atomic_store(&card->base_frame, frame);
	atomic_store(&card->rate_error_ppb, ppb);
	atomic_fetch_add(&card->clock_turn, 1);
}

static int16_t clip(int64_t sample)
{
	return sample > INT16_MAX ? INT16_MAX : sample < INT16_MIN ? INT16_MIN : (int16_t)sample;
}

// Noise without a state: the same frame of the same card always sounds the same.
static int32_t noise(int64_t frame, int32_t peak)
{
	return (int32_t)(scatter(frame) % (uint32_t)(2 * peak + 1)) - peak;
}

struct card_frame card_heard(struct card_shared *card, int64_t frame, float answer)
{
	struct card_frame sound = card_get(card->microphone, frame);
	int32_t gain = atomic_load_explicit(&card->echo_permille, memory_order_relaxed);
	int32_t peak = atomic_load_explicit(&card->noise_peak, memory_order_relaxed);
	if (gain == 0 && peak <= 0 && answer == 0)
		return sound;
	int64_t more = lrintf(answer);
	if (gain != 0) {
		int32_t delay =
			atomic_load_explicit(&card->echo_delay_frames, memory_order_relaxed);
		struct card_frame played = card_get(card->speaker, frame - delay);
		more = (int64_t)(played.left + played.right) * gain / 2000;
	}
	if (peak > 0)
		more += noise(frame, peak);
	return (struct card_frame){ clip(sound.left + more), clip(sound.right + more) };
}
