"""The lab itself: what looks on at the wire, ports, the judges of words, of delay and of soaks."""

import itertools
import json
import os
import random
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import unittest

import numpy

import words
from lab import ROOT, SceneTest, longer, measure, place, test_seed, wait, wav

from bench import traces
from soak import growth, plan, verdict
from soak.growth import Sample
from stage import judge, speech
from stage.capture import Capture
from stage.measure import Sound
from uml.speech import Talk

OTHERS = 20_000
"""Packets of no port that is looked at: more than a socket's usual buffer holds."""

STRANGE = b"of no port that is looked at".ljust(100)


@unittest.skipUnless(Capture.is_allowed(), "only root may look on")
class CaptureTest(unittest.TestCase):
    """What looks on at the wire has each packet of its ports, or fails."""

    def setUp(self):
        self.sender, self.target, self.other = (
            self.enterContext(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) for _ in range(3))
        for one in (self.sender, self.target, self.other):
            one.bind(("127.0.0.1", 0))
        self.port = self.sender.getsockname()[1]
        self.capture = Capture([self.target.getsockname()[1]])
        self.held = threading.Event()
        take = self.capture._take

        def take_when_let_go(*arguments):
            self.held.wait(30)
            take(*arguments)
        self.capture._take = take_when_let_go

    def between(self):
        return self.capture.between(self.port, self.target.getsockname()[1])

    def test_it_has_each_packet_of_its_ports_however_many_others_pass(self):
        stranger = self.enterContext(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
        for number in range(100):
            self.sender.sendto(b"%d" % number, self.target.getsockname())
            for _ in range(OTHERS // 100):
                stranger.sendto(STRANGE, self.other.getsockname())
        self.held.set()
        wait(lambda: len(self.between()) == 100, "all are there")
        self.capture.end()
        self.assertEqual([one.payload for one in self.between()],
                         [b"%d" % number for number in range(100)])
        # Another test may use the same port at another address.
        self.assertNotIn(STRANGE, [one.payload for one in self.capture.packets])

    def test_it_fails_where_packets_were_lost(self):
        for _ in range(OTHERS):
            self.sender.sendto(bytes(1000), self.target.getsockname())
        self.held.set()
        with self.assertRaisesRegex(RuntimeError, "packets on the wire were not captured"):
            self.capture.end()


COUNT = 100
TAKE = f"""
import json, sys
sys.path.insert(0, {str(ROOT / "tools/lab")!r})
from stage import place
print(json.dumps([[place.free_port(), place.closed_port()] for _ in range({COUNT})]), flush=True)
sys.stdin.read()
"""


class Ports(unittest.TestCase):
    """No two programs get the same port, and nothing takes one that stays closed."""

    def test_programs_that_run_at_the_same_time_share_none(self):
        programs = [self.enterContext(subprocess.Popen(
            [sys.executable, "-c", TAKE], stdin=subprocess.PIPE, stdout=subprocess.PIPE))
            for _ in range(3)]
        try:
            found = [port for one in programs for pair in json.loads(one.stdout.readline())
                     for port in pair]
        finally:
            for one in programs:
                one.stdin.close()
        self.assertEqual(len(found), 3 * 2 * COUNT)
        self.assertEqual(len(set(found)), len(found))

    def test_the_kernel_gives_none_of_them_to_those_who_name_no_port(self):
        with open("/proc/sys/net/ipv4/ip_local_port_range", encoding="ascii") as file:
            low, high = map(int, file.read().split())
        for port in (place.free_port(), place.closed_port()):
            self.assertFalse(low <= port <= high, port)

    def test_a_port_to_listen_at_is_never_one_that_is_to_stay_closed(self):
        heard = {place.free_port() for _ in range(COUNT)}
        self.assertFalse(heard & {place.closed_port() for _ in range(COUNT)})


class Words(unittest.TestCase):
    """The judge of words hears each of them, and takes nothing else for one."""

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


class Voices(unittest.TestCase):
    """The judges of a talk."""

    @classmethod
    def setUpClass(cls):
        cls.said = speech.talk(2 * judge.CHUNK)

    def talk(self, heard, late_ms=0.0):
        said = self.said.astype(numpy.float64)
        return Talk(Sound(said, 0), Sound(heard, int(late_ms * 1e6)))

    def verdict(self, heard, late_ms=0.0, is_scored=False):
        return judge.verdict(self.talk(heard, late_ms), 0, int(judge.CHUNK * 1e9), is_scored)

    def test_a_shift_changes_the_delay_by_exactly_that(self):
        said = self.said.astype(numpy.float64)
        for late in (0.0, 7.5, 38.0, 120.0):
            found = self.verdict(said, late)
            self.assertAlmostEqual(found.delay_ms, late, delta=0.05)
            self.assertAlmostEqual(found.delay_p95_ms, late, delta=0.05)

    def test_silence_noise_and_other_words_are_not_recognised(self):
        chance = numpy.random.default_rng(1)
        for heard in (numpy.zeros(len(self.said)), chance.normal(0, 3000, len(self.said)),
                      numpy.roll(self.said, len(self.said) // 2)):
            found = self.verdict(heard)
            self.assertLess(found.recognised, 0.05)
            self.assertIsNone(found.delay_ms)

    @unittest.skipUnless(judge.scorer(), "no scorer: tools/lab/scorer makes it")
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


class Recordings(unittest.TestCase):
    def test_a_packet_leaves_when_the_recording_lets_it(self):
        # 1500 bytes every 100 ms, and 20 ms more on the way.
        found = traces.delays([100, 200], 0.2)
        self.assertEqual(found, [120, 100, 80, 60, 40, 20, 100, 80, 60, 40])

    def test_what_does_not_fit_waits_for_the_next_moment(self):
        found = traces.delays([400], 0.3)
        self.assertEqual(found[:12], [420 - 20 * number for number in range(12)])
        self.assertEqual(found[12:], [800 - 240 + 20, 800 - 260 + 20, 800 - 280 + 20])


NAMES = ["kitchen", "garage", "cellar"]


def samples(values, what="anonymous"):
    """A run in which one thing changes."""
    start = Sample(0.0, 5000, 20_000, 24, 3)
    return [start._replace(seconds=10.0 * place, **{what: value})
            for place, value in enumerate(values)]


class Growth(unittest.TestCase):
    """The judges of tools/soak."""

    def grown(self, values, what="anonymous"):
        return [one.what for one in growth.judge(samples(values, what)) if one.is_grown]

    def test_what_lasts_is_growth_in_every_column_and_nothing_else(self):
        for what, is_grown, values in (
                ("anonymous", False, [5000] * 30), ("descriptors", False, [24] * 30),
                # Warming up, and single peaks.
                ("anonymous", False, [1000, 3000, 4800] + [5000] * 30),
                ("anonymous", False, [5000] * 28 + [9000, 5000]),
                ("descriptors", False, [24, 27, 24] * 10),
                ("anonymous", True, range(5000, 5300, 10)),
                ("rss", True, range(20_000, 40_000, 500)),
                ("descriptors", True, [24] * 20 + [25] * 20),
                ("threads", True, [3] * 15 + [4] * 15)):
            with self.subTest(what, values=values):
                self.assertEqual(self.grown(values, what), [what] if is_grown else [])

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


class Verdicts(SceneTest):
    GOOD = verdict.Facts(minutes=30, talks=400, undecided=3, heap_calls=0,
                         columns=frozenset(growth.ALLOWED))

    def judge(self, **changes):
        return verdict.judge(self.GOOD._replace(**changes))

    def test_what_was_not_judged_is_a_fault(self):
        none = frozenset()
        for fault, changes in (
                (None, {}),
                ("no talk was judged", {"talks": 0, "undecided": 0}),
                ("no talk was judged", {"talks": 0, "undecided": 5}),
                ("3 of 20 talks were undecided", {"talks": 17, "undecided": 3}),
                (None, {"talks": 18, "undecided": 2}),
                # Too few to speak of a share.
                (None, {"talks": 9, "undecided": 10}),
                ("growth not measured in 10.0 minutes", {"columns": none, "minutes": 10.0}),
                (None, {"columns": none, "minutes": 9.9}),
                ("1 heap calls of a media loop", {"heap_calls": 1}),
                ("1 heap calls of a media loop", {"heap_calls": 1, "sanitizer": "address"}),
                ("nobody counted the heap calls of the media loops", {"heap_calls": None})):
            with self.subTest(changes):
                self.assertEqual(self.judge(**changes)[0], [fault] if fault else [])

    def test_what_is_left_out_is_told(self):
        none = frozenset()
        self.assertEqual(self.judge()[1], [])
        self.assertEqual(self.judge(columns=none, minutes=9.9)[1],
                         ["growth not measured in 9.9 minutes: too short"])
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

    def test_heap_calls_are_found_where_a_station_tells_them(self):
        kitchen, garage = self.met("kitchen", "garage")
        garage.watches_heap = False
        self.scene.start()
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
