"""Keys that do other things than talk: presses, holds, double presses, and the key that replies."""

import time
import unittest

from lab import Scene, SceneTest, listen, wait

DOOR, HOLDER, REPLY = "GPIO5", "GPIO6", "GPIO7"
RELAY = "GPIO24"


class KeyActions(SceneTest):
    @classmethod
    def setUpClass(cls):
        cls.scene = cls.enterClassContext(Scene("kitchen", "garage"))
        cls.kitchen, cls.garage = cls.scene.stations
        cls.kitchen.sections |= {
            "relay door": {"line": RELAY, "pulse": "500ms"},
            "button door": {"line": DOOR, "press": "relay door"},
            "button holder": {"line": HOLDER, "press": "relay door", "hold": "talk house"},
            "button reply": {"line": REPLY, "talk": "reply"},
        }
        cls.scene.introduce(cls.kitchen, cls.garage)
        cls.scene.start()
        cls.kitchen.speak(500)
        cls.garage.speak(900)

    def opened(self):
        """Waits until the door was opened and is closed again."""
        wait(lambda: self.kitchen.is_lit(RELAY), "the relay is on", interval=0.01)
        wait(lambda: not self.kitchen.is_lit(RELAY), "the relay is off", interval=0.01)

    def tap(self, line):
        """A short press."""
        self.kitchen.press(line)
        time.sleep(0.05)
        self.kitchen.release(line)

    def test_a_press_switches_the_relay_and_says_who(self):
        self.tap(DOOR)
        self.opened()
        self.kitchen.said("relay door: on for 0.5 s, by button door")
        self.kitchen.said("button door: relay door")

    def test_a_hold_talks_and_a_short_press_does_not(self):
        self.kitchen.press(HOLDER)
        wait(self.kitchen.is_talking, "kitchen talks")
        self.assertFalse(self.kitchen.is_lit(RELAY))
        self.garage.record()
        span = listen()
        self.assert_heard(self.garage.recorded().span(*span), 500)
        self.kitchen.release(HOLDER)
        wait(lambda: not self.kitchen.is_talking(), "kitchen is silent")
        self.assertFalse(self.kitchen.is_lit(RELAY))

    def test_the_reply_key_talks_to_who_was_heard_last(self):
        with self.garage.talking():
            wait(lambda: self.kitchen.hears(self.garage), "kitchen hears garage")
        with self.kitchen.talking(REPLY):
            self.garage.record()
            span = listen()
        self.kitchen.said("talking to garage")
        self.assert_heard(self.garage.recorded().span(*span), 500)
        self.assert_no_heap_calls(self.kitchen)


if __name__ == "__main__":
    unittest.main()
