// The world outside a simulated sound card: speaks into its microphone, listens to its speaker, and
// mistreats it. tools/lab/README.md has the commands.
//
// WHEN of --at is now+MS, ns:TIME, or the number of a frame of the card's clock. WAV files are
// 48 kHz, 16 bits.
#define _GNU_SOURCE
#include "card.h"
#include "room.h"
#include "wav.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static volatile sig_atomic_t stopped;

static void on_signal(int number)
{
	(void)number;
	stopped = 1;
}

struct options {
	const char *at;
	double seconds; // 0: until stopped
	bool loop, stereo;
};

static int fail(const char *what)
{
	fprintf(stderr, "simcard: %s\n", what);
	return 1;
}

static int misused(void)
{
	fputs("usage: simcard DIR/CARD COMMAND [WORD]...; tools/lab/README.md has the commands\n", stderr);
	return 2;
}

static bool read_options(struct options *options, char **words)
{
	for (; *words != NULL; words++) {
		if (strcmp(*words, "--loop") == 0)
			options->loop = true;
		else if (strcmp(*words, "--stereo") == 0)
			options->stereo = true;
		else if (strcmp(*words, "--at") == 0 && words[1] != NULL)
			options->at = *++words;
		else if (strcmp(*words, "--seconds") == 0 && words[1] != NULL)
			options->seconds = strtod(*++words, NULL);
		else
			return false;
	}
	return true;
}

static void sleep_until(int64_t ns)
{
	struct timespec when = { ns / 1000000000, ns % 1000000000 };
	clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &when, NULL);
}

// When sample 0 of a file sounds. The file keeps the world's time and the card its own, so the two
// meet at each sample anew, and a card with a wrong clock hears the world as a real one does.
static int64_t first_ns(struct card_shared *card, const struct options *options)
{
	if (options->at == NULL)
		return card_now_ns();
	if (strncmp(options->at, "ns:", 3) == 0)
		return strtoll(options->at + 3, NULL, 10);
	if (strncmp(options->at, "now+", 4) == 0)
		return card_now_ns() + (int64_t)(strtod(options->at + 4, NULL) * 1e6);
	return card_ns_of(card, strtoll(options->at, NULL, 10));
}

static int64_t sample_ns(int64_t first, int64_t index)
{
	return first + index / CARD_RATE * 1000000000 + index % CARD_RATE * 1000000000 / CARD_RATE;
}

// Where a starved helper was late: stretches of the file, the newest of them joined when there are
// too many, so that none is ever left out.
enum { GAPS_MAX = 64 };

struct gaps {
	int64_t missed; // samples in all of them
	int count;
	struct {
		int64_t from, to;
	} at[GAPS_MAX];
};

static void miss(struct gaps *gaps, int64_t index)
{
	gaps->missed++;
	if (gaps->count > 0 && (gaps->at[gaps->count - 1].to == index || gaps->count == GAPS_MAX)) {
		gaps->at[gaps->count - 1].to = index + 1;
		return;
	}
	gaps->at[gaps->count].from = index;
	gaps->at[gaps->count++].to = index + 1;
}

static void begin_report(const char *command, struct card_shared *card, int64_t first)
{
	printf("{\"command\":\"%s\",\"first_sample_ns\":%" PRId64 ",\"first_frame\":%" PRId64,
		command, first, card_frame_at(card, first));
}

static void end_report(void)
{
	puts("}");
	fflush(stdout);
}

static void report_end(const char *command, struct card_shared *card, int64_t first,
	int64_t samples, const struct gaps *gaps)
{
	begin_report(command, card, first);
	printf(",\"samples\":%" PRId64 ",\"missed\":%" PRId64 ",\"gaps\":[", samples, gaps->missed);
	for (int i = 0; i < gaps->count; i++)
		printf("%s[%" PRId64 ",%" PRId64 "]", i > 0 ? "," : "", gaps->at[i].from, gaps->at[i].to);
	putchar(']');
	end_report();
}

// Before everything else that may wish to run: it is the world, which does not wait for a program.
// A right that a plain user does not have; without it the rings must be long enough.
static void hurry(void)
{
	struct sched_param parameters = { .sched_priority = 80 };
	sched_setscheduler(0, SCHED_FIFO, &parameters);
}

