"""The judges of tools/bench voice: what is bad must be called so, and late as late as it is."""

import unittest

import numpy

from lab import wav  # and what lies beside it
from bench import judge, loss, mahimahi, pair
from stage import score, speech
from stage.measure import Sound


class Judges(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.said = speech.talk(2 * judge.CHUNK)

    def talk(self, heard, late_ms=0.0):
        said = self.said.astype(numpy.float64)
        return pair.Talk(Sound(said, 0), Sound(heard, int(late_ms * 1e6)), 0)

    def verdict(self, heard, late_ms=0.0, is_scored=False):
        return judge.verdict(self.talk(heard, late_ms), 0, int(judge.CHUNK * 1e9), is_scored)

    def test_a_shift_changes_the_delay_by_exactly_that(self):
        said = self.said.astype(numpy.float64)
        for late in (0.0, 7.5, 38.0, 120.0):
            found = self.verdict(said, late)
            self.assertAlmostEqual(found.delay_ms, late, delta=0.05)
            self.assertAlmostEqual(found.delay_p95_ms, late, delta=0.05)

    def test_silence_and_noise_are_not_recognised(self):
        chance = numpy.random.default_rng(1)
        for heard in (numpy.zeros(len(self.said)), chance.normal(0, 3000, len(self.said))):
            found = self.verdict(heard)
            self.assertLess(found.recognised, 0.05)
            self.assertIsNone(found.delay_ms)

    @unittest.skipUnless(score.scorer(judge.SCORER), "no scorer: tools/lab/scorer makes it")
    def test_more_cut_out_scores_lower(self):
        marks = []
        for step in (0, 50, 10):
            heard = self.said.astype(numpy.float64)
            for begin in range(0, len(heard), 480 * step or len(heard)):
                heard[begin:begin + (480 if step else 0)] = 0
            marks.append(self.verdict(heard, 38.0, True).pesq)
        self.assertGreater(marks[0], 4.6)
        self.assertLess(marks[1], 3.6)
        self.assertLess(marks[2], min(2.0, marks[1] - 0.5))

    def test_the_controls_of_each_run_pass(self):
        found = judge.controls(self.said)
        self.assertLess(found["delay_error_ms"], 0.05)


class Recordings(unittest.TestCase):
    def test_a_packet_leaves_when_the_recording_lets_it(self):
        # 1500 bytes every 100 ms, and 20 ms more on the way.
        found = mahimahi.delays([100, 200], 0.2)
        self.assertEqual(found, [120, 100, 80, 60, 40, 20, 100, 80, 60, 40])

    def test_what_does_not_fit_waits_for_the_next_moment(self):
        found = mahimahi.delays([400], 0.3)
        self.assertEqual(found[:12], [420 - 20 * number for number in range(12)])
        self.assertEqual(found[12:], [800 - 240 + 20, 800 - 260 + 20, 800 - 280 + 20])


class Plot(unittest.TestCase):
    def test_every_cell_has_a_name_of_its_own(self):
        names = [str(cell) for cell in loss.cells()]
        self.assertEqual(len(names), len(set(names)))
        self.assertTrue(all(len(name) <= 44 for name in names), max(names, key=len))


if __name__ == "__main__":
    unittest.main()
