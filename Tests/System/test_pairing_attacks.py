"""Somebody is between the two stations of a pairing: nobody becomes a peer who was not wanted."""

import random
import unittest
from pathlib import Path

from codes import Relay, ShownCode
from lab import Scene, test_seed, wait


class PairingAttacks(unittest.TestCase):
    def setUp(self):
        self.scene = self.enterContext(Scene("kitchen", "garage", "attic"))
        self.kitchen, self.garage, self.attic = self.scene.stations
        for one in self.scene.stations:
            one.sections["audio"] = {"input": "none", "output": "none"}
            for title in ("button ptt", "lamp on-air"):
                del one.sections[title]
            one.start()
            one.ready()

    def show(self, station):
        screen = ShownCode(station.folder, station.etc)
        self.addCleanup(screen.end)
        return screen

    def enter(self, code, change, station=None):
        """The garage types a code, and is led through a relay; returns (exit code, complaint)."""
        relay = Relay((station or self.kitchen).port, change)
        self.addCleanup(relay.close)
        code, _, errors = self.garage.ctl("pair", f"127.0.0.1:{relay.port}", code)
        return code, errors

    def written(self, station):
        state = Path(station.state)
        return sorted(path.name for path in [*state.glob("peers.d/*"), *state.glob("keys/*.psk*")])

    def assert_nothing_is_written(self):
        for one in self.scene.stations:
            wait(lambda one=one: not self.written(one), "what was prepared is gone")
            self.assertEqual(one.status()["peers"], [])

    def test_a_relay_that_changes_nothing_is_the_network(self):
        screen = self.show(self.kitchen)
        code, errors = self.enter(screen.code, lambda _, message: message)
        self.assertEqual((code, errors), (0, ""))
        self.assertEqual(screen.ended(), 0, screen.text)
        # It could do no more than that: what it has carried opens nothing.
        keys = [Path(one.state, "keys", name).read_bytes()
                for one, name in ((self.kitchen, "garage.psk"), (self.garage, "kitchen.psk"))]
        self.assertEqual(keys[0], keys[1])

    def test_one_changed_bit_ends_it(self):
        chance = random.Random(test_seed())
        for number in (1, 2, 3, 4):
            for _ in range(2):
                screen = self.show(self.kitchen)

                def change(which, message, number=number):
                    if which != number or not message:
                        return message
                    place, bit = chance.randrange(len(message)), 1 << chance.randrange(8)
                    print(f"P{which}, byte {place}, bit {bit}")
                    return message[:place] + bytes([message[place] ^ bit]) + message[place + 1:]

                code, errors = self.enter(screen.code, change)
                self.assertEqual(code, 1, errors)
                if number == 3:
                    # Its first part proves the code, the rest is sealed.
                    wait(lambda screen=screen: "was changed on the way" in screen.text
                         or "did not prove the code" in screen.text, "it is told")
                    self.assertNotIn("look again", screen.text)
                if number == 4:
                    wait(lambda screen=screen: "did not finish" in screen.text, "it is told")
                screen.end()
                self.assert_nothing_is_written()

    def test_a_message_of_another_pairing_ends_it(self):
        heard = {}

        def listen(number, message):
            heard[number] = message
            return message if number < 4 else None

        screen = self.show(self.kitchen)
        # It is cut before P4 arrives, so the code is as good as before.
        self.assertEqual(self.enter(screen.code, listen)[0], 1)
        self.assertEqual(sorted(heard), [1, 2, 3, 4])
        for number in (2, 3, 4):
            code, _ = self.enter(
                screen.code, lambda which, message, number=number:
                heard[number] if which == number else message)
            self.assertEqual(code, 1)
            self.assert_nothing_is_written()
        # The control: it is good still. Two of the three were attempts.
        code, errors = self.enter(screen.code, lambda _, message: message)
        self.assertEqual((code, errors), (0, ""))
        self.assertEqual(screen.ended(), 0)

    def test_a_code_is_of_no_use_at_another_window(self):
        screens = [self.show(one) for one in (self.kitchen, self.attic)]
        code, errors = self.enter(screens[0].code, lambda _, message: message, self.attic)
        self.assertEqual(code, 1)
        self.assertIn("the code is not the one", errors)
        wait(lambda: "did not prove the code" in screens[1].text, "it is told there")
        self.assert_nothing_is_written()
        # The control: at its own window it is.
        code, errors = self.enter(screens[0].code, lambda _, message: message)
        self.assertEqual((code, errors), (0, ""))

    def test_an_end_that_is_forged_makes_no_other_peer(self):
        # P4 is withheld, and the stream ended in order in place of the garage: the kitchen stores
        # the garage, which has proved the code, and nobody else.
        screen = self.show(self.kitchen)
        code, _ = self.enter(
            screen.code, lambda number, message: message if number < 4 else b"")
        self.assertEqual(code, 1)
        self.assertEqual(screen.ended(), 0, screen.text)
        self.assertEqual(self.written(self.garage), [])
        self.assertEqual(self.written(self.kitchen), ["garage.conf", "garage.psk"])
        text = Path(self.kitchen.state, "peers.d/garage.conf").read_text(encoding="utf-8")
        self.assertIn(self.garage.public_key, text)
        self.assertNotEqual(self.kitchen.peer("garage")["state"], "up")


if __name__ == "__main__":
    unittest.main()
