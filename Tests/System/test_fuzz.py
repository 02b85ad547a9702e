"""Hundreds of thousands of datagrams and thousands of lines nobody should send: as if nothing was.

tools/fuzz sends ten million and a hundred thousand; tools/flood draws the curves of a flood.
"""

import mmap
import os
import random
import tempfile
import unittest

from lab import Scene, SceneTest, longer, test_seed

from flood.data import ELSEWHERE, KINDS, REACHED, STEADY, Storm, told
from fuzz.lines import line
from fuzz.run import GROWTH, Fuzz, control, grown
from soak import growth

REAL = "its senders never wait, which stops the clock of a guest"


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

    def test_a_card_is_no_growth(self):
        size = 2 * GROWTH["anonymous"] * 1024
        before = growth.sample(os.getpid(), 0)._replace(descriptors=None)
        with tempfile.TemporaryFile() as card:
            card.truncate(size)
            with mmap.mmap(card.fileno(), size) as shared:
                shared.write(b"x" * size)
                self.assertEqual(grown(before, growth.sample(os.getpid(), 0)), [])
        own = mmap.mmap(-1, size, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
        own.write(b"x" * size)
        found, = grown(before, growth.sample(os.getpid(), 0))
        self.assertIn("anonymous grew", found)
        own.close()

    def test_lines_are_of_every_sort(self):
        chance = random.Random(1)
        lines = [line(chance) for _ in range(5000)]
        self.assertGreater(len(set(lines)), 1500)
        self.assertTrue(any(len(text) > 4096 for text in lines))
        self.assertIn(b"", lines)


@longer
class FloodOfData(SceneTest):
    """Data with the index of the session: a slow processor hears the speech through half of what it
    can look at; and through far more that comes from another address than the peer's."""

    def judge_reached(self, found, rate):
        """A flood that this machine could not make says nothing of the station."""
        self.assertGreater(found["sent"], REACHED * rate, f"of {rate:.0f} a second")

    def test_a_flood_of_data_that_can_be_opened(self):
        with Scene("kitchen", "garage") as scene:
            storm = Storm(scene)
            for kind in KINDS:
                rate = storm.capacity(kind)[0] / 2
                found = storm.heard(kind, rate, seconds=1.5)
                print(told(kind, found))
                self.judge_reached(found, rate)
                self.assertGreater(found["taken"], rate / 2, "the flood is not as it should be")
                self.assertGreater(found["share"], STEADY, kind)

    def test_a_flood_of_data_from_elsewhere_loses_no_packet_of_the_peer(self):
        with Scene("kitchen", "garage") as scene:
            storm = Storm(scene)
            for kind in KINDS:
                capacity, _ = storm.capacity(kind)
                found = storm.heard(kind, 5 * capacity, ELSEWHERE, seconds=1.5)
                print(told(kind, found))
                self.judge_reached(found, capacity)
                self.assertGreater(found["strays"], 1000, "all of the flood was read")
                self.assertEqual(found["lost"], 0, "packets of the peer found no room")
                self.assertGreater(found["share"], STEADY, kind)
