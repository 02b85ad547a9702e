// The floor: what a station's media loop costs at least.
//
//   floor station CARD PERIOD FILL PORT LISTENER...
//             captures, encodes, seals, sends; receives, opens, decodes, mixes, plays; the card
//             moves PERIOD samples at once, a part of a frame, and FILL of these are kept queued
//             for the loudspeaker
//   floor talkers FILE PORT COUNT
//             as many people who speak FILE's sound to that port
//
// A program in C that does a station's work with the same libraries, the same settings and the
// same system calls, and nothing more: no talk keys, jitter buffer, levels, counters, late or lost
// sound, change of keys. tools/bench sets the daemon's media loop beside it. LISTENER and PORT are
// UDP ports of 127.0.0.1. Both obey lines on stdin: `talk N` (to the first N listeners; the first N
// talkers speak) and `count`, which prints packets sent and opened and frames played as JSON.
//
// FILE is a WAV file of 48 kHz, mono, 16 bits with the usual header of 44 bytes.
#include "seal.h"
#include "sound.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <opus/opus.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

enum {
	PEERS_MAX = 32,
	FRAME = 480,      // samples in a packet
	BITRATE = 32000,
	COMPLEXITY = 9,
	OPUS_BYTES = BITRATE / 8 * FRAME / SOUND_RATE,
	PRIORITY = 60,
	WAITING = 8,      // decoded frames that a talker may be ahead
	DATAGRAMS_MAX = 64,
	PACKETS = 6000,   // encoded frames that the talkers say over and over, at most
	FIRST_INDEX = 0x20000000,
	TALKER_INDEX = 0x30000000,
};

struct listener {
	struct seal seal;
	struct sockaddr_in address;
};

struct talker {
	struct seal seal;
	OpusDecoder *decoder;
	int16_t samples[WAITING * FRAME];
	unsigned written, played; // samples
	int timer, said; // of someone who talks, not of someone who is heard
};

static struct listener listeners[PEERS_MAX];
static struct talker talkers[PEERS_MAX];
static int listener_count, active;
static int udp, epoll;
static unsigned long sent, opened, played;
static int period, fill;

static void fail(const char *what)
{
	perror(what);
	exit(1);
}

static void watch(int fd, uint32_t token)
{
	struct epoll_event event = { .events = EPOLLIN, .data.u32 = token };
	if (epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) < 0)
		fail("epoll_ctl");
}

static struct sockaddr_in local(const char *port)
{
	return (struct sockaddr_in){ .sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(port)),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
}

static void open_socket(const char *port)
{
	struct sockaddr_in address = local(port);
	int room = 1 << 18;
	udp = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (udp < 0 || bind(udp, (struct sockaddr *)&address, sizeof address) < 0)
		fail("bind");
	setsockopt(udp, SOL_SOCKET, SO_RCVBUF, &room, sizeof room);
	setsockopt(udp, SOL_SOCKET, SO_SNDBUF, &room, sizeof room);
}

// The settings of Sources/Audio/Codec/Opus.swift.
static OpusEncoder *make_encoder(void)
{
	int error;
	OpusEncoder *encoder = opus_encoder_create(
		SOUND_RATE, 1, OPUS_APPLICATION_VOIP, &error);
	if (encoder == NULL)
		fail("opus_encoder_create");
	opus_encoder_ctl(encoder, OPUS_SET_BITRATE(BITRATE));
	opus_encoder_ctl(encoder, OPUS_SET_VBR(0));
	opus_encoder_ctl(encoder, OPUS_SET_INBAND_FEC(0));
	opus_encoder_ctl(encoder, OPUS_SET_DTX(0));
	opus_encoder_ctl(encoder, OPUS_SET_COMPLEXITY(COMPLEXITY));
	opus_encoder_ctl(encoder, OPUS_SET_SIGNAL(OPUS_SIGNAL_VOICE));
	opus_encoder_ctl(encoder, OPUS_SET_PACKET_LOSS_PERC(0));
	opus_encoder_ctl(encoder, OPUS_SET_LSB_DEPTH(16));
	return encoder;
}

static void seal_and_send(struct listener *to, const uint8_t *plain)
{
	uint8_t datagram[SEAL_PLAIN + SEAL_OVERHEAD];
	seal_packet(&to->seal, plain, datagram);
	if (sendto(udp, datagram, sizeof datagram, MSG_NOSIGNAL,
			(struct sockaddr *)&to->address, sizeof to->address) > 0)
		sent++;
}

