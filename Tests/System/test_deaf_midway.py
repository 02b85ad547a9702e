"""Who goes deaf in the middle of a talk is known to have done so, and why."""

import time
import unittest

from lab import wait
from test_heard import HeardTest, done_to_card, settings


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


if __name__ == "__main__":
    unittest.main()
