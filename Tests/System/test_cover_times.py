"""Packets that carry sound and those that follow a talk leave at the same time behind the tick of
the card, so their times do not tell them apart."""

import cmath
import math
import random
import statistics
import time
import unittest

from lab import SceneTest, longer, wait
from stage.capture import Capture

REAL = "it looks for the time that encoding takes, which is none in a guest"

FRAME_NS = 10_000_000
MOST_MS = 0.1
"""A frame takes longer to encode on any machine."""
MOST_BETWEEN_MS = 0.06
"""Of packets that are encoded together, and packets with a frame encoded between them."""
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


@longer
@unittest.skipUnless(Capture.is_allowed(), "only root may look on")
class CoverTimes(SceneTest):
    def begin(self, period=None):
        self.kitchen, self.garage = self.enter("kitchen", "garage")
        for one in self.scene.stations:
            one.sections["talk"] = {"cover": "spurt", "tail": "0ms"}
            if period:
                one.sections["audio"]["period"] = period
        self.wire = self.scene.also_end(Capture([self.kitchen.port, self.garage.port]))
        self.scene.introduce(self.kitchen, self.garage)
        self.scene.start()
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

    def test_the_end_of_a_talk_moves_no_packet(self):
        self.begin()
        moved = []
        for _ in range(3 * TALKS):
            with self.kitchen.talking():
                time.sleep(0.6)
                end = time.monotonic_ns()
            time.sleep(0.7)
            before = self.moments(end - 200_000_000, end - 30_000_000)
            after = self.moments(end + 30_000_000, end + 200_000_000)
            # Some tails are too short to compare.
            if before and len(after) >= 12:
                moved.append(turned_ms(phase_ms(after) - phase_ms(before)))
        self.assertTrue(len(moved) > TALKS, f"only {len(moved)} tails are long enough")
        self.judge_moved(moved)

    def test_in_a_long_period_too_packets_leave_together(self):
        self.begin("20ms")
        talk, tail = [], []
        for _ in range(3 * TALKS):
            with self.kitchen.talking():
                time.sleep(0.6)
                end = time.monotonic_ns()
            time.sleep(0.7)
            talk += self.steps(end - 200_000_000, end - 30_000_000)
            tail += self.steps(end + 30_000_000, end + 200_000_000)
        self.assertTrue(min(len(talk), len(tail)) > 5 * TALKS, "there are too few packets")
        middles = [statistics.median(steps) / 1e6 for steps in (talk, tail)]
        print("between two packets of a period: {:.3f} ms in a talk, {:.3f} ms behind it"
              .format(*middles))
        self.assertTrue(abs(middles[1] - middles[0]) < MOST_BETWEEN_MS,
                        f"packets of a period are {middles} ms apart")

    def steps(self, since, until):
        """From each packet of kitchen to the next one, within a period."""
        times = [one.wall_ns for one in self.wire.between(self.kitchen.port, self.garage.port)
                 if since <= one.moment_ns < until]
        return [after - before for before, after in zip(times, times[1:])
                if after - before < 5_000_000]

    def test_the_measure_sees_a_fifth_of_a_millisecond(self):
        chance = random.Random(3)
        even = [place * FRAME_NS + chance.randrange(90_000) for place in range(17)]
        late = [one + 200_000 for one in even]
        self.assertAlmostEqual(turned_ms(phase_ms(late) - phase_ms(even)), 0.2, delta=0.02)
        with self.assertRaises(AssertionError):
            self.judge_moved([0.2] * TALKS)

    def judge_moved(self, moved):
        middle = statistics.median(moved)
        print(f"packets moved by {middle:.3f} ms; each: "
              + " ".join(f"{one:.3f}" for one in sorted(moved)))
        self.assertTrue(abs(middle) < MOST_MS, f"packets moved by {middle:.3f} ms")