static void write_head(uint8_t *plain, uint16_t sequence)
{
	plain[0] = (uint8_t)(sequence >> 8);
	plain[1] = (uint8_t)sequence;
	plain[4] = OPUS_BYTES;
}

// From the microphone to the wire: one frame, encoded once, sealed for each.
static void talk(struct sound *capture, OpusEncoder *encoder)
{
	static uint16_t sequence;
	static int16_t samples[FRAME];
	static int have;
	while (sound_read(capture, samples + have)) {
		have = (have + period) % FRAME;
		if (active == 0 || have != 0)
			continue;
		uint8_t plain[SEAL_PLAIN];
		memset(plain, 0, SEAL_PLAIN);
		write_head(plain, sequence++);
		if (opus_encode(encoder, samples, FRAME, plain + 5, OPUS_BYTES) != OPUS_BYTES)
			continue;
		for (int i = 0; i < active; i++)
			seal_and_send(&listeners[i], plain);
	}
}

static void hear(const uint8_t *datagram)
{
	uint8_t plain[SEAL_PLAIN];
	uint32_t number = seal_index(datagram) - TALKER_INDEX;
	if (number >= PEERS_MAX)
		return;
	struct talker *from = &talkers[number];
	const unsigned room = WAITING * FRAME;
	if (!seal_open(&from->seal, datagram, plain) || from->written - from->played >= room)
		return;
	int16_t *samples = from->samples + from->written % room;
	if (opus_decode(from->decoder, plain + 5, OPUS_BYTES, samples, FRAME, 0) != FRAME)
		return;
	opened++;
	from->written += FRAME;
}

static void listen_to_all(void)
{
	uint8_t datagram[1500];
	struct sockaddr_in from;
	for (int taken = 0; taken < DATAGRAMS_MAX; taken++) {
		socklen_t size = sizeof from;
		ssize_t count = recvfrom(
			udp, datagram, sizeof datagram, MSG_TRUNC, (struct sockaddr *)&from, &size);
		if (count < 0)
			return;
		if (count == SEAL_PLAIN + SEAL_OVERHEAD)
			hear(datagram);
	}
}

// From the voices to the speaker.
static void play(struct sound *playback)
{
	for (int room = sound_room(playback, fill); room > 0; room--) {
		int32_t sum[FRAME];
		int16_t mixed[FRAME];
		memset(sum, 0, (size_t)period * sizeof *sum);
		for (int i = 0; i < PEERS_MAX; i++) {
			struct talker *one = &talkers[i];
			if (one->played == one->written)
				continue;
			const int16_t *samples = one->samples + one->played % (WAITING * FRAME);
			for (int n = 0; n < period; n++)
				sum[n] += samples[n];
			one->played += (unsigned)period;
			played++;
		}
		for (int n = 0; n < period; n++)
			mixed[n] = (int16_t)(sum[n] > 32767 ? 32767 : sum[n] < -32768 ? -32768 : sum[n]);
		sound_write(playback, mixed);
	}
}

// One line of stdin; its end is ours.
static void obey(void)
{
	char line[64];
	ssize_t count = read(STDIN_FILENO, line, sizeof line - 1);
	if (count <= 0)
		exit(0);
	line[count] = '\0';
	sscanf(line, "talk %d", &active);
	printf("{\"sent\": %lu, \"opened\": %lu, \"played\": %lu}\n", sent, opened, played);
	fflush(stdout);
}

// As the daemon: all memory locked once touched, and before all ordinary programs.
static void become_realtime(void)
{
	struct sched_param parameters = { .sched_priority = PRIORITY };
	mlockall(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT);
	if (sched_setscheduler(0, SCHED_FIFO, &parameters) < 0)
		fprintf(stderr, "floor: no right to real-time priority; running without\n");
}

