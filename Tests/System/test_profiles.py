"""Stations of different profiles hear each other, and a profile may change while they talk."""

import unittest

from lab import Scene, SceneTest, listen, wait

VOICES = {"voice": 500, "studio": 800, "lowpower": 1300, "ultra": 2100}
"""The tone each station speaks in, Hz."""
PERIODS = {"voice": 240, "studio": 240, "lowpower": 480, "ultra": 120}
"""What each asks its card for, samples."""


class Profiles(SceneTest):
    def test_each_is_heard_by_all_the_others(self):
        with Scene(*VOICES) as scene:
            for station in scene.stations:
                station.sections["audio"]["profile"] = station.name
            scene.introduce(*scene.stations)
            scene.start()
            for station in scene.stations:
                station.speak(VOICES[station.name])
                audio = station.status()["audio"]
                self.assertEqual(audio["profile"], station.name)
                self.assertEqual(audio["output"]["period"], PERIODS[station.name])
            for one, other in (("voice", "ultra"), ("studio", "lowpower")):
                self.check_both_ways(scene, one, other)
            for station in scene.stations:
                counters = station.counters()
                self.assertEqual((counters["dropped_audio"], counters["dropped_late"]), (0, 0))
                self.assert_no_heap_calls(station)

    def check_both_ways(self, scene, *talkers):
        """Two talk at once: everyone hears who is another, and nobody who is silent."""
        one, other = (station for station in scene.stations if station.name in talkers)
        for station in scene.stations:
            station.record()
        with one.talking(), other.talking():
            for station in scene.stations:
                for talker in (one, other):
                    if station is not talker:
                        wait(lambda s=station, t=talker: s.hears(t), f"{station} hears {talker}")
            span = listen()
        for station in scene.stations:
            heard = station.recorded().span(*span)
            for name, hertz in VOICES.items():
                if name in talkers and name != station.name:
                    self.assert_heard(heard, hertz)
                    # The judge of sound tells one voice from another.
                    with self.assertRaises(AssertionError):
                        self.assert_heard(heard, hertz + 150)
                else:
                    self.assert_not_heard(heard, hertz)

    def test_a_change_of_profile_goes_on_with_the_key_that_is_held(self):
        with Scene("kitchen", "garage") as scene:
            kitchen, garage = scene.stations
            scene.introduce(kitchen, garage)
            scene.start()
            kitchen.speak(500)
            with kitchen.talking():
                for profile in ("ultra", "lowpower", "studio", "voice"):
                    kitchen.sections["audio"]["profile"] = profile
                    changes = "\n".join(kitchen.reload())
                    self.assertIn(f"-> {profile}", changes)
                    self.assertNotIn("(at the next start)", changes)
                    wait(lambda p=PERIODS[profile]:
                         kitchen.status()["audio"]["output"]["period"] == p, "the card's period")
                    wait(lambda: kitchen.is_talking() and garage.hears(kitchen), "it talks on")
                    garage.record()
                    span = listen()
                    self.assert_heard(garage.recorded().span(*span), 500)
                    self.assertEqual(kitchen.status()["audio"]["profile"], profile)
            self.assert_no_heap_calls(kitchen)
            self.assert_no_heap_calls(garage)


if __name__ == "__main__":
    unittest.main()
