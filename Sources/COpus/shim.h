#ifndef COPUS_SHIM_H
#define COPUS_SHIM_H

#include <opus.h>
#include <string.h>

// opus_encoder_ctl is variadic, which Swift cannot import.
static inline int copus_encoder_set(OpusEncoder *encoder, int request, opus_int32 value) {
    return opus_encoder_ctl(encoder, request, value);
}

static inline int copus_encoder_reset(OpusEncoder *encoder) {
    return opus_encoder_ctl(encoder, OPUS_RESET_STATE);
}

static inline int copus_decoder_set(OpusDecoder *decoder, int request, opus_int32 value) {
    return opus_decoder_ctl(decoder, request, value);
}

// On arm64, libopus 1.5 reads /proc/cpuinfo, and allocates to do so, in OPUS_RESET_STATE, in
// opus_decoder_get_size, and at the first packet of SILK: nothing for a real-time thread. So a
// decoder begins as a copy of this one, which has forgotten such a packet.
static inline OpusDecoder *copus_decoder_create_warm(opus_int32 rate, int channels, int *error) {
    static const unsigned char packet[] = {0, 0, 0}; // 10 ms of SILK (RFC 6716 section 3.1).
    opus_int16 sound[2 * 480];
    OpusDecoder *decoder = opus_decoder_create(rate, channels, error);
    if (decoder != NULL) {
        opus_decode(decoder, packet, sizeof packet, sound, 480, 0);
        opus_decoder_ctl(decoder, OPUS_RESET_STATE);
    }
    return decoder;
}

// A decoder's state may be copied as it is (opus_decoder_create(3)).
static inline void copus_decoder_copy(OpusDecoder *to, const OpusDecoder *from, int size) {
    memcpy(to, from, (size_t)size);
}

#endif
