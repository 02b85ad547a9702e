"""Pairing without a screen: a button is held or pressed, and the speaker answers in words."""

import time
import unittest

from buttons import HOLD_S, READING_S, AtButtons
from lab import wait

RELAY = "GPIO24"


class PairingByButton(AtButtons):
    def test_two_boxes_with_buttons_alone_pair_and_talk(self):
        kitchen, garage = self.boxes("kitchen", "garage")
        self.start(kitchen, garage)
        since = time.monotonic()
        code = self.code_of(kitchen)
        garage.record()
        kitchen.record()
        self.type(garage, code)
        wait(lambda: kitchen.status()["peers"] and garage.status()["peers"], "they are paired")
        kitchen.wait_for(garage)
        garage.wait_for(kitchen)
        print(f"paired {time.monotonic() - since:.1f} s after the button was held")
        self.assert_says(garage, [*code, "searching", "paired"], 1)
        self.assert_ends_by(kitchen, "paired")
        self.assert_talk(kitchen, garage)
        self.assert_talk(garage, kitchen, 700)
        self.assert_no_heap_calls(kitchen)
        self.assert_no_heap_calls(garage)

    def test_digits_that_are_heard_are_typed_at_a_terminal(self):
        kitchen, garage = self.boxes("kitchen", "garage")
        self.start(kitchen, garage)
        code = self.code_of(kitchen)
        kitchen.record()
        ended, _, complaint = garage.ctl("pair", code)
        self.assertEqual(ended, 0, complaint)
        kitchen.wait_for(garage)
        self.assert_ends_by(kitchen, "paired", 1)
        self.assertFalse(self.is_listening(kitchen, self.place(garage)))

    def test_three_wrong_codes_burn_the_window(self):
        kitchen, garage = self.boxes("kitchen", "garage")
        self.start(kitchen, garage)
        code = self.code_of(kitchen)
        wrong = "111111" if code != "111111" else "211111"
        kitchen.record()
        garage.record()
        self.type(garage, wrong)
        said = self.said(kitchen, READING_S + 4)
        self.assert_ends_by(garage, "wrong-code")
        self.assertIn("wrong-code", said)
        # The window goes on, and its code with it.
        kitchen.record()
        self.assertEqual(said.after("wrong-code").code(), code, said)
        self.assertTrue(self.is_listening(kitchen, self.place(garage)))
        for _ in range(2):
            self.assertEqual(garage.ctl("pair", wrong)[0], 1)
        self.assert_ends_by(kitchen, "code-burnt", 1)
        self.assertFalse(self.is_listening(kitchen, self.place(garage)))
        self.assertEqual(garage.ctl("pair", code)[0], 1)
        # Another hold opens none for a minute.
        kitchen.record()
        self.hold(kitchen)
        self.assert_says(kitchen, ["please-wait"], 1)
        self.assertFalse(self.is_listening(kitchen, self.place(garage)))
        self.assertEqual(self.paired(kitchen) + self.paired(garage), [])

    def test_a_press_ends_the_window(self):
        kitchen, garage = self.boxes("kitchen", "garage")
        self.start(kitchen, garage)
        self.code_of(kitchen)
        self.assertTrue(self.is_listening(kitchen, self.place(garage)))
        kitchen.record()
        self.tap(kitchen)
        self.assert_ends_by(kitchen, "window-closed", 1)
        self.assertFalse(self.is_listening(kitchen, self.place(garage)))

    def test_a_single_press_is_answered_by_how_to_pair(self):
        kitchen, = self.boxes("kitchen")
        self.start(kitchen)
        kitchen.record()
        self.tap(kitchen)
        self.assert_says(kitchen, ["1", "not-paired"], 9)

    def test_a_speaker_that_comes_back_goes_on_with_the_code(self):
        kitchen, = self.boxes("kitchen")
        self.start(kitchen)
        code = self.code_of(kitchen)
        kitchen.card.do("unplug")
        wait(lambda: not kitchen.has_card(), "the card is gone")
        kitchen.card.do("replug")
        wait(kitchen.has_card, "the card is back")
        kitchen.record()
        self.assertEqual(self.code_said(kitchen), code)

    def test_presses_before_the_first_peer_open_no_microphone_and_no_door(self):
        kitchen, garage = self.boxes("kitchen", "garage")
        kitchen.sections["relay door"] = {"line": RELAY, "pulse": "1s"}
        for name, line, more in (("latch", "GPIO5", {"mode": "latch"}), ("held", "GPIO6", {})):
            kitchen.sections[f"button {name}"] = {"line": line, "talk": "house", **more}
        kitchen.sections["button ptt"] |= {"press": "relay door", "hold": "talk house"}
        del kitchen.sections["button ptt"]["talk"]
        self.start(kitchen, garage)
        self.tap(kitchen)
        kitchen.press("GPIO6")
        kitchen.press("GPIO5")
        kitchen.release("GPIO5")
        time.sleep(1.5)
        self.assertFalse(kitchen.is_lit(RELAY))
        ended, _, complaint = kitchen.ctl("pair", self.code_of(garage))
        self.assertEqual(ended, 0, complaint)
        kitchen.wait_for(garage)
        time.sleep(0.5)
        self.assertFalse(kitchen.is_talking())
        # From now on they mean what they are for.
        kitchen.release("GPIO6")
        kitchen.press("GPIO6")
        wait(kitchen.is_talking, "the button talks")
        kitchen.release("GPIO6")
        self.tap(kitchen)
        wait(lambda: kitchen.is_lit(RELAY), "the door opens")

    def test_with_a_peer_the_button_talks_and_opens_nothing(self):
        kitchen, garage = self.boxes("kitchen", "garage")
        kitchen.knows(garage, calls=False)
        garage.knows(kitchen, calls=False)
        self.start(kitchen, garage)
        kitchen.wait_for(garage)
        kitchen.record()
        kitchen.press()
        time.sleep(HOLD_S + 1)
        self.assertFalse(self.is_listening(kitchen, self.place(garage)))
        self.assertTrue(kitchen.is_talking())
        kitchen.release()
        self.assertEqual(self.said(kitchen, 1), [])

    def test_without_the_setting_the_button_opens_nothing(self):
        kitchen, garage = self.boxes("kitchen", "garage")
        kitchen.sections["pairing"] = {"button": "no"}
        self.start(kitchen, garage)
        kitchen.record()
        self.hold(kitchen)
        time.sleep(1)
        self.assertFalse(self.is_listening(kitchen, self.place(garage)))
        self.tap(kitchen)
        self.assertEqual(self.said(kitchen, 7), [])


if __name__ == "__main__":
    unittest.main()
