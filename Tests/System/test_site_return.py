"""Stations that a site has taken out: they are out everywhere, and come back by one pairing."""

import unittest

from codes import ShownCode
from lab import listen, wait
from sites import SiteTest


class Return(SiteTest):
    def introduce(self, first, one, *words):
        """By code: `first` introduces `one`, which shows the code."""
        shown = ShownCode(one.folder, one.etc, "--join", *words)
        self.addCleanup(shown.end)
        said = self.do(first, "pair", f"127.0.0.1:{one.port}", shown.code, "--join")
        self.assertEqual(shown.ended(), 0, shown.text)
        return said, shown.text

    def house(self, *names):
        first, *others = self.enter(*names)
        self.do(first, "site", "init", "house")
        for one in others:
            self.introduce(first, one)
        self.all_up(first, *others)
        return first, *others

    def all_up(self, *stations):
        for one in stations:
            one.wait_for(*(other for other in stations if other is not one))

    def is_out(self, here, one):
        # By one answer: it may go in between.
        return all(peer["down_reason"] == "revoked" for peer in here.status()["peers"]
                   if peer["name"] == one.name)

    def test_a_stolen_introducer_is_out_at_those_that_it_has_paired(self):
        kitchen, garage, attic = self.house("kitchen", "garage", "attic")
        self.do(garage, "site", "init", "house", "--take-over")
        self.do(garage, "site", "remove", "kitchen")
        # Until attic has changed over, it is a peer there.
        self.assertFalse(self.is_out(attic, kitchen))
        wait(lambda: attic.status()["site"]["offers"], "garage shows its site")
        self.do(attic, "site", "join", "--site", self.digits(garage))
        wait(lambda: self.is_out(attic, kitchen) and self.is_out(garage, kitchen), "it is out")
        kitchen.speak(500)
        attic.record()
        with kitchen.talking():
            span = listen()
        self.assert_silent(attic.recorded().span(*span))
        # A person there may want it all the same, and has its secret still.
        self.do(attic, "peer", "set", "kitchen", "--revoked", "no")
        attic.wait_for(kitchen)

    def test_one_that_was_taken_out_comes_back_by_a_pairing(self):
        kitchen, garage, attic = self.house("kitchen", "garage", "attic")
        self.do(kitchen, "site", "remove", "garage")
        wait(lambda: self.is_out(attic, garage), "attic has put it out")
        wait(lambda: garage.peer("kitchen")["state"] != "up", "garage is alone")
        self.assertIn("pair --join --move", self.do(garage, "pair", "--join", code=1))
        said, there = self.introduce(kitchen, garage, "--move")
        self.assertIn("introduced garage", said)
        self.assertIn("this station is in the site house", there)
        self.all_up(kitchen, garage, attic)

    def test_at_a_button_for_it_it_is_put_out_until_it_is_introduced_again(self):
        kitchen, garage = self.house("kitchen", "garage")
        kitchen.sections["button door"] = {"line": "GPIO22", "talk": "garage"}
        kitchen.reload()
        self.do(kitchen, "site", "remove", "garage")
        self.assertEqual(kitchen.peer("garage")["down_reason"], "revoked")
        self.do(kitchen, "site", "add", "garage", garage.public_key)
        self.assertNotEqual(kitchen.peer("garage")["down_reason"], "revoked")

    def test_one_that_was_added_by_its_key_alone_does_too(self):
        kitchen, garage, attic = self.house("kitchen", "garage", "attic")
        self.do(kitchen, "site", "remove", "garage")
        wait(lambda: self.is_out(attic, garage), "attic has put it out")
        wait(lambda: garage.peer("kitchen")["state"] != "up", "garage is alone")
        self.do(kitchen, "site", "add", "garage", garage.public_key, "--address",
                f"127.0.0.1:{garage.port}")
        self.assertIn("pair --join --move", self.do(garage, "site", "join", code=1))
        # The list that is carried there is enough for those which have no secret of a pairing.
        self.do(garage, "site", "import", text=self.do(kitchen, "site", "export"))
        self.all_up(garage, attic)
        said, _ = self.introduce(kitchen, garage, "--move")
        self.assertIn("garage is in the site already", said)
        self.all_up(kitchen, garage, attic)

    def test_a_station_that_is_up_is_not_replaced_by_a_slip(self):
        kitchen, garage, attic = self.house("kitchen", "garage", "attic")
        before = self.do(kitchen, "site", "export")
        self.assertIn("garage is up, and would be put out", self.do(
            kitchen, "site", "replace", "garage", "attic", code=2))
        self.assertEqual(self.do(kitchen, "site", "export"), before)
        said = self.do(kitchen, "site", "replace", "garage", "attic", "--yes")
        self.assertNotIn("site join", said)
        wait(lambda: self.is_out(attic, garage), "attic has put it out")

    def test_a_command_that_is_typed_at_once_waits_for_the_list(self):
        kitchen, garage = self.enter("kitchen", "garage")
        self.do(kitchen, "site", "init", "house")
        shown = ShownCode(garage.folder, garage.etc)
        self.addCleanup(shown.end)
        self.do(kitchen, "pair", f"127.0.0.1:{garage.port}", shown.code)
        self.assertEqual(shown.ended(), 0, shown.text)
        garage.wait_for(kitchen)
        self.do(kitchen, "site", "add", "garage")
        self.do(garage, "site", "join", "--site", self.digits(kitchen))
        self.assertEqual(self.do(garage, "peer", "list").split()[5:8:2], ["kitchen", "yes"])
        self.assertIn("this station introduces the site house", self.do(
            kitchen, "site", "join", code=1))


if __name__ == "__main__":
    unittest.main()
