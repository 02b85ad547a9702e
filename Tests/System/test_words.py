"""The judge of words hears one that a gap has cut in two, and takes none for another."""

import random
import shutil
import tempfile
import unittest

import numpy

import words
from lab import measure, wav

GAP = wav.RATE // 50
"""Samples of the shortest gap that a card makes."""


class Words(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp()
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        words.make(cls.folder)
        cls.seed = random.randrange(10**6)
        print(f"seed {cls.seed}")

    def setUp(self):
        self.random = random.Random(self.seed)

    def word(self, name):
        return wav.read(f"{self.folder}/en/{name}.wav").astype(numpy.float64)

    def heard(self, *parts):
        """The names of words in a recording of some parts, in silence with its rounding."""
        silence = numpy.zeros(wav.RATE // 2)
        samples = numpy.concatenate((silence, *parts, silence))
        noise = numpy.random.default_rng(self.seed).normal(0, 2, len(samples))
        found = words.heard(self.folder, measure.Sound(samples + noise, 0))
        return [word.name for word in found]

    def strangers(self):
        """Two words that have no tone in common."""
        while True:
            one, other = self.random.sample(range(len(words.NAMES)), 2)
            if one % 7 != other % 7 and one // 7 != other // 7:
                return words.NAMES[one], words.NAMES[other]

    def test_a_word_with_a_gap_in_it_is_heard(self):
        for name in words.NAMES:
            samples = self.word(name)
            # Near either end a word is whole but for a part that does not count.
            place = self.random.randrange(len(samples) // 4, len(samples) // 4 + GAP)
            with self.subTest(name, place=place):
                gap = numpy.zeros(GAP)
                self.assertEqual(
                    self.heard(samples[:place], gap, samples[place:]), [name])
                self.assertEqual(self.heard(samples[:place], samples[place + GAP:]), [name])

    def test_halves_of_two_words_are_none(self):
        for _ in range(20):
            one, other = self.strangers()
            with self.subTest(one=one, other=other):
                half = len(self.word(one)) // 2
                self.assertEqual(self.heard(self.word(one)[:half], self.word(other)[half:]), [])

    def test_silence_is_none(self):
        self.assertEqual(self.heard(numpy.zeros(wav.RATE)), [])


if __name__ == "__main__":
    unittest.main()
