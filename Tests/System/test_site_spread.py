"""A site whose stations give each other the roster: who joins, who was away, and who is put out and
comes back by one pairing.
"""

import json
import os
import time

from codes import converse
from lab import listen, place, wait
from sites import SiteTest
from stage.identity import Identity

AT_ONCE_S = 0.5
"""Seconds after which a station is heard no more that was put out."""


class Spread(SiteTest):
    def test_a_change_is_everywhere_in_a_moment(self):
        kitchen, garage, attic, cellar = self.enter("kitchen", "garage", "attic", "cellar")
        self.join(kitchen, garage, attic)
        self.assertEqual(self.number(attic), self.number(kitchen))
        before = self.number(kitchen)
        self.do(kitchen, "site", "add", "cellar", cellar.public_key, "--address",
                f"127.0.0.1:{cellar.port}")
        for one in (garage, attic):
            wait(lambda one=one: "cellar" in self.found(one), f"{one.name} knows cellar")
            self.assertEqual(self.do(one, "site", "export"), self.do(kitchen, "site", "export"))
            one.said("cellar is a peer")
        # A station that is taken out is one nowhere, and hears no more of the site; what it says is
        # heard no more.
        garage.speak(500)
        for one in (kitchen, attic):
            one.record()
        with garage.talking():
            said = listen()
            self.do(kitchen, "site", "remove", "garage")
            time.sleep(AT_ONCE_S)
            unsaid = listen()
        for one in (kitchen, attic):
            heard = one.recorded()
            self.assert_heard(heard.span(*said), 500)
            self.assert_silent(heard.span(*unsaid))
        wait(lambda: "garage" not in self.found(attic), "attic has put garage out")
        wait(lambda: not garage.is_with(attic), "garage has no session with it")
        # Nor does a list take out a station without a word, as a thief's could.
        attic.said("introduced cellar; took out garage -> if none of your own people did")
        self.assertRegex(self.do(attic, "status", code=None),
                         r"lately the site house .*took out garage.* -> if none of your own")
        self.assertEqual(self.number(attic), before + 2)
        attic.wait_for(kitchen)
        self.assertEqual(self.number(garage), before + 1)
        # It calls on, which the journal tells by its name; nothing is to be done about it.
        for one in (kitchen, attic):
            one.said("the former garage, no peer any more, still calls, from ")
            self.assertIsNone(self.told_of(one, "the former garage"))
            self.assertIsNone(self.told_of(one, "an unknown station"))
        # The control: to one that was never in the site it is a stranger, which can be added.
        self.assertIn("peer add NAME", wait(
            lambda: self.told_of(cellar, "an unknown station"), "cellar is called"))

    def test_a_person_at_a_terminal_is_asked_before_a_station_is_taken_out(self):
        kitchen, garage = self.enter("kitchen", "garage")
        self.join(kitchen, garage)
        program = [place.program("intercomctl"), "--config", kitchen.etc]
        for words, answers, is_out in (
                (["garage"], ["\n"], False), (["attic"], [], False), (["kitchen"], [], False),
                (["garage"], ["y\n"], True)):
            with self.subTest(words=words, answers=answers):
                code, screen = converse(
                    kitchen, program, answers, words=["site", "remove", *words])
                self.assertEqual(code, 0 if is_out else 1, screen)
                self.assertEqual("Take garage out, at all stations" in screen, bool(answers))
                self.assertEqual("garage" in self.do(kitchen, "site", "list"), not is_out)
        self.do(kitchen, "site", "add", "garage", garage.public_key)
        code, screen = converse(
            kitchen, program, [], words=["site", "remove", "garage", "--yes"])
        self.assertEqual(code, 0, screen)

    def told_of(self, one, what):
        """The line of `peers` that begins so; None without one."""
        return next((line for line in self.do(one, "peers").splitlines()
                     if line.startswith(f"* {what}")), None)

    def behind(self, one):
        """The stations whose list may be old, as one of the site shows it."""
        shown = [line.split()[0] for line in self.do(one, "site", "list").splitlines()
                 if line.split()[1:2] in (["?"], ["no,"]) and "may use" not in line]
        self.assertEqual(shown, one.status()["site"]["behind"])
        return shown

    def test_another_name_is_everywhere_but_where_settings_have_the_old_one(self):
        kitchen, garage, attic, cellar = self.enter("kitchen", "garage", "attic", "cellar")
        self.join(kitchen, garage, attic, cellar)
        self.do(cellar, "peer", "rename", "garage", "carport")
        with open(f"{attic.etc}/intercomd.conf", "a", encoding="utf-8") as file:
            file.write("\n[button second]\nline = GPIO22\ntalk = garage\n")
        self.do(attic, "reload")
        self.do(kitchen, "site", "rename", "garage", "workshop")
        self.assertEqual(self.found(kitchen), ["attic", "cellar", "workshop"])
        for one, found in ((attic, ["cellar", "garage", "kitchen"]),
                           (cellar, ["attic", "carport", "kitchen"])):
            wait(lambda one=one: self.number(one) == self.number(kitchen), f"{one.name} has it")
            self.assertEqual(self.found(one), found)
        attic.said("is called workshop in the site; settings name it")
        # What settings name is not to be renamed.
        self.assertIn(f"workshop is garage here, as settings name it at {attic.etc}/",
                      self.do(attic, "site", "list"))
        self.assertIn("workshop is carport here; for the site's name: sudo intercomctl peer rename "
                      "carport workshop", self.do(cellar, "site", "list"))
        for words in (("garage", "x"), ("workshop", "attic"), ("workshop", "A B")):
            self.do(kitchen, "site", "rename", *words, code=1)
        self.do(kitchen, "site", "rename", "workshop", "barn")
        wait(lambda: self.found(kitchen) == ["attic", "barn", "cellar"], "kitchen calls it barn")
        # The name that it has here is no name of the site, and the other way round.
        self.do(kitchen, "peer", "add", "hut", "-", (hut := Identity()).text)
        self.do(kitchen, "site", "add", "shed", hut.text)
        self.assertIn("hut is called shed in the site", self.do(
            kitchen, "site", "remove", "hut", code=1))
        self.do(kitchen, "peer", "rename", "hut", "shed")

    def test_one_that_was_away_hears_of_it_from_any_other(self):
        kitchen, garage, attic, thief = self.enter("kitchen", "garage", "attic", "thief")
        self.join(kitchen, garage, attic)
        self.do(kitchen, "site", "add", "thief", thief.public_key, "--address",
                f"127.0.0.1:{thief.port}")
        for one in (garage, attic):
            wait(lambda one=one: "thief" in self.found(one), f"{one.name} knows thief")
        attic.stop()
        wait(lambda: self.behind(kitchen) == ["thief"], "thief never had it")
        said = self.do(kitchen, "site", "remove", "thief")
        self.assertIn("until then have the former one as a peer; to see which have it: intercomctl"
                      " site list", said)
        wait(lambda: "thief" not in self.found(garage), "garage has put thief out")
        wait(lambda: self.behind(kitchen) == ["attic"], "attic is known to be behind")
        said = self.do(kitchen, "site", "list")
        self.assertIn("? is not known to have one", said)
        self.assertRegex(said, r"(?m)^attic +no, \d+ ")
        # The introducer is off, too: what it signed is with the others.
        kitchen.stop()
        attic.begin()
        wait(lambda: "thief" not in self.found(attic), "attic has put thief out")
        self.assertEqual(self.number(attic), self.number(garage))
        # One that is off has told of the newest, or is not known to have it.
        wait(lambda: self.behind(attic) == ["kitchen"], "garage has told attic")

    def test_two_commands_bring_a_station_in(self):
        kitchen, garage, attic = self.enter("kitchen", "garage", "attic")
        self.do(kitchen, "site", "init", "house")
        said, there = self.introduce(garage, kitchen)
        self.assertIn("introduced garage; the list of the site house is number 3", there)
        self.assertIn("joined the site house, from kitchen\n", said)
        # The other way round: the new one shows the code.
        _, there = self.introduce(kitchen, attic)
        self.assertIn("garage is a peer", there)
        wait(lambda: self.found(garage) == ["attic", "kitchen"], "garage knows attic")
        self.assertEqual(self.found(attic), ["garage", "kitchen"])
        # Another name is one at the introducer, too, with the secret of the pairing.
        said = self.do(kitchen, "site", "rename", "attic", "loft")
        self.assertIn("attic is loft here, too", said)
        self.assertEqual(self.found(kitchen), ["garage", "loft"])
        self.assertTrue(os.path.exists(f"{kitchen.state}/keys/loft.psk"))
        wait(lambda: self.found(garage) == ["kitchen", "loft"], "garage knows loft")
        said = self.do(kitchen, "site", "rename", "loft", "attic")
        self.assertIn("loft is attic here, too", said)
        self.assertIn("in the site already, as attic", self.do(
            kitchen, "site", "replace", "attic", "attic", code=1))
        # What is put out is out at the introducer, too, which was paired with it.
        self.assertTrue(os.path.exists(f"{kitchen.state}/keys/attic.psk"))
        said = self.do(kitchen, "site", "remove", "attic")
        self.assertIn("attic is no longer a peer", said)
        self.assertFalse(os.path.exists(f"{kitchen.state}/keys/attic.psk"))
        self.assertEqual(self.found(kitchen), ["garage"])
        wait(lambda: self.found(garage) == ["kitchen"], "garage has put attic out")
        # And a successor has its place there.
        heir = Identity().text
        self.do(kitchen, "site", "replace", "garage", heir, "--yes")
        wait(lambda: not garage.is_with(kitchen), "the former one is out")
        listed = self.do(kitchen, "peer", "list", "--json")
        self.assertIn(heir, listed)
        self.assertNotIn(garage.public_key, listed)
        self.assertFalse(os.path.exists(f"{kitchen.state}/keys/garage.psk"))
        # A member that introduces nobody says so before anything is paired.
        self.assertIn("and does not introduce it", self.do(
            garage, "pair", "--join", code=1))

    def test_where_one_forgets_to_join_both_say_what_is_left(self):
        kitchen, garage, attic = self.enter("kitchen", "garage", "attic")
        self.do(kitchen, "site", "init", "house")
        shown = self.shown(garage, "--join")
        said = self.do(kitchen, "pair", f"127.0.0.1:{garage.port}", shown.code)
        self.assertIn("garage is a peer of this station alone, and not in the site house; for "
                      "that: sudo intercomctl site add garage", said)
        wait(lambda: "it shows none yet; if it introduces one, there: sudo intercomctl site add"
             in " ".join(shown.text.split()),
             "garage says what is typed at kitchen", 45)
        said = self.do(kitchen, "site", "add", "garage")
        self.assertEqual(shown.ended(), 0, shown.text)
        self.assertIn("joined the site house, from kitchen\n", shown.text)
        # A member that pairs by itself is told that, too, and one of the site is not.
        shown = self.shown(attic)
        said = self.do(garage, "pair", f"127.0.0.1:{attic.port}", shown.code)
        self.assertIn("attic is a peer of this station alone", said)
        shown.ended()
        self.assertNotIn("alone", shown.text)
        said = self.do(kitchen, "site", "rename", "garage", "shed")
        self.assertIn("what garage calls itself is in its own settings: there, [station] name = "
                      "shed", said)
        self.assertIn("there, sudo intercomctl peer rename garage shed", said)
        wait(lambda: self.number(garage) == self.number(kitchen), "garage has that list")
        wait(lambda: garage.status()["site"]["introducers"] == ["kitchen"], "kitchen says so")
        said = self.do(garage, "site", "leave")
        self.assertIn("peers that did not come with it stay: attic, kitchen "
                      "(sudo intercomctl peer remove)", said)
        self.assertIn("before: at kitchen, which introduces: sudo intercomctl site remove shed",
                      said)

    def test_what_a_person_decides_here_stays(self):
        kitchen, garage, attic = self.enter("kitchen", "garage", "attic")
        self.join(kitchen, garage, attic)
        key = lambda one, name: next(peer["key"] for peer in json.loads(
            self.do(one, "peer", "list", "--json"))["peers"] if peer["name"] == name)
        status = self.do(garage, "status", code=None)
        self.assertIn("by the site house: attic, kitchen\n", status)
        self.assertNotIn("not verified", status)
        # A successor is one everywhere, or nowhere.
        heir = Identity().text
        self.assertIn(f"site replace attic {heir}, at kitchen, which introduces", self.do(
            garage, "peer", "replace", "attic", heir, "--yes", code=1))
        self.do(kitchen, "site", "channel", "up", "all")
        wait(lambda: self.number(garage) == 5, "garage has the channel")
        self.do(kitchen, "peer", "add", "new", "-", heir)
        self.assertIn("site replace attic new", self.do(
            kitchen, "peer", "replace", "attic", "new", "--yes", code=1))
        # At the introducer, where a command that was cut off is typed again.
        place = f"{kitchen.state}/peers.d"
        with open(f"{place}/new.conf", encoding="utf-8") as file:
            text = file.read().replace("[peer new]", "[peer attic]")
        with open(f"{place}/attic.conf", "w", encoding="utf-8") as file:
            file.write(text)
        os.remove(f"{place}/new.conf")
        self.do(kitchen, "site", "channel", "up", "-")
        self.assertEqual(key(kitchen, "attic"), heir)
        self.do(kitchen, "site", "replace", "attic", heir)
        self.assertIn(f"station attic {heir}", self.do(kitchen, "site", "export"))
        self.assertIn("unknown peer", self.do(kitchen, "site", "replace", "attic", "new", code=1))
        # Twice the same name, and one that is put out and wanted again.
        self.do(kitchen, "site", "rename", "garage", "shed")
        self.assertIn("the site has no station garage, and has one that is called shed", self.do(
            kitchen, "site", "rename", "garage", "shed", code=1))
        with open(f"{kitchen.etc}/intercomd.conf", "a", encoding="utf-8") as file:
            file.write("\n[button door]\nline = GPIO22\ntalk = shed\n")
        self.do(kitchen, "site", "remove", "shed")
        self.assertEqual(kitchen.peer("shed")["down_reason"], "revoked")
        self.do(kitchen, "peer", "add", "shed", f"127.0.0.1:{garage.port}", garage.public_key)
        self.assertNotEqual(kitchen.peer("shed")["down_reason"], "revoked")
        self.do(kitchen, "site", "channel", "up", "all")
        self.assertNotEqual(kitchen.peer("shed")["down_reason"], "revoked")

    def test_nobody_joins_unasked(self):
        kitchen, garage = self.enter("kitchen", "garage")
        self.assertIn("no peer shows a site", self.do(garage, "site", "join", code=1))
        self.do(kitchen, "peer", "add", "garage", f"127.0.0.1:{garage.port}", garage.public_key)
        self.do(garage, "peer", "add", "cook", f"127.0.0.1:{kitchen.port}", kitchen.public_key)
        wait(lambda: garage.peer("cook")["state"] == "up", "they have a session")
        self.do(kitchen, "site", "init", "house")
        # A pairing for the site, of stations that are peers already.
        shown = self.shown(kitchen, "--join")
        wrong = "0000-0000" if shown.code != "0000-0000" else "1111-1111"
        self.assertNotIn("need not be paired again", self.do(
            garage, "pair", f"127.0.0.1:{kitchen.port}", wrong, "--join", code=1))
        self.assertIn("need not be paired again", self.do(
            garage, "pair", f"127.0.0.1:{kitchen.port}", shown.code, "--join", code=1))
        shown.end()
        self.do(kitchen, "site", "add", "garage")
        offers = wait(lambda: garage.status()["site"]["offers"], "cook shows its site")
        self.assertEqual([(one["peer"], one["name"], one["stations"]) for one in offers],
                         [("cook", "house", 2)])
        self.assertEqual(offers[0]["fingerprint"], self.digits(kitchen))
        self.assertIn("cook: shows the site house", self.do(garage, "status", code=None))
        time.sleep(1)
        self.assertIsNone(garage.status()["site"]["name"])
        self.assertIn("add --site", self.do(garage, "site", "join", code=2))
        self.assertIn("NOT the digits", self.do(
            garage, "site", "join", "--site", "0000 " * 6, code=1))
        self.assertIn('unknown peer "cok"; did you mean "cook"?', self.do(
            garage, "site", "join", "cok", code=1))
        self.do(garage, "peer", "add", "shed", "-", Identity().text)
        self.assertIn("shed shows no site beside that of cook", self.do(
            garage, "site", "join", "shed", code=1))
        self.do(garage, "peer", "remove", "shed")
        self.assertIsNone(garage.status()["site"]["name"])
        said = self.do(garage, "site", "join", "--site", self.digits(kitchen))
        self.assertIn("joined the site house, from cook", said)
        self.assertIn("is in the site house", self.do(garage, "site", "join", code=1))
        self.assertEqual(garage.status()["site"]["offers"], [])


    def test_any_station_that_shows_the_site_can_be_named(self):
        kitchen, attic, garage = self.enter("kitchen", "attic", "garage")
        self.join(kitchen, attic)
        for one in (kitchen, attic):
            self.do(garage, "peer", "add", one.name, f"127.0.0.1:{one.port}", one.public_key)
        self.do(kitchen, "site", "add", "garage", garage.public_key, "--address",
                f"127.0.0.1:{garage.port}")
        offer, = wait(lambda: garage.status()["site"]["offers"], "they show the site")
        self.all_up(garage, kitchen, attic)
        other = {"kitchen": "attic", "attic": "kitchen"}[offer["peer"]]
        said = self.do(garage, "site", "join", other, "--site", self.digits(kitchen))
        self.assertIn("joined the site house, from", said)


