#ifndef CALSA_SHIM_H
#define CALSA_SHIM_H

#include <alsa/asoundlib.h>
#include <stdarg.h>

// Swift cannot write a variadic C function, which is what alsa-lib calls to complain.
static inline void calsa_say_nothing(
	const char *file, int line, const char *function, int error, const char *format, ...)
{
	(void)file;
	(void)line;
	(void)function;
	(void)error;
	(void)format;
}

// Keeps alsa-lib from writing to standard error: every failure is told by its result, and printing
// one would allocate on the media thread.
static inline void calsa_silence(void)
{
	snd_lib_error_set_handler(calsa_say_nothing);
}

// Gathers the events of the descriptor at `index`; the others have none.
static inline int calsa_revents(
	snd_pcm_t *pcm, struct pollfd *fds, unsigned int count, unsigned int index, short events)
{
	unsigned short result = 0;
	for (unsigned int i = 0; i < count; i++)
		fds[i].revents = i == index ? events : 0;
	int error = snd_pcm_poll_descriptors_revents(pcm, fds, count, &result);
	return error < 0 ? error : result;
}

#endif
