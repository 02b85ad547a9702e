"""The psks that stations of a site make by themselves: who has them, who insists on them."""

import os
import unittest

import rosters
from lab import Scene, SceneTest, wait
from peer.beside import beside
from peer.live import Live
from peer.primitives import sha256
from peer.records import record
from sites import SiteTest
from stage.identity import Identity


def stem(one):
    """How a file of a psk with this station begins: with its public key."""
    return one.public_key.split(":")[1]


def pair_files(one):
    """What a station has of such psks, by the names of the files."""
    found = {}
    for name in os.listdir(f"{one.state}/keys"):
        if name.endswith(".psk"):
            with open(f"{one.state}/keys/{name}", encoding="utf-8") as file:
                found[name] = file.read()
    return found


class Psks(SiteTest):
    def await_psk(self, *stations):
        for one in stations:
            for other in stations:
                if other is not one:
                    wait(lambda one=one, other=other: one.peer(other.name)["psk"],
                         f"{one.name} has a psk with {other.name}")

    def test_each_two_make_one_that_nobody_else_has(self):
        kitchen, garage, attic = stations = self.enter("kitchen", "garage", "attic")
        self.join(*stations)
        self.await_psk(*stations)
        files = {one.name: pair_files(one) for one in stations}
        for one in stations:
            for other in stations:
                if one is other:
                    continue
                with self.subTest(one.name, other=other.name):
                    mine = files[one.name].pop(f"{stem(other)}.psk")
                    theirs = pair_files(other)[f"{stem(one)}.psk"]
                    self.assertEqual(mine, theirs)
                    self.assertRegex(mine, r"\A[0-9a-f]{64}\n\Z")
                    third, = (item for item in stations if item not in (one, other))
                    self.assertNotIn(mine, pair_files(third).values())
                    for each in stations:
                        self.assertNotIn(mine.strip(), each.log)
            # Nothing waits any more.
            self.assertEqual(files[one.name], {})
        garage.said("a psk of their own")
        for name in (f"{garage.state}/keys/{file}" for file in pair_files(garage)):
            self.assertEqual(os.stat(name).st_mode & 0o777, 0o600)

        # A restart keeps them, and so does another name.
        before = pair_files(garage)
        garage.stop()
        garage.start()
        garage.ready()
        self.do(attic, "peer", "rename", "garage", "carport")
        wait(lambda: attic.peer("carport")["state"] == "up", "it is up under the other name")
        garage.wait_for(kitchen, attic)
        self.assertTrue(attic.peer("carport")["psk"])
        self.assertEqual(pair_files(garage), before)

        # One that is taken out leaves none.
        self.do(kitchen, "site", "remove", "garage")
        wait(lambda: "carport" not in self.found(attic), "attic has put garage out")
        for one in (kitchen, attic):
            self.assertFalse([name for name in pair_files(one) if stem(garage) in name])
        self.assertEqual(len(pair_files(attic)), 1)
        self.assertTrue(attic.peer("kitchen")["psk"])

    def test_one_that_has_lost_them_comes_back_when_it_is_renewed(self):
        kitchen, garage, attic = stations = self.enter("kitchen", "garage", "attic")
        self.join(*stations)
        self.await_psk(*stations)
        before = pair_files(garage)
        kept = pair_files(attic)[f"{stem(kitchen)}.psk"]
        garage.stop()
        for name in before:
            os.remove(f"{garage.state}/keys/{name}")
        garage.start()
        garage.ready()
        for one in (kitchen, attic):
            wait(lambda one=one: one.peer("garage")["down_reason"] == "psk",
                 f"{one.name} demands the psk", 30)
            self.assertIn("site renew", one.peer("garage")["down_fix"])
        self.assertFalse(garage.is_with(kitchen) or garage.is_with(attic))
        self.assertIn("begin anew with garage", self.do(kitchen, "site", "renew", "garage"))
        garage.wait_for(kitchen, attic)
        self.await_psk(*stations)
        wait(lambda: self.number(garage) == self.number(kitchen), "garage has the roster")
        after = pair_files(garage)
        self.assertEqual(set(after), set(before))
        self.assertFalse(set(after.values()) & set(before.values()))
        # The others have kept theirs.
        self.assertEqual(pair_files(attic)[f"{stem(kitchen)}.psk"], kept)
        # One that needs none loses none.
        own = pair_files(attic)
        self.do(kitchen, "site", "renew", "attic")
        wait(lambda: self.number(attic) == self.number(garage) == self.number(kitchen),
             "all have the roster")
        garage.wait_for(kitchen, attic)
        self.await_psk(*stations)
        wait(lambda: (pair_files(garage), pair_files(attic)) == (after, own), "all are in use")
        self.assertIn("unknown station", self.do(kitchen, "site", "renew", "cellar", code=1))
        self.assertIn("introduces no site", self.do(attic, "site", "renew", "garage", code=1))

    def test_one_that_leaves_insists_on_none_and_finds_them_again(self):
        kitchen, garage = self.enter("kitchen", "garage")
        self.join(kitchen, garage)
        self.await_psk(kitchen, garage)
        before = pair_files(garage)
        roster = self.do(kitchen, "site", "export")
        self.do(garage, "site", "leave")
        self.assertEqual([name.split(".", 1)[1] for name in pair_files(garage)], ["next.psk"])
        self.do(garage, "site", "import", "--site", self.digits(kitchen), text=roster)
        garage.wait_for(kitchen)
        self.await_psk(kitchen, garage)
        self.assertEqual(pair_files(garage), before)


