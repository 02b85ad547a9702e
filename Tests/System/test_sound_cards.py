"""Cards of other formats and periods, a card that sleeps, a microphone that rests when idle."""

import unittest

from lab import Scene, SceneTest, listen, wait


class SoundCards(SceneTest):
    def check_both_ways(self, kitchen, garage):
        kitchen.speak(500)
        garage.speak(800)
        for one in (kitchen, garage):
            one.record()
        with kitchen.talking(), garage.talking():
            span = listen()
        self.assert_heard(garage.recorded().span(*span), 500)
        self.assert_heard(kitchen.recorded().span(*span), 800)

    def card(self, station, what):
        name = f"pcm:simcard:CARD={station},{what}"
        station.sections["audio"].update(input=name, output=name)

    def test_other_formats_channels_and_periods(self):
        with Scene("kitchen", "garage") as scene:
            kitchen, garage = scene.stations
            self.card(kitchen, "FORMATS=S32_LE,CHANNELS=2")
            self.card(garage, "FORMATS=S24_3LE,CHANNELS=2")
            kitchen.sections["audio"]["period"] = "5ms"
            garage.sections["audio"]["period"] = "20ms"
            scene.introduce(kitchen, garage)
            scene.start()
            for one, layout, period in ((kitchen, "S32_LE", 240), (garage, "S24_3LE", 960)):
                card = one.status()["audio"]["input"]
                self.assertEqual(
                    (card["format"], card["channels"], card["period"]), (layout, 2, period))
            self.check_both_ways(kitchen, garage)

    def test_clocks_that_disagree(self):
        with Scene("kitchen", "garage") as scene:
            kitchen, garage = scene.stations
            scene.introduce(kitchen, garage)
            scene.start()
            kitchen.card.do("ppm", 300)
            garage.card.do("ppm", -300)
            self.check_both_ways(kitchen, garage)

    def test_asleep_and_awake_again(self):
        with Scene("kitchen", "garage") as scene:
            kitchen, garage = scene.stations
            scene.introduce(kitchen, garage)
            scene.start()
            with kitchen.talking():
                wait(lambda: garage.hears("kitchen"), "garage hears kitchen")
                for one in scene.stations:
                    one.card.do("suspend")
                listen(0.2)
                for one in scene.stations:
                    one.card.do("resume")
            self.check_both_ways(kitchen, garage)

    def test_without_preroll_the_microphone_is_closed_when_idle(self):
        with Scene("kitchen", "garage") as scene:
            kitchen, garage = scene.stations
            for one in scene.stations:
                one.sections["talk"] = {"preroll": "0ms"}
            scene.introduce(kitchen, garage)
            scene.start()
            running = lambda: kitchen.card.status()["capture"]["running"]
            self.assertFalse(running())
            with kitchen.talking():
                wait(running, "the microphone runs")
            wait(lambda: not running(), "the microphone is closed again")
            self.check_both_ways(kitchen, garage)
            wait(lambda: not running(), "the microphone is closed again")


if __name__ == "__main__":
    unittest.main()
