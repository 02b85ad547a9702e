"""The words that a station says while its button pairs it, and a judge that knows only their files.
"""

import os
import time
import typing

import numpy

from lab import SceneTest, measure, wav

DIGITS = [str(digit) for digit in range(10)]
NAMES = [*DIGITS, "pairing-code", "paired", "wrong-code", "searching", "no-station-found",
         "not-paired", "start-again", "window-closed", "code-burnt", "please-wait", "failed",
         "erase-warning", "erased", "not-erased"]
SECONDS = 0.3
LEAST = 0.8
"""Two words have one tone in common at most, which makes them half alike."""
BREATH = 10**9
"""From the end of a word of a code to the next; from one code to the next it is longer."""
THINNER = 3
"""Samples of the recording for one that is searched."""


class Word(typing.NamedTuple):
    """A word that was said, from one moment to another, in ns."""

    start: int
    end: int
    name: str


class Said(list):
    """The names of words that were said, in order, and the `Word` of each."""

    def __init__(self, found):
        super().__init__(word.name for word in found)
        self.words = found

    def after(self, name):
        """What was said after a word."""
        return Said(self.words[self.index(name) + 1:])

    def codes(self):
        """Each whole code, of six digits, that a word announces, in one breath."""
        found = []
        for place, name in enumerate(self[:-6]):
            words = self.words[place:place + 7]
            digits = [word.name for word in words[1:]]
            pauses = [later.start - word.end for word, later in zip(words, words[1:])]
            if (name == "pairing-code" and all(digit in DIGITS for digit in digits)
                    and max(pauses) < BREATH):
                found.append("".join(digits))
        return found

    def code(self):
        """The last whole code; None without one."""
        return (self.codes() or [None])[-1]


class WordsTest(SceneTest):
    """A test of what stations say in words, which are in the folder `words`."""

    words = None

    def said(self, one, seconds=0):
        """What it has said since it was recorded, and says in the seconds to come."""
        time.sleep(seconds)
        return Said(heard(self.words, one.recorded()))

    def assert_says(self, one, expected, seconds=0):
        """All that it says."""
        self.assertEqual(self.said(one, seconds), expected)

    def assert_ends_by(self, one, word, seconds=0):
        """The last that it says."""
        said = self.said(one, seconds)
        self.assertEqual(said[-1:], [word], said)
        return said


def make(folder, language="en"):
    """Writes a set of words: a pair of tones for each."""
    os.makedirs(f"{folder}/{language}")
    moments = numpy.arange(int(wav.RATE * SECONDS)) / wav.RATE
    for number, name in enumerate(NAMES):
        low, high = 400 + 70 * (number % 7), 1200 + 150 * (number // 7)
        tones = sum(numpy.sin(2 * numpy.pi * hertz * moments) for hertz in (low, high))
        wav.write(f"{folder}/{language}/{name}.wav", 8000 * tones)


def heard(folder, recording, language="en"):
    """Each `Word` in a recording, in order."""
    # Silence with a bit of rounding is like nothing.
    samples = thinned(numpy.asarray(recording.samples, dtype=numpy.float64)) + 0.0
    patterns = {name: thinned(wav.read(f"{folder}/{language}/{name}.wav").astype(numpy.float64))
                for name in NAMES}
    found = []
    for name, likeness in measure.likenesses(patterns, samples):
        size = len(patterns[name])
        likeness = numpy.where(loud(samples, size), likeness, 0)
        while likeness.max() > LEAST:
            place = int(numpy.argmax(likeness))
            start, end = (recording.moment(index * THINNER) for index in (place, place + size))
            found.append(Word(start, end, name))
            likeness[max(0, place - size // 2):place + size // 2] = 0
    return sorted(found)


def thinned(samples):
    """Every few samples as one, which is enough for words and takes less time to search."""
    return samples[:len(samples) // THINNER * THINNER].reshape(-1, THINNER).mean(axis=1)


def loud(samples, size):
    """Where a piece of the recording is louder than -50 dB of full scale."""
    sums = numpy.concatenate(([0.0], numpy.cumsum(numpy.square(samples))))
    return (sums[size:] - sums[:-size]) / size > (32768 * 10 ** (-50 / 20)) ** 2
