"""Packets that carry sound and packets that carry none leave at the same time behind the tick of
the card, so their times do not tell them apart."""

import cmath
import contextlib
import math
import random
import statistics
import time
import unittest

from lab import Scene, SceneTest, Unheard, wait
from stage.capture import Forwarder

FRAME_NS = 10_000_000
MOST_MS = 0.1
"""A frame takes longer to encode on any machine."""
TALKS = 8


def phase_ms(moments):
    """Where in a frame time most packets leave, in ms."""
    turns = [cmath.exp(2j * math.pi * (one % FRAME_NS) / FRAME_NS) for one in moments]
    middle = complex(statistics.median(one.real for one in turns),
                     statistics.median(one.imag for one in turns))
    return cmath.phase(middle) / (2 * math.pi) * FRAME_NS / 1e6


def turned_ms(phase):
    """A difference of phases, as the shorter way round."""
    whole = FRAME_NS / 1e6
    return (phase + whole / 2) % whole - whole / 2


class CoverTimes(SceneTest):
    def begin(self, cover):
        scene = self.enterContext(Scene("kitchen", "garage"))
        self.kitchen, self.garage = scene.stations
        for one in scene.stations:
            one.sections["talk"] = {"cover": cover, "tail": "0ms"}
        self.wire = Forwarder(self.kitchen.port, self.garage.port)
        self.addCleanup(self.wire.end)
        for one, other in ((self.kitchen, self.garage), (self.garage, self.kitchen)):
            one.knows(other, self.wire.port_for(one.port), None)
        scene.start()
        self.kitchen.speak(500)
        # A first talk: both have all they need to know of each other by then.
        with self.kitchen.talking():
            wait(lambda: self.garage.hears("kitchen"), "garage hears kitchen")
        time.sleep(1)

    def moments(self, since, until):
        """When packets of kitchen were on the wire; of several at once the first."""
        found = []
        for one in self.wire.between(self.kitchen.port, self.garage.port):
            if since <= one.moment_ns < until and not (
                    found and one.wall_ns - found[-1] < 1_000_000):
                found.append(one.wall_ns)
        return found

    def test_with_constant_cover_a_talk_moves_no_packet(self):
        self.begin("constant")
        phases = []
        for place in range(2 * TALKS + 1):
            with self.kitchen.talking() if place % 2 else contextlib.nullcontext():
                time.sleep(0.3)
                since = time.monotonic_ns()
                time.sleep(0.7)
                phases.append(phase_ms(self.moments(since, time.monotonic_ns())))
        # Each talk beside the silence before and after it, as the card's clock drifts.
        moved = [turned_ms(phases[at] - before - turned_ms(phases[at + 1] - before) / 2)
                 for at in range(1, 2 * TALKS, 2) for before in [phases[at - 1]]]
        self.judge_moved(moved)

    def test_the_end_of_a_talk_moves_no_packet(self):
        self.begin("spurt")
        moved = []
        for _ in range(3 * TALKS):
            with self.kitchen.talking():
                time.sleep(0.6)
                end = time.monotonic_ns()
            time.sleep(0.7)
            before = self.moments(end - 200_000_000, end - 30_000_000)
            after = self.moments(end + 30_000_000, end + 200_000_000)
            # Some tails are too short to compare.
            if len(after) >= 12:
                moved.append(turned_ms(phase_ms(after) - phase_ms(before)))
        self.assertGreater(len(moved), TALKS)
        self.judge_moved(moved)

    def test_the_measure_sees_a_fifth_of_a_millisecond(self):
        chance = random.Random(3)
        even = [place * FRAME_NS + chance.randrange(90_000) for place in range(17)]
        late = [one + 200_000 for one in even]
        self.assertAlmostEqual(turned_ms(phase_ms(late) - phase_ms(even)), 0.2, delta=0.02)
        with self.assertRaises(Unheard):
            self.judge_moved([0.2] * TALKS)

    def judge_moved(self, moved):
        middle = statistics.median(moved)
        print(f"packets moved by {middle:.3f} ms; each: "
              + " ".join(f"{one:.3f}" for one in sorted(moved)))
        self.judge_in_time(abs(middle) < MOST_MS, f"packets moved by {middle:.3f} ms")


if __name__ == "__main__":
    unittest.main()
