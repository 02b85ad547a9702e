"""A site, and a station of it that means harm: the second implementation shows rosters."""

import secrets
import time
import unittest

import rosters
from lab import Scene, SceneTest, wait
from peer.beside import beside
from peer.live import Live
from peer.primitives import sha256
from peer.records import PART_MAX, record
from sites import SiteTest
from stage.identity import Identity

SITE = "42" * 32
OTHER = "43" * 32


def site_of(text):
    """The eight bytes by which stations speak of a site."""
    return sha256(b"intercom/1 site", bytes.fromhex(text.splitlines()[1].split(" ")[2]))[:8]


def signed_as(text, other):
    """A roster under the signature of another one."""
    return text.rpartition("signature ")[0] + "signature " + other.rpartition("signature ")[2]


class Harm(SceneTest):
    """A station of the program and two of the second implementation, one of them in its site."""

    introductions = "ask"
    do = SiteTest.do

    def setUp(self):
        scene = self.enterContext(Scene("kitchen"))
        self.kitchen, = scene.stations
        self.kitchen.sections["site"] = {"introductions": self.introductions}
        self.friend = beside(self.kitchen, "friend", called=False)
        self.other = beside(self.kitchen, "other")
        self.enterContext(Live(self.friend, self.other))
        self.kitchen.start()
        self.kitchen.ready()
        self.friend.keep_up()
        wait(lambda: self.friend.is_up and self.other.is_up, "both have a session")
        self.stations = [("kitchen", self.kitchen.public_key),
                         ("friend", Identity(self.friend.secret).text)]

    def roster(self, counter, *more, secret=SITE, without=()):
        return rosters.make(secret, counter, [
            one for one in (*self.stations, *more) if one[0] not in without])

    def join(self, counter=5):
        self.do(self.kitchen, "site", "import", "--yes", text=self.roster(counter))

    def held(self):
        return self.kitchen.status()["site"]["number"]

    def show(self, text, counter, peer=None, site=None, spoil=None, give=True):
        """A peer says that it has this text, and gives the parts that it is asked for."""
        peer, text = peer or self.friend, text.encode()
        known, since = sha256(text)[:8], len(peer.arrivals)
        notice = record("ROSTER", site=site or site_of(text.decode()), counter=counter,
                        size=len(text), text=known)
        asked, end = set(), time.monotonic() + 4
        told = 0.0
        while time.monotonic() < end:
            if not asked and time.monotonic() - told > 0.5:
                told = time.monotonic()
                peer.send(notice)
            for one in peer.got("ROSTER_ASK", since):
                offset = one.record.fields["offset"]
                if not give or one.record.fields["text"] != known or offset in asked:
                    continue
                asked.add(offset)
                data = text[offset:offset + PART_MAX]
                peer.send(record("ROSTER_PART", text=known, offset=offset,
                                 data=spoil(offset, data) if spoil else data))
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
        self.assertEqual((told["site"], told["size"]), (site_of(newer), len(newer)))
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

    def test_lies_change_nothing(self):
        self.join()
        stranger = ("stranger", Identity().text)
        good = self.roster(6, stranger)
        found = lambda: [one["name"] for one in self.kitchen.status()["peers"]]
        flipped = lambda offset, data: bytes([data[0] ^ (1 if offset == 0 else 0)]) + data[1:]
        cases = {
            "without this station": dict(text=self.roster(8, without=("kitchen",)), counter=8),
            "another key": dict(text=self.roster(6, stranger, secret=OTHER), counter=6,
                                site=site_of(good)),
            "the signature of another": dict(text=signed_as(good, self.roster(6)), counter=6),
            "a flipped bit": dict(text=good, counter=6, spoil=flipped),
            "without a signature": dict(text=good.rpartition("signature")[0], counter=6),
            "another number": dict(text=good, counter=2 ** 64 - 1),
            "an old one": dict(text=self.roster(4, stranger), counter=4),
            "another site": dict(text=self.roster(7, stranger, secret=OTHER), counter=7),
            "nothing of it": dict(text=good, counter=6, give=False),
        }
        for name, case in cases.items():
            with self.subTest(name):
                self.show(**case)
                self.assertEqual(self.held(), 5)
                self.assertNotIn("stranger", found())
        self.kitchen.said("this station is not in it")
        # The control: the same text by one who is honest; and lies have made nobody deaf.
        again = self.roster(9, stranger)
        end = time.monotonic() + 120
        while self.held() != 9 and time.monotonic() < end:
            self.show(again, 9)
        self.assertEqual(self.held(), 9)
        wait(lambda: "stranger" in found(), "it is a peer then")

    def test_a_fork_is_told(self):
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
        # A newer one ends it.
        while self.held() != 6:
            self.show(self.roster(6), 6)
        self.assertNotIn("another roster", self.do(self.kitchen, "status", code=None))

    def test_a_peer_that_settings_name_is_put_out_too(self):
        self.join()
        victim = ("attic", Identity().text)
        self.show(self.roster(6, victim), 6)
        wait(lambda: self.held() == 6, "attic is in")
        path = f"{self.kitchen.etc}/intercomd.conf"
        with open(path, encoding="utf-8") as file:
            text = file.read()
        with open(path, "w", encoding="utf-8") as file:
            file.write(text + "\n[button door]\nline = GPIO22\ntalk = attic\n")
        self.do(self.kitchen, "reload")
        self.show(self.roster(7), 7)
        wait(lambda: self.held() == 7, "attic is out")
        peer = self.kitchen.peer("attic")
        self.assertEqual((peer["state"], peer["down_reason"]), ("down", "revoked"))
        # It comes back by a newer one, and as another station by a successor.
        self.show(self.roster(8, victim), 8)
        wait(lambda: self.kitchen.peer("attic")["down_reason"] != "revoked", "attic is back")
        heir = Identity()
        self.show(self.roster(9, ("attic", heir.text)), 9)
        wait(lambda: heir.text in self.do(self.kitchen, "peer", "list", "--json"),
             "attic has a successor")


class Joins(Harm):
    introductions = "from other"

    def test_the_settings_say_whose_site_is_joined(self):
        stations = [*self.stations, ("other", Identity(self.other.secret).text)]
        mine = rosters.make(SITE, 3, stations)
        # The control first: another peer's is not even fetched.
        self.assertEqual(self.show(mine, 3, peer=self.friend), set())
        self.assertIsNone(self.held())
        self.show(mine, 3, peer=self.other)
        wait(lambda: self.held() == 3, "kitchen has joined")


if __name__ == "__main__":
    unittest.main()
