"""Silence of a microphone that is muted, turned off or gone is not said to be heard."""

import contextlib
import os
import time
import unittest

from lab import sound, wait
from test_announce import write_wav
from test_deaf_midway import typing
from test_heard import HeardTest, diagnosis, done_to_card, mixer, reasons, typed


@contextlib.contextmanager
def nocap(station):
    """Another program switches the microphone off in the card's mixer."""
    mixer(station, "Mic", "nocap")
    wait(lambda: any("the microphone is muted" in note for note in station.status()["notes"]),
         f"{station} sees the mixer")
    try:
        yield
    finally:
        mixer(station, "Mic", "cap")
    wait(lambda: not any("the microphone is muted" in note for note in station.status()["notes"]),
         f"{station} sees that it is on")


class MutedMicrophone(HeardTest):
    def is_silent(self, door, reason, words):
        """No command, and nothing in the status, says that anybody hears the door."""
        code, text, _ = door.ctl("talk", "house", "--seconds", "1", seconds=20)
        self.assertEqual(code, 1, text)
        self.assertIn(words, text)
        code, text, _ = door.ctl("ptt", "down", "house")
        self.assertEqual(code, 1, text)
        self.assertIn(words, text)
        wait(lambda: "no listener hears this station now: its microphone" in door.ctl("status")[1],
             "door says so while it talks")
        self.assertEqual(reasons(door, "there", standing=True), [reason])
        self.assertIn("microphone", "\n".join(diagnosis(door)))
        door.ctl("ptt", "up", "house")
        wait(lambda: not door.is_talking(), "door is silent")

    def is_muted(self, door, reason, words):
        """So much was sent, and nothing of it was sound."""
        code, text, percent, why = self.talk(door, "house")
        self.assertEqual((code, percent, why), (1, 0, reason), text)
        self.assertIn(words, text)
        self.assertEqual(reasons(door, "there"), [reason])
        self.is_silent(door, reason, words)

    def test_a_microphone_that_is_muted_is_heard_by_nobody(self):
        kitchen, door = self.scene("kitchen", "door")
        self.is_heard(kitchen, door, "house")
        with typed(door, ("mute", "mic"), ("unmute", "mic")):
            self.is_muted(door, "microphone_muted", "this station's microphone is muted")
        time.sleep(1.6)
        self.assertEqual(reasons(door, "there"), [], "what is mended is told no more")
        self.is_heard(kitchen, door, "house")

    def test_a_microphone_that_is_off_in_its_mixer_is_heard_by_nobody(self):
        kitchen, door = self.scene("kitchen", "door")
        self.is_heard(kitchen, door, "house")
        with nocap(door):
            kitchen.record()
            self.is_muted(door, "microphone_card_muted",
                          "this station's microphone is muted or at 0 in its card's mixer")
            self.assertLess(sound.tone_level(kitchen.recorded().samples, 500), -80)
        time.sleep(1.6)
        self.assertEqual(reasons(door, "there"), [], "what is mended is told no more")
        self.is_heard(kitchen, door, "house")

    def test_it_goes_off_while_somebody_talks(self):
        kitchen, door = self.scene("kitchen", "door")
        self.is_heard(kitchen, door, "house")
        for off, on in ((lambda: mixer(door, "Mic", "nocap"), lambda: mixer(door, "Mic", "cap")),
                        (lambda: door.card.do("hang"), lambda: door.card.do("unhang"))):
            with self.subTest(off=off):
                door.ctl("ptt", "down", "house")
                wait(lambda: kitchen.hears(door), "kitchen hears door")
                time.sleep(2)
                off()
                time.sleep(3)
                door.ctl("ptt", "up", "house")
                wait(lambda: not door.is_talking(), "door is silent")
                time.sleep(1.6)
                (peer,) = door.status()["peers"]
                on()
                self.assertIn(peer["heard_reason"], ("microphone_card_muted", "microphone_lost"))
                self.assertTrue(25 <= peer["heard_percent"] <= 65, peer["heard_percent"])
                wait(lambda: not door.status()["audio"]["standstill"], "door has its card again")
                time.sleep(1)
                self.is_heard(kitchen, door, "house")

    def test_what_was_said_just_before_does_not_make_it_heard(self):
        kitchen, door = self.scene("kitchen", "door")
        self.is_heard(kitchen, door, "house")
        mixer(door, "Mic", "nocap")
        time.sleep(1.6)
        self.is_muted(door, "microphone_card_muted",
                      "this station's microphone is muted or at 0 in its card's mixer")

    def test_what_does_not_come_of_the_microphone_is_heard_all_the_same(self):
        kitchen, door = self.scene("kitchen", "door")
        path = os.path.join(door.folder, "supper.wav")
        write_wav(path, sound.tone(700, 1.0))
        self.is_heard(kitchen, door, "house")
        with nocap(door):
            code, text, _ = door.ctl("announce", "house", "--file", path, seconds=20)
        self.assertEqual(code, 0, text)
        self.assertNotIn("nobody", text)
        self.assertIn("kitchen 100 %", text)

    def test_a_page_whose_card_goes_was_heard_until_then(self):
        kitchen, door = self.scene("kitchen", "door")
        self.is_heard(kitchen, door, "house")
        with typing(door, "page", "house", "--seconds", "5", "--json") as pager:
            wait(lambda: kitchen.hears(door), "kitchen hears door")
            time.sleep(1.5)
            door.card.do("unplug")
            said, _ = pager.communicate(timeout=20)
        door.card.do("replug")
        # It did not last as long as it was to.
        self.assertEqual(pager.returncode, 1, said)
        self.assertIn(b'"outcome":"heard"', said.replace(b" ", b""))

    def test_a_control_that_is_off_beside_one_that_is_heard_is_no_reason(self):
        """Its volume is at 0, which many cards still let through: what it gives decides."""
        kitchen, door = self.scene("kitchen", "door")
        mixer(door, "Mic", "0%")
        time.sleep(2.5)
        self.is_heard(kitchen, door, "house")

    def test_a_microphone_that_is_gone_is_not_the_listeners_fault(self):
        kitchen, door = self.scene("kitchen", "door")
        self.is_heard(kitchen, door, "house")
        with done_to_card(door, "hang", "unhang"):
            self.is_silent(door, "microphone_lost", "this station's microphone is not there, or")
        self.is_heard(kitchen, door, "house")


if __name__ == "__main__":
    unittest.main()
