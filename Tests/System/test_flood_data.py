"""Data with the index of the session: a slow processor hears the speech through half of what it can
look at; and through far more, where the data come from another address than the peer's.

tools/flood draws the curves.
"""

import unittest

from lab import Scene, SceneTest, longer, wait
from flood.data import ELSEWHERE, KINDS, REACHED, STEADY, Storm, told

REAL = "it sends as many datagrams as a slow processor can look at, and more"

FLOOD = "a flood of packets that peers did not send"


@longer
class FloodOfData(SceneTest):
    def judge_reached(self, found, rate):
        """A flood that this machine could not make says nothing of the station."""
        self.assertGreater(found["sent"], REACHED * rate, f"of {rate:.0f} a second")

    def capacity(self, storm, kind):
        """How many a second garage opens; the flood that shows it is over then, as it has the
        peer's address and costs packets of the peer."""
        capacity, _ = storm.capacity(kind)
        wait(lambda: FLOOD not in "\n".join(storm.garage.status()["problems"]), "it is over")
        return capacity

    def test_a_flood_of_data_that_can_be_opened(self):
        with Scene("kitchen", "garage") as scene:
            storm = Storm(scene)
            calm = storm.heard("garbage", None, seconds=1.5)
            self.assertNotIn(FLOOD, calm["problems"])
            for kind in KINDS:
                rate = self.capacity(storm, kind) / 2
                found = storm.heard(kind, rate, seconds=1.5)
                print(told(kind, found))
                self.judge_reached(found, rate)
                self.assertGreater(found["taken"], rate / 2, "the flood is not as it should be")
                self.assertIn(FLOOD, found["problems"])
                if found["share"] is not None:
                    self.judge(
                        found["share"] > STEADY, f"{kind}: {found['share']:.1%} was heard")

    def test_a_flood_of_data_from_elsewhere_loses_no_packet_of_the_peer(self):
        with Scene("kitchen", "garage") as scene:
            storm = Storm(scene)
            for kind in KINDS:
                capacity = self.capacity(storm, kind)
                found = storm.heard(kind, 5 * capacity, ELSEWHERE, seconds=1.5)
                print(told(kind, found))
                self.judge_reached(found, capacity)
                self.assertGreater(found["strays"], 1000, "all of the flood was read")
                self.assertEqual(found["lost"], 0, "packets of the peer found no room")
                self.assertRegex(found["problems"], f"{FLOOD}.*: talk goes on")
                if found["share"] is not None:
                    self.judge(
                        found["share"] > STEADY, f"{kind}: {found['share']:.1%} was heard")


if __name__ == "__main__":
    unittest.main()
