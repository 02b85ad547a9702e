"""Sounds a test plays and what it makes of a recording: tones in, levels in dBFS out."""

import numpy

from .wav import RATE

FULL = 32_768
SILENCE = -60.0
"""Below this nothing is heard, in dBFS."""


def tone(hertz, seconds=1.0, level=-12.0):
    """A steady tone of `level` dBFS; with whole cycles in `seconds` it loops without a seam."""
    moments = numpy.arange(int(RATE * seconds)) / RATE
    return FULL * 10 ** (level / 20) * numpy.sqrt(2) * numpy.sin(2 * numpy.pi * hertz * moments)


def syllables(seconds, seed, level=-16.0):
    """Something like speech: a voiced buzz through two formants, in syllables with pauses.

    Unlike a tone it tells one moment from another, so that a delay can be measured by it.
    """
    random = numpy.random.default_rng(seed)
    made = []
    while sum(map(len, made)) < seconds * RATE:
        length = int(RATE * random.uniform(0.09, 0.22))
        pitch = random.uniform(95, 180) * numpy.linspace(1, random.uniform(0.8, 1.2), length)
        phase = 2 * numpy.pi * numpy.cumsum(pitch) / RATE
        formants = random.uniform([300, 1100], [800, 2400])
        voice = numpy.zeros(length)
        for harmonic in range(1, 26):
            gain = sum(numpy.exp(-(((harmonic * 140 - f) / 180) ** 2)) for f in formants)
            voice += gain * numpy.sin(harmonic * phase)
        made.append(voice * numpy.hanning(length))
        made.append(numpy.zeros(int(RATE * random.uniform(0.02, 0.09))))
    sound = numpy.concatenate(made)[: int(seconds * RATE)]
    return FULL * sound * 10 ** (level / 20) / numpy.sqrt(numpy.mean(sound**2))


def decibels(power):
    return 10 * numpy.log10(numpy.maximum(power / FULL**2, 1e-12))


def tone_level(samples, hertz):
    """The level of one tone in it, in dBFS."""
    if len(samples) < RATE // 50:
        return -120.0
    window = numpy.hanning(len(samples))
    spectrum = numpy.abs(numpy.fft.rfft(samples * window)) ** 2
    spectrum *= 2 / (numpy.sum(window**2) * len(samples))
    width = max(25.0, 3 * RATE / len(samples))
    places = numpy.abs(numpy.fft.rfftfreq(len(samples), 1 / RATE) - hertz) <= width
    return float(decibels(spectrum[places].sum()))


def tone_track(samples, hertz, step=0.02):
    """The level of one tone in each `step` seconds."""
    size = int(RATE * step)
    moments = numpy.arange(len(samples)) / RATE
    mixed = samples * numpy.exp(-2j * numpy.pi * hertz * moments)
    count = len(samples) // size
    means = mixed[: count * size].reshape(count, size).mean(axis=1)
    return decibels(numpy.abs(means) ** 2 * 2)


def envelope(samples, step=0.01):
    """The RMS of each `step` seconds."""
    size = int(RATE * step)
    count = len(samples) // size
    return numpy.sqrt(numpy.mean(samples[: count * size].reshape(count, size) ** 2, axis=1))


def likenesses(said, heard, longest=0.45, window=1.5, step=0.5):
    """How alike two sounds are in the course of their loudness, window by window.

    A receiver's delay follows the network and the processor: one step of 100 ms in the middle,
    and nothing lost, would already make two whole sounds unlike. Within a window loss shows as it
    does in the whole.

    Returns an array of rows: correlation at the best delay, at most 1, and that delay in seconds,
    to 10 ms.
    """
    a, b = envelope(said), envelope(heard)
    size, found = int(window * 100), []
    for first in range(0, len(a) - size + 1, int(step * 100)):
        x = a[first : first + size] - a[first : first + size].mean()
        best = (0.0, 0.0)
        for lag in range(min(int(longest * 100), len(b) - first - size) + 1):
            y = b[first + lag : first + lag + size]
            y = y - y.mean()
            scale = numpy.sqrt(numpy.sum(x**2) * numpy.sum(y**2))
            best = max(best, (float(numpy.sum(x * y) / scale) if scale > 0 else 0.0, lag * 0.01))
        found.append(best)
    return numpy.array(found).reshape(-1, 2)