static void station(const char *card)
{
	enum { CARD = PEERS_MAX, SOCKET, COMMANDS };
	static struct sound capture, playback;
	OpusEncoder *encoder = make_encoder();
	int error;
	for (int i = 0; i < PEERS_MAX; i++) {
		seal_init(&talkers[i].seal, TALKER_INDEX + (uint32_t)i);
		talkers[i].decoder = opus_decoder_create(SOUND_RATE, 1, &error);
	}
	sound_open(&capture, card, SND_PCM_STREAM_CAPTURE, period, 4);
	sound_open(&playback, card, SND_PCM_STREAM_PLAYBACK, period, fill + 1);
	watch(capture.descriptor.fd, CARD);
	watch(udp, SOCKET);
	watch(STDIN_FILENO, COMMANDS);
	become_realtime();
	sound_start(&capture, 0);
	sound_start(&playback, fill);
	for (;;) {
		struct epoll_event events[8];
		int count = epoll_wait(epoll, events, 8, -1);
		for (int i = 0; i < count; i++) {
			uint32_t token = events[i].data.u32;
			if (token == CARD && sound_is_ready(&capture, (short)events[i].events)) {
				talk(&capture, encoder);
				play(&playback);
			} else if (token == SOCKET) {
				listen_to_all();
			} else if (token == COMMANDS) {
				obey();
			}
		}
	}
}

// People who speak: each at a moment of its own, frame after frame.
static void arm_talkers(int count)
{
	for (int i = 0; i < count; i++) {
		talkers[i].timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
		long time = FRAME * 62500L / 3, offset = 1 + (long)i * 7654321 % time;
		struct itimerspec every = { { 0, time }, { 1, offset } };
		if (talkers[i].timer < 0 || timerfd_settime(talkers[i].timer, 0, &every, NULL) < 0)
			fail("timerfd");
		watch(talkers[i].timer, (uint32_t)i);
	}
}

static int encode_file(const char *path, uint8_t packets[PACKETS][OPUS_BYTES])
{
	int count = 0;
	int16_t samples[FRAME];
	OpusEncoder *encoder = make_encoder();
	FILE *file = fopen(path, "rb");
	if (file == NULL || fseek(file, 44, SEEK_SET) < 0)
		fail(path);
	while (count < PACKETS && fread(samples, sizeof *samples, FRAME, file) == FRAME) {
		if (opus_encode(encoder, samples, FRAME, packets[count++], OPUS_BYTES) != OPUS_BYTES)
			fail("opus_encode");
	}
	if (count == 0)
		fail("floor: no sound in the file");
	fclose(file);
	opus_encoder_destroy(encoder);
	return count;
}

static void speak(const char *file, int count)
{
	static uint8_t packets[PACKETS][OPUS_BYTES];
	int packet_count = encode_file(file, packets);
	arm_talkers(count);
	watch(STDIN_FILENO, PEERS_MAX);
	become_realtime();
	for (;;) {
		struct epoll_event events[8];
		int ready = epoll_wait(epoll, events, 8, -1);
		for (int i = 0; i < ready; i++) {
			uint32_t number = events[i].data.u32;
			if (number == PEERS_MAX) {
				obey();
				continue;
			}
			struct talker *one = &talkers[number];
			uint64_t ticks;
			if (read(one->timer, &ticks, sizeof ticks) < 0 || (int)number >= active)
				continue;
			uint8_t plain[SEAL_PLAIN];
			memset(plain, 0, SEAL_PLAIN);
			write_head(plain, 0);
			memcpy(plain + 5, packets[one->said++ % packet_count], OPUS_BYTES);
			seal_and_send(&listeners[number], plain);
		}
	}
}

int main(int argc, char **argv)
{
	bool is_station = argc >= 6 && strcmp(argv[1], "station") == 0;
	bool is_talkers = argc == 5 && strcmp(argv[1], "talkers") == 0;
	period = is_station ? atoi(argv[3]) : FRAME;
	fill = is_station ? atoi(argv[4]) : 1;
	if ((!is_station && !is_talkers) || period <= 0 || FRAME % period != 0 || fill <= 0) {
		fprintf(stderr, "usage: floor station CARD PERIOD FILL PORT LISTENER...\n"
				"       floor talkers FILE PORT COUNT\n");
		return 2;
	}
	epoll = epoll_create1(EPOLL_CLOEXEC);
	listener_count = is_station ? argc - 6 : atoi(argv[4]);
	if (epoll < 0 || listener_count < 0 || listener_count > PEERS_MAX)
		fail("floor: too many peers");
	open_socket(is_station ? argv[5] : "0");
	for (int i = 0; i < listener_count; i++) {
		seal_init(&listeners[i].seal, (is_station ? FIRST_INDEX : TALKER_INDEX) + (uint32_t)i);
		listeners[i].address = local(is_station ? argv[6 + i] : argv[3]);
	}
	if (is_station)
		station(argv[2]);
	speak(argv[2], listener_count);
}
