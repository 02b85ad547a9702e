"""Recorded first messages by the thousand: speech stays, a peer that restarts comes in. Data with
the index of the session: a slow processor that has time to look at all of it hears the speech; and
if it has not, but the data come from another address than the peer's.

tools/flood restarts the peer a hundred times in each round, and draws the curves for data.
"""

import unittest

from lab import Scene, wait
from flood.data import ELSEWHERE, KINDS, REACHED, STEADY, Storm, told
from flood.run import Flood, complaints, line
from stage.judged import UNJUDGED

FLOOD = "a flood of packets that peers did not send"
RATE = 3000
"""Datagrams a second: fewer than the slow processor opens."""

WAITED = 0.15
"""The share of the time that a control thread may wait for a processor and still be judged."""


class FloodTest(unittest.TestCase):
    def flooded(self, sources):
        with Scene("kitchen", "garage", "office") as scene:
            flood = Flood(scene, 5000)
            flood.start()
            found = flood.round(sources, tries=4)
            print(line(sources, found))
            bad = complaints(found)
            if bad and found["waited"] > WAITED:
                # It is the kernel's queue then that loses what the peer sends.
                self.skipTest(f"{UNJUDGED}, garage's control thread waited for a processor "
                              f"{found['waited']:.0%} of the time: {bad[0]}")
            self.assertEqual(bad, [])

    def test_a_flood_from_one_stranger(self):
        self.flooded(1)

    def test_a_flood_from_a_thousand_addresses(self):
        self.flooded(1000)

    def judge_reached(self, found, rate):
        """A flood that a busy machine could not make says nothing of the station."""
        if found["sent"] < REACHED * rate:
            self.skipTest(f"{UNJUDGED}, {found['sent']:.0f} of {rate:.0f} a second were sent")

    def test_a_flood_of_data_that_can_be_opened(self):
        with Scene("kitchen", "garage") as scene:
            storm = Storm(scene)
            calm = storm.heard("garbage", None, seconds=1.5)
            self.assertNotIn(FLOOD, calm["problems"])
            for kind in KINDS:
                found = storm.heard(kind, RATE, seconds=1.5)
                print(told(kind, found))
                self.judge_reached(found, RATE)
                self.assertGreater(found["taken"], 1000, "the flood is not as it should be")
                self.assertIn(FLOOD, found["problems"])
                if found["share"] is not None:
                    self.assertGreater(found["share"], STEADY)

    def test_a_flood_of_data_from_elsewhere_loses_no_packet_of_the_peer(self):
        with Scene("kitchen", "garage") as scene:
            storm = Storm(scene)
            for kind in KINDS:
                capacity, _ = storm.capacity(kind)
                # That was one from the peer's address, and it costs packets of the peer.
                wait(lambda: FLOOD not in "\n".join(storm.garage.status()["problems"]),
                     "it is over")
                found = storm.heard(kind, 5 * capacity, ELSEWHERE, seconds=1.5)
                print(told(kind, found))
                self.judge_reached(found, capacity)
                self.assertGreater(found["strays"], 1000, "all of the flood was read")
                self.assertEqual(found["lost"], 0, "packets of the peer found no room")
                self.assertRegex(found["problems"], f"{FLOOD}.*: talk goes on")
                if found["share"] is not None:
                    self.assertGreater(found["share"], STEADY)


if __name__ == "__main__":
    unittest.main()
