"""Hundreds of thousands of datagrams and thousands of lines nobody should send: as if nothing was.

tools/fuzz sends ten million and a hundred thousand.
"""

import mmap
import os
import random
import tempfile
import unittest

from lab import Scene, test_seed, longer  # and what lies beside the stage
from fuzz.lines import line
from fuzz.run import Fuzz, control, unheard
from fuzz.size import GROWTH_KB, Size

REAL = "its sender never waits, which stops the clock of a guest"


class FuzzTest(unittest.TestCase):
    def torment(self, datagrams, lines, rounds):
        seed = test_seed()
        with Scene("kitchen", "garage") as scene:
            fuzz = Fuzz(scene, seed)
            fuzz.start()
            fuzz.datagrams(20_000)
            fuzz.lines(2000)
            before = fuzz.size()
            for _ in range(rounds):
                print(fuzz.judged(datagrams // rounds))
            print(fuzz.datagrams(datagrams // 5, flood=True))
            print(fuzz.lines(lines))
            fuzz.check_speech("after")
            fuzz.judge_growth(before)
            fuzz.complaints += unheard(fuzz.shares)
            print(f"{before}; then {fuzz.size()}; in all {fuzz.totals}")
            self.assertEqual(fuzz.complaints, [])
            # The same judges see a daemon that has ended.
            self.assertEqual(control(fuzz), [])

    @longer
    def test_nothing_comes_of_it(self):
        self.torment(150_000, 5000, rounds=1)

    @longer
    def test_nothing_comes_of_two_million_either(self):
        self.torment(2_000_000, 50_000, rounds=5)

    def test_rounds_of_which_none_was_judged_are_a_complaint(self):
        self.assertEqual(unheard({"datagrams": [None, 0.99], "lines": [1.0, None]}), [])
        self.assertEqual(unheard({"datagrams": [None, None], "lines": [0.0]}),
                         ["datagrams: the speech could be judged in none of 2 rounds"])
        self.assertEqual(len(unheard({"datagrams": [], "lines": []})), 2)

    def test_a_card_is_no_growth(self):
        size = 2 * GROWTH_KB * 1024
        before = Size(os.getpid())
        before.descriptors = None
        with tempfile.TemporaryFile() as card:
            card.truncate(size)
            with mmap.mmap(card.fileno(), size) as shared:
                shared.write(b"x" * size)
                self.assertEqual(before.growth(Size(os.getpid())), [])
        own = mmap.mmap(-1, size, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
        own.write(b"x" * size)
        grown, = before.growth(Size(os.getpid()))
        self.assertIn("private memory grew", grown)
        own.close()

    def test_lines_are_of_every_sort(self):
        chance = random.Random(1)
        lines = [line(chance) for _ in range(5000)]
        self.assertGreater(len(set(lines)), 1500)
        self.assertTrue(any(len(text) > 4096 for text in lines))
        self.assertIn(b"", lines)


if __name__ == "__main__":
    unittest.main()
