// How the simulated card behaves once it is open.
//
// It keeps time by CLOCK_MONOTONIC through the card's own clock, and does as a kernel driver does:
// counts frames from the moment of starting, interrupts at period ends (the poll descriptor is a
// timer), stops with an xrun when the program is late, and answers -ENODEV to everything once
// unplugged. After the parameters are set nothing here allocates.
#include "stream.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/timerfd.h>
#include <unistd.h>

// Transfers after which nobody waits for a stream that was not polled since.
enum { UNPOLLED_MAX = 8 };

static void arm_at(struct stream *stream, int64_t ns)
{
	struct itimerspec when = { .it_value = { ns / 1000000000, ns % 1000000000 } };
	timerfd_settime(stream->io.poll_fd, TFD_TIMER_ABSTIME, &when, NULL);
}

static void disarm(struct stream *stream) { arm_at(stream, 0); }

// Readable at once, and until armed again: a time that has passed long ago.
static void arm_now(struct stream *stream) { arm_at(stream, 1); }

// The frames of the card's clock for so many of the stream's.
static int64_t ticks(const struct stream *stream, int64_t frames)
{
	return frames * (CARD_RATE / (int64_t)stream->io.rate);
}

static bool hangs(const struct stream *stream)
{
	struct card_shared *card = stream->card.shared;
	return (atomic_load(&card->hangs) >> stream->direction & 1) != 0
		|| stream->number <= atomic_load(&card->stuck[stream->direction]);
}

// Sets the next interrupt: the first period end at which the program, having moved `moved` frames,
// finds `avail_min` of them ready.
static void arm(struct stream *stream, snd_pcm_uframes_t moved)
{
	const snd_pcm_ioplug_t *io = &stream->io;
	if (hangs(stream)) {
		disarm(stream);
		return;
	}
	int64_t ready = (int64_t)(moved + stream->avail_min);
	if (stream->direction == CARD_PLAYBACK)
		ready -= (int64_t)io->buffer_size;
	if (!stream->running) {
		// Before the start only a buffer that can still be filled is ready.
		if (stream->direction == CARD_PLAYBACK && ready <= 0)
			arm_now(stream);
		else
			disarm(stream);
		return;
	}
	int64_t period = (int64_t)io->period_size;
	int64_t ends = ready <= 0 ? 0 : (ready + period - 1) / period;
	arm_at(stream, card_told_ns(stream->card.shared, stream->direction,
		stream->start_frame + ticks(stream, ends * period)));
}

// Stops the clockwork; what was to be played after this moment is not.
static void halt(struct stream *stream)
{
	if (!stream->running)
		return;
	stream->running = false;
	atomic_fetch_sub(&stream->card.shared->running[stream->direction], 1);
	if (stream->direction != CARD_PLAYBACK)
		return;
	int64_t end = stream->start_frame + ticks(stream, (int64_t)stream->io.appl_ptr);
	int64_t now = card_frame_at(stream->card.shared, card_now_ns());
	for (int64_t frame = now + 1; frame < end; frame++)
		card_put(stream->card.shared->speaker, frame, (struct card_frame){ 0, 0 });
}

// Notices what the world did to the card: 0, -ENODEV or -ESTRPIPE, with the state to match.
static int check(struct stream *stream)
{
	struct card_shared *card = stream->card.shared;
	if (atomic_load(&card->absent) != 0 || atomic_load(&card->unplugs) != stream->seen_unplugs) {
		halt(stream);
		snd_pcm_ioplug_set_state(&stream->io, SND_PCM_STATE_DISCONNECTED);
		return -ENODEV;
	}
	if (atomic_load(&card->suspends) != stream->seen_suspends) {
		halt(stream);
		snd_pcm_ioplug_set_state(&stream->io, SND_PCM_STATE_SUSPENDED);
		return -ESTRPIPE;
	}
	return 0;
}

static int xrun(struct stream *stream)
{
	halt(stream);
	arm_now(stream);
	atomic_fetch_add(&stream->card.shared->xruns[stream->direction], 1);
	return -EPIPE;
}

static int on_prepare(snd_pcm_ioplug_t *io)
{
	struct stream *stream = io->private_data;
	struct card_shared *card = stream->card.shared;
	if (check(stream) == -ENODEV)
		return -ENODEV;
	if (atomic_load(&card->asleep) != 0)
		return -ESTRPIPE;
	stream->seen_suspends = atomic_load(&card->suspends);
	halt(stream);
	stream->position = 0;
	arm(stream, 0);
	return 0;
}

// Plays a frame of the stream for as long as it lasts.
static void sound(struct stream *stream, int64_t frame, struct card_frame what)
{
	for (int64_t tick = ticks(stream, frame); tick < ticks(stream, frame + 1); tick++)
		card_put(stream->card.shared->speaker, stream->start_frame + tick, what);
}

