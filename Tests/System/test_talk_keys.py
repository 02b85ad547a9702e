"""Latch, smart and open keys; a key held at the start, or that cannot be read, does not talk."""

import time
import unittest

from lab import Scene, SceneTest, listen, wait

LATCH, SMART = "GPIO5", "GPIO6"


class TalkKeys(SceneTest):
    @classmethod
    def setUpClass(cls):
        cls.scene = cls.enterClassContext(Scene("kitchen", "garage"))
        cls.kitchen, cls.garage = cls.scene.stations
        for name, line in (("latch", LATCH), ("smart", SMART)):
            cls.kitchen.sections[f"button {name}"] = {
                "line": line, "talk": "house", "mode": name}
        cls.scene.introduce(cls.kitchen, cls.garage)
        cls.scene.start()
        cls.kitchen.speak(500)

    def button(self, name):
        return next(b for b in self.kitchen.status()["buttons"] if b["name"] == name)

    def tap(self, line):
        """A short press; returns whether the machine let it be short enough for a smart key."""
        start = self.kitchen.press(line)
        time.sleep(0.05)
        return self.kitchen.release(line) - start < 300_000_000

    def talks(self):
        wait(self.kitchen.is_talking, "kitchen talks")
        wait(self.kitchen.is_lit, "the lamp is lit")

    def is_silent(self):
        wait(lambda: not self.kitchen.is_talking(), "kitchen is silent")
        wait(lambda: not self.kitchen.is_lit(), "the lamp is dark")

    def test_latch_talks_from_one_press_to_the_next(self):
        self.tap(LATCH)
        self.talks()
        self.garage.record()
        span = listen()
        self.assertTrue(self.kitchen.is_talking())
        self.assert_heard(self.garage.recorded().span(*span), 500)
        self.tap(LATCH)
        self.is_silent()

    def test_smart_latches_by_a_tap_and_talks_while_held(self):
        while not self.tap(SMART):
            self.is_silent()
        self.talks()
        listen()
        self.assertTrue(self.kitchen.is_talking())
        self.tap(SMART)
        self.is_silent()
        self.kitchen.press(SMART)
        self.talks()
        time.sleep(0.6)
        self.kitchen.release(SMART)
        self.is_silent()

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

    def test_held_at_the_start_does_not_talk_until_let_go(self):
        self.kitchen.stop()
        self.kitchen.press()
        self.kitchen.start()
        self.kitchen.ready()
        self.scene.together()
        wait(lambda: self.button("ptt")["state"] == "pressed", "the key is seen")
        self.garage.record()
        span = listen()
        self.assertFalse(self.kitchen.is_talking())
        self.assert_silent(self.garage.recorded().span(*span))
        self.kitchen.release()
        wait(lambda: self.button("ptt")["state"] == "released", "the key is up")
        with self.kitchen.talking():
            wait(lambda: self.garage.hears("kitchen"), "garage hears kitchen")

    def test_open_talks_from_the_start_and_a_press_stops_it(self):
        self.kitchen.stop()
        self.kitchen.sections["button ptt"]["mode"] = "open"
        self.kitchen.start()
        self.kitchen.ready()
        self.scene.together()
        self.talks()
        self.garage.record()
        span = listen()
        self.assert_heard(self.garage.recorded().span(*span), 500)
        self.tap("GPIO17")
        self.is_silent()
        self.kitchen.stop()
        del self.kitchen.sections["button ptt"]["mode"]
        self.kitchen.start()
        self.kitchen.ready()
        self.scene.together()


class JammedKey(SceneTest):
    def test_stops_after_max_talk_and_must_be_let_go(self):
        with Scene("kitchen", "garage") as scene:
            kitchen, garage = scene.stations
            kitchen.sections["talk"] = {"max-talk": "4s"}
            scene.introduce(kitchen, garage)
            scene.start()
            kitchen.speak(500)
            kitchen.press()
            wait(lambda: garage.hears("kitchen"), "garage hears kitchen")
            wait(lambda: not kitchen.is_talking(), "the jammed key is cut off")
            self.assertEqual(kitchen.status()["buttons"][0]["state"], "pressed")
            self.assertIn("held too long", kitchen.log)
            garage.record()
            span = listen()
            self.assert_silent(garage.recorded().span(*span))
            kitchen.release()
            with kitchen.talking():
                wait(lambda: garage.hears("kitchen"), "garage hears kitchen")

    def test_bouncing_contacts_are_one_press(self):
        with Scene("kitchen", "garage") as scene:
            kitchen, garage = scene.stations
            # A latch would toggle at each bounce.
            kitchen.sections["button ptt"].update(mode="latch", debounce="200ms")
            scene.introduce(kitchen, garage)
            scene.start()
            for talks in (True, False, True, False):
                kitchen.lines.do("bounce", "GPIO17", 3, 8)
                wait(lambda t=talks: kitchen.is_talking() == t, f"talks: {talks}")
                time.sleep(0.4)
                self.assertEqual(kitchen.is_talking(), talks)
                kitchen.lines.do("bounce", "GPIO17", 3, 8)
                time.sleep(0.4)
                self.assertEqual(kitchen.is_talking(), talks)


if __name__ == "__main__":
    unittest.main()
