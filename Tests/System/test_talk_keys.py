"""An open key talks from the start; one that cannot be read, or is jammed, is shown and does not.

When each kind of key talks, and who hears it, is claimed by the scenarios key_modes,
key_held_at_start, key_bounce and key_jammed.
"""

import time
import unittest

from lab import Scene, SceneTest, listen, wait


class TalkKeys(SceneTest):
    @classmethod
    def setUpClass(cls):
        cls.scene = cls.enterClassContext(Scene("kitchen", "garage"))
        cls.kitchen, cls.garage = cls.scene.stations
        cls.scene.introduce(cls.kitchen, cls.garage)
        cls.scene.start()
        cls.kitchen.speak(500)

    def button(self, name):
        return next(b for b in self.kitchen.status()["buttons"] if b["name"] == name)

    def test_a_key_that_cannot_be_read_at_the_start_is_shown_and_does_not_talk(self):
        self.kitchen.stop()
        self.kitchen.lines.do("fail-read", "on")
        self.kitchen.start()
        self.kitchen.ready()
        self.kitchen.problem("button ptt")
        self.kitchen.press()
        time.sleep(0.3)
        self.assertEqual(self.button("ptt")["state"], "unreadable")
        self.assertTrue(self.button("ptt")["error"])
        self.assertFalse(self.kitchen.is_talking())
        self.kitchen.lines.do("fail-read", "off")
        wait(lambda: self.button("ptt")["state"] == "pressed", "the key is read again")
        self.assertFalse(self.kitchen.is_talking())
        self.kitchen.release()
        wait(lambda: self.button("ptt")["state"] == "released", "the key is up")
        with self.kitchen.talking():
            self.assertTrue(self.button("ptt")["talking"])

    def test_open_talks_from_the_start_and_a_press_stops_it(self):
        self.kitchen.stop()
        self.kitchen.sections["button ptt"]["mode"] = "open"
        self.kitchen.start()
        self.kitchen.ready()
        self.scene.together()
        wait(self.kitchen.is_talking, "kitchen talks")
        wait(self.kitchen.is_lit, "the lamp is lit")
        self.garage.record()
        span = listen()
        self.assert_heard(self.garage.recorded().span(*span), 500)
        self.kitchen.press()
        time.sleep(0.05)
        self.kitchen.release()
        wait(lambda: not self.kitchen.is_talking(), "kitchen is silent")
        wait(lambda: not self.kitchen.is_lit(), "the lamp is dark")
        self.kitchen.stop()
        del self.kitchen.sections["button ptt"]["mode"]
        self.kitchen.start()
        self.kitchen.ready()
        self.scene.together()


class JammedKey(SceneTest):
    def test_is_shown_as_pressed_and_the_log_says_why_it_stopped(self):
        with Scene("kitchen", "garage") as scene:
            kitchen, garage = scene.stations
            kitchen.sections["talk"] = {"max-talk": "4s"}
            scene.introduce(kitchen, garage)
            scene.start()
            kitchen.press()
            wait(kitchen.is_talking, "kitchen talks")
            wait(lambda: not kitchen.is_talking(), "the jammed key is cut off")
            self.assertEqual(kitchen.status()["buttons"][0]["state"], "pressed")
            self.assertIn("held too long", kitchen.log)


if __name__ == "__main__":
    unittest.main()