static int on_start(snd_pcm_ioplug_t *io)
{
	struct stream *stream = io->private_data;
	struct card_shared *card = stream->card.shared;
	int result = check(stream);
	if (result < 0)
		return result;
	if (stream->direction == CARD_PLAYBACK && io->appl_ptr == 0)
		return -EPIPE;
	// The card moves at whole frames of its own clock, whichever direction asks.
	stream->start_frame = card_frame_at(card, card_now_ns()) + 1;
	stream->running = true;
	atomic_fetch_add(&card->starts[stream->direction], 1);
	atomic_fetch_add(&card->running[stream->direction], 1);
	if (stream->direction == CARD_PLAYBACK)
		for (snd_pcm_uframes_t i = 0; i < io->appl_ptr && i < io->buffer_size; i++)
			sound(stream, (int64_t)i, stream->waiting[i]);
	arm(stream, io->appl_ptr);
	return 0;
}

static int on_stop(snd_pcm_ioplug_t *io)
{
	struct stream *stream = io->private_data;
	halt(stream);
	disarm(stream);
	return 0;
}

static snd_pcm_sframes_t on_pointer(snd_pcm_ioplug_t *io)
{
	struct stream *stream = io->private_data;
	struct card_shared *card = stream->card.shared;
	bool playing = stream->direction == CARD_PLAYBACK;
	if (check(stream) < 0 || !stream->running || hangs(stream))
		return (snd_pcm_sframes_t)(stream->position % io->buffer_size);
	if (atomic_load(&card->xruns_wanted[stream->direction]) != stream->seen_xruns) {
		stream->seen_xruns++;
		return xrun(stream);
	}
	int64_t moved = (card_frame_at(card, card_now_ns()) - stream->start_frame) / ticks(stream, 1);
	int64_t asked = (int64_t)io->appl_ptr;
	if (moved < 0)
		moved = 0;
	if (io->state == SND_PCM_STATE_DRAINING) // running dry is what it is for
		moved = playing && moved > asked ? asked : moved;
	else if (playing ? moved >= asked : moved - asked >= (int64_t)io->buffer_size)
		return xrun(stream);
	stream->position = (snd_pcm_uframes_t)moved;
	return (snd_pcm_sframes_t)(stream->position % io->buffer_size);
}

// Samples are little endian and left-justified in every format but S24_LE, whose top byte is a
// sign that nobody reads on playback.
static void put_sample(unsigned char *at, snd_pcm_format_t format, int16_t sample)
{
	unsigned char low = (unsigned char)sample, high = (unsigned char)(sample >> 8);
	switch (format) {
	case SND_PCM_FORMAT_S16_LE: at[0] = low; at[1] = high; break;
	case SND_PCM_FORMAT_S24_3LE: at[0] = 0; at[1] = low; at[2] = high; break;
	case SND_PCM_FORMAT_S24_LE: at[0] = 0; at[1] = low; at[2] = high; at[3] = sample >> 15; break;
	default: at[0] = 0; at[1] = 0; at[2] = low; at[3] = high; break;
	}
}

static int16_t get_sample(const unsigned char *at, snd_pcm_format_t format)
{
	switch (format) {
	case SND_PCM_FORMAT_S16_LE: break;
	case SND_PCM_FORMAT_S32_LE: at += 2; break;
	default: at += 1; break;
	}
	return (int16_t)(at[0] | at[1] << 8);
}

