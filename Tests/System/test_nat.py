"""Two stations behind any two kinds of routers: they meet, directly wherever a path of their own
exists, else by a third station; which is so is the table of docs/paths.md.
"""

import itertools
import shutil
import time
import unittest
from types import SimpleNamespace

from beyond import Beyond
from examples import read
from lab import longer, wait
from stage import judge
from stage.measure import Sound
from stage.namespace import is_allowed
from stage.speech import talk

KINDS = ("open", "router", "double", "firewall", "symmetric", "narrow")
STRICT = {"router", "double", "firewall"}
"""They let in only what comes from where something went."""
MEET_S = 60
"""Until they have met, and have found the best path."""
SPEECH_S = 16
LATER_MS = 5
PESQ = 4.2


def path(*kinds):
    """The best path that there is."""
    if "narrow" in kinds:
        return "forwarded"
    # Where each of the two packets meets a port that the other side does not expect.
    strict = STRICT.issuperset(set(kinds) - {"symmetric"})
    return "forwarded" if "symmetric" in kinds and strict else "direct"


@unittest.skipUnless(is_allowed() and shutil.which("mosquitto") and shutil.which("nft"),
                     "needs root, mosquitto and nftables")
class Nat(Beyond):
    def meet(self, *kinds):
        """Two stations, and the path that each says it has in the end."""
        kitchen, cabin, relay = self.enter(
            "kitchen", "cabin", "relay", outside=("relay",), kinds={
                name: "router" if kind == "narrow" else kind
                for name, kind in zip(("kitchen", "cabin"), kinds)})
        relay.sections["audio"] = {"input": "none", "output": "none"}
        relay.sections["forward"] = {"for": "kitchen, cabin"}
        where = self.places["relay"].address
        for one, kind in zip((kitchen, cabin), kinds):
            one.sections["talk"] = {"preroll": "60ms"}
            one.write_peer("relay", relay.public_key, f"{where}:{relay.port}")
            if kind == "narrow":
                self.houses[one.name].narrow(where)
        self.broker.start()
        self.start(kitchen, cabin, relay)
        expected = path(*kinds)
        for one, peer in ((kitchen, "cabin"), (cabin, "kitchen")):
            wait(lambda one=one, peer=peer: one.peer(peer)["state"] == "up" and
                 one.peer(peer)["path"] == expected, f"{one} reaches {peer}: {expected}", MEET_S)
        self.assert_talk(kitchen, cabin)
        self.assert_talk(cabin, kitchen, 700)
        return kitchen, cabin

    def judged(self, *kinds):
        """How well, and how late, speech is heard between two."""
        kitchen, cabin = self.meet(*kinds)
        speech = talk(SPEECH_S)
        cabin.record()
        said = Sound(speech, kitchen.speak(speech, loop=False))
        pressed = kitchen.press()
        # The words after the end of the speech are its beginning.
        time.sleep(SPEECH_S - 0.5)
        released = kitchen.release()
        time.sleep(0.5)
        heard = cabin.recorded()
        found = judge.verdict(
            SimpleNamespace(said=said, heard=Sound(heard.samples, heard.first_ns)),
            pressed, released)
        print(f"{kinds}: {found}")
        self.doCleanups()
        return found

    @longer
    def test_the_third_station_costs_no_sound_and_little_time(self):
        direct = self.judged("router", "router")
        passed_on = self.judged("symmetric", "symmetric")
        # The way to the third station takes no time here.
        self.assertLessEqual(passed_on.delay_ms, direct.delay_ms + LATER_MS)
        for found in (direct, passed_on):
            self.assertGreater(found.recognised, 0.9)
            if found.pesq is not None:
                self.assertGreaterEqual(found.pesq, PESQ)

    @longer
    def test_any_two_meet(self):
        for kinds in itertools.combinations_with_replacement(KINDS, 2):
            with self.subTest(kinds):
                self.meet(*kinds)
                self.doCleanups()

    def test_the_table_says_what_is_so(self):
        table = [line.strip("| ").split(" | ") for line in read(
            "docs/paths.md").splitlines() if line.startswith("|")]
        names = [row[0] for row in table[2:]]
        self.assertEqual(len(names), len(KINDS))
        for row, kind in zip(table[2:], KINDS):
            for cell, other in zip(row[1:], KINDS):
                self.assertEqual(cell, {"direct": "direct", "forwarded": "third"}[
                    path(kind, other)], (row[0], other))
