"""A made-up room: what a microphone 12 cm from its loudspeaker hears of one sample."""

import numpy

from stage import wav

REVERBERATION = 0.35
"""Seconds until sound has died away by 60 dB."""
SECONDS = 0.3
DISTANCE = 17
"""Samples from loudspeaker to microphone: 12 cm."""


def answer(seed):
    """The walls of one place of the microphone; in all as loud as what is played."""
    noise = numpy.random.default_rng(seed).standard_normal(int(SECONDS * wav.RATE))
    walls = noise * 10 ** (-3 * numpy.arange(len(noise)) / wav.RATE / REVERBERATION)
    walls[:DISTANCE] = 0
    walls *= numpy.sqrt(0.5 / numpy.sum(numpy.square(walls)))
    walls[DISTANCE] += numpy.sqrt(0.5)
    return walls


def write(path, seed):
    """Writes it as a sound at full scale; returns the gain that gives it its loudness again."""
    walls = answer(seed)
    gain = float(numpy.max(numpy.abs(walls)))
    wav.write(path, walls / gain * 32767)
    return gain
