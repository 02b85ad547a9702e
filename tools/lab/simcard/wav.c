#include "wav.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static uint32_t number(const unsigned char *at, int bytes)
{
	uint32_t value = 0;
	while (bytes-- > 0)
		value = value << 8 | at[bytes];
	return value;
}

static bool refuse(const char *path, const char *why)
{
	fprintf(stderr, "simcard: %s: %s\n", path, why);
	return false;
}

static unsigned char *load(const char *path, size_t *size)
{
	FILE *file = fopen(path, "rb");
	if (file == NULL)
		return NULL;
	unsigned char *bytes = NULL;
	long end = fseek(file, 0, SEEK_END) == 0 ? ftell(file) : -1;
	if (end >= 0 && (bytes = malloc((size_t)end + 1)) != NULL) {
		rewind(file);
		*size = fread(bytes, 1, (size_t)end, file);
	}
	fclose(file);
	return bytes;
}

static bool parse(const char *path, const unsigned char *bytes, size_t size, struct wav *wav)
{
	if (size < 12 || memcmp(bytes, "RIFF", 4) != 0 || memcmp(bytes + 8, "WAVE", 4) != 0)
		return refuse(path, "is not a WAV file");
	unsigned channels = 0;
	for (size_t at = 12; at + 8 <= size;) {
		const unsigned char *chunk = bytes + at;
		size_t length = number(chunk + 4, 4);
		if (length > size - at - 8) // a recorder that was killed leaves a wrong length
			length = size - at - 8;
		if (memcmp(chunk, "fmt ", 4) == 0 && length >= 16) {
			channels = number(chunk + 10, 2);
			uint32_t kind = number(chunk + 8, 2), rate = number(chunk + 12, 4);
			if ((kind != 1 && kind != 0xfffe) || number(chunk + 22, 2) != 16
				|| rate != CARD_RATE || channels < 1 || channels > 2)
				return refuse(path, "must be 16-bit PCM, 48000 Hz, mono or stereo "
					"(try: sox IN -r 48000 -b 16 -c 1 OUT)");
		}
		if (memcmp(chunk, "data", 4) == 0 && channels != 0) {
			wav->count = length / (2 * channels);
			wav->frames = calloc(wav->count + 1, sizeof *wav->frames);
			for (size_t i = 0; wav->frames != NULL && i < wav->count; i++) {
				const unsigned char *frame = chunk + 8 + i * 2 * channels;
				wav->frames[i].left = (int16_t)number(frame, 2);
				wav->frames[i].right = (int16_t)number(frame + 2 * (channels - 1), 2);
			}
			return wav->frames != NULL || refuse(path, "is too long for memory");
		}
		at += 8 + length + length % 2;
	}
	return refuse(path, "holds no sound");
}

bool wav_read(const char *path, struct wav *wav)
{
	size_t size = 0;
	unsigned char *bytes = load(path, &size);
	if (bytes == NULL)
		return refuse(path, strerror(errno));
	bool result = parse(path, bytes, size, wav);
	free(bytes);
	return result;
}

static void write_number(FILE *file, uint32_t value, int bytes)
{
	for (; bytes > 0; bytes--, value >>= 8)
		putc((int)(value & 255), file);
}

void wav_write_header(FILE *file, uint32_t count, unsigned channels)
{
	uint32_t bytes = count * 2 * channels;
	rewind(file);
	fwrite("RIFF", 1, 4, file);
	write_number(file, 36 + bytes, 4);
	fwrite("WAVEfmt ", 1, 8, file);
	write_number(file, 16, 4);
	write_number(file, 1, 2);
	write_number(file, channels, 2);
	write_number(file, CARD_RATE, 4);
	write_number(file, CARD_RATE * 2 * channels, 4);
	write_number(file, 2 * channels, 2);
	write_number(file, 16, 2);
	fwrite("data", 1, 4, file);
	write_number(file, bytes, 4);
}

void wav_write_frame(FILE *file, struct card_frame frame, unsigned channels)
{
	if (channels == 2) {
		write_number(file, (uint16_t)frame.left, 2);
		write_number(file, (uint16_t)frame.right, 2);
	} else {
		write_number(file, (uint16_t)((frame.left + frame.right) / 2), 2);
	}
}