class Return(SiteTest):

    def house(self, *names):
        first, *others = self.enter(*names)
        self.do(first, "site", "init", "house")
        for one in others:
            self.introduce(first, one)
        self.all_up(first, *others)
        return first, *others

    def is_out(self, here, one):
        # By one answer: it may go in between.
        return all(peer["down_reason"] == "revoked" for peer in here.status()["peers"]
                   if peer["name"] == one.name)

    def test_a_stolen_introducer_is_out_at_those_that_it_has_paired(self):
        kitchen, garage, attic, cellar = self.house("kitchen", "garage", "attic", "cellar")
        self.assertRegex(self.do(garage, "site", "init", "house", "--take-over", "--yes"), (
            r"(?s)on a second station.* site remove NAME\nthen at once on each other station: "))
        self.do(garage, "site", "remove", "kitchen")
        # Until attic has changed over, it is a peer there.
        self.assertFalse(self.is_out(attic, kitchen))
        wait(lambda: garage.status()["site"]["left"] == ["attic", "cellar"],
             "they have the former key")
        self.assertIn("in this site under a former key: attic, cellar -> to change over",
                      self.do(garage, "status", code=None))
        self.assertEqual(garage.status()["site"]["offers"], [])
        wait(lambda: attic.status()["site"]["offers"], "garage shows its site")
        # The thief takes the new introducer out where the former key counts: that one is told how
        # the others change over.
        self.do(kitchen, "site", "remove", "garage")
        way = "site join, or, where no peer shows it, intercomctl pair --join --move, and sudo"
        wait(lambda: way in self.do(garage, "status", code=None), "garage is refused")
        wait(lambda: not attic.status()["site"]["offers"], "attic has no peer that shows it")
        for words in (("garage",), ()):
            said = self.do(attic, "site", "join", *words, "--site", self.digits(garage), code=1)
            self.assertIn("that is to introduce: intercomctl pair --join --move", said)
        self.introduce(garage, attic, "--move")
        # One peer that has changed over is enough, and shows the site by any name.
        wait(lambda: cellar.status()["site"]["offers"], "attic shows the site")
        self.do(cellar, "site", "join", "garage", "--site", self.digits(garage))
        self.all_up(garage, attic, cellar)
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
        # At one whose settings name it, too: there it stays in the list, put out.
        attic.sections["button door"] = {"line": "GPIO22", "talk": "garage"}
        attic.reload()
        self.do(kitchen, "site", "remove", "garage")
        wait(lambda: attic.peer("garage")["down_reason"] == "revoked", "attic has put it out")
        self.assertIn("at kitchen, which introduces: sudo intercomctl site add garage intercom1:",
                      attic.peer("garage")["fault"]["fix"])
        wait(lambda: garage.peer("kitchen")["state"] != "up", "garage is alone")
        # It is not away, and garage says so of it.
        wait(lambda: garage.peer("kitchen")["down_reason"] == "not_accepted", "garage is refused")
        refusal = r"kitchen.*\(.*does not accept this station"
        said = self.do(garage, "page", "kitchen", "--seconds", "1", code=1)
        self.assertRegex(said, f"nobody hears it: {refusal}")
        self.assertRegex(said, f"\nheard: {refusal}")
        self.assertIn("pair --join --move", self.do(garage, "pair", "--join", code=1))
        # By a plain pairing only where a person says that it is meant.
        shown = self.shown(garage)
        self.assertIn("the site took garage out, and nothing is changed", self.do(
            kitchen, "pair", f"127.0.0.1:{garage.port}", shown.code, code=1))
        shown.end()
        self.assertEqual(self.found(kitchen), ["attic"])
        said, there = self.introduce(kitchen, garage, "--move")
        self.assertIn("introduced garage", said)
        self.assertIn("this station is in the site house", there)
        self.all_up(kitchen, garage, attic)

    def test_a_key_that_was_left_is_joined_by_its_digits_alone(self):
        kitchen, garage = self.house("kitchen", "garage")
        garage.sections["site"] = {"introductions": "from kitchen"}
        garage.reload()
        digits = self.digits(kitchen)
        # It has taken the site over, and gives in.
        self.do(garage, "site", "init", "house", "--take-over", "--yes")
        self.do(garage, "site", "leave", "--yes")
        garage.restart()
        word = (f"kitchen: shows the site house with the key {digits[:9]} …, which this station has"
                " left ->")
        wait(lambda: word in self.do(garage, "status", code=None), "garage says so", 45)
        self.assertIsNone(garage.status()["site"]["name"])
        self.assertIn("add --site", self.do(garage, "site", "join", "--yes", code=2))
        self.do(garage, "site", "join", "kitchen", "--site", digits)
        self.all_up(kitchen, garage)

    def test_one_in_another_site_goes_back_without_leaving_that_first(self):
        kitchen, garage, attic = self.house("kitchen", "garage", "attic")
        digits = self.digits(kitchen)
        self.do(garage, "site", "init", "house", "--take-over", "--yes")
        wait(lambda: attic.status()["site"]["offers"], "garage shows its site")
        self.do(attic, "site", "join", "--site", self.digits(garage))
        # Its peers have come with the list alone, and leave with the site.
        offers = wait(lambda: attic.status()["site"]["offers"], "kitchen shows the former one", 45)
        self.assertEqual([(one["peer"], one["left"]) for one in offers], [("kitchen", True)])
        self.assertIn("here: intercomctl site join kitchen", self.do(attic, "status", code=None))
        self.assertNotEqual(self.digits(attic), digits)
        self.assertIn("add --site", self.do(attic, "site", "join", "kitchen", "--yes", code=2))
        self.assertIn("this station has left that key, which a thief may have",
                      self.do(attic, "site", "join", "kitchen", "--site", digits))
        self.assertEqual(self.digits(attic), digits)
        self.all_up(kitchen, garage, attic)

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
        said = self.do(kitchen, "site", "replace", "garage", "attic", code=2)
        self.assertRegex(said, r"garage was heard [\d.]+s ago; without a terminal to ask at")
        self.assertEqual(self.do(kitchen, "site", "export"), before)
        said = self.do(kitchen, "site", "replace", "garage", "attic", "--yes")
        self.assertNotIn("site join", said)
        wait(lambda: self.is_out(attic, garage), "attic has put it out")

    def test_a_command_that_is_typed_at_once_waits_for_the_list(self):
        kitchen, garage = self.enter("kitchen", "garage")
        self.do(kitchen, "site", "init", "house")
        self.introduce(kitchen, garage, join=())
        garage.wait_for(kitchen)
        self.do(kitchen, "site", "add", "garage")
        self.do(garage, "site", "join", "--site", self.digits(kitchen))
        self.assertEqual(self.do(garage, "peer", "list").split()[5:8:2], ["kitchen", "yes"])
        self.assertIn("this station introduces the site house", self.do(
            kitchen, "site", "join", code=1))


MUTATIONS = (
    # One that has left a key is brought into a site by the peer that settings name.
    ("Sources/Peering/Site/RosterExchange.swift",
     "held == nil && left?.isEmpty != true && introductions != .no ? .ask : introductions",
     "introductions",
     "Return.test_a_key_that_was_left_is_joined_by_its_digits_alone"),
    # The roster is shown to nobody.
    ("Sources/Peering/Site/RosterExchange.swift",
     "peers[number]?.announce(at: now)\n            if before", "if before",
     "Spread.test_a_change_is_everywhere_in_a_moment"),
    # A newer roster is written and not used.
    ("Sources/Intercomd/Loop/ControlLoop+Orders.swift", "beginReload(for: .site)", "_ = site",
     "Spread.test_a_change_is_everywhere_in_a_moment"),
    # A peer that was paired stays when the site puts it out.
    ("Sources/Files/Settings/SitePeers.swift",
     "guard lost.contains(key) else { continue }", "continue",
     "Return.test_a_stolen_introducer_is_out_at_those_that_it_has_paired"),
)
