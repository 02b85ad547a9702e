// The simulated sound card as alsa-lib opens it: `type simcard` in an ALSA configuration.
//
// Fields of the PCM:
//   path      the card's file (required)
//   formats   words out of S16_LE S24_LE S24_3LE S32_LE; all when absent
//   channels  1 or 2; both when absent or 0
//   rate      48000 when absent; it can do the rates that divide it, without a filter
//   period    the only period it can do, in frames of the first of its formats; any when 0
//   ppm       error of the clock of a card that this opening makes
// Other formats, channels and rates may be named too, to see that a program refuses such a card;
// one that does not refuse gets an error when it sets the parameters.
#include "stream.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/timerfd.h>
#include <unistd.h>

struct settings {
	const char *path, *formats;
	long channels, rate, period, ppm;
};

static int read_settings(snd_config_t *conf, struct settings *settings)
{
	snd_config_iterator_t i, next;
	snd_config_for_each(i, next, conf) {
		snd_config_t *field = snd_config_iterator_entry(i);
		const char *id;
		int result = snd_config_get_id(field, &id);
		if (result < 0)
			return result;
		if (strcmp(id, "path") == 0)
			result = snd_config_get_string(field, &settings->path);
		else if (strcmp(id, "formats") == 0)
			result = snd_config_get_string(field, &settings->formats);
		else if (strcmp(id, "channels") == 0)
			result = snd_config_get_integer(field, &settings->channels);
		else if (strcmp(id, "rate") == 0)
			result = snd_config_get_integer(field, &settings->rate);
		else if (strcmp(id, "period") == 0)
			result = snd_config_get_integer(field, &settings->period);
		else if (strcmp(id, "ppm") == 0)
			result = snd_config_get_integer(field, &settings->ppm);
		else if (strcmp(id, "type") != 0 && strcmp(id, "comment") != 0 && strcmp(id, "hint") != 0)
			result = -EINVAL;
		if (result < 0) {
			SNDERR("simcard: field %s is unknown or of the wrong type", id);
			return result;
		}
	}
	if (settings->path == NULL) {
		SNDERR("simcard: needs the path of a card");
		return -EINVAL;
	}
	return 0;
}

// Says what hardware this is, so that the program can choose.
static int constrain(snd_pcm_ioplug_t *io, const struct settings *settings)
{
	static const unsigned int accesses[] =
		{ SND_PCM_ACCESS_RW_INTERLEAVED, SND_PCM_ACCESS_MMAP_INTERLEAVED };
	unsigned int formats[8], count = 0;
	char words[128], *rest = words;
	snprintf(words, sizeof words, "%s", settings->formats);
	for (char *word; count < 8 && (word = strsep(&rest, " ")) != NULL;) {
		snd_pcm_format_t format = snd_pcm_format_value(word);
		if (format != SND_PCM_FORMAT_UNKNOWN)
			formats[count++] = (unsigned int)format;
	}
	if (count == 0) {
		SNDERR("simcard: formats names no format that alsa-lib knows");
		return -EINVAL;
	}
	unsigned int least = settings->channels == 0 ? 1 : (unsigned int)settings->channels;
	unsigned int most = settings->channels == 0 ? 2 : (unsigned int)settings->channels;
	unsigned int rate = (unsigned int)settings->rate;
	// From 1 ms of mono S16 upwards, as USB cards have it.
	unsigned int shortest = 96, longest = 1 << 16;
	if (settings->period > 0)
		shortest = longest = (unsigned int)settings->period * least
			* (unsigned int)snd_pcm_format_physical_width((snd_pcm_format_t)formats[0]) / 8;
	int result = snd_pcm_ioplug_set_param_list(io, SND_PCM_IOPLUG_HW_ACCESS, 2, accesses);
	if (result >= 0)
		result = snd_pcm_ioplug_set_param_list(io, SND_PCM_IOPLUG_HW_FORMAT, count, formats);
	if (result >= 0)
		result = snd_pcm_ioplug_set_param_minmax(io, SND_PCM_IOPLUG_HW_CHANNELS, least, most);
	if (result >= 0)
		result = snd_pcm_ioplug_set_param_minmax(io, SND_PCM_IOPLUG_HW_RATE, rate, rate);
	if (result >= 0)
		result = snd_pcm_ioplug_set_param_minmax(
			io, SND_PCM_IOPLUG_HW_PERIOD_BYTES, shortest, longest);
	if (result >= 0)
		result = snd_pcm_ioplug_set_param_minmax(io, SND_PCM_IOPLUG_HW_PERIODS, 2, 64);
	if (result >= 0)
		result = snd_pcm_ioplug_set_param_minmax(io, SND_PCM_IOPLUG_HW_BUFFER_BYTES, 192, 1 << 18);
	return result;
}

static int open_stream(struct stream *stream)
{
	struct card_shared *card = stream->card.shared;
	card_dawdle(card);
	if (atomic_load(&card->absent) != 0)
		return -ENODEV;
	int result = card_claim(&stream->card, stream->direction);
	if (result < 0)
		return result;
	stream->seen_xruns = atomic_load(&card->xruns_wanted[stream->direction]);
	stream->seen_unplugs = atomic_load(&card->unplugs);
	stream->seen_suspends = atomic_load(&card->suspends);
	stream->io.poll_fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	if (stream->io.poll_fd < 0)
		return -errno;
	return 0;
}

SND_PCM_PLUGIN_DEFINE_FUNC(simcard)
{
	(void)root;
	struct settings settings =
		{ .formats = "S16_LE S24_LE S24_3LE S32_LE", .rate = CARD_RATE };
	int result = read_settings(conf, &settings);
	if (result < 0)
		return result;
	struct stream *new = stream_make();
	if (new == NULL)
		return -ENOMEM;
	new->direction = stream == SND_PCM_STREAM_PLAYBACK ? CARD_PLAYBACK : CARD_CAPTURE;
	result = card_open(&new->card, settings.path, settings.ppm * 1000);
	if (result < 0) {
		stream_free(new);
		return result;
	}
	new->io.version = SND_PCM_IOPLUG_VERSION;
	new->io.name = "simulated sound card";
	new->io.callback = &stream_callbacks;
	new->io.private_data = new;
	new->io.poll_events = POLLIN;
	result = open_stream(new);
	if (result >= 0) {
		result = snd_pcm_ioplug_create(&new->io, name, stream, mode);
		if (result < 0)
			close(new->io.poll_fd);
	}
	if (result < 0) {
		card_close(&new->card);
		stream_free(new);
		return result;
	}
	new->number = atomic_fetch_add(&new->card.shared->opens[new->direction], 1) + 1;
	result = constrain(&new->io, &settings);
	if (result < 0) {
		snd_pcm_ioplug_delete(&new->io); // closes, and so frees, all of it
		return result;
	}
	*pcmp = new->io.pcm;
	return 0;
}
SND_PCM_PLUGIN_SYMBOL(simcard);
