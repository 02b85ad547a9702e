"""Stations that stop, are killed, start late or together find each other again, and soon.

One that is told to stop is out within a second: peers told, lamps dark, nothing left behind.
"""

import os
import signal
import time

from faults import FaultTest
from lab import PATIENCE, Scene, listen, wait, within


class Restarts(FaultTest):
    @classmethod
    def setUpClass(cls):
        cls.scene = cls.enterClassContext(Scene("kitchen", "garage"))
        cls.kitchen, cls.garage = cls.scene.stations
        cls.scene.introduce(cls.kitchen, cls.garage)
        # Late: kitchen has called in vain by now.
        cls.kitchen.begin()
        time.sleep(1.5)
        cls.garage.begin()
        cls.scene.together()
        cls.kitchen.speak(500)

    def restart(self, station):
        station.begin()
        self.scene.together()

    def test_the_listener_is_killed_mid_talk_and_hears_again(self):
        def seen():
            time.sleep(0.5)
            self.assertTrue(self.kitchen.is_talking())

        self.through(self.garage.kill, seen, self.garage.start)
        self.garage.ready()
        self.scene.together()

    def test_the_talker_is_killed_mid_talk_and_is_silent_until_pressed_anew(self):
        self.kitchen.press()
        wait(lambda: self.garage.hears("kitchen"), "garage hears kitchen")
        self.kitchen.kill()
        wait(lambda: not self.garage.hears("kitchen"), "the broken-off talk has ended")
        self.restart(self.kitchen)
        # The key was held all the while: who is heard must have pressed it knowingly.
        self.garage.record()
        span = listen()
        self.assert_silent(self.garage.recorded().span(*span))
        self.kitchen.release()
        self.kitchen.kill()
        self.kitchen.begin()
        # Pressed as soon as it runs, whether it has called anyone yet or not.
        self.garage.record()
        self.assert_back(self.kitchen, self.garage, self.ended(self.kitchen.press))
        self.kitchen.release()
        self.scene.together()


class Goodbye(FaultTest):
    """One that is told to stop is out within a second, and leaves nothing behind."""

    def test_a_signal_ends_a_talker_in_order_and_the_peer_is_told(self):
        for number in (signal.SIGTERM, signal.SIGINT):
            with self.subTest(number), Scene("kitchen", "garage") as scene:
                kitchen, garage = scene.stations
                kitchen.sections["lamp low"] = {
                    "line": "GPIO24", "show": "talking", "active": "low"}
                scene.introduce(kitchen, garage)
                scene.start()
                kitchen.press()
                wait(kitchen.is_lit, "the lamp is lit")
                wait(lambda: kitchen.level("GPIO24") == 0, "the other lamp is lit, active low")
                wait(lambda: garage.hears("kitchen"), "garage hears kitchen")
                # Whoever sends these asks nothing of the daemon, which stays.
                for stray in (signal.SIGUSR1, signal.SIGUSR2, signal.SIGALRM, signal.SIGPIPE):
                    os.kill(kitchen.pid, stray)
                self.assertTrue(kitchen.is_up())
                start = time.monotonic()
                os.kill(kitchen.pid, number)
                self.assertEqual(kitchen.process.wait(PATIENCE), 0, kitchen.log)
                self.assertLess(time.monotonic() - start, within(0.1))
                self.assertFalse(kitchen.is_lit())
                self.assertFalse(os.path.exists(os.path.join(kitchen.run, "control.sock")))
                # Without the goodbye it would be 50 s.
                wait(lambda: garage.peer("kitchen")["state"] == "down", "garage was told", 5)
                self.assertFalse(garage.hears("kitchen"), "the talk has ended")
                self.assertEqual(kitchen.ctl("status")[0], 3)


MUTATIONS = (
    # A button that is held at the start talks.
    ("Sources/Media/Buttons/TalkKeySlot.swift",
     "key = TalkKey(settings, isDown: isDown && !talksLater, isSilenced: wasSilenced)",
     "key = TalkKey(settings, isDown: false, isSilenced: wasSilenced)\n        _ = "
     "key.handle(.level(isDown: isDown), at: Instant(nanoseconds: 0))",
     "Restarts.test_the_talker_is_killed_mid_talk_and_is_silent_until_pressed_anew"),
)
