"""tools/soak: its plan is the seed's, its judges trip, a minute of it passes."""

import itertools
import json
import os
import subprocess
import unittest

from lab import ROOT, Scene, longer, wait
from soak import growth, plan, verdict
from soak.growth import Sample

NAMES = ["kitchen", "garage", "cellar"]


def samples(values, what="anonymous"):
    """A run in which one thing changes."""
    start = Sample(0.0, 5000, 20_000, 24, 3)
    return [start._replace(seconds=10.0 * place, **{what: value})
            for place, value in enumerate(values)]


class Judges(unittest.TestCase):
    def grown(self, values, what="anonymous"):
        return [one.what for one in growth.judge(samples(values, what)) if one.is_grown]

    def test_what_stays_does_not_grow(self):
        self.assertEqual(self.grown([5000] * 30), [])
        self.assertEqual(self.grown([24] * 30, "descriptors"), [])

    def test_warming_up_and_single_peaks_are_no_growth(self):
        self.assertEqual(self.grown([1000, 3000, 4800] + [5000] * 30), [])
        self.assertEqual(self.grown([5000] * 28 + [9000, 5000]), [])
        self.assertEqual(self.grown([24, 27, 24] * 10, "descriptors"), [])

    def test_steady_growth_is_seen_in_every_column(self):
        self.assertEqual(self.grown(range(5000, 5300, 10)), ["anonymous"])
        self.assertEqual(self.grown(range(20_000, 40_000, 500), "rss"), ["rss"])
        self.assertEqual(self.grown([24] * 20 + [25] * 20, "descriptors"), ["descriptors"])
        self.assertEqual(self.grown([3] * 15 + [4] * 15, "threads"), ["threads"])

    def test_a_peer_that_came_back_may_have_taken_its_memory(self):
        grown = lambda returns: [
            one.what for one in growth.judge(samples(range(5000, 5300, 10)), returns)
            if one.is_grown]
        self.assertEqual((grown(1), grown(10)), (["anonymous"], []))

    def test_a_short_run_tells_nothing(self):
        self.assertEqual(growth.judge(samples(range(5000, 13_000, 1000))), [])

    def test_what_may_not_be_looked_at_is_left_out(self):
        judged = growth.judge(samples([None] * 30))
        self.assertEqual([one.what for one in judged], ["rss", "descriptors", "threads"])


class Plan(unittest.TestCase):
    def plan(self, seed, count=300):
        return list(itertools.islice(plan.events(seed, NAMES, "kitchen"), count))

    def test_the_same_seed_plans_the_same(self):
        self.assertEqual(self.plan(5), self.plan(5))
        self.assertNotEqual(self.plan(5), self.plan(6))

    def test_every_kind_happens_and_the_steady_station_is_never_restarted(self):
        events = self.plan(5)
        self.assertEqual({one.kind for one in events}, set(plan.KINDS))
        self.assertNotIn("kitchen", [
            one.station for one in events if one.kind in ("terminate", "kill")])


class Verdicts(unittest.TestCase):
    GOOD = verdict.Facts(minutes=30, talks=400, undecided=3, heap_calls=0,
                         columns=frozenset(growth.ALLOWED))

    def judge(self, **changes):
        return verdict.judge(self.GOOD._replace(**changes))

    def test_a_good_run_leaves_nothing_out(self):
        self.assertEqual(self.judge(), ([], []))

    def test_talks_that_nobody_judged_are_a_fault(self):
        self.assertEqual(self.judge(talks=0, undecided=0)[0], ["no talk was judged"])
        self.assertEqual(self.judge(talks=0, undecided=5)[0], ["no talk was judged"])
        self.assertEqual(self.judge(talks=17, undecided=3)[0], ["3 of 20 talks were undecided"])
        self.assertEqual(self.judge(talks=18, undecided=2)[0], [])
        # Too few to speak of a share.
        self.assertEqual(self.judge(talks=9, undecided=10)[0], [])

    def test_a_long_run_must_have_judged_growth(self):
        none = frozenset()
        self.assertEqual(self.judge(columns=none, minutes=10.0),
                         (["growth not measured in 10.0 minutes"], []))
        self.assertEqual(self.judge(columns=none, minutes=9.9),
                         ([], ["growth not measured in 9.9 minutes: too short"]))
        faults, left_out = self.judge(columns=none, sanitizer="thread", heap_calls=None)
        self.assertEqual(faults, [])
        self.assertIn("heap calls not measured: the thread sanitizer has the heap", left_out)
        self.assertIn("growth not measured: the thread sanitizer keeps what is freed", left_out[1])

    def test_memory_that_only_root_may_see_is_said_to_be_left_out(self):
        unseen = samples([24] * 30, "descriptors")
        columns = frozenset(one.what for one in growth.judge(
            [one._replace(anonymous=None) for one in unseen]))
        self.assertEqual(columns, {"rss", "descriptors", "threads"})
        faults, left_out = self.judge(columns=columns)
        self.assertEqual(faults, [])
        self.assertTrue(left_out[0].startswith("memory not measured: only root"), left_out)

    def test_heap_calls_are_a_fault_and_so_is_a_counter_that_is_not_there(self):
        self.assertEqual(self.judge(heap_calls=1)[0], ["1 heap calls of a media loop"])
        self.assertEqual(self.judge(heap_calls=1, sanitizer="address")[0],
                         ["1 heap calls of a media loop"])
        self.assertEqual(self.judge(heap_calls=None)[0],
                         ["nobody counted the heap calls of the media loops"])

    def test_heap_calls_are_found_where_a_station_tells_them(self):
        with Scene("kitchen", "garage") as scene:
            kitchen, garage = scene.stations
            garage.watches_heap = False
            scene.introduce(kitchen, garage)
            scene.start()
            # The media loop says so after its first turns.
            wait(lambda: verdict.heap_calls(kitchen.status()) == 0, "kitchen counts, to 0")
            self.assertIsNone(verdict.heap_calls(garage.status()))
            self.assertEqual(verdict.heap_calls(garage.status(), 3), 3)
            kitchen.card.do("malloc", "on")
            found = wait(lambda: verdict.heap_calls(kitchen.status(), 0), "heap calls are counted")
            self.assertEqual(verdict.heap_calls(garage.status(), found), found)
            self.assertTrue(self.judge(heap_calls=found)[0])


class Soak(unittest.TestCase):
    def soak(self, *words):
        done = subprocess.run(
            ["/usr/bin/python3", "-m", "soak.run", "--json", *words], check=False,
            capture_output=True, text=True, env={**os.environ, "PYTHONPATH": ROOT / "tools/lab"})
        self.assertTrue(done.stdout, done.stderr)
        return done.returncode, json.loads(done.stdout.splitlines()[-1]), done.stdout

    @longer
    def test_a_minute_passes(self):
        code, report, text = self.soak("--minutes", "1")
        self.assertEqual((code, report["verdict"]), (0, "passed"), text)

    @longer
    def test_a_planted_leak_is_found(self):
        code, report, text = self.soak(
            "--minutes", "0.5", "--seed", "3", "--plant", "leak,descriptors,threads")
        self.assertEqual((code, report["verdict"]), (1, "failed"), text)
        self.assertLessEqual({"anonymous", "descriptors", "threads"}, set(report["grown"]))


if __name__ == "__main__":
    unittest.main()
