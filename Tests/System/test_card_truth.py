"""What a station says of its sound cards: their clocks, and the controls of their mixers."""

import json
import unittest

from lab import Scene, SceneTest, wait
from stage import process
from stage.card import Card


class CardTruth(SceneTest):
    def amixer(self, station, *words):
        code, text, errors = process.run(
            ["amixer", "-D", f"simcard:CARD={station.name}", *words],
            environment=station._environment() | {"LD_PRELOAD": ""})
        self.assertEqual(code, 0, errors)
        return text

    def drifts(self, station):
        audio = station.status()["audio"]
        sides = (audio["input"], audio["output"])
        if any(side["drift_ppm"] is None for side in sides):
            return None
        return [(side["drift_ppm"], side["drift_error_ppm"]) for side in sides]

    def hands_free(self, station):
        audio = station.status()["audio"]
        return audio["echo"], audio["duplex"], audio["duplex_reason"]

    def test_clocks_are_measured_and_two_are_told_from_one(self):
        with Scene("kitchen", "garage") as scene:
            kitchen, garage = scene.stations
            own = garage.sections["audio"]["input"]
            garage.sections["audio"]["input"] = "pcm:simcard:other"
            for one in scene.stations:
                one.sections["audio"].update({"echo": "on", "duplex": "auto"})
            scene.introduce(kitchen, garage)
            scene.start()
            kitchen.card.do("ppm", 80)
            Card(garage.folder, "other").do("ppm", -60)
            # A clock that was changed meanwhile is no straight line: from here on it is one.
            for one in scene.stations:
                for direction in ("capture", "playback"):
                    one.card.do("xrun", direction)
            Card(garage.folder, "other").do("xrun", "capture")
            for one, expected in ((kitchen, (80, 80)), (garage, (-60, 0))):
                # A card that runs dry now and then has no clock.
                found = wait(
                    lambda one=one, expected=expected: [
                        pair for pair in [self.drifts(one)] if pair and all(
                            abs(ppm - right) <= max(3 * error, 1) and error < 10
                            for (ppm, error), right in zip(pair, expected))],
                    f"{one} knows its clocks", 60)
                self.assertEqual(len(found[0]), 2)
            self.assertTrue(kitchen.status()["audio"]["one_clock"])
            self.assertIsNone(kitchen.status()["audio"]["clock_reason"])
            self.assertFalse(garage.status()["audio"]["one_clock"])
            self.assertIn("faster than the microphone", garage.status()["audio"]["clock_reason"])
            self.assertIn("clock   two: ", garage.ctl("status")[1])
            self.assertEqual(self.hands_free(kitchen), ("on", "full", "the echo is cancelled"))
            echo, duplex, reason = self.hands_free(garage)
            self.assertEqual((echo, duplex), ("refused", "half"))
            self.assertIn("faster than the microphone", reason)
            self.assertIn("the echo is not cancelled: ", " ".join(garage.status()["notes"]))
            # Another card is another clock.
            garage.sections["audio"]["input"] = own
            garage.write_config()
            self.assertEqual(garage.ctl("reload")[0], 0)
            wait(lambda: self.hands_free(garage) == ("on", "full", "the echo is cancelled"),
                 "garage cancels the echo", 10)
            for one in scene.stations:
                self.assert_no_heap_calls(one)

    def test_volume_is_set_and_a_muted_microphone_said(self):
        with Scene("kitchen", "garage") as scene:
            kitchen, _ = scene.stations
            scene.introduce(*scene.stations)
            self.amixer(kitchen, "sset", "Mic", "nocap")
            kitchen.sections["audio"].update({"volume": "75%"})
            scene.start()
            self.assertIn("[75%] [on]", self.amixer(kitchen, "sget", "Speaker"))
            controls = json.loads(kitchen.ctl("audio", "controls", "--json")[1])["controls"]
            self.assertEqual(
                [(one["name"], one["muted"], one["chosen"]) for one in controls],
                [("Mic", True, True), ("Speaker", False, True)])
            wait(lambda: any("control Mic" in note for note in kitchen.status()["notes"]),
                 "the muted microphone is said")
            self.assertIn("control Mic of", kitchen.ctl("doctor", "status")[1])

            kitchen.sections["audio"].update({"mic-volume": "60%", "mixer-output": "Bass"})
            kitchen.write_config()
            self.assertEqual(kitchen.ctl("reload")[0], 0)
            self.assertIn("[on]", self.amixer(kitchen, "sget", "Mic"))
            notes = " ".join(kitchen.status()["notes"])
            self.assertNotIn("control Mic", notes)
            self.assertIn("has no control Bass", notes)
            self.assertNotIn("control Mic of", kitchen.ctl("doctor", "status")[1])


if __name__ == "__main__":
    unittest.main()
