"""A site: one station introduces the others, which take its signed roster and its channels."""

import json
import os
import shutil
import tempfile
import time

import hostile
from lab import listen, wait
from peer import rosters
from sites import SiteTest
from stage.identity import Identity


class ByHand(SiteTest):
    """People carry the roster: nothing of it comes over the network."""

    introductions = "no"

    def test_any_talks_to_any_until_it_is_taken_out(self):
        kitchen, garage, attic = stations = self.enter("kitchen", "garage", "attic")
        roster = self.begin(*stations)
        lines = rosters.verify(roster)
        self.assertEqual([line[1] for line in lines if line[0] == "station"],
                         ["attic", "garage", "kitchen"])
        self.assertEqual(self.found(kitchen), ["attic", "garage"])
        # A station that is in no site joins by the digits of the site's key alone.
        self.assertIn("add --site", self.do(garage, "site", "import", code=2, text=roster))
        self.assertIn("NOT the digits", self.do(
            garage, "site", "import", "--site", "0000 " * 6, code=1, text=roster))
        self.assertEqual(self.found(garage), [])
        for one in (garage, attic):
            self.do(one, "site", "import", "--site", self.digits(kitchen), text=roster)
            self.assertEqual(self.do(one, "site", "export"), roster)
        garage.wait_for(kitchen, attic)
        attic.wait_for(kitchen)
        garage.speak(500)
        attic.record()
        with garage.talking():
            span = listen()
        self.assert_heard(attic.recorded().span(*span), 500)

        # One that is taken out is gone where the newer roster comes, at once.
        self.do(kitchen, "site", "remove", "garage")
        newer = self.do(kitchen, "site", "export")
        self.assertEqual(self.found(kitchen), ["attic"])
        self.assertEqual(self.found(attic), ["garage", "kitchen"])
        self.assertIn("garage is no longer a peer", self.do(attic, "site", "import", text=newer))
        self.assertEqual(self.found(attic), ["kitchen"])
        wait(lambda: not garage.is_with(attic), "garage has no session")
        attic.wait_for(kitchen)
        # The one that was taken out is told, and the old roster brings it back nowhere.
        self.assertIn("not in that roster", self.do(garage, "site", "import", code=1, text=newer))
        self.assertIn("is old", self.do(attic, "site", "import", code=1, text=roster))
        self.assertEqual(self.found(attic), ["kitchen"])
        self.assertIn("it is in use already", self.do(attic, "site", "import", text=newer))

    def test_forged_and_foreign_rosters_change_nothing(self):
        kitchen, garage = self.enter("kitchen", "garage")
        roster = self.begin(kitchen, garage)
        digits = self.digits(kitchen)
        stranger = Identity().text
        forged = roster.replace(kitchen.public_key, stranger)
        self.assertNotEqual(forged, roster)
        for text, words in ((forged, "not signed by its site's key"), (roster[:-9], "is damaged"),
                            ("", "is no roster"), ("x" * 100000, "is no roster"),
                            (roster.replace("station ", "station  "), "is damaged"),
                            (roster.replace("counter 3", "counter 4"), "not signed")):
            self.assertIn(words, self.do(
                garage, "site", "import", "--site", digits, code=1, text=text))
        self.assertEqual(self.found(garage), [])
        self.do(garage, "site", "import", "--site", digits, text=roster)
        # Another site with the same name, by a station that is in none.
        attic, = self.enter("attic")
        other = self.begin(attic, garage)
        self.assertIn("add --site", self.do(garage, "site", "import", code=2, text=other))
        self.assertEqual(self.found(garage), ["kitchen"])
        # Nobody but the introducer changes the site.
        for words in (("site", "add", "x", stranger), ("site", "remove", "kitchen")):
            self.assertIn("this station does not introduce the site house: type this at ",
                          self.do(garage, *words, code=1))
        for words in (("remove", "kitchen"), ("replace", "kitchen", stranger)):
            self.assertIn("is this station", self.do(kitchen, "site", *words, code=1))
        typo = stranger[:-1] + ("r" if stranger.endswith("q") else "q")
        self.assertIn("check letters", self.do(kitchen, "site", "add", "x", typo, code=1))

    def test_peers_that_were_there_stay_as_they_are(self):
        kitchen, garage, attic = self.enter("kitchen", "garage", "attic")
        # By hand, under another name, and a stranger under a name of the site.
        self.do(garage, "peer", "add", "cook", f"127.0.0.1:{kitchen.port}", kitchen.public_key)
        self.do(garage, "peer", "add", "attic", "-", Identity().text)
        # The introducer's own, which needs no key.
        self.do(kitchen, "peer", "add", "attic", f"127.0.0.1:{attic.port}", attic.public_key)
        self.begin(kitchen, garage)
        self.assertIn("unknown peer", self.do(kitchen, "site", "add", "atic", code=1))
        self.do(kitchen, "site", "add", "attic")
        roster = self.do(kitchen, "site", "export")
        self.assertIn(f"station attic {attic.public_key} 127.0.0.1:{attic.port}\n", roster)
        said = self.do(garage, "site", "import", "--site", self.digits(kitchen), text=roster)
        self.assertIn("attic of the site is left out", said)
        self.assertEqual(self.found(garage), ["attic", "cook"])
        wait(lambda: garage.peer("cook")["state"] == "up", "the one by hand talks")
        # What it kept out takes the place of one that is removed, at once.
        said = self.do(garage, "peer", "remove", "attic")
        self.assertIn("if that box is still in use: remove this station there, too", said)
        wait(lambda: self.found(garage) == ["attic", "cook"], "attic of the site is a peer")
        self.assertIn(f":{attic.port}", self.do(garage, "peer", "show", "attic"))
        # Leaving takes nothing that the site has not brought.
        said = self.do(garage, "site", "leave")
        self.assertIn("peers that did not come with it stay: cook (sudo", said)
        self.assertNotIn("also applied", said)
        self.assertEqual(self.found(garage), ["cook"])
        self.assertIn("in no site", self.do(garage, "site", "list"))
        # The one that introduces erases the key, and is asked; from the other it hears no more.
        self.assertIn("say --yes", self.do(kitchen, "site", "leave", code=2))
        self.assertIn("site init house --take-over", self.do(kitchen, "site", "leave", "--yes"))
        self.assertIn("in no site", self.do(kitchen, "site", "list"))
        self.assertFalse(os.path.exists(f"{kitchen.state}/keys/site.key"))

    def test_a_station_of_the_site_that_is_removed_here_stays_out_until_it_is_taken_back(self):
        kitchen, garage, attic = stations = self.enter("kitchen", "garage", "attic")
        # One by hand, and one by the site.
        self.do(garage, "peer", "add", "cook", f"127.0.0.1:{kitchen.port}", kitchen.public_key)
        # Another one has the name that a station has in the site, until it is called otherwise.
        self.do(attic, "peer", "add", "garage", "-", Identity().text)
        roster = self.begin(*stations)
        for one in (garage, attic):
            self.do(one, "site", "import", "--site", self.digits(kitchen), text=roster)
        self.assertEqual(self.found(attic), ["garage", "kitchen"])
        self.do(attic, "peer", "rename", "garage", "barn")
        wait(lambda: self.found(attic) == ["barn", "garage", "kitchen"], "garage is a peer")
        wait(lambda: garage.status()["site"]["introducers"] == ["cook"], "kitchen says so")
        # Of one that was put out nothing more is known.
        for name, site_name, introducer in (
                ("cook", "kitchen", "cook, which"), ("attic", "attic", "the station that")):
            with self.subTest(name):
                wait(lambda name=name: garage.peer(name)["state"] == "up", f"{name} is up")
                key = garage.peer(name)["fingerprint"]
                said = self.do(garage, "peer", "remove", name, code=1)
                self.assertIn(f"site remove {site_name}, at {introducer} introduces", said)
                self.do(garage, *said.partition("itself introduces: sudo intercomctl ")[2].split())
                self.assertEqual(garage.peer(name)["fingerprint"], key)
                self.assertEqual(garage.peer(name)["down_reason"], "revoked")
                self.assertIn("it was put out here", garage.peer(name)["fault"]["text"])
                self.assertIn("put out here already", self.do(
                    garage, "peer", "remove", name, code=1))
                self.assertRegex(self.do(garage, "peer", "list"), rf"(?m)^{name} .* put out ")
                self.assertIn("it was put out here", self.do(garage, "peer", "show", name))
        time.sleep(2)
        # They call still, and are told of as what they are, and as no fault.
        self.assertNotIn("put out", " ".join(garage.problems()))
        self.assertNotRegex(self.do(garage, "doctor", "status", "peers", code=None),
                            r"(?m)^(WARN|FAIL).*(attic|cook)")
        self.assertEqual(garage.status()["callers"], [])
        self.assertNotIn("not verified", self.do(garage, "status", code=None))
        # The next roster, too, leaves them out.
        self.do(kitchen, "site", "channel", "workshop", "garage", "attic")
        roster = self.do(kitchen, "site", "export")
        self.do(garage, "site", "import", text=roster)
        self.assertEqual({peer["name"]: peer["down_reason"] for peer in garage.status()["peers"]},
                         {"cook": "revoked", "attic": "revoked"})
        for name in ("cook", "attic"):
            fix = garage.peer(name)["fault"]["fix"]
            self.do(garage, *fix.removeprefix("to take it back: sudo intercomctl ").split())
            wait(lambda name=name: garage.peer(name)["state"] == "up", f"{name} is back")
        # A key that is in the site, and no peer here, is told by its name.
        self.do(kitchen, "site", "rename", "attic", "loft")
        roster = self.do(kitchen, "site", "export")
        self.do(garage, "site", "leave")
        self.do(garage, "peer", "add", "loft", "-", Identity().text)
        self.do(garage, "site", "import", "--site", self.digits(kitchen), text=roster)
        self.do(attic, "site", "import", text=roster)
        caller = wait(lambda: garage.status()["callers"], "garage tells who calls")[0]
        self.assertEqual((caller["key"], caller["station"]), (attic.public_key, "loft"))
        self.assertIn("loft of the site, no peer here, called from",
                      self.do(garage, "status", code=None))

    def test_root_is_led_nowhere(self):
        for name, words in (("roster", ("init", "house")), ("roster", ("leave",)),
                            ("keys/site.key", ("init", "house")), ("keys/site.key", ("leave",))):
            with self.subTest(name, words=words):
                folder = self.enterContext(tempfile.TemporaryDirectory(prefix="ic-"))
                os.chmod(folder, 0o755)
                world = hostile.World(folder)
                if "init" in words:
                    os.unlink(f"{world.state}/roster")
                    os.unlink(f"{world.state}/keys/site.key")
                path = hostile.link(f"{world.state}/{name}", f"{world.outside}/state/{name}")
                world.guard()
                code, said = world.run("site", *words)
                self.assertEqual(world.harm(), [], said)
                self.assertEqual(code, 1, said)
                self.assertIn(path, said)

    def test_a_backup_of_the_introducer_introduces(self):
        kitchen, garage = self.enter("kitchen", "garage")
        roster = self.begin(kitchen, garage)
        backup = f"{self.scene.folder}/backup"
        shutil.copytree(kitchen.state, backup)
        # What comes after the backup is known to the others alone.
        self.do(kitchen, "site", "add", "attic", Identity().text)
        newer = self.do(kitchen, "site", "export")
        self.do(garage, "site", "import", "--site", self.digits(kitchen), text=newer)
        # A member that it reached would tell it of them.
        garage.stop()
        self.restore(kitchen, backup)
        self.assertEqual(self.do(kitchen, "site", "export"), roster)
        kitchen.begin()
        self.do(kitchen, "site", "add", "cellar", Identity().text)
        other = self.do(kitchen, "site", "export")
        kitchen.stop()
        garage.begin()
        self.assertIn("there are two rosters", self.do(
            garage, "site", "import", code=1, text=other))
        self.assertEqual(self.found(garage), ["attic", "kitchen"])
        # As operate.md says: first it takes back what it had signed.
        self.restore(kitchen, backup)
        kitchen.begin()
        self.do(kitchen, "site", "import", text=newer)
        self.do(kitchen, "site", "remove", "attic")
        self.do(garage, "site", "import", text=self.do(kitchen, "site", "export"))
        self.assertEqual(self.found(garage), ["kitchen"])
        # The control: it is that file by which it introduces.
        os.unlink(f"{kitchen.state}/keys/site.key")
        self.assertIn("does not introduce", self.do(kitchen, "site", "remove", "kitchen", code=1))

    def restore(self, station, backup):
        station.stop()
        shutil.rmtree(station.state)
        shutil.copytree(backup, station.state)


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
        self.assertIn("channel up: attic, garage; the list of the site house is number 5", said)
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
        garage.restart()
        garage.wait_for(kitchen)
        self.assertIn("there is no channel or peer \"up\" now",
                      self.do(garage, "status", code=None))
        self.assertIn("nobody hears you: no peer listens",
                      self.do(garage, "ptt", "down", "up", code=None))
        # And back.
        self.do(kitchen, "site", "channel", "up", "all")
        self.wait_for_channels(garage, {"up": "kitchen, loft"})
        # To leave would leave the button without any meaning, whatever comes.
        said = self.do(garage, "site", "leave", code=1)
        self.assertIn("the button second names the channel up, and without the site this station "
                      "has none of that name", said)
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
        # A station with the name of a channel here is left out.
        self.do(kitchen, "site", "add", "cellar", Identity().text)
        self.follow(garage, kitchen)
        garage.said("cellar of the site is left out")
        # It comes in when its name is free.
        del garage.sections["channel cellar"]
        self.give(garage)
        self.do(kitchen, "site", "remove", "attic")
        wait(lambda: self.found(garage) == ["cellar", "kitchen"], "cellar is in, and attic out")

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
        self.assertIn("does not introduce", self.do(garage, "site", "channel", "up", "all", code=1))
        self.assertEqual(self.do(kitchen, "site", "export"), before)

    def test_a_paired_station_takes_the_place_of_a_dead_one(self):
        kitchen, garage, heir = self.enter("kitchen", "garage", "garage-2")
        self.join(kitchen, garage)
        self.do(kitchen, "site", "channel", "up", "all")
        # Its button for the dead one is for the successor then.
        self.give(kitchen, button_second={"line": "GPIO22", "talk": "garage"})
        garage.stop()
        self.introduce(kitchen, heir, join=())
        said = self.do(kitchen, "site", "replace", "garage", "garage-2", "--yes")
        self.assertIn("replaced garage", said)
        self.assertIn("garage-2 is garage now", said)
        self.assertIn("calls itself otherwise, there: [station] name = garage, then", said)
        self.assertEqual(self.found(kitchen), ["garage"])
        kitchen.wait_for(garage)
        with open(f"{kitchen.state}/peers.d/garage.conf", encoding="utf-8") as file:
            self.assertIn("psk = file:garage.psk", file.read())
        self.assertEqual(sorted(os.listdir(f"{kitchen.state}/keys")),
                         ["garage.psk", "identity", "messages", "site.key"])
        listed = json.loads(self.do(kitchen, "site", "list", "--json"))
        self.assertEqual([(one["name"], one["key"]) for one in listed["stations"]],
                         [("garage", heir.public_key), ("kitchen", kitchen.public_key)])
