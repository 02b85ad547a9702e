"""Recorded first messages by the thousand: speech stays, and a peer that restarts comes in.

tools/flood restarts the peer a hundred times in each round, and looks at the processor, too.
"""

import unittest

from lab import Scene, SceneTest
from flood.run import Flood, complaints, line


class FloodTest(SceneTest):
    def flooded(self, sources):
        with Scene("kitchen", "garage", "office") as scene:
            flood = Flood(scene, 5000)
            flood.start()
            found = flood.round(sources, tries=4)
            print(line(sources, found))
            self.assertEqual(complaints(found), [])

    def test_a_flood_from_one_stranger(self):
        self.flooded(1)

    def test_a_flood_from_a_thousand_addresses(self):
        self.flooded(1000)


if __name__ == "__main__":
    unittest.main()
