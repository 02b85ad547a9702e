"""What the media loop asks of the heap and the kernel, and how a station bears too much.

That the kernel does not end one that never rests, tools/lab/guest/overload shows; tools/flood
restarts the peer a hundred times in each round, and looks at the processor, which is real there.
"""

import os
import time
import unittest

from lab import Scene, SceneTest, listen, place, process, wait, within

from flood.run import Flood, complaints
from stage import syscalls
from stage.syscalls import Count, RECEIVE, TIMER


class HeapCalls(SceneTest):
    """The media loop allocates and frees nothing, whatever happens; and the counter counts."""

    def calls(self):
        """The count of both stations; the media loop tells it every 64 turns."""
        time.sleep(0.9)
        return sum(station.status()["media"]["heap_calls"] for station in self.scene.stations)

    def test_none_from_the_start_through_talk_rekey_and_faults(self):
        kitchen, garage = self.met("kitchen", "garage")
        for station in self.scene.stations:
            station.sections["session"] = {"rekey-after": "1s"}
        self.scene.start()
        kitchen.speak(500)
        with kitchen.talking():
            before = garage.counters()
            kitchen.moved("packets_sent", kitchen.counters(), 300)
            garage.moved("packets_opened", before, 300)
            for side in ("capture", "playback"):
                kitchen.card.do("xrun", side)
            with garage.talking():
                time.sleep(0.3)
            self.assertEqual(self.calls(), 0)
        kitchen.card.do("unplug")
        wait(lambda: kitchen.has_card("absent"), "kitchen has lost its card")
        kitchen.card.do("replug")
        wait(kitchen.has_card, "kitchen has its card again")
        self.assertEqual(self.calls(), 0)

        # A card whose transfers allocate is noticed.
        kitchen.card.do("malloc", "on")
        wait(lambda: self.calls() > 10, "the counter trips")


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
    """The media loop asks the kernel for nothing twice: its calls follow from what it does."""

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
        kitchen, garage = self.up("kitchen", "garage")
        with kitchen.talking(), garage.talking():
            wait(lambda: kitchen.hears("garage"), "kitchen hears garage")
            time.sleep(0.5)
            with syscalls.counted(kitchen.pid, "media", str(self.scene.folder)) as found:
                before = kitchen.counters()
                kitchen.moved("frames_captured", before, 300)
                after = kitchen.counters()
        frames = after["frames_captured"] - before["frames_captured"]
        came = after["packets_opened"] - before["packets_opened"]
        print(f"{frames} frames, {came} datagrams: {found}")
        self.assertGreater(came, 200)
        self.assertGreater(found["epoll_wait"].calls, 300)
        self.assertEqual(excess(found, frames, came), [])


class Overload(SceneTest):
    """A processor that cannot keep up: what is left out is told, and all comes back."""

    def slow(self, milliseconds):
        """Each turn of the media loop takes so long."""
        with open(self.stall, "w", encoding="ascii") as file:
            file.write(f"w{milliseconds}")

    def overload(self):
        return [text for text in self.kitchen.problems() if "cannot keep up" in text]

    def test_a_slow_processor_is_told_of_and_soon_whole_again(self):
        self.kitchen, garage = self.enter("kitchen", "garage")
        self.stall = os.path.join(self.kitchen.folder, "stall")
        self.kitchen.environment["STALL"] = self.stall
        self.kitchen.preloads = [*self.kitchen.preloads, place.lab("libstall.so")]
        self.kitchen.sections["audio"].update(echo="on", duplex="full")
        self.scene.introduce(self.kitchen, garage)
        self.scene.start()
        wait(lambda: self.kitchen.status()["audio"]["echo"] == "on", "the echo is cancelled")
        self.kitchen.speak(500)
        with self.kitchen.talking():
            listen(1)
            self.assertTrue(not self.overload(), f"it keeps up: {self.overload()}")
            self.assertEqual(self.kitchen.status()["left_out"], [])
            self.slow(6)
            wait(self.overload, "it says that it cannot keep up")
            listen(3)
            told = self.overload()
            self.assertIn("speech is encoded plainly", told[0])
            self.assertIn("the echo is not cancelled", told[0])
            audio = self.kitchen.status()["audio"]
            self.assertEqual((audio["echo"], audio["duplex"]), ("shed", "half"))
            shed = self.kitchen.status()["left_out"]
            self.assertIn("encoder_care", shed)
            self.assertIn("echo_cancelling", shed)
            # The clocks of the cards have no part in it.
            self.assertIsNone(audio["clock_reason"])
            self.assertTrue(process.is_alive(self.kitchen.process))
            os.unlink(self.stall)
            wait(lambda: not self.overload(), "it is whole again", 10)
        self.assertEqual(self.kitchen.status()["audio"]["echo"], "on")
        self.assert_talk(self.kitchen, garage)
        self.assertIn("the processor cannot keep up: ", self.kitchen.log)
        self.assertIn("the sound is whole again", self.kitchen.log)
        self.assert_no_heap_calls(self.kitchen)


class FloodTest(SceneTest):
    """Recorded first messages by the thousand: speech stays, a peer that restarts comes in."""

    def flooded(self, sources):
        with Scene("kitchen", "garage", "office") as scene:
            flood = Flood(scene, 5000)
            flood.start()
            found = flood.round(sources, tries=4)
            print(found)
            self.assertEqual(complaints(found), [])
            self.assertLess(max(found["times"]), within(0.1))
            self.assertGreater(min(found["shares"]), 0.99)
            read = found["handshake_initiations"]
            self.assertGreater(read, 26_000)
            self.assertLess(read - found["cookies_sent"], 20, "they cost key agreements")
            self.assertEqual((found["handshake_dropped_full"], found["half_open_evicted"]), (0, 0))

    def test_a_flood_from_one_stranger(self):
        self.flooded(1)

    def test_a_flood_from_a_thousand_addresses(self):
        self.flooded(1000)