// Feeds the microphone, far ahead of whoever reads it.
static int play(struct card_shared *card, const char *path, const struct options *options)
{
	struct wav wav;
	if (!wav_read(path, &wav))
		return 1;
	// Half a sample late, so that rounding puts sample i into frame i when the clocks agree.
	const int64_t half = 1000000000 / CARD_RATE / 2, ms = 1000000, ahead = 1500 * ms;
	int64_t first = first_ns(card, options);
	if (options->at == NULL)
		first += 100 * ms; // so that not even the first sample is late
	first = card_ns_of(card, card_frame_at(card, first));
	int64_t index = 0, next = card_frame_at(card, first + half);
	int64_t total = options->loop ? INT64_MAX : (int64_t)wav.count;
	bool reported = false;
	struct gaps gaps = { 0 };
	while (!stopped && index < total && wav.count > 0) {
		int64_t now = card_now_ns();
		for (; index < total && sample_ns(first, index) < now + ahead; index++) {
			int64_t end = card_frame_at(card, sample_ns(first, index + 1) + half);
			if (sample_ns(first, index) < now)
				miss(&gaps, index);
			for (; next < end; next++)
				card_put(card->microphone, next, wav.frames[index % (int64_t)wav.count]);
		}
		if (!reported) {
			begin_report("play", card, first);
			end_report();
			reported = true;
		}
		sleep_until(now + 10 * ms);
	}
	if (!reported) {
		begin_report("play", card, first);
		end_report();
	}
	if (!stopped && index > 0)
		sleep_until(sample_ns(first, index));
	int64_t now = card_now_ns();
	for (int64_t frame = card_frame_at(card, now) + 1; frame < next; frame++)
		card_put(card->microphone, frame, (struct card_frame){ 0, 0 });
	// Of what was to sound only that which did was said.
	while (index > 0 && sample_ns(first, index - 1) > now)
		index--;
	report_end("play", card, first, index, &gaps);
	free(wav.frames);
	return 0;
}

// Drains the speaker ring a little behind the card; to the moment it is told to stop.
static int record(struct card_shared *card, const char *path, const struct options *options)
{
	FILE *file = fopen(path, "wb");
	if (file == NULL)
		return fail(strerror(errno));
	unsigned channels = options->stereo ? 2 : 1;
	wav_write_header(file, 0, channels);
	const int64_t half = 1000000000 / CARD_RATE / 2;
	int64_t first = card_ns_of(card, card_frame_at(card, first_ns(card, options)));
	begin_report("record", card, first);
	end_report();
	int64_t index = 0;
	int64_t total = options->seconds > 0 ? (int64_t)(options->seconds * CARD_RATE) : INT64_MAX;
	struct gaps gaps = { 0 };
	for (bool last = false; !last && index < total;) {
		last = stopped;
		int64_t now = card_now_ns(), newest = card_frame_at(card, now);
		for (; index < total && sample_ns(first, index) + half < now; index++) {
			int64_t frame = card_frame_at(card, sample_ns(first, index) + half);
			if (newest - frame > CARD_RING / 2)
				miss(&gaps, index);
			wav_write_frame(file, card_get(card->speaker, frame), channels);
		}
		if (index < total && !last)
			sleep_until(now + 10 * 1000000);
	}
	wav_write_header(file, (uint32_t)index, channels);
	bool written = ferror(file) == 0;
	written &= fclose(file) == 0;
	report_end("record", card, first, index, &gaps);
	return written ? 0 : fail("the recording could not be written");
}

static int status(struct card_shared *card)
{
	printf("{\"frame\":%" PRId64 ",\"ppm\":%g,\"present\":%s,\"asleep\":%s",
		card_frame_at(card, card_now_ns()), (double)atomic_load(&card->rate_error_ppb) / 1000,
		atomic_load(&card->absent) == 0 ? "true" : "false",
		atomic_load(&card->asleep) != 0 ? "true" : "false");
	static const char *const names[] = { "playback", "capture" };
	for (int i = 0; i < 2; i++)
		printf(",\"%s\":{\"running\":%" PRIu32 ",\"opens\":%" PRIu32 ",\"starts\":%" PRIu32
			",\"xruns\":%" PRIu32 "}", names[i], atomic_load(&card->running[i]),
			atomic_load(&card->opens[i]), atomic_load(&card->starts[i]),
			atomic_load(&card->xruns[i]));
	puts("}");
	return 0;
}

static int direction(const char *word)
{
	if (word != NULL && strcmp(word, "playback") == 0)
		return CARD_PLAYBACK;
	return word != NULL && strcmp(word, "capture") == 0 ? CARD_CAPTURE : -1;
}

static int hold(struct card *card, int which, double seconds)
{
	int result = card_claim(card, which == CARD_PLAYBACK ? CARD_PLAYBACK : CARD_CAPTURE);
	if (result < 0)
		return fail(strerror(-result));
	puts("{\"command\":\"busy\"}");
	fflush(stdout);
	int64_t end = card_now_ns() + (int64_t)(seconds * 1e9);
	while (!stopped && (seconds <= 0 || card_now_ns() < end))
		sleep_until(card_now_ns() + 20 * 1000000);
	return 0;
}

// hang [playback|capture] [until-reopen]
static int hang(struct card_shared *card, char **words)
{
	int only = direction(*words);
	if (only >= 0)
		words++;
	bool reopen = *words != NULL && strcmp(*words, "until-reopen") == 0;
	if (*words != NULL && !reopen)
		return misused();
	for (int i = 0; i < 2; i++) {
		if (only >= 0 && only != i)
			continue;
		if (reopen)
			atomic_store(&card->stuck[i], atomic_load(&card->opens[i]));
		else
			atomic_fetch_or(&card->hangs, 1u << i);
	}
	return 0;
}

