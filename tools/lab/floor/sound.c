#include "sound.h"

#include <stdlib.h>

static void check(int result, const char *what)
{
	if (result >= 0)
		return;
	fprintf(stderr, "floor: %s: %s\n", what, snd_strerror(result));
	exit(1);
}

static void set_wake(struct sound *sound, snd_pcm_stream_t direction)
{
	snd_pcm_sw_params_t *software;
	snd_pcm_uframes_t boundary;
	// Playback keeps one period of room to spare, and is woken when another one is free.
	bool plays = direction == SND_PCM_STREAM_PLAYBACK;
	snd_pcm_uframes_t wake = plays ? 2 * sound->period : sound->period;
	check(snd_pcm_sw_params_malloc(&software), "snd_pcm_sw_params_malloc");
	check(snd_pcm_sw_params_current(sound->pcm, software), "snd_pcm_sw_params_current");
	check(snd_pcm_sw_params_get_boundary(software, &boundary), "boundary");
	check(snd_pcm_sw_params_set_start_threshold(sound->pcm, software, boundary), "threshold");
	check(snd_pcm_sw_params_set_avail_min(sound->pcm, software, wake), "avail_min");
	check(snd_pcm_sw_params(sound->pcm, software), "snd_pcm_sw_params");
	snd_pcm_sw_params_free(software);
}

void sound_open(struct sound *sound, const char *card, snd_pcm_stream_t direction, int period,
	int periods)
{
	snd_pcm_hw_params_t *hardware;
	sound->period = (snd_pcm_uframes_t)period;
	sound->buffer = (snd_pcm_uframes_t)periods * sound->period;
	check(snd_pcm_open(&sound->pcm, card, direction, SND_PCM_NONBLOCK), card);
	check(snd_pcm_hw_params_malloc(&hardware), "snd_pcm_hw_params_malloc");
	check(snd_pcm_hw_params_any(sound->pcm, hardware), "snd_pcm_hw_params_any");
	check(snd_pcm_hw_params_set_access(sound->pcm, hardware, SND_PCM_ACCESS_RW_INTERLEAVED),
		"access");
	check(snd_pcm_hw_params_set_rate(sound->pcm, hardware, SOUND_RATE, 0), "rate");
	check(snd_pcm_hw_params_set_format(sound->pcm, hardware, SND_PCM_FORMAT_S16_LE), "format");
	check(snd_pcm_hw_params_set_channels(sound->pcm, hardware, 1), "channels");
	check(snd_pcm_hw_params_set_period_size(sound->pcm, hardware, sound->period, 0), "period");
	check(snd_pcm_hw_params_set_buffer_size(sound->pcm, hardware, sound->buffer), "buffer");
	check(snd_pcm_hw_params(sound->pcm, hardware), "snd_pcm_hw_params");
	snd_pcm_hw_params_free(hardware);
	set_wake(sound, direction);
	check(snd_pcm_poll_descriptors(sound->pcm, &sound->descriptor, 1), "descriptors");
}

void sound_start(struct sound *sound, int silent_periods)
{
	static const int16_t silence[SOUND_PERIOD_MAX];
	for (int i = 0; i < silent_periods; i++)
		sound_write(sound, silence);
	check(snd_pcm_start(sound->pcm), "snd_pcm_start");
}

bool sound_is_ready(struct sound *sound, short events)
{
	unsigned short found = 0;
	sound->descriptor.revents = events;
	return snd_pcm_poll_descriptors_revents(sound->pcm, &sound->descriptor, 1, &found) == 0
		&& found != 0;
}

// A program that was too late starts again; how often that happened is not what is measured.
static void recover(struct sound *sound, int result)
{
	if (result == -EAGAIN)
		return;
	check(snd_pcm_recover(sound->pcm, result, 1), "recover");
	bool plays = snd_pcm_stream(sound->pcm) == SND_PCM_STREAM_PLAYBACK;
	sound_start(sound, plays ? (int)(sound->buffer / sound->period) - 1 : 0);
}

bool sound_read(struct sound *sound, int16_t *samples)
{
	// A part of a period stays there until it is whole.
	snd_pcm_sframes_t period = (snd_pcm_sframes_t)sound->period;
	if (snd_pcm_avail(sound->pcm) < period && snd_pcm_state(sound->pcm) != SND_PCM_STATE_XRUN)
		return false;
	snd_pcm_sframes_t count = snd_pcm_readi(sound->pcm, samples, sound->period);
	if (count < 0)
		recover(sound, (int)count);
	return count == period;
}

int sound_room(struct sound *sound, int fill)
{
	snd_pcm_sframes_t room = snd_pcm_avail(sound->pcm);
	if (room < 0) {
		recover(sound, (int)room);
		return 0;
	}
	snd_pcm_sframes_t period = (snd_pcm_sframes_t)sound->period;
	snd_pcm_sframes_t due = room - (snd_pcm_sframes_t)sound->buffer + fill * period;
	// Capture wakes us, and may have begun a moment before playback.
	return due < 0 ? 0 : (int)((due + period / 2) / period);
}

void sound_write(struct sound *sound, const int16_t *samples)
{
	snd_pcm_sframes_t count = snd_pcm_writei(sound->pcm, samples, sound->period);
	if (count < 0)
		recover(sound, (int)count);
}
