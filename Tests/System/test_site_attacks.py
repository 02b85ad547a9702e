"""A site and who means it harm: who gets its roster, a thief of the introducer's key, and who
introduces.
"""

import os
import secrets
import shutil
import time

from lab import SceneTest, wait
from peer import rosters
from peer.live import Live, beside
from peer.primitives import sha256
from peer.records import PART_MAX, record
from sites import SiteTest
from stage.identity import Identity

SITE = "42" * 32


class Harm(SceneTest):
    """A station of the program and two of the second implementation, one of them in its site."""

    introductions = "ask"
    do = SiteTest.do

    def setUp(self):
        self.kitchen, = self.enter("kitchen")
        self.kitchen.sections["site"] = {"introductions": self.introductions}
        self.friend = beside(self.kitchen, "friend", called=False)
        self.other = beside(self.kitchen, "other")
        self.enterContext(Live(self.friend, self.other))
        self.kitchen.begin()
        self.friend.keep_up()
        wait(lambda: self.friend.is_up and self.other.is_up, "both have a session")
        self.stations = [("kitchen", self.kitchen.public_key),
                         ("friend", Identity(self.friend.secret).text)]

    def roster(self, counter, *more, without=()):
        return rosters.make(SITE, counter, [
            one for one in (*self.stations, *more) if one[0] not in without])

    def join(self, counter=5):
        self.do(self.kitchen, "site", "import", "--yes", text=self.roster(counter))

    def held(self):
        return self.kitchen.status()["site"]["number"]

    def show(self, text, counter, peer=None):
        """A peer says that it has this text, and gives the parts that it is asked for."""
        peer, text = peer or self.friend, text.encode()
        known, since = sha256(text)[:8], len(peer.arrivals)
        notice = record("ROSTER", site=rosters.reference(text.decode()), counter=counter,
                        size=len(text), text=known)
        asked, end = set(), time.monotonic() + 4
        told = 0.0
        while time.monotonic() < end:
            if not asked and time.monotonic() - told > 0.5:
                told = time.monotonic()
                peer.send(notice)
            for one in peer.got("ROSTER_ASK", since):
                offset = one.record.fields["offset"]
                if one.record.fields["text"] != known or offset in asked:
                    continue
                asked.add(offset)
                data = text[offset:offset + PART_MAX]
                peer.send(record("ROSTER_PART", text=known, offset=offset, data=data))
            if len(asked) * PART_MAX >= len(text):
                break
            time.sleep(0.01)
        time.sleep(0.3)
        return asked


class Attacks(Harm):
    def test_the_second_implementation_gives_and_gets_a_roster(self):
        self.join()
        newer = self.roster(6, ("attic", Identity().text))
        self.assertTrue(self.show(newer, 6))
        wait(lambda: self.held() == 6, "kitchen has taken it")
        self.assertEqual(self.do(self.kitchen, "site", "export"), newer)
        wait(lambda: "attic" in [one["name"] for one in self.kitchen.status()["peers"]],
             "its station is a peer")
        # And back: kitchen says what it has, and gives it in parts.
        told = wait(lambda: [one.record.fields for one in self.friend.got("ROSTER", 0)
                             if one.record.fields["counter"] == 6], "kitchen tells of it")[0]
        self.assertEqual(told["text"], sha256(newer.encode())[:8])
        self.assertEqual((told["site"], told["size"]), (rosters.reference(newer), len(newer)))
        parts = {}
        for offset in range(0, len(newer), PART_MAX):
            self.friend.send(record("ROSTER_ASK", text=told["text"], offset=offset))
            wait(lambda offset=offset: [
                parts.update({offset: one.record.fields["data"]})
                for one in self.friend.got("ROSTER_PART", 0)
                if one.record.fields["offset"] == offset], "a part comes")
        self.assertEqual(b"".join(parts[one] for one in sorted(parts)).decode(), newer)

    def test_who_is_in_no_roster_gets_none(self):
        self.join()
        wait(lambda: self.friend.got("ROSTER", 0), "friend is told")
        since = len(self.other.arrivals)
        # By its reference, without which nobody would get a part.
        known = self.friend.got("ROSTER", 0)[-1].record.fields["text"]
        self.friend.send(record("ROSTER_ASK", text=known, offset=0))
        wait(lambda: self.friend.got("ROSTER_PART", 0), "friend gets the part")
        self.other.send(record("ROSTER_ASK", text=known, offset=0))
        data = secrets.token_bytes(4)
        self.other.send(record("PING", data=data))
        wait(lambda: self.other.got("PONG", since), "what was asked before is dealt with")
        self.assertEqual(self.other.got("ROSTER_PART", since), [])
        self.assertEqual(self.other.got("ROSTER", 0), [])
        # Nor is what it shows fetched.
        self.assertEqual(self.show(self.roster(9), 9, peer=self.other), set())
        self.assertEqual(self.held(), 5)

    def test_a_fork_and_a_newer_one_without_this_station_are_told(self):
        self.join()
        self.show(self.roster(5, ("stranger", Identity().text)), 5)
        self.kitchen.said("another roster of the same number")
        self.assertEqual(self.held(), 5)
        for again in False, True:
            # Settings that are read again change nothing about it.
            if again:
                self.do(self.kitchen, "reload")
            self.assertIn("another roster of the same number",
                          self.do(self.kitchen, "status", code=None))
        newer = self.roster(6)

        def is_over():
            self.show(newer, 6)
            return self.held() == 6

        wait(is_over, "a newer one ends it", 120)
        self.assertNotIn("another roster", self.do(self.kitchen, "status", code=None))
        self.show(self.roster(8, without=("kitchen",)), 8)
        self.kitchen.said("this station is not in it")
        self.assertEqual(self.held(), 6)


