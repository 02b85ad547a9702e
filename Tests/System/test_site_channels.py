"""Channels that come with the roster of a site: who has them, who hears them, what stays."""

import json
import os
import unittest

from codes import ShownCode
from lab import wait
from sites import SiteTest
from stage.identity import Identity


class Channels(SiteTest):
    def channels(self, one):
        """The channels that a station has, with their members; without that of its own settings."""
        shown = json.loads(self.do(one, "config", "show", "--json"))
        return {section["name"]: section["settings"]["members"]
                for section in shown["sections"]
                if section["section"] == "channel" and section["name"] != "house"}

    def wait_for_channels(self, one, found):
        wait(lambda: self.channels(one) == found, f"{one.name} has the channels {found}")

    def follow(self, one, first):
        """Until a station has the newest roster, and uses it."""
        wait(lambda: self.number(one) == self.number(first),
             f"{one.name} has the newest roster")

    def give(self, one, **sections):
        """Adds sections to the settings of a station, or settings to one, and applies them."""
        for header, settings in sections.items():
            header = header.replace("_", " ")
            one.sections[header] = one.sections.get(header, {}) | settings
        one.write_config()
        return self.do(one, "reload")

    def test_one_command_makes_a_channel_at_all_that_are_in_it(self):
        kitchen, garage, attic = self.enter("kitchen", "garage", "attic")
        self.join(kitchen, garage, attic)
        # A peer from outside has no part in a channel of the site, not even in one of all.
        self.do(garage, "peer", "add", "friend", "-", Identity().text)
        self.do(attic, "peer", "rename", "garage", "carport")
        said = self.do(kitchen, "site", "channel", "up", "attic", "garage")
        self.assertIn("channel up: attic, garage; the site house is at number 5", said)
        self.do(kitchen, "site", "channel", "rooms", "all")
        self.wait_for_channels(garage, {"rooms": "attic, kitchen", "up": "attic"})
        self.wait_for_channels(attic, {"rooms": "carport, kitchen", "up": "carport"})
        self.assertEqual(self.channels(kitchen), {"rooms": "attic, garage"})
        attic.said("channel up: carport")
        shown = self.do(garage, "config", "show")
        self.assertIn(f"# {garage.state}/site.conf\n[channel up]\nmembers = attic\n", shown)
        self.assertIn("CHANNEL", self.do(garage, "site", "list"))
        listed = json.loads(self.do(garage, "site", "list", "--json"))
        self.assertEqual(listed["channels"], [
            {"name": "rooms", "stations": None}, {"name": "up", "stations": ["attic", "garage"]}])
        # It is heard by those that are in it.
        self.follow(garage, kitchen)
        wait(lambda: "talking to up: attic" in self.do(garage, "ptt", "down", "up", code=None),
             "garage talks to up")
        wait(lambda: attic.hears("carport"), "attic hears it")
        self.do(garage, "ptt", "up", "up")

    def test_it_changes_and_ends_with_the_roster(self):
        kitchen, garage, attic = self.enter("kitchen", "garage", "attic")
        self.join(kitchen, garage, attic)
        self.do(kitchen, "site", "channel", "up", "attic", "garage")
        self.wait_for_channels(garage, {"up": "attic"})
        self.follow(garage, kitchen)
        self.give(garage, button_second={"line": "GPIO22", "talk": "up"})
        self.do(kitchen, "site", "channel", "up", "attic", "garage", "kitchen")
        self.wait_for_channels(garage, {"up": "attic, kitchen"})
        self.do(kitchen, "site", "rename", "attic", "loft")
        self.wait_for_channels(garage, {"up": "kitchen, loft"})
        # Away from under a button: that is said, and the station goes on, also anew.
        self.do(kitchen, "site", "channel", "up", "-")
        self.wait_for_channels(garage, {})
        garage.said("there is no channel or peer \"up\" now: nobody hears it")
        self.follow(garage, kitchen)
        self.assertIn("now: nobody hears it", self.do(garage, "config", "check", code=4))
        garage.stop()
        garage.start()
        garage.ready()
        garage.wait_for(kitchen)
        self.assertIn("a button is for up, which is neither", self.do(garage, "status", code=None))
        self.assertIn("no listener hears it", self.do(garage, "ptt", "down", "up", code=None))
        # And back.
        self.do(kitchen, "site", "channel", "up", "all")
        self.wait_for_channels(garage, {"up": "kitchen, loft"})
        # To leave would leave the button without any meaning, whatever comes.
        said = self.do(garage, "site", "leave", code=1)
        self.assertIn("talk: there is no channel or peer \"up\"", said)
        self.assertEqual(garage.status()["site"]["name"], "house")
        self.give(garage, button_second={"talk": "house"})
        self.do(garage, "site", "leave")
        self.assertEqual(self.channels(garage), {})
        self.assertIsNone(garage.status()["site"]["name"])

    def test_a_stations_own_settings_come_first(self):
        kitchen, garage, attic = self.enter("kitchen", "garage", "attic")
        self.join(kitchen, garage, attic)
        self.give(garage, channel_up={"members": "kitchen"}, channel_cellar={"members": "*"})
        self.give(attic, site={"settings": "no"})
        self.do(kitchen, "site", "channel", "up", "all")
        self.follow(garage, kitchen)
        self.follow(attic, kitchen)
        self.wait_for_channels(garage, {"up": "kitchen", "cellar": "*"})
        garage.said("channel up stays as this station has it: ")
        self.do(garage, "config", "check")
        self.assertEqual(self.channels(attic), {})
        # A station with the name of a channel here is left out; the change goes on.
        self.do(kitchen, "site", "add", "cellar", Identity().text)
        self.follow(garage, kitchen)
        garage.said("cellar of the site is left out")
        self.assertIn("cellar", self.found(kitchen))
        self.do(kitchen, "site", "remove", "attic")
        wait(lambda: self.found(garage) == ["kitchen"], "garage has put attic out")

    def test_wrong_words_change_nothing(self):
        kitchen, garage = self.enter("kitchen", "garage")
        self.join(kitchen, garage)
        before = self.do(kitchen, "site", "export")
        for words, said in ((("up", "garag"), "did you mean \"garage\"?"),
                            (("garage", "all"), "a station of the site has that name"),
                            (("up", "-"), "no channel of that name"),
                            (("mic", "garage"), "that means"),
                            (("up", "A B"), "is not a name")):
            self.assertIn(said, self.do(kitchen, "site", "channel", *words, code=1))
        self.assertIn("usage", self.do(kitchen, "site", "channel", "up", code=2))
        self.assertIn("introduces no site", self.do(garage, "site", "channel", "up", "all", code=1))
        self.assertEqual(self.do(kitchen, "site", "export"), before)

    def test_a_paired_station_takes_the_place_of_a_dead_one(self):
        kitchen, garage, heir = self.enter("kitchen", "garage", "garage-2")
        self.join(kitchen, garage)
        self.do(kitchen, "site", "channel", "up", "all")
        # Its button for the dead one is for the successor then.
        self.give(kitchen, button_second={"line": "GPIO22", "talk": "garage"})
        garage.stop()
        shown = ShownCode(heir.folder, heir.etc)
        self.addCleanup(shown.end)
        self.do(kitchen, "pair", f"127.0.0.1:{heir.port}", shown.code)
        self.assertEqual(shown.ended(), 0, shown.text)
        said = self.do(kitchen, "site", "replace", "garage", "garage-2", "--yes")
        self.assertIn("replaced garage", said)
        self.assertIn("garage-2 is garage now", said)
        self.assertEqual(self.found(kitchen), ["garage"])
        kitchen.wait_for(garage)
        with open(f"{kitchen.state}/peers.d/garage.conf", encoding="utf-8") as file:
            self.assertIn("psk = file:garage.psk", file.read())
        self.assertEqual(sorted(os.listdir(f"{kitchen.state}/keys")),
                         ["garage.psk", "identity", "site.key"])
        listed = json.loads(self.do(kitchen, "site", "list", "--json"))
        self.assertEqual([(one["name"], one["key"]) for one in listed["stations"]],
                         [("garage", heir.public_key), ("kitchen", kitchen.public_key)])


if __name__ == "__main__":
    unittest.main()
