"""Silence from a muted microphone is not said to be heard."""

import time
import unittest

from lab import wait
from test_heard import HeardTest, reasons, typed


class MutedMicrophone(HeardTest):
    def test_a_microphone_that_is_muted_is_heard_by_nobody(self):
        kitchen, door = self.scene("kitchen", "door")
        self.is_heard(kitchen, door, "house")
        with typed(door, ("mute", "mic"), ("unmute", "mic")):
            code, text, percent, why = self.talk(door, "house")
            self.assertEqual((code, percent, why), (1, 0, "microphone_muted"), text)
            self.assertIn("this station's microphone is muted", text)
            self.assertEqual(reasons(door, "there"), ["microphone_muted"])
            code, text, _ = door.ctl("talk", "house", "--seconds", "1", "--json", seconds=20)
            self.assertEqual(code, 1, text)
            door.ctl("ptt", "down", "house")
            wait(lambda: "nobody hears this station now: its microphone is muted"
                 in door.ctl("status")[1], "door says so while it talks")
            door.ctl("ptt", "up", "house")
            wait(lambda: not door.is_talking(), "door is silent")
        time.sleep(1.6)
        self.assertEqual(reasons(door, "there"), [], "what is mended is told no more")
        self.is_heard(kitchen, door, "house")


if __name__ == "__main__":
    unittest.main()
