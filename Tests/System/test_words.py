"""The judge of words hears each of them, and takes nothing else for one."""

import random
import shutil
import tempfile
import unittest

import numpy

import words
from lab import measure, test_seed, wav


class Words(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp()
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        words.make(cls.folder)
        cls.seed = test_seed()

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

    def test_each_word_is_heard_as_itself(self):
        for name in words.NAMES:
            self.assertEqual(self.heard(self.word(name)), [name])

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
