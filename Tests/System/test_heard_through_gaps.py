"""What a network lost is not counted as heard, and of whom nothing comes back is not taken to
hear."""

import time

import numpy
from lab import wait
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
        kitchen, door = self.enter(*names)
        badnet = BadNet(self.scene, door, kitchen, seed=3)
        self.scene.introduce(kitchen, door, via=badnet)
        self.scene.start()
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
                self.assertTrue(share - 20 <= claim <= share + 8,
                                f"{claim} % are said to be heard, {share:.0f} % sounded")
                if not lost:
                    self.assertEqual(reasons(door, "there"), [])
                    continue
                self.assertEqual(reason, "network")
                self.assertEqual(reasons(door, "there"), ["network"])
                code, status, _ = door.ctl("status")
                # It is no problem of this station.
                self.assertEqual(code, 0, status)
                self.assertRegex(status, rf"kitchen heard {claim} % of a talk")
                self.assertIn("the network lost", "\n".join(diagnosis(door)))

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


MUTATIONS = (
    # A silent listener is waited for too long.
    ("Sources/Station/HeardShare.swift",
     "private static let goneAfter = Duration.milliseconds(3_200)",
     "private static let goneAfter = Duration.milliseconds(32_000)",
     "HeardThroughGaps.test_of_whom_nothing_comes_back_is_said_not_to_hear_while_the_talk_goes_on"),
)
