"""Who goes deaf in the middle of a talk is known to have done so, and why."""

import subprocess
import time
import unittest

from lab import place, wait
from test_heard import HeardTest, done_to_card, reasons, settings, typed


def typing(station, *words):
    """Starts intercomctl, whose output is read."""
    return subprocess.Popen(
        [place.program("intercomctl"), "--config", station.etc, *words],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)


class DeafMidway(HeardTest):
    def check(self, talker, listener, deafness, reason):
        """A second is heard, two are not; the rest of the talk is either."""
        talker.ctl("ptt", "down", "house")
        wait(lambda: listener.hears(talker), f"{listener} hears {talker}")
        time.sleep(1)
        with deafness:
            time.sleep(2)
            talker.ctl("ptt", "up", "house")
            wait(lambda: not talker.is_talking(), f"{talker} is silent")
            # The last reports come within so long.
            time.sleep(1.6)
            found = talker.status()["peers"][0]
        self.assertEqual(found["heard_reason"], reason)
        self.assertTrue(5 <= found["heard_percent"] <= 80, found["heard_percent"])
        self.is_heard(listener, talker, "house")

    def test_by_a_card_that_is_gone_or_stands_still(self):
        kitchen, door = self.scene("kitchen", "door")
        self.is_heard(kitchen, door, "house")
        for reason, verb, again in (("output_lost", "unplug", "replug"),
                                    ("output_still", "hang", "unhang")):
            with self.subTest(reason=reason):
                self.check(door, kitchen, done_to_card(kitchen, verb, again), reason)

    def test_by_settings_that_listen_no_more(self):
        kitchen, door = self.scene("kitchen", "door")
        self.is_heard(kitchen, door, "house")
        self.check(door, kitchen, settings(kitchen, "channel house", listen="no"), "not_listening")

    def test_by_death(self):
        kitchen, door = self.scene("kitchen", "door")
        self.is_heard(kitchen, door, "house")
        with typing(door, "talk", "house", "--seconds", "8") as talker:
            wait(lambda: kitchen.hears(door), "kitchen hears door")
            time.sleep(1)
            kitchen.kill()
            said, _ = talker.communicate(timeout=20)
        self.assertIn(b"heard by kitchen\nnothing comes back any more from kitchen", said)
        time.sleep(1.6)
        (peer,) = door.status()["peers"]
        self.assertEqual(peer["heard_reason"], "no_answer")
        self.assertLess(peer["heard_percent"], 40)

    def test_by_a_goodbye(self):
        kitchen, door = self.scene("kitchen", "door")
        self.is_heard(kitchen, door, "house")
        with typing(door, "talk", "house", "--seconds", "6") as talker:
            wait(lambda: kitchen.hears(door), "kitchen hears door")
            time.sleep(1)
            kitchen.stop()
            said, _ = talker.communicate(timeout=20)
        self.assertIn(b"heard by kitchen\nno listener hears it now: kitchen (it is down)", said)
        door.said("no listener can hear the talk to house")
        time.sleep(1.6)
        self.assertEqual(door.peer("kitchen")["heard_reason"], "down")

    def test_what_is_mended_in_the_middle_is_told_no_more(self):
        kitchen, door = self.scene("kitchen", "door")
        self.is_heard(kitchen, door, "house")
        door.ctl("ptt", "down", "house")
        with typed(kitchen, ("mute", "speaker"), ("unmute", "speaker")):
            wait(lambda: "speaker_muted" in reasons(door, "there"), "door is told")
            time.sleep(1)
        wait(lambda: door.peer("kitchen")["hears_now"] == "heard", "kitchen hears again")
        time.sleep(0.5)
        door.ctl("ptt", "up", "house")
        time.sleep(1.6)
        found = door.peer("kitchen")
        self.assertEqual(found["heard_reason"], "speaker_muted")
        self.assertEqual(reasons(door, "there"), [])


if __name__ == "__main__":
    unittest.main()
