"""The media loop asks the kernel for nothing twice: its system calls follow from what it does."""

import time
import unittest

from lab import Scene, SceneTest, wait
from stage import syscalls
from stage.syscalls import RECEIVE, TIMER, Count

PERIODS_PER_FRAME = 2
"""Of `voice`: 5 ms and 10 ms."""
SLACK = 60
"""Calls of what happens now and then, and at both ends of the count."""


def excess(found, frames, came):
    """What there is more of than the work explains: `frames` captured, `came` datagrams.

    A period wakes the loop once, and a datagram once; each is read, or moved, by one call.
    """
    periods = frames * PERIODS_PER_FRAME
    read = sum(found.get(name, Count(0, 0)).calls for name in RECEIVE)
    most = {"epoll_wait": periods + came, "read": came, TIMER: periods, "all": periods + 3 * came}
    seen = {"epoll_wait": found.get("epoll_wait", Count(0, 0)).calls, "read": read,
            TIMER: found.get(TIMER, Count(0, 0)).calls, "all": syscalls.own(found)}
    return [f"{name}: {seen[name]} calls, {most[name]} explained"
            for name in most if seen[name] > 1.05 * most[name] + SLACK]


class SystemCalls(SceneTest):
    def test_the_judge_sees_what_was_once_done_twice(self):
        frames = came = 1000
        good = {"epoll_wait": Count(3000, 0), "recvmmsg": Count(1000, 0), "sendto": Count(1000, 0),
                TIMER: Count(2000, 0)}
        self.assertEqual(excess(good, frames, came), [])
        for name, count in (("recvmmsg", 2000), (TIMER, 4000), ("epoll_wait", 4000),
                            ("ioctl", 1000)):
            with self.subTest(name):
                self.assertTrue(excess({**good, name: Count(count, 0)}, frames, came))

    def test_a_table_of_strace_is_read(self):
        text = ("    calls    errors syscall\n--------- --------- ----------------\n"
                "      200           epoll_wait\n      101       100 recvfrom\n"
                "--------- --------- ----------------\n      301       100 total\n")
        self.assertEqual(syscalls.read(text),
                         {"epoll_wait": Count(200, 0), "recvfrom": Count(101, 100)})

    @unittest.skipUnless(syscalls.can_count(), "strace is not installed")
    def test_talk_both_ways_takes_one_call_for_each_thing_done(self):
        with Scene("kitchen", "garage") as scene:
            kitchen, garage = scene.stations
            scene.introduce(kitchen, garage)
            scene.start()
            with kitchen.talking(), garage.talking():
                wait(lambda: kitchen.hears("garage"), "kitchen hears garage")
                time.sleep(0.5)
                with syscalls.counted(kitchen.pid, "media", str(scene.folder)) as found:
                    before = kitchen.counters()
                    kitchen.moved("frames_captured", before, 300)
                    after = kitchen.counters()
            frames = after["frames_captured"] - before["frames_captured"]
            came = after["packets_opened"] - before["packets_opened"]
            print(f"{frames} frames, {came} datagrams: {found}")
            self.assertGreater(came, 200)
            self.assertGreater(found["epoll_wait"].calls, 300)
            self.assertEqual(excess(found, frames, came), [])


if __name__ == "__main__":
    unittest.main()
