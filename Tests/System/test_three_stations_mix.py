"""Who talks to whom is shown by all three; a second key reaches one peer alone, or many reach one.

That a third hears two who talk to one channel, and how, is claimed by the scenario two_talkers.
"""

import json
import unittest

from lab import Scene, SceneTest, listen, sound, wait

KITCHEN, GARAGE = 500, 800
"""Each station's voice: a tone of its own, in Hz."""


class ThreeStationsMix(SceneTest):
    @classmethod
    def setUpClass(cls):
        cls.scene = cls.enterClassContext(Scene("kitchen", "garage", "office"))
        cls.kitchen, cls.garage, cls.office = cls.scene.stations
        cls.kitchen.sections["button private"] = {"line": "GPIO27", "talk": "office"}
        cls.garage.sections["button private"] = {"line": "GPIO27", "talk": "office"}
        for station in cls.scene.stations:
            others = [other.name for other in cls.scene.stations if other is not station]
            station.sections["channel workshop"] = {"members": ", ".join(others)}
        cls.office.sections["channel workshop"]["listen"] = "no"
        cls.scene.introduce(*cls.scene.stations)
        cls.scene.start()
        cls.kitchen.speak(KITCHEN)
        cls.garage.speak(GARAGE)

    def setUp(self):
        for station in self.scene.stations:
            station.record()

    def heard(self, span):
        """What each station played meanwhile."""
        return [station.recorded().span(*span) for station in self.scene.stations]

    def test_two_at_once_are_shown_by_each(self):
        with self.kitchen.talking(), self.garage.talking():
            listen()
            wait(lambda: self.office.hears("kitchen"), "office shows kitchen")
            wait(lambda: self.office.hears("garage"), "office shows garage")
            self.check_truth()

    def check_truth(self):
        """What intercomctl says on each while kitchen and garage talk to the house."""
        for station, talks in ((self.kitchen, True), (self.garage, True), (self.office, False)):
            status = self.ctl(station, "status", "--json")
            self.assertEqual(status["name"], station.name)
            self.assertEqual(status["microphone"]["open"], talks)
            self.assertEqual(status["microphone"]["targets"], ["house"] if talks else [])
            house = next(c for c in status["channels"] if c["name"] == "house")
            self.assertEqual(house["talking"], talks)
            ptt = next(b for b in status["buttons"] if b["name"] == "ptt")
            self.assertEqual(ptt["state"], "pressed" if talks else "released")
            self.assertEqual(ptt["talking"], talks)
            self.assertEqual(status["lamps"][0]["state"], "on" if talks else "off")
            peers = self.ctl(station, "peers", "--json")["peers"]
            self.assertEqual(
                {peer["name"]: peer["talking"] for peer in peers},
                {other.name: other is not self.office for other in self.scene.stations
                 if other is not station})
            for peer in peers:
                other = next(s for s in self.scene.stations if s.name == peer["name"])
                self.assertEqual(peer["state"], "up")
                self.assertEqual(peer["endpoint"], f"127.0.0.1:{other.port}")

    def ctl(self, station, *words):
        """Runs a reading command; 4 tells of problems, such as no right to real-time priority."""
        code, text, errors = station.ctl(*words)
        self.assertIn(code, (0, 4), errors)
        return json.loads(text)

    def test_a_second_key_reaches_one_peer_alone(self):
        with self.kitchen.talking("GPIO27"):
            span = listen()
            self.assertEqual(self.kitchen.status()["microphone"]["targets"], ["office"])
        kitchen, garage, office = self.heard(span)
        self.assert_heard(office, KITCHEN)
        self.assert_silent(garage)
        self.assert_silent(kitchen)

    def test_many_reach_one(self):
        with self.kitchen.talking("GPIO27"), self.garage.talking("GPIO27"):
            span = listen()
        kitchen, garage, office = self.heard(span)
        self.assert_heard(office, KITCHEN)
        self.assert_heard(office, GARAGE)
        self.assert_silent(kitchen)
        self.assert_silent(garage)

    def test_two_keys_at_once_reach_both_and_are_heard_once(self):
        with self.kitchen.talking():
            alone = listen()
            self.kitchen.press("GPIO27")
            wait(lambda: len(self.kitchen.status()["microphone"]["targets"]) == 2, "both targets")
            both = listen()
            self.kitchen.release("GPIO27")
        _, garage, office = (station.recorded() for station in self.scene.stations)
        self.assert_heard(garage.span(*both), KITCHEN)
        self.assert_heard(office.span(*both), KITCHEN)
        one, two = (sound.tone_level(office.span(*span), KITCHEN) for span in (alone, both))
        self.judge(two - one < 1.5, f"heard twice as loud: {one:.1f} and {two:.1f} dBFS")
        self.judge(one - two < 1.5, f"heard less: {one:.1f} and {two:.1f} dBFS")

    def test_a_channel_one_does_not_listen_to_is_not_heard(self):
        before = self.office.counters()["dropped_ignored"]
        self.assertEqual(self.kitchen.ctl("ptt", "down", "workshop")[0], 0)
        try:
            span = listen()
        finally:
            self.assertEqual(self.kitchen.ctl("ptt", "up", "workshop")[0], 0)
        _, garage, office = self.heard(span)
        self.assert_heard(garage, KITCHEN)
        self.assert_silent(office)
        self.assertGreater(self.office.counters()["dropped_ignored"], before)
        wait(lambda: not self.kitchen.is_talking(), "the key of intercomctl is up")


if __name__ == "__main__":
    unittest.main()