static int set_echo(struct card_shared *card, const char *gain, const char *ms)
{
	bool off = strcmp(gain, "off") == 0;
	if (!off && ms == NULL)
		return misused();
	atomic_store(&card->echo_delay_frames,
		off ? 0 : (int32_t)lround(strtod(ms, NULL) * CARD_RATE / 1000));
	atomic_store(&card->echo_permille, off ? 0 : (int32_t)lround(strtod(gain, NULL) * 1000));
	return 0;
}

static int set_room(struct card_shared *card, const char *path, const char *gain)
{
	if (strcmp(path, "off") == 0)
		return room_set(card, NULL, 0, 0);
	struct wav wav;
	if (gain == NULL)
		return misused();
	if (!wav_read(path, &wav))
		return 1;
	int result = room_set(card, wav.frames, wav.count, strtod(gain, NULL));
	free(wav.frames);
	return result < 0 ? fail("a room's answer is 0.3 s long at most") : 0;
}

static int run(struct card *card, const char *command, char **words)
{
	struct card_shared *shared = card->shared;
	struct options options = { 0 };
	const char *word = words[0];
	if (strcmp(command, "status") == 0)
		return status(shared);
	if (strcmp(command, "unplug") == 0) {
		atomic_store(&shared->absent, 1);
		atomic_fetch_add(&shared->unplugs, 1);
	} else if (strcmp(command, "replug") == 0) {
		atomic_store(&shared->absent, 0);
	} else if (strcmp(command, "suspend") == 0) {
		atomic_store(&shared->asleep, 1);
		atomic_fetch_add(&shared->suspends, 1);
	} else if (strcmp(command, "resume") == 0) {
		atomic_store(&shared->asleep, 0);
	} else if (strcmp(command, "hang") == 0) {
		return hang(shared, words);
	} else if (strcmp(command, "unhang") == 0) {
		atomic_store(&shared->hangs, 0);
		for (int i = 0; i < 2; i++)
			atomic_store(&shared->stuck[i], 0);
	} else if (word == NULL) {
		return misused();
	} else if (strcmp(command, "play") == 0 || strcmp(command, "record") == 0) {
		if (!read_options(&options, words + 1))
			return misused();
		hurry();
		return (*command == 'p' ? play : record)(shared, word, &options);
	} else if (strcmp(command, "xrun") == 0 && direction(word) >= 0) {
		atomic_fetch_add(&shared->xruns_wanted[direction(word)], 1);
	} else if (strcmp(command, "ppm") == 0) {
		card_set_rate_error(shared, llround(strtod(word, NULL) * 1000));
	} else if (strcmp(command, "slow") == 0) {
		atomic_store(&shared->slow_ms, (uint32_t)strtoul(word, NULL, 10));
	} else if (strcmp(command, "jitter") == 0) {
		atomic_store(&shared->jitter_frames, (int32_t)lround(strtod(word, NULL) * CARD_RATE / 1000));
	} else if (strcmp(command, "echo") == 0) {
		return set_echo(shared, word, words[1]);
	} else if (strcmp(command, "room") == 0) {
		return set_room(shared, word, words[1]);
	} else if (strcmp(command, "clip") == 0) {
		atomic_store(&shared->speaker_limit, (int32_t)strtol(word, NULL, 10));
	} else if (strcmp(command, "noise") == 0) {
		atomic_store(&shared->noise_peak, (int32_t)strtol(word, NULL, 10));
	} else if (strcmp(command, "busy") == 0 && direction(word) >= 0) {
		if (!read_options(&options, words + 1))
			return misused();
		return hold(card, direction(word), options.seconds);
	} else if (strcmp(command, "malloc") == 0) {
		atomic_store(&shared->allocates, strcmp(word, "on") == 0);
	} else {
		return misused();
	}
	return 0;
}

int main(int count, char **words)
{
	if (count < 3)
		return misused();
	struct sigaction action = { .sa_handler = on_signal };
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	// Whoever started us may have blocked them, and a mask is inherited.
	sigset_t wanted;
	sigemptyset(&wanted);
	sigaddset(&wanted, SIGINT);
	sigaddset(&wanted, SIGTERM);
	sigprocmask(SIG_UNBLOCK, &wanted, NULL);
	char path[4096];
	snprintf(path, sizeof path, "%s.simcard", words[1]);
	struct card card;
	int result = card_open(&card, path, 0);
	if (result < 0) {
		fprintf(stderr, "simcard: %s: %s\n", path, strerror(-result));
		return 1;
	}
	result = run(&card, words[2], words + 3);
	card_close(&card);
	return result;
}
