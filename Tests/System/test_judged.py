"""A test of sound fails by the daemons, and not by a machine that kept them from running."""

import ctypes
import multiprocessing
import os
import time
import unittest

from lab import Scene, SceneTest, wait
from stage import judged
from stage.judged import BEHIND, UNJUDGED, WAITED, Pauses, beside, own_waits, turns

REAL = "it keeps a processor busy on purpose"

PR_SET_NAME = 15


def behave(name, is_busy):
    """Takes the first processor for ever when others leave it, or sleeps."""
    ctypes.CDLL(None).prctl(PR_SET_NAME, name, 0, 0, 0)
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    if name == b"media":
        os.nice(10)
    while True:
        if not is_busy:
            time.sleep(1)


class Program:
    """A process whose only thread has the name of a daemon's."""

    def __init__(self, name, is_busy):
        self._process = multiprocessing.Process(target=behave, args=(name, is_busy), daemon=True)
        self._process.start()
        self.pid = self._process.pid

    def is_named(self, name):
        with open(f"/proc/{self.pid}/comm", "rb") as file:
            return file.read().strip() == name

    def end(self):
        self._process.kill()
        self._process.join()


needs_priority = unittest.skipIf(os.geteuid(), "needs real-time priority")


def take_first_processor(seconds):
    """Lets nobody else have it: to all others it stands still."""
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(os.sched_get_priority_max(1)))
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        pass


def hold_up(seconds):
    one = multiprocessing.Process(target=take_first_processor, args=(seconds,))
    one.start()
    one.join()


class Judged(unittest.TestCase):
    def setUp(self):
        # This machine may stand still of itself: no such pause is long enough.
        self.addCleanup(setattr, judged, "pauses", judged.pauses)
        judged.pauses = Pauses(least=60)
        self.addCleanup(setattr, Scene, "last", Scene.last)
        Scene.last = None
        self.addCleanup(setattr, turns, "stations", turns.stations)

    def outcome(self, is_busy, holds, says=True, meanwhile=lambda: None):
        """Of a test during which the first processor belongs to somebody else."""
        daemon, other = Program(b"media", is_busy), Program(b"other", True)
        for one in (daemon, other):
            self.addCleanup(one.end)
        wait(lambda: daemon.is_named(b"media"), "it has its name")
        turns.stations = [daemon]

        class Claim(SceneTest):
            def test_claim(self):
                time.sleep(4 * WAITED)
                meanwhile()
                self.judge_in_time(holds, "not heard")
                self.assertTrue(says, "a wrong answer")

        result = unittest.TestResult()
        Claim("test_claim").run(result)
        return result

    def test_what_fails_while_it_was_kept_waiting_is_no_verdict(self):
        result = self.outcome(is_busy=True, holds=False)
        self.assertEqual((result.failures, result.errors), ([], []))
        [(_, reason)] = result.skipped
        self.assertTrue(reason.startswith(UNJUDGED), reason)
        self.assertTrue(reason.endswith("not heard"), reason)

    def test_what_is_waited_for_in_vain_is_none_either(self):
        result = self.outcome(
            is_busy=True, holds=True, meanwhile=lambda: wait(lambda: False, "it comes", 0.1))
        [(_, reason)] = result.skipped
        self.assertTrue(reason.startswith(UNJUDGED), reason)
        self.assertTrue(reason.endswith("still not: it comes"), reason)
        result = self.outcome(
            is_busy=False, holds=True, meanwhile=lambda: wait(lambda: False, "it comes", 0.1))
        self.assertEqual((len(result.failures), result.skipped), (1, []))

    def test_what_fails_while_nobody_waited_has_failed(self):
        result = self.outcome(is_busy=False, holds=False)
        self.assertEqual((len(result.failures), result.skipped), (1, []))

    @needs_priority
    def test_what_fails_while_the_machine_stood_still_is_no_verdict(self):
        judged.pauses = Pauses()
        result = self.outcome(is_busy=False, holds=False, meanwhile=lambda: hold_up(0.1))
        [(_, reason)] = result.skipped
        self.assertTrue(reason.startswith(f"{UNJUDGED}, the machine stood still for"), reason)

    @needs_priority
    def test_what_fails_long_after_the_machine_stood_still_has_failed(self):
        self.addCleanup(setattr, judged, "RECENT", judged.RECENT)
        judged.RECENT = 0.3
        # Longer than those of a busy host.
        judged.pauses = Pauses(least=0.2)
        result = self.outcome(
            is_busy=False, holds=False, meanwhile=lambda: (hold_up(0.4), time.sleep(0.6)))
        self.assertEqual((len(result.failures), result.skipped), (1, []))

    def test_what_fails_while_this_program_was_behind_is_no_verdict(self):
        for seconds, is_verdict in ((2 * BEHIND, False), (BEHIND / 2, True)):
            with self.subTest(seconds):
                result = self.outcome(is_busy=False, holds=False,
                                      meanwhile=lambda took=seconds: beside.note(took))
                self.assertEqual((len(result.failures), len(result.skipped)),
                                 (int(is_verdict), int(not is_verdict)))

    def test_what_fails_while_this_program_waited_is_no_verdict(self):
        def burn():
            """On the processor that somebody else has, too."""
            mine = os.sched_getaffinity(0)
            os.sched_setaffinity(0, {min(mine)})
            try:
                end = own_waits() + 1.2
                while own_waits() < end:
                    pass
            finally:
                os.sched_setaffinity(0, mine)

        result = self.outcome(is_busy=False, holds=False, meanwhile=burn)
        [(_, reason)] = result.skipped
        self.assertTrue(reason.startswith(f"{UNJUDGED}, this program waited"), reason)

    def test_what_is_missing_for_a_known_reason_is_no_verdict(self):
        class Claim(SceneTest):
            def test_claim(self):
                with self.subTest("a part"):
                    self.judge_in_time(False, "not heard", "it was recorded with gaps")

        result = unittest.TestResult()
        Claim("test_claim").run(result)
        [(_, reason)] = result.skipped
        self.assertTrue(reason.startswith(f"{UNJUDGED}, it was recorded with gaps: "), reason)

    def test_any_other_failure_is_one_whoever_waited(self):
        result = self.outcome(is_busy=True, holds=True, says=False)
        self.assertEqual((len(result.failures), result.skipped), (1, []))

    def test_a_scene_that_is_over_leaves_the_one_around_it(self):
        with Scene("kitchen") as outer:
            with Scene("garage") as inner:
                self.assertEqual((Scene.last, turns.stations), (inner, inner.stations))
            self.assertEqual((Scene.last, turns.stations), (outer, outer.stations))
        # One that has ended in a failure is judged yet.
        self.assertIs(Scene.last, outer)

    def test_what_holds_has_passed_whoever_waited(self):
        result = self.outcome(is_busy=True, holds=True)
        self.assertTrue(result.wasSuccessful())
        self.assertEqual(result.skipped, [])


@needs_priority
class Watch(unittest.TestCase):
    def test_a_pause_is_seen_and_how_long_it_was(self):
        pauses = Pauses()
        pauses.begin()
        time.sleep(0.1)
        start = time.monotonic()
        hold_up(0.3)
        self.assertGreater(wait(lambda: pauses.longest(start), "the pause is told"), 0.28)
        self.assertEqual(pauses.longest(time.monotonic() + 1), 0)


if __name__ == "__main__":
    unittest.main()
