"""Opus by the library that the program uses: sound into packets of one length, and back."""

import ctypes
import ctypes.util
import functools

import numpy

RATE = 48_000
VOIP, SET_BITRATE, SET_VBR = 2048, 4002, 4006
LONGEST = RATE * 120 // 1000

SILENCE = bytes([0xF8, 0xFF, 0xFE])
"""20 ms of nothing, as any encoder may make it."""


@functools.cache
def _library():
    found = ctypes.CDLL(ctypes.util.find_library("opus") or "libopus.so.0")
    found.opus_encoder_create.restype = found.opus_decoder_create.restype = ctypes.c_void_p
    return found


def _create(make, *arguments):
    status = ctypes.c_int()
    made = make(RATE, 1, *arguments, ctypes.byref(status))
    assert status.value == 0, "libopus makes no coder"
    return ctypes.c_void_p(made)


def encoded(samples, length=59, frame_ms=20):
    """The packets of a sound (48 kHz), each of `length` bytes."""
    library, size = _library(), int(RATE * frame_ms) // 1000
    encoder = _create(library.opus_encoder_create, VOIP)
    library.opus_encoder_ctl(encoder, SET_VBR, 0)
    library.opus_encoder_ctl(encoder, SET_BITRATE, int(length * 8000 / frame_ms))
    sound = numpy.clip(numpy.rint(samples), -32768, 32767).astype(numpy.int16)
    room, found = ctypes.create_string_buffer(length), []
    for place in range(0, len(sound) - size + 1, size):
        part = sound[place:place + size].tobytes()
        made = library.opus_encode(encoder, part, size, room, length)
        assert made == length, "a packet of another length"
        found.append(room.raw[:made])
    library.opus_encoder_destroy(encoder)
    return found


def decoded(packets):
    """The sound of packets; None stands for one that was lost."""
    library = _library()
    decoder = _create(library.opus_decoder_create)
    room = numpy.zeros(LONGEST, numpy.int16)
    target = room.ctypes.data_as(ctypes.c_void_p)
    found, size = [numpy.zeros(0, numpy.int16)], RATE // 100
    for packet in packets:
        made = library.opus_decode(
            decoder, packet, len(packet or b""), target, LONGEST if packet else size, 0)
        assert made >= 0, "no Opus packet"
        size = made
        found.append(room[:made].copy())
    library.opus_decoder_destroy(decoder)
    return numpy.concatenate(found)


def duration_ms(packet):
    """How much sound a packet holds, from its first bytes (RFC 6716, §3.1 and §3.2)."""
    config, code = packet[0] >> 3, packet[0] & 3
    if config < 12:
        one = (10, 20, 40, 60)[config & 3]
    elif config < 16:
        one = (10, 20)[config & 1]
    else:
        one = (2.5, 5, 10, 20)[config & 3]
    return one * (packet[1] & 63 if code == 3 else (1, 2, 2)[code])
