"""A site whose boxes are erased, or replaced: what one that stays, or comes back, says of it."""

import json
import shutil

from lab import wait
from sites import SiteTest
from stage.identity import Identity


class Anew(SiteTest):
    def test_a_name_that_the_dead_one_keeps_is_told_of(self):
        kitchen, garage, attic = self.enter("kitchen", "garage", "attic")
        self.introduce(attic, garage, join=())
        self.join(kitchen, garage, attic)
        garage.stop()
        heir = Identity().text
        self.do(kitchen, "site", "replace", "garage", heir, "--yes")
        word = "garage: the one of the site is no peer here"
        wait(lambda: word in self.do(attic, "status", code=None), "attic says so")
        self.assertEqual(attic.peer("garage")["down_reason"], "revoked")
        self.assertIn("then pair the two anew: intercomctl pair",
                      self.do(attic, "status", code=None))
        self.do(attic, "peer", "remove", "garage")
        wait(lambda: heir in self.do(attic, "peer", "list", "--json"), "attic has the successor")
        wait(lambda: word not in self.do(attic, "status", code=None), "it is not told any more")

    def test_a_name_that_another_peer_has_is_told_of(self):
        kitchen, garage, attic = self.enter("kitchen", "garage", "attic")
        self.do(attic, "peer", "add", "garage", "-", Identity().text)
        roster = self.begin(kitchen, garage, attic)
        for one in (garage, attic):
            self.do(one, "site", "import", "--site", self.digits(kitchen), text=roster)
        word = "garage: the one of the site is no peer here: another peer has that name"
        wait(lambda: word in self.do(attic, "status", code=None), "attic says so")
        self.do(attic, "peer", "rename", "garage", "shed")
        wait(lambda: attic.is_with(garage), "there is room now")
        self.assertNotIn(word, self.do(attic, "status", code=None))

    def test_a_button_for_the_dead_one_is_given_its_successor(self):
        kitchen, garage, attic = self.enter("kitchen", "garage", "attic")
        self.introduce(attic, garage, join=())
        self.join(kitchen, garage, attic)
        self.do(attic, "peer", "rename", "garage", "shed")
        attic.sections["button second"] = {"line": "GPIO22", "talk": "shed"}
        attic.write_config()
        self.do(attic, "reload", code=None)
        garage.stop()
        heir = Identity().text
        self.do(kitchen, "site", "replace", "garage", heir, "--yes")
        word = "shed: was put out, settings name it, and the site has another garage in its place"
        wait(lambda: word in self.do(attic, "status", code=None), "attic says so")
        wait(lambda: self.name_of(heir, attic), "attic has the successor")
        by = self.name_of(heir, attic)
        self.assertIn(f"sudo intercomctl peer replace shed {by}",
                      self.do(attic, "status", code=None))
        self.do(attic, "peer", "replace", "shed", by, "--yes")
        wait(lambda: word not in self.do(attic, "status", code=None), "it is not told any more")
        self.assertEqual(self.name_of(heir, attic), "shed")

    def name_of(self, key, station):
        """The name that a station has for this key; None where it has none."""
        peers = json.loads(self.do(station, "peer", "list", "--json"))["peers"]
        return next((peer["name"] for peer in peers if peer["key"] == key), None)

    def test_one_that_was_erased_starts_and_takes_part_again(self):
        kitchen, garage = self.enter("kitchen", "garage")
        self.join(kitchen, garage)
        self.do(kitchen, "site", "channel", "up", "all")
        wait(lambda: "channel up" in self.do(garage, "status", code=None), "garage has it")
        garage.stop()
        garage.sections["button second"] = {"line": "GPIO22", "talk": "up"}
        garage.write_config()
        shutil.rmtree(garage.state)
        garage.begin()
        said = self.do(garage, "status", code=None)
        self.assertIn('there is no channel or peer "up" now', said)
        self.assertIn("GPIO22", said)
        # Whether it comes as another one, or in its former place.
        self.do(kitchen, "site", "remove", "garage")
        self.introduce(kitchen, garage)
        wait(lambda: "channel up: kitchen" in self.do(garage, "status", code=None), "up is back")
        self.assertNotIn("there is no channel or peer", self.do(garage, "status", code=None))
