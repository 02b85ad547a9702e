"""The words that a station says while its button pairs it, and a judge that knows only their files.
"""

import os
import time
import typing

import numpy

from lab import SceneTest, Watched, measure, process, sanitizer, wav

DIGITS = [str(digit) for digit in range(10)]
NAMES = [*DIGITS, "pairing-code", "paired", "wrong-code", "searching", "no-station-found",
         "not-paired", "start-again", "window-closed", "code-burnt", "please-wait", "failed",
         "erase-warning", "erased", "not-erased"]
SECONDS = 0.3
LEAST = 0.8
"""Two words have one tone in common at most, which makes them half alike."""
CUT = 0.25
"""So alike a word is at least, whose parts a gap has moved apart."""
PARTS, MOVED = 4, 0.06
"""Parts of a word that are looked for by themselves, and the seconds by which a gap moves one."""
HIDDEN = 2
"""Words that one gap can hide: it may fall between two."""
BREATH = 10**9
"""From the end of a word of a code to the next; from one code to the next it is longer."""
THINNER = 3
"""Samples of the recording for one that is searched."""


class Word(typing.NamedTuple):
    """A word that was said, from one moment to another, in ns; a gap may have cut it."""

    start: int
    end: int
    name: str
    is_cut: bool = False


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
    """A test of what stations say in words, which are in the folder `words`.

    A word is lost by a gap of 20 ms. Where the recorder was late, or the card ran empty while the
    media thread had to wait, as many words as that can hide say nothing of the daemon; any other
    that is missing, and each wrong one, does.
    """

    words = None

    def setUp(self):
        super().setUp()
        self._gaps, self._before = {}, {}

    def record(self, one):
        """Begins to record what it says."""
        self._before[one] = self._xruns(one), Watched(one)
        one.record()

    def said(self, one, seconds=0):
        """What it has said since `record`, and says in the seconds to come."""
        time.sleep(seconds)
        return self.words_of(one, one.recorded())

    def words_of(self, one, recording, folder=None, language="en"):
        self._gaps[one] = recording.gaps
        with process.aside():
            found = heard(folder or self.words, recording, language)
        # What cut more words than there were gaps is the daemon.
        left = len(recording.gaps) + self._xruns(one) - self._before[one][0]
        cut = [word for word in found if word.is_cut][max(0, left):]
        return Said([word for word in found if word not in cut])

    def assert_says(self, one, expected, seconds=0):
        """All that it says, of which some may be lost."""
        said = self.said(one, seconds)
        rest = iter(expected)
        is_part = all(word in rest for word in said)
        self.judge_words(one, said == expected or not is_part, said, len(expected) - len(said))
        self.assertEqual(said, expected)

    def assert_ends_by(self, one, word, seconds=0):
        """The last that it says."""
        said = self.said(one, seconds)
        self.judge_words(one, word in said, f"{word} in {said}")
        self.assertEqual(said[-1], word)
        return said

    def judge_words(self, one, holds, what, lost=1):
        """As `judge_in_time`, of the last recording of a station, in which words are lost."""
        reason = None if holds or sanitizer.NAME else self._reason(one, lost)
        self.judge_in_time(holds, f"{one} says {what}", reason)

    def _reason(self, one, lost):
        """Why so many words are lost by this machine; None where that does not hide them."""
        gaps = self._gaps.get(one, ())
        if lost <= HIDDEN * len(gaps):
            late = sum(to - start for start, to in gaps) / 1e6
            return f"{one} was recorded with gaps of {late:.0f} ms"
        xruns, watched = self._before[one]
        return watched.reason() if lost <= HIDDEN * (self._xruns(one) - xruns) else None

    @staticmethod
    def _xruns(one):
        """How often its card ran empty so far."""
        return one.card.status()["playback"]["xruns"]


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
    found, cut = [], []
    for name, likeness in measure.likenesses(patterns, samples):
        pattern = patterns[name]
        size = len(pattern)
        likeness = numpy.where(loud(samples, size), likeness, 0)
        while likeness.max() > CUT:
            place = int(numpy.argmax(likeness))
            start, end = (recording.moment(index * THINNER) for index in (place, place + size))
            word = Word(start, end, name, bool(likeness[place] <= LEAST))
            if likeness[place] > LEAST:
                found.append(word)
            else:
                cut.append((in_parts(pattern, samples, place), word))
            likeness[max(0, place - size // 2):place + size // 2] = 0
    # The likest first, and each where no other is.
    for likeness, word in sorted(cut, reverse=True):
        if likeness > LEAST and all(word.end <= one.start or one.end <= word.start
                                    for one in found):
            found.append(word)
    return sorted(found)


def in_parts(pattern, samples, place):
    """How alike a pattern and the samples at a place are, where each part may have moved a bit."""
    moved = int(MOVED * wav.RATE / THINNER)
    likeness, start = 0.0, place
    for part in numpy.array_split(pattern, PARTS):
        around = samples[max(0, start - moved):start + len(part) + moved]
        if len(part) <= len(around):
            likeness += measure.energy(part) * float(measure.correlations(part, around).max())
        start += len(part)
    return likeness / measure.energy(pattern)


def thinned(samples):
    """Every few samples as one, which is enough for words and takes less time to search."""
    return samples[:len(samples) // THINNER * THINNER].reshape(-1, THINNER).mean(axis=1)


def loud(samples, size):
    """Where a piece of the recording is louder than -50 dB of full scale."""
    sums = numpy.concatenate(([0.0], numpy.cumsum(numpy.square(samples))))
    return (sums[size:] - sums[:-size]) / size > (32768 * 10 ** (-50 / 20)) ** 2
