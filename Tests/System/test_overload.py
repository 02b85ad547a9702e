"""A processor that cannot keep up: what is left out is told, and all comes back.

That the kernel does not end it, as one that never rests, tools/lab/guest/overload shows.
"""

import os
import unittest

from lab import Scene, SceneTest, listen, place, process, wait


class Overload(SceneTest):
    def slow(self, milliseconds):
        """Each turn of the media loop takes so long."""
        with open(self.stall, "w", encoding="ascii") as file:
            file.write(f"w{milliseconds}")

    def overload(self):
        return [text for text in self.kitchen.status()["problems"] if "cannot keep up" in text]

    def test_a_slow_processor_is_told_of_and_soon_whole_again(self):
        with Scene("kitchen", "garage") as scene:
            self.kitchen, garage = scene.stations
            self.stall = os.path.join(self.kitchen.folder, "stall")
            self.kitchen.environment["STALL"] = self.stall
            self.kitchen.preloads = [*self.kitchen.preloads, place.lab("libstall.so")]
            self.kitchen.sections["audio"].update(echo="on", duplex="full")
            scene.introduce(self.kitchen, garage)
            scene.start()
            wait(lambda: self.kitchen.status()["audio"]["echo"] == "on", "the echo is cancelled")
            self.kitchen.speak(500)
            with self.kitchen.talking():
                listen(1)
                self.judge(not self.overload(), f"it keeps up: {self.overload()}")
                self.assertEqual(self.kitchen.status()["overload"],
                                 {"left_out": [], "text": None, "fix": None})
                self.slow(6)
                wait(self.overload, "it says that it cannot keep up")
                listen(3)
                told = self.overload()
                self.assertIn("speech is encoded plainly", told[0])
                self.assertIn("the echo is not cancelled", told[0])
                audio = self.kitchen.status()["audio"]
                self.assertEqual((audio["echo"], audio["duplex"]), ("shed", "half"))
                shed = self.kitchen.status()["overload"]
                self.assertIn("encoder_care", shed["left_out"])
                self.assertIn("echo_cancelling", shed["left_out"])
                self.assertEqual(f"{shed['text']}; {shed['fix']}", self.overload()[0])
                # The clocks of the cards have no part in it.
                self.assertIsNone(audio["clock_reason"])
                self.assertTrue(process.is_alive(self.kitchen.process))
                os.unlink(self.stall)
                wait(lambda: not self.overload(), "it is whole again", 10)
            self.assertEqual(self.kitchen.status()["audio"]["echo"], "on")
            garage.record()
            with self.kitchen.talking():
                span = listen()
            self.assert_heard(garage.recorded().span(*span), 500)
            self.assertIn("the processor cannot keep up: ", self.kitchen.log)
            self.assertIn("the sound is whole again", self.kitchen.log)
            self.assert_no_heap_calls(self.kitchen)


if __name__ == "__main__":
    unittest.main()