def site(one):
    """The name of the site that a station is in."""
    return one.status()["site"]["name"]


class Changes(SiteTest):
    def test_one_pairing_moves_a_box_to_another_site(self):
        kitchen, garage, office = self.enter("kitchen", "garage", "office")
        self.join(kitchen, garage)
        self.do(office, "site", "init", "work", "--address", f"127.0.0.1:{office.port}")
        self.assertIn("--move", self.do(garage, "pair", "--join", code=1))
        self.assertIn("goes with --join", self.do(garage, "pair", "--move", code=2))
        self.assertIn("introduces the site house", self.do(
            kitchen, "pair", "--join", "--move", code=1))
        self.introduce(office, garage, "--move")
        self.assertEqual(site(garage), "work")
        # The station of the former site is no peer any more.
        wait(lambda: self.found(garage) == ["office"], "garage has left kitchen")
        garage.wait_for(office)
        # Nor does that site get it back, before it is asked to.
        self.do(kitchen, "site", "channel", "up", "all")
        self.assertEqual((site(garage), self.found(garage)), ("work", ["office"]))

    def test_a_site_whose_introducer_is_lost_begins_anew(self):
        kitchen, garage, attic = self.enter("kitchen", "garage", "attic")
        self.assertIn("in no site", self.do(
            garage, "site", "init", "house", "--take-over", code=1))
        self.join(kitchen, garage, attic)
        self.do(kitchen, "site", "channel", "up", "attic,garage")
        wait(lambda: self.number(attic) == self.number(garage) == 5, "all have the channel")
        old = self.digits(kitchen)
        self.assertIn("--take-over", self.do(garage, "site", "init", "home", code=1))
        self.do(garage, "site", "init", "home", "--take-over", "--yes")
        self.assertNotEqual(self.digits(garage), old)
        wait(lambda: garage.status()["site"]["left"] == ["attic", "kitchen"], "they have the old")
        self.assertEqual(garage.status()["site"]["offers"], [])
        # Nobody changes over unasked, and all talk to each other.
        offers = wait(lambda: attic.status()["site"]["offers"], "garage shows its site")
        self.assertEqual([(one["peer"], one["name"], one["stations"]) for one in offers],
                         [("garage", "home", 3)])
        self.assertIn("to switch from house to it: intercomctl site join garage",
                      self.do(attic, "status", code=None))
        self.assertEqual(site(attic), "house")
        self.all_up(kitchen, garage, attic)
        self.assertIn("NOT the digits", self.do(attic, "site", "join", "--site", old, code=1))
        self.assertIn("introduces the site house", self.do(
            kitchen, "site", "join", "garage", "--site", self.digits(garage), code=1))
        # It is not led to a command that is refused there.
        wait(lambda: "garage: offers the site home -> to switch from house to it: sudo intercomctl"
             " site leave, then intercomctl pair --join, and sudo intercomctl pair --join CODE at"
             in self.do(kitchen, "status", code=None), "kitchen tells of it")
        self.assertEqual([one.status()["site"]["introduces"] for one in (kitchen, garage, attic)],
                         [True, True, False])
        self.do(attic, "site", "join", "--site", self.digits(garage))
        self.assertEqual(site(attic), "home")
        self.assertIn("attic, garage", self.do(attic, "site", "list"))
        # What the old key signs counts nothing there, and the thief is put out.
        self.do(kitchen, "site", "remove", "garage")
        self.do(garage, "site", "remove", "kitchen")
        wait(lambda: self.found(attic) == ["garage"], "attic has put kitchen out")
        attic.wait_for(garage)


