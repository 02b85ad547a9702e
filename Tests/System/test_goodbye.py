"""SIGTERM: out within a second, peers told, lamps dark, nothing left behind."""

import os
import signal
import time
import unittest

from lab import PATIENCE, Scene, SceneTest, process, wait


class Goodbye(SceneTest):
    def check(self, number):
        with Scene("kitchen", "garage") as scene:
            kitchen, garage = scene.stations
            kitchen.sections["lamp low"] = {"line": "GPIO24", "show": "talking", "active": "low"}
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
            start = last = time.monotonic()
            os.kill(kitchen.pid, number)
            # What the machine takes beyond the asked sleep it has taken from the daemon too.
            kept = 0.0
            while process.is_alive(kitchen.process) and last - start < PATIENCE:
                time.sleep(0.01)
                now = time.monotonic()
                kept, last = kept + max(0.0, now - last - 0.01), now
            self.assertEqual(kitchen.process.wait(1), 0, kitchen.log)
            print(f"gone after {(last - start) * 1000:.0f} ms, {kept * 1000:.0f} ms not ours")
            self.assertLess(last - start - 2 * kept, 1)
            self.assertFalse(kitchen.is_lit())
            self.assertFalse(os.path.exists(os.path.join(kitchen.run, "control.sock")))
            wait(lambda: garage.peer("kitchen")["state"] == "down", "garage was told")
            wait(lambda: not garage.hears("kitchen"), "the talk has ended")
            code, _, errors = kitchen.ctl("status")
            self.assertEqual(code, 3, errors)

    def test_sigterm_while_talking(self):
        self.check(signal.SIGTERM)

    def test_sigint_while_talking(self):
        self.check(signal.SIGINT)


if __name__ == "__main__":
    unittest.main()
