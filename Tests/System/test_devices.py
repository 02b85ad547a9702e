"""Cards and chips that are absent, busy or pulled out are told of, tried again, and come back."""

import json
import unittest

from lab import Scene, SceneTest, listen, process, wait


class Devices(SceneTest):
    @classmethod
    def setUpClass(cls):
        cls.scene = cls.enterClassContext(Scene("kitchen", "garage"))
        cls.kitchen, cls.garage = cls.scene.stations
        cls.scene.introduce(cls.kitchen, cls.garage)
        cls.scene.start()
        cls.kitchen.speak(500)

    def restart(self, station):
        station.start()
        station.ready()

    def audio(self, side, station=None):
        return (station or self.kitchen).status()["audio"][side]

    def check_heard(self):
        self.garage.record()
        with self.kitchen.talking():
            span = listen()
        self.assert_heard(self.garage.recorded().span(*span), 500)

    def test_a_card_pulled_out_mid_talk_comes_back(self):
        self.kitchen.press()
        wait(lambda: self.garage.hears("kitchen"), "garage hears kitchen")
        self.kitchen.card.do("unplug")
        wait(lambda: self.kitchen.has_card("absent"), "the card is told to be gone")
        self.kitchen.problem("simcard:kitchen")
        wait(lambda: not self.kitchen.is_talking(), "no microphone, no talk")
        self.assertTrue(self.kitchen.is_with("garage"))
        code, text, _ = self.kitchen.ctl("status", "--json")
        self.assertEqual(code, 4)
        self.assertEqual(json.loads(text)["audio"]["input"]["state"], "absent")
        self.kitchen.card.do("replug")
        wait(self.kitchen.has_card, "the card is back")
        # The key was held all the while.
        wait(lambda: self.garage.hears("kitchen"), "garage hears kitchen again")
        self.kitchen.release()
        wait(lambda: not self.kitchen.is_talking(), "kitchen is silent")
        self.check_heard()

    def test_the_listeners_card_pulled_out_mid_talk_comes_back(self):
        with self.kitchen.talking():
            wait(lambda: self.garage.hears("kitchen"), "garage hears kitchen")
            self.garage.card.do("unplug")
            wait(lambda: self.garage.has_card("absent"), "the card is told to be gone")
            self.garage.card.do("replug")
            wait(self.garage.has_card, "the card is back")
            wait(lambda: self.garage.hears("kitchen"), "garage hears kitchen again")
            self.garage.record()
            span = listen()
            self.assert_heard(self.garage.recorded().span(*span), 500)

    def test_an_xrun_of_either_side_is_mended(self):
        self.garage.card.do("xrun", "playback")
        self.garage.card.do("xrun", "capture")
        self.kitchen.card.do("xrun", "capture")
        self.kitchen.card.do("xrun", "playback")
        for one in self.scene.stations:
            wait(lambda o=one: self.audio("input", o)["xruns"] and self.audio("output", o)["xruns"],
                 f"{one} counts its xruns")
        self.check_heard()

    def test_absent_or_unknown_at_the_start_is_tried_until_it_is_there(self):
        self.kitchen.stop()
        self.kitchen.card.do("unplug")
        self.kitchen.lines.do("unplug", "gpiochip0")
        self.kitchen.sections["audio"]["output"] = "pcm:nosuch"
        self.restart(self.kitchen)
        self.assertEqual(self.audio("input")["state"], "absent")
        self.assertNotEqual(self.audio("output")["state"], "open")
        for text in ("pcm:simcard:kitchen", "pcm:nosuch", "button ptt", "lamp on-air"):
            self.kitchen.problem(text)
        self.kitchen.wait_for("garage")
        code, _, errors = self.kitchen.ctl("ptt", "down", "house")
        self.assertEqual(code, 1)
        self.assertIn("microphone", errors)
        self.kitchen.card.do("replug")
        self.kitchen.lines.do("replug", "gpiochip0")
        wait(lambda: self.audio("input")["state"] == "open", "the microphone is there")
        wait(lambda: self.kitchen.status()["buttons"][0]["state"] == "released", "the key is there")
        wait(lambda: self.kitchen.status()["lamps"][0]["state"] == "off", "the lamp is there")
        self.check_heard()
        self.kitchen.stop()
        self.kitchen.sections["audio"]["output"] = "pcm:simcard:kitchen"
        self.restart(self.kitchen)
        self.scene.together()

    def test_a_busy_card_is_told_of_and_opened_when_free(self):
        self.kitchen.stop()
        other = self.kitchen.card.hold("capture", 60)
        self.restart(self.kitchen)
        self.assertEqual(self.audio("input")["state"], "busy")
        self.assertEqual(self.audio("output")["state"], "open")
        self.kitchen.problem("simcard:kitchen")
        process.end(other)
        wait(lambda: self.audio("input")["state"] == "open", "the microphone is free")
        self.scene.together()
        self.check_heard()

    def test_a_line_another_driver_holds_is_told_of_and_taken_when_free(self):
        self.kitchen.stop()
        self.kitchen.lines.do("claim", "GPIO17", "gpio-keys")
        self.restart(self.kitchen)
        self.kitchen.problem("button ptt")
        self.assertEqual(self.kitchen.status()["buttons"][0]["state"], "unreadable")
        self.kitchen.lines.do("claim", "GPIO17")
        wait(lambda: self.kitchen.status()["buttons"][0]["state"] == "released", "the key is there")
        self.scene.together()
        self.check_heard()


class WithoutDevices(SceneTest):
    def test_stations_may_only_listen_only_talk_or_have_no_sound_at_all(self):
        with Scene("mouth", "ear", "desk") as scene:
            mouth, ear, desk = scene.stations
            mouth.sections["audio"]["output"] = "none"
            ear.sections["audio"]["input"] = "none"
            desk.sections["audio"].update(input="none", output="none")
            for one in (ear, desk):
                del one.sections["button ptt"], one.sections["lamp on-air"]
            scene.introduce(*scene.stations)
            scene.start(together=False)
            for one in scene.stations:
                one.wait_for(*one.known)
                self.assertEqual(
                    [p for p in one.status()["problems"] if "audio" in p or "pcm" in p], [])
            self.assertEqual(mouth.status()["audio"]["output"]["state"], "none")
            self.assertTrue(desk.has_card("none"))
            mouth.speak(500)
            ear.record()
            with mouth.talking():
                span = listen()
            self.assert_heard(ear.recorded().span(*span), 500)
            for one in (ear, desk):
                code, _, errors = one.ctl("ptt", "down", "house")
                self.assertEqual(code, 1, errors)
            self.assertEqual(mouth.ctl("ptt", "down", "ear")[0], 0)
            wait(lambda: ear.hears("mouth"), "ear hears mouth by intercomctl")
            self.assertEqual(mouth.ctl("ptt", "up", "ear")[0], 0)
            wait(lambda: not mouth.is_talking(), "mouth is silent")


if __name__ == "__main__":
    unittest.main()