// Called with a block that starts at `io->appl_ptr`; with memory-mapped capture, perhaps again with
// the same one.
static snd_pcm_sframes_t on_transfer(snd_pcm_ioplug_t *io, const snd_pcm_channel_area_t *areas,
	snd_pcm_uframes_t offset, snd_pcm_uframes_t size)
{
	struct stream *stream = io->private_data;
	struct card_shared *card = stream->card.shared;
	int result = check(stream);
	if (result < 0)
		return result;
	if (atomic_load(&card->allocates) != 0) {
		void *volatile memory = malloc(64);
		free(memory);
	}
	size_t step = areas->step / 8;
	unsigned char *left = (unsigned char *)areas->addr + areas->first / 8 + offset * step;
	unsigned char *right = left;
	if (io->channels == 2)
		right = (unsigned char *)areas[1].addr + areas[1].first / 8 + offset * step;
	const float *answer = NULL;
	bool muted = card_is_muted(card, stream->direction);
	for (snd_pcm_uframes_t i = 0; i < size; i++, left += step, right += step) {
		int64_t frame = stream->start_frame + ticks(stream, (int64_t)(io->appl_ptr + i));
		if (stream->direction == CARD_CAPTURE) {
			if (ticks(stream, 1) == 1 && i % ROOM_BLOCK == 0) {
				size_t count = size - i < ROOM_BLOCK ? size - i : ROOM_BLOCK;
				answer = room_answer(&stream->room, card, frame, count);
			}
			float more = answer == NULL ? 0 : answer[i % ROOM_BLOCK];
			struct card_frame heard = { 0, 0 };
			if (!muted)
				heard = card_heard(card, frame, more);
			put_sample(left, io->format, heard.left);
			if (io->channels == 2)
				put_sample(right, io->format, heard.right);
			continue;
		}
		struct card_frame said =
			{ get_sample(left, io->format), get_sample(right, io->format) };
		if (muted)
			said = (struct card_frame){ 0, 0 };
		if (stream->running)
			sound(stream, (int64_t)(io->appl_ptr + i), said);
		else
			stream->waiting[(io->appl_ptr + i) % io->buffer_size] = said;
	}
	// Memory-mapped capture has moved nothing yet: its timer is set when next polled. So is that of
	// a stream that nobody waits for: it costs a system call, and a real card's interrupt does not.
	bool mapped = io->access != SND_PCM_ACCESS_RW_INTERLEAVED;
	if (stream->unpolled < UNPOLLED_MAX && (!mapped || stream->direction == CARD_PLAYBACK)) {
		stream->unpolled++;
		arm(stream, io->appl_ptr + size);
	}
	return (snd_pcm_sframes_t)size;
}

// Level-triggered, as the kernel's poll is: ready until the program has done something about it.
static int on_poll(snd_pcm_ioplug_t *io, struct pollfd *fds, unsigned int count,
	unsigned short *events)
{
	struct stream *stream = io->private_data;
	unsigned short ready = stream->direction == CARD_PLAYBACK ? POLLOUT : POLLIN;
	*events = 0;
	if (count < 1 || (fds[0].revents & POLLIN) == 0)
		return 0;
	stream->unpolled = 0;
	if (hangs(stream) && io->state == SND_PCM_STATE_RUNNING) {
		disarm(stream);
		return 0;
	}
	snd_pcm_sframes_t avail = snd_pcm_avail_update(io->pcm);
	switch (io->state) {
	case SND_PCM_STATE_PREPARED:
	case SND_PCM_STATE_RUNNING:
	case SND_PCM_STATE_PAUSED:
	case SND_PCM_STATE_DRAINING:
		if (avail >= (snd_pcm_sframes_t)stream->avail_min)
			*events = ready;
		else
			arm(stream, io->appl_ptr);
		break;
	case SND_PCM_STATE_DISCONNECTED: *events = ready | POLLERR | POLLHUP; break;
	default: *events = ready | POLLERR; break;
	}
	return 0;
}

static int on_hw_params(snd_pcm_ioplug_t *io, snd_pcm_hw_params_t *params)
{
	(void)params;
	struct stream *stream = io->private_data;
	int result = check(stream);
	if (result < 0)
		return result;
	if (CARD_RATE % io->rate != 0 || io->channels > 2)
		return -EINVAL;
	switch (io->format) {
	case SND_PCM_FORMAT_S16_LE:
	case SND_PCM_FORMAT_S24_LE:
	case SND_PCM_FORMAT_S24_3LE:
	case SND_PCM_FORMAT_S32_LE: break;
	default: return -EINVAL;
	}
	free(stream->waiting);
	stream->waiting = calloc(io->buffer_size, sizeof *stream->waiting);
	stream->avail_min = io->period_size;
	return stream->waiting == NULL ? -ENOMEM : 0;
}

static int on_sw_params(snd_pcm_ioplug_t *io, snd_pcm_sw_params_t *params)
{
	struct stream *stream = io->private_data;
	int result = snd_pcm_sw_params_get_avail_min(params, &stream->avail_min);
	if (stream->avail_min == 0)
		stream->avail_min = 1;
	return result;
}

struct stream *stream_make(void)
{
	void *memory = mmap(NULL, sizeof(struct stream), PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	return memory == MAP_FAILED ? NULL : memory;
}

void stream_free(struct stream *stream)
{
	munmap(stream, sizeof *stream);
}

static int on_close(snd_pcm_ioplug_t *io)
{
	struct stream *stream = io->private_data;
	halt(stream);
	card_dawdle(stream->card.shared);
	close(io->poll_fd);
	card_close(&stream->card);
	free(stream->waiting);
	stream_free(stream);
	return 0;
}

const snd_pcm_ioplug_callback_t stream_callbacks = {
	.start = on_start,
	.stop = on_stop,
	.pointer = on_pointer,
	.transfer = on_transfer,
	.prepare = on_prepare,
	.hw_params = on_hw_params,
	.sw_params = on_sw_params,
	.poll_revents = on_poll,
	.close = on_close,
};