class OfAnotherProgram(SceneTest):
    """The second implementation is in the site: it makes the same psk, from the page alone."""

    do = SiteTest.do

    def setUp(self):
        scene = self.enterContext(Scene("kitchen"))
        self.kitchen, = scene.stations
        self.friend = beside(self.kitchen, "friend", called=False)
        self.kitchen.start()
        self.kitchen.ready()
        self.do(self.kitchen, "site", "import", "--yes", text=rosters.make("42" * 32, 5, [
            ("kitchen", self.kitchen.public_key), ("friend", Identity(self.friend.secret).text)]))
        self.enterContext(Live(self.friend))

    def told(self, since=0):
        """What the station says to have on its disk."""
        wait(lambda: self.friend.got("PSK_READY", since), "kitchen has one on its disk")
        return self.friend.got("PSK_READY", since)[-1].record.fields["psk"]

    def made(self):
        return self.friend.slots.current.keys.site_psk(self.friend.public, self.friend.other)

    def call(self, psk, *, seconds=20):
        """A session by this psk takes the place of the one in use."""
        self.friend.psk, before = psk, self.friend.slots.current
        self.friend.initiate()
        wait(lambda: self.friend.slots.current is not before, "there is another session", seconds)

    def test_it_makes_the_same_and_nothing_else_is_accepted_then(self):
        friend = self.friend
        friend.initiate()
        wait(lambda: friend.is_up, "they have a session")
        psk = self.made()
        ready = sha256(b"intercom/1 site psk ready", psk)[:8]
        self.assertEqual(self.told(), ready)
        self.assertFalse(self.kitchen.peer("friend")["psk"])
        # Until it is in use, both are accepted; and one of another session gives way to this one's.
        self.call(None)
        self.assertEqual(self.told(len(friend.arrivals)), ready)
        since = len(friend.arrivals)
        friend.send(record("PSK_READY", psk=b"another!"))
        wait(lambda: any(one.record.fields["psk"] != ready
                         for one in friend.got("PSK_READY", since)), "kitchen has this session's")
        psk = self.made()
        self.assertEqual(self.told(since), sha256(b"intercom/1 site psk ready", psk)[:8])
        self.call(psk)
        wait(lambda: self.kitchen.peer("friend")["psk"], "it is in use")
        self.assertEqual(pair_files(self.kitchen), {
            f"{Identity(friend.secret).text.split(':')[1]}.psk": f"{psk.hex()}\n"})
        for other in (None, bytes(31) + b"1"):
            with self.assertRaises(AssertionError):
                self.call(other, seconds=4)
        self.call(psk)

    def test_one_that_makes_none_is_talked_to_all_the_same(self):
        self.friend.initiate()
        wait(lambda: self.friend.is_up, "they have a session")
        self.told()
        for _ in range(2):
            self.call(None)
        self.kitchen.stop()
        self.kitchen.start()
        self.kitchen.ready()
        self.call(None)
        self.assertFalse(self.kitchen.peer("friend")["psk"])


if __name__ == "__main__":
    unittest.main()
