"""The talk button, held as the power comes back, makes a station forget what it has learned."""

import os
import time
import unittest

import words
from lab import Scene, process, wait

HOLD_S = 10.0
JUST_S = 30
"""The first start after power came back is within 120 s; two tests have to begin by then."""
LONG_S = 125


def uptime_s():
    """How long this machine, or the guest, has been running."""
    with open("/proc/uptime", encoding="ascii") as file:
        return float(file.read().split()[0])


@unittest.skipIf(uptime_s() > JUST_S, "needs a machine that has just been started: a guest")
class FactoryReset(words.WordsTest):
    """The tests run in the order of their names: first those within 120 s of the start of the
    machine, last the one after it."""

    def enter(self, reset="yes"):
        scene = self.enterContext(Scene("kitchen", "garage"))
        kitchen, garage = scene.stations
        self.words = kitchen.folder + "/words"
        words.make(self.words)
        kitchen.sections["sounds"] = {"folder": self.words}
        kitchen.sections["pairing"] = {"reset": reset}
        garage.knows(kitchen, calls=False)
        # As a pairing leaves it.
        kitchen.begin()
        kitchen.prints("peer", "add", "garage", f"127.0.0.1:{garage.port}", garage.public_key)
        kitchen.stop()
        garage.begin()
        return kitchen, garage

    def files(self, one):
        """What it has learned: paths below its state directory."""
        return sorted(
            os.path.relpath(os.path.join(folder, name), one.state)
            for folder, _, names in os.walk(one.state) for name in names)

    def restart_held(self, one, hold_s):
        """Starts it with its button held; what it says meanwhile."""
        one.press()
        one.begin()
        wait(one.has_card, f"{one} has its card")
        one.record()
        time.sleep(hold_s)
        one.release()

    def test_held_warned_and_pressed_once_more_it_forgets(self):
        kitchen, garage = self.enter()
        before = self.files(kitchen)
        self.assertIn("peers.d/garage.conf", before)
        key = kitchen.public_key
        self.restart_held(kitchen, HOLD_S + 1.5)
        kitchen.wait_for(garage)
        time.sleep(1.2)
        kitchen.press()
        time.sleep(0.3)
        kitchen.release()
        wait(lambda: not process.is_alive(kitchen.process), "it ends, to be started again")
        self.assert_says(kitchen, ["erase-warning", "erased"])
        self.assertIn("erased by the talk button", kitchen.log)
        self.assertEqual(self.files(kitchen), [])
        kitchen.begin()
        self.assertEqual(kitchen.status()["peers"], [])
        shown = kitchen.prints("key", "show")
        self.assertIn("intercom1:", shown)
        self.assertNotIn(key, shown)

    def test_unless_it_is_set_it_does_nothing(self):
        kitchen, _ = self.enter(reset="no")
        self.assertLess(uptime_s(), LONG_S - 10, "the tests before have taken too long")
        self.restart_held(kitchen, HOLD_S + 1)
        self.assertEqual(self.said(kitchen, 1), [])

    def test_when_the_power_has_long_been_back_it_does_nothing(self):
        kitchen, _ = self.enter()
        time.sleep(max(0, LONG_S - uptime_s()))
        self.restart_held(kitchen, HOLD_S + 1)
        self.assertEqual(self.said(kitchen, 1), [])
