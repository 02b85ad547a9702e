"""The words that a station says while its button pairs it, and a judge that knows only their files.
"""

import os

import numpy

from lab import measure, wav

DIGITS = [str(digit) for digit in range(10)]
NAMES = [*DIGITS, "pairing-code", "paired", "wrong-code", "searching", "no-station-found",
         "several-stations", "not-paired", "start-again", "window-closed", "code-burnt",
         "please-wait", "failed", "erase-warning", "erased", "not-erased"]
SECONDS = 0.3
LEAST = 0.8
"""Two words have one tone in common at most, which makes them half alike."""


def make(folder, language="en"):
    """Writes a set of words: a pair of tones for each."""
    os.makedirs(f"{folder}/{language}")
    moments = numpy.arange(int(wav.RATE * SECONDS)) / wav.RATE
    for number, name in enumerate(NAMES):
        low, high = 400 + 70 * (number % 7), 1200 + 150 * (number // 7)
        tones = sum(numpy.sin(2 * numpy.pi * hertz * moments) for hertz in (low, high))
        wav.write(f"{folder}/{language}/{name}.wav", 8000 * tones)


def heard(folder, recording, language="en"):
    """The words in a recording: (moment in ns at which it begins, name), in order."""
    samples = numpy.asarray(recording.samples, dtype=numpy.float64)
    # Silence with a bit of rounding is like nothing.
    found = []
    for name in NAMES:
        pattern = wav.read(f"{folder}/{language}/{name}.wav").astype(numpy.float64)
        if len(samples) < len(pattern):
            continue
        likeness = measure.correlations(pattern, samples + 0.0)
        likeness = numpy.where(loud(samples, len(pattern)), likeness, 0)
        while likeness.max() > LEAST:
            place = int(numpy.argmax(likeness))
            found.append((recording.moment(place), name))
            likeness[max(0, place - len(pattern) // 2):place + len(pattern) // 2] = 0
    return sorted(found)


def loud(samples, size):
    """Where a piece of the recording is louder than -50 dB of full scale."""
    sums = numpy.concatenate(([0.0], numpy.cumsum(numpy.square(samples))))
    return (sums[size:] - sums[:-size]) / size > (32768 * 10 ** (-50 / 20)) ** 2


def code(names):
    """The six digits after the last word that announces them; None where they are not whole."""
    for place in reversed(range(len(names) - 6)):
        after = names[place + 1:place + 7]
        if names[place] == "pairing-code" and all(name in DIGITS for name in after):
            return "".join(after)
    return None