class Introducer(SiteTest):
    def hand_over(self, one, other):
        """The site's key from one station to another, as a person copies it."""
        shutil.copy(f"{one.state}/keys/site.key", f"{other.state}/keys/site.key")

    def test_another_one_introduces(self):
        kitchen, garage, attic = self.enter("kitchen", "garage", "attic")
        self.join(kitchen, garage)
        adding = ("site", "add", "attic", attic.public_key, "--address", f"127.0.0.1:{attic.port}")
        self.assertIn("does not introduce", self.do(garage, *adding, code=1))
        self.assertNotIn("this station introduces", self.do(garage, "site", "list"))
        # The key of another site signs nothing here.
        self.do(attic, "site", "init", "barn")
        self.hand_over(attic, garage)
        self.do(attic, "site", "leave", "--yes")
        self.assertIn("does not introduce", self.do(garage, *adding, code=1))
        self.hand_over(kitchen, garage)
        self.assertIn("this station introduces", self.do(garage, "site", "list"))
        rivals = "introduce the site: what one changes, the other undoes"
        for one, other in ((kitchen, "garage"), (garage, "kitchen")):
            wait(lambda: f"this station and {other} {rivals}" in self.do(one, "status", code=None),
                 "two introduce")
            said = self.do(one, "status", code=None)
            self.assertIn(f"on this station or {other}, whichever is not to introduce: sudo rm",
                          said)
            self.assertIn("stolen, on another: sudo intercomctl site init house --take-over", said)
        # Each has made another list of one number: the cause is told before what has come of it.
        garage.stop()
        for one, channel in ((kitchen, "up"), (garage, "down")):
            self.do(one, "site", "channel", channel, "all")
        garage.begin()
        kitchen.said("another roster of the same number")
        self.assertIn(rivals, self.do(kitchen, "status", code=None))
        os.unlink(f"{kitchen.state}/keys/site.key")
        self.assertNotIn("this station introduces", self.do(kitchen, "site", "list"))
        self.assertIn("does not introduce", self.do(
            kitchen, "site", "rename", "garage", "loft", code=1))
        wait(lambda: rivals not in self.do(garage, "status", code=None), "one introduces")
        self.do(garage, *adding)
        wait(lambda: "attic" in self.found(kitchen), "kitchen has it from garage")
        self.do(garage, "site", "remove", "kitchen")
        wait(lambda: not kitchen.is_with(garage), "the former one can be taken out")

    def test_a_thief_of_the_key_comes_back_until_the_site_begins_anew(self):
        kitchen, garage, attic = self.enter("kitchen", "garage", "attic")
        self.join(kitchen, garage, attic)
        self.hand_over(kitchen, garage)
        self.do(kitchen, "site", "remove", "garage")
        wait(lambda: "garage" not in self.found(kitchen) + self.found(attic), "it is out")
        # It has not taken that, has the key, and can bring a newer roster to any station.
        for name in ("loft", "attic"):
            self.do(garage, "site", "rename", "attic" if name == "loft" else "loft", name)
        forged = self.do(garage, "site", "export")
        self.do(attic, "site", "import", text=forged)
        wait(lambda: self.found(kitchen) == ["attic", "garage"], "the number alone counts")
        kitchen.said("from attic; a change that was made here since may be undone")
        note = "lately the site house introduced garage -> if none of your own people did"
        self.assertIn(note, self.do(kitchen, "status", code=None))
        # A new key puts it out for good.
        said = self.do(kitchen, "site", "init", "house", "--take-over", "--yes")
        self.assertRegex(said, r"in it, by list \d+ of before: .*garage")
        self.assertIn("lately the site house introduced garage", said)
        self.assertNotIn(note, self.do(kitchen, "status", code=None))
        self.do(kitchen, "site", "remove", "garage")
        wait(lambda: attic.status()["site"]["offers"], "kitchen shows its site")
        self.do(attic, "site", "join", "--site", self.digits(kitchen))
        wait(lambda: self.found(kitchen) + self.found(attic) == ["attic", "kitchen"],
             "it is out at both")
        self.do(garage, "site", "rename", "attic", "loft")
        newer = self.do(garage, "site", "export")
        for one, code, word in ((kitchen, 1, "this station introduces the site house"),
                                (attic, 2, "this station has left that key, which a thief may"
                                           " have; to join the site house, add --site")):
            self.assertIn(word, self.do(one, "site", "import", text=newer, code=code))
        kitchen.wait_for(attic)
        self.assertEqual(self.found(kitchen) + self.found(attic), ["attic", "kitchen"])


MUTATIONS = (
    # Any peer gets the roster.
    ("Sources/Peering/Site/RosterExchange.swift",
     "guard let held, isIn(peer), question.text == held.notice.text,",
     "guard let held, question.text == held.notice.text,",
     "Attacks.test_who_is_in_no_roster_gets_none"),
)
