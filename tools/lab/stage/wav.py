"""Sound files: 48 kHz, one channel, 16 bits, as numpy arrays of int16."""

import wave

import numpy

from .card import RATE
from .place import StageError


HEADER = 44
"""Bytes before the samples."""


def read(path):
    """The samples of a file; of two channels the first."""
    with wave.open(path, "rb") as file:
        if file.getframerate() != RATE or file.getsampwidth() != 2:
            raise StageError(f"{path}: not 48 kHz, 16 bits")
        samples = numpy.frombuffer(file.readframes(file.getnframes()), dtype="<i2")
        return samples[:: file.getnchannels()]


def write(path, samples):
    """Writes samples: int16 as they are, floating point rounded and clipped."""
    samples = numpy.asarray(samples)
    if samples.dtype != numpy.int16:
        samples = numpy.clip(numpy.rint(samples), -32768, 32767)
    with wave.open(path, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(samples.astype("<i2").tobytes())


def silence(seconds):
    """So much of nothing."""
    return numpy.zeros(int(seconds * RATE), numpy.int16)
