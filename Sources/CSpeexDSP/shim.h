#ifndef CSPEEXDSP_SHIM_H
#define CSPEEXDSP_SHIM_H

#include <speex/speex_echo.h>
#include <speex/speex_preprocess.h>
#include <speex/speex_resampler.h>

// Both _ctl calls take what they are to set by an untyped address, which Swift would have to be
// trusted with at every call.
static inline int cspeex_echo_set(SpeexEchoState *echo, int request, spx_int32_t value) {
    return speex_echo_ctl(echo, request, &value);
}

static inline int cspeex_preprocess_set(
    SpeexPreprocessState *state, int request, spx_int32_t value) {
    return speex_preprocess_ctl(state, request, &value);
}

// The preprocessor keeps the address: `echo` must outlive it.
static inline int cspeex_preprocess_follow(SpeexPreprocessState *state, SpeexEchoState *echo) {
    return speex_preprocess_ctl(state, SPEEX_PREPROCESS_SET_ECHO_STATE, echo);
}

#endif
