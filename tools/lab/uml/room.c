// room: what is said beside a station's microphone and played by its speaker, in virtual time.
//
// room CARD SAID HEARD AT
//     CARD is the id of a loopback card (snd-aloop), the station has its device 0 open; SAID a file
//     of samples (mono, signed 16 bits, 48 kHz; none of them: silence), HEARD gets what the station
//     plays, in the same form. Both begin at AT, ns of CLOCK_MONOTONIC, and go on, with silence
//     when SAID is over, until SIGTERM.
//
// The format is the station's: the two ends of a loopback agree, so the station comes first.

#include <alsa/asoundlib.h>
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { RATE = 48000, CHUNK = 4800, CHUNKS = 4, CHANNELS_MAX = 8 };

struct side {
    snd_pcm_t *pcm;
    snd_pcm_format_t format;
    unsigned channels;
};

static FILE *said, *heard;
static volatile sig_atomic_t stopped;

static void on_signal(int number) {
    (void)number;
    stopped = 1;
}

static void check(int result, const char *what) {
    if (result < 0) {
        fprintf(stderr, "room: %s: %s\n", what, snd_strerror(result));
        exit(1);
    }
}

// Opens the far end of the loopback in whatever form its near end has.
static struct side open_side(const char *card, snd_pcm_stream_t direction) {
    struct side side = {.format = SND_PCM_FORMAT_S16_LE, .channels = 1};
    char name[64];
    snprintf(name, sizeof name, "hw:CARD=%s,DEV=1,SUBDEV=0", card);
    check(snd_pcm_open(&side.pcm, name, direction, 0), name);
    snd_pcm_hw_params_t *hardware;
    snd_pcm_hw_params_alloca(&hardware);
    check(snd_pcm_hw_params_any(side.pcm, hardware), "parameters");
    const snd_pcm_access_t access = SND_PCM_ACCESS_RW_INTERLEAVED;
    check(snd_pcm_hw_params_set_access(side.pcm, hardware, access), "access");
    if (snd_pcm_hw_params_test_format(side.pcm, hardware, side.format) < 0)
        side.format = SND_PCM_FORMAT_S32_LE;
    check(snd_pcm_hw_params_set_format(side.pcm, hardware, side.format), "format");
    check(snd_pcm_hw_params_set_channels_first(side.pcm, hardware, &side.channels), "channels");
    check(snd_pcm_hw_params_set_rate(side.pcm, hardware, RATE, 0), "rate");
    check(snd_pcm_hw_params_set_period_size(side.pcm, hardware, CHUNK, 0), "period");
    check(snd_pcm_hw_params_set_periods(side.pcm, hardware, CHUNKS, 0), "periods");
    check(snd_pcm_hw_params(side.pcm, hardware), "parameters of the card");
    snd_pcm_sw_params_t *software;
    snd_pcm_sw_params_alloca(&software);
    check(snd_pcm_sw_params_current(side.pcm, software), "parameters");
    // Nothing starts by itself, and nothing is late: in virtual time that would be a fault.
    check(snd_pcm_sw_params_set_start_threshold(side.pcm, software, 1 << 30), "start");
    check(snd_pcm_sw_params_set_avail_min(side.pcm, software, CHUNK), "wake-up");
    check(snd_pcm_sw_params(side.pcm, software), "parameters of the wake-up");
    if (side.channels > CHANNELS_MAX)
        check(-EINVAL, "channels");
    return side;
}

// One chunk of what is said; all channels say the same.
static void say(struct side *side) {
    static int16_t mono[CHUNK];
    static int32_t frames[CHUNK * CHANNELS_MAX];
    memset(mono, 0, sizeof mono);
    if (said != NULL && fread(mono, sizeof *mono, CHUNK, said) < CHUNK && ferror(said))
        check(-errno, "what is said");
    int16_t *shorts = (int16_t *)frames;
    for (unsigned i = 0; i < CHUNK * side->channels; i++) {
        if (side->format == SND_PCM_FORMAT_S16_LE)
            shorts[i] = mono[i / side->channels];
        else
            frames[i] = (int32_t)mono[i / side->channels] * 65536;
    }
    check((int)snd_pcm_writei(side->pcm, frames, CHUNK), "say");
}

// Whether a chunk more can be said.
static bool room_for_more(struct side *side) {
    snd_pcm_sframes_t space = snd_pcm_avail_update(side->pcm);
    check((int)space, "say");
    return space >= CHUNK;
}

// What is there to be heard, at most one chunk; of the channels the first.
static bool hear(struct side *side) {
    static int32_t frames[CHUNK * CHANNELS_MAX];
    static int16_t mono[CHUNK];
    snd_pcm_sframes_t ready = snd_pcm_avail_update(side->pcm);
    check((int)ready, "hear");
    if (ready == 0)
        return false;
    snd_pcm_sframes_t count = snd_pcm_readi(side->pcm, frames, ready < CHUNK ? ready : CHUNK);
    check((int)count, "hear");
    const int16_t *shorts = (const int16_t *)frames;
    for (snd_pcm_sframes_t i = 0; i < count; i++) {
        if (side->format == SND_PCM_FORMAT_S16_LE)
            mono[i] = shorts[i * side->channels];
        else
            mono[i] = (int16_t)(frames[i * side->channels] / 65536);
    }
    if (fwrite(mono, sizeof *mono, (size_t)count, heard) != (size_t)count)
        check(-errno, "what is heard");
    return true;
}

int main(int count, char **words) {
    if (count != 5) {
        fputs("usage: room CARD SAID HEARD AT\n", stderr);
        return 2;
    }
    struct sigaction action = {.sa_handler = on_signal};
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGINT, &action, NULL);
    said = fopen(words[2], "rb");
    heard = fopen(words[3], "wb");
    if (heard == NULL)
        check(-errno, words[3]);
    struct side mouth = open_side(words[1], SND_PCM_STREAM_PLAYBACK);
    struct side ear = open_side(words[1], SND_PCM_STREAM_CAPTURE);
    check(snd_pcm_link(mouth.pcm, ear.pcm), "link");
    check(snd_pcm_prepare(mouth.pcm), "prepare");
    for (int i = 0; i < CHUNKS; i++)
        say(&mouth);
    int64_t at = strtoll(words[4], NULL, 10);
    struct timespec until = {at / 1000000000, at % 1000000000};
    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL) == EINTR && !stopped) {
    }
    check(snd_pcm_start(mouth.pcm), "start");
    while (!stopped) {
        if (snd_pcm_wait(ear.pcm, 1000) == -EPIPE)
            check(-EPIPE, "hear");
        hear(&ear);
        while (room_for_more(&mouth))
            say(&mouth);
    }
    while (hear(&ear)) {
    }
    if (fclose(heard) != 0)
        check(-errno, words[3]);
    return 0;
}
