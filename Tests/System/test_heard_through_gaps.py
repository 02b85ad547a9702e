"""What a network lost is not counted as heard, and of whom nothing comes back is not taken to
hear."""

import json
import time
import unittest

import numpy
from lab import Scene, wait
from stage.wire import BadNet
from test_heard import HeardTest, diagnosis, reasons, typing


def sounding(recording):
    """Seconds of a recording in which a tone sounds."""
    samples = numpy.asarray(recording.samples, dtype=float)
    blocks = samples[: len(samples) // 480 * 480].reshape(-1, 480)
    loudness = numpy.sqrt((blocks**2).mean(axis=1))
    return (loudness > numpy.percentile(loudness, 97) / 2).sum() * 0.01


def through_and_lost(badnet, way, what, through, lost):
    """Lets all pass for some seconds, and then loses packets of one kind and way for some."""
    time.sleep(through)
    if lost:
        badnet.do("drop", way, what)
        time.sleep(lost)
        badnet.do("drop", way, "off")


class HeardThroughGaps(HeardTest):
    def said(self, kitchen, door, network, seconds=6):
        """What is claimed of a talk, why not all of it, and how much sounded, in per cent."""
        kitchen.record()
        before = door.counters()["frames_sent"]
        with door.talking():
            end = time.monotonic() + seconds
            while time.monotonic() < end:
                network()
        time.sleep(1.7)
        sent = (door.counters()["frames_sent"] - before) / 100
        share = 100 * sounding(kitchen.recorded()) / sent
        found = door.peer("kitchen")
        return found["heard_percent"], found["heard_reason"], share

    def between(self, *names):
        """Stations and the network between them: `ab` is the way to the first from the second."""
        scene = self.enterContext(Scene(*names))
        kitchen, door = scene.stations
        badnet = BadNet(scene, door, kitchen, seed=3)
        scene.introduce(kitchen, door, via=badnet)
        scene.start()
        door.speak(500)
        return kitchen, door, badnet

    def test_runs_of_lost_packets_are_not_heard(self):
        kitchen, door, badnet = self.between("kitchen", "door")
        for through, lost in ((1, 0), (1, 1), (0.6, 0.8), (0.3, 0.3)):
            with self.subTest(through=through, lost=lost):
                claim, reason, share = self.said(
                    kitchen, door, lambda through=through, lost=lost: through_and_lost(
                        badnet, "ab", "data", through, lost))
                # A tone that fades counts as half; what was invented sounds and is not heard.
                self.judge(share - 20 <= claim <= share + 8,
                           f"{claim} % are said to be heard, {share:.0f} % sounded")
                if not lost:
                    self.assertEqual(reasons(door, "there"), [])
                    continue
                self.assertEqual(reason, "network")
                self.assertEqual(reasons(door, "there"), ["network"])
                code, status, _ = door.ctl("status")
                # It is no problem of this station.
                self.assertEqual(code, 0, status)
                self.assertRegex(status, rf"kitchen heard {claim} % of the last talk")
                self.assertIn("the network lost", "\n".join(diagnosis(door)))

    def test_reports_that_are_lost_are_made_up_for(self):
        kitchen, door, badnet = self.between("kitchen", "door")
        self.said(kitchen, door, lambda: time.sleep(1), seconds=1)
        # Nothing is lost on the way there, and most of what comes back.
        badnet.do("loss", "ba", 60)
        for seconds in (1, 2, 5):
            claim, reason, share = self.said(kitchen, door, lambda: time.sleep(0.2), seconds)
            self.judge(claim >= 90 and reason is None,
                       f"{seconds} s: {claim} % heard, {reason}; {share:.0f} % sounded")

    def test_a_lost_report_is_made_up_for_where_the_listener_has_forgotten_the_voice(self):
        kitchen, door, badnet = self.between("kitchen", "door")

        def network():
            through_and_lost(badnet, "ba", "any", 0.7, 0.6)
            time.sleep(1.2)

        for pause in (1, 12):
            self.said(kitchen, door, lambda: time.sleep(1), seconds=6)
            time.sleep(pause)
            # The first report of all that follows is lost.
            claim, reason, share = self.said(kitchen, door, network, seconds=2.5)
            self.judge(claim >= 90 and reason is None,
                       f"{pause} s: {claim} % heard, {reason}; {share:.0f} % sounded")

    def test_a_listener_that_was_added_anew_is_not_said_to_hear_what_it_heard_before(self):
        kitchen, door, badnet = self.between("kitchen", "door")

        def network():
            through_and_lost(badnet, "ab", "data", 1, 2.4)
            time.sleep(0.6)

        self.said(kitchen, door, lambda: time.sleep(1), seconds=8)
        for one, other in ((door, kitchen), (kitchen, door)):
            one.forgets(other)
            one.reload()
            wait(lambda: not one.status()["peers"], f"{one} has forgotten {other}")
            one.knows(other, badnet.port_for(one))
            one.reload()
            wait(lambda: door.is_with(kitchen) and kitchen.is_with(door), "they meet again", 40)
            time.sleep(1)
            claim, reason, share = self.said(kitchen, door, network, seconds=4)
            self.judge(share - 20 <= claim <= share + 8 and reason == "network",
                       f"{one}: {claim} % heard, {reason}; {share:.0f} % sounded")

    def test_of_whom_nothing_comes_back_is_said_not_to_hear_while_the_talk_goes_on(self):
        kitchen, door, badnet = self.between("kitchen", "door")
        # A reason of its own, of the talk before: it is none of the next talk.
        kitchen.ctl("mute", "speaker")
        self.talk(door, "house")
        kitchen.ctl("unmute", "speaker")
        with typing(door, "talk", "house", "--seconds", "12") as talker:
            wait(lambda: door.peer("kitchen")["hears_now"] == "heard", "kitchen hears door")
            wait(door.is_lit, "the lamp is lit")
            # One way only: what kitchen says still comes, its heartbeats above all.
            badnet.do("drop", "ab", "any")
            wait(lambda: door.peer("kitchen")["hears_now"] == "no_answer", "door is told",
                 seconds=6)
            self.assertEqual(door.peer("kitchen")["state"], "up")
            self.assertEqual(reasons(door, "there"), ["no_answer"])
            self.assertIn("does not hear us now: no report came back", door.ctl("peers")[1])
            self.assertIn("no report came back", "\n".join(diagnosis(door)))
            wait(lambda: not door.is_lit(), "the lamp shows that nobody hears")
            door.said("no listener can hear the talk to house")
            # It looks twice a second; where it never says so it ends, and with it the lines.
            said = [talker.stdout.readline() for _ in range(3)]
            self.assertEqual(said[1:], [b"heard by kitchen\n",
                                        b"nothing comes back any more from kitchen\n"])
            badnet.do("drop", "ab", "off")
            wait(lambda: door.peer("kitchen")["hears_now"] == "heard", "kitchen hears again")
            self.assertEqual(reasons(door, "there"), [])
            said, _ = talker.communicate(timeout=20)
            self.assertEqual(said, b"heard by kitchen\n")

    def test_talks_close_together_are_each_counted(self):
        for weather, seconds, least in ((("delay", 200, 0), 0.3, 95), (("loss", 20), 0.6, 92)):
            with self.subTest(weather):
                _, door, badnet = self.between("kitchen", "door")
                badnet.do(weather[0], "ab", *weather[1:])
                found = self.heard_of(door, 5, seconds)
                # Before copies are sent, a talk may lose some of what was said.
                counted = min(found) if weather[0] == "delay" else sorted(found)[len(found) // 2]
                self.judge(counted >= least, f"{found} % of them heard")

    def heard_of(self, door, count, seconds):
        """What is claimed of so many talks, in per cent.

        The next one begins when the tail of the last (150 ms), which it would continue, is over.
        """
        with typing(door, "monitor", "--json") as monitor:
            time.sleep(0.5)
            for _ in range(count):
                door.ctl("ptt", "down", "house")
                time.sleep(seconds)
                door.ctl("ptt", "up", "house")
                time.sleep(0.25)
            time.sleep(2)
            monitor.terminate()
            events = [json.loads(line) for line in monitor.stdout]
        found = [one["heard"][0]["percent"] for one in events if one["event"] == "heard"]
        self.assertEqual(len(found), count)
        return found

    def test_late_reports_of_the_talk_before_are_of_no_older_program(self):
        _, door, badnet = self.between("kitchen", "door")
        badnet.do("delay", "both", 300, 0)
        for pause in (1, 0.3, 0.3, 0.6):
            time.sleep(pause)
            code, text, _ = door.ctl("ptt", "down", "house")
            time.sleep(1)
            door.ctl("ptt", "up", "house")
            self.assertEqual((code, "older" in text), (0, False), text)


MUTATIONS = (
    # A silent listener is waited for too long.
    ("Sources/Station/HeardShare.swift",
     "private static let goneAfter = Duration.milliseconds(3_200)",
     "private static let goneAfter = Duration.milliseconds(32_000)",
     "HeardThroughGaps.test_of_whom_nothing_comes_back_is_said_not_to_hear_while_the_talk_goes_on"),
)


if __name__ == "__main__":
    unittest.main()
