"""Where losses come in bursts, copies are sent apart.

That random loss is mended, and a narrow network given less to carry, is claimed by the scenario
loss_protection.
"""

import time
import unittest

from lab import Scene, SceneTest, sound, wait
from stage.wire import BadNet


class LossProtection(SceneTest):
    def talk(self, weather, seconds):
        """Kitchen talks through this weather; what both stations say of it after each second."""
        with Scene("kitchen", "garage") as scene:
            kitchen, garage = scene.stations
            badnet = BadNet(scene, kitchen, garage, seed=5)
            scene.introduce(kitchen, garage, via=badnet)
            scene.start()
            said = sound.syllables(seconds + 6, seed=4)
            looks = []
            with kitchen.talking():
                kitchen.speak(said, loop=False)
                wait(lambda: garage.hears("kitchen"), "garage hears kitchen")
                time.sleep(1.5)
                badnet.do(*weather)
                for _ in range(seconds):
                    time.sleep(1)
                    here, there = kitchen.status(), garage.counters()
                    looks.append((here["peers"][0], there))
            return looks

    def concealed(self, looks, since):
        """Percent of the time concealed from that second on, and frames recovered."""
        first, last = looks[since][1], looks[-1][1]
        share = (last["concealed_ms"] - first["concealed_ms"]) / (len(looks) - 1 - since) / 10
        return share, last["frames_recovered"] - first["frames_recovered"]

    def test_bursts_of_loss_are_repaired_by_copies_apart(self):
        looks = self.talk(("loss", "ab", 10, 3), 20)
        share, recovered = self.concealed(looks, 6)
        peer = looks[-1][0]
        print(f"{share:.2f} % concealed, {recovered} frames recovered, {peer}")
        self.assertEqual(peer["redundancy_offset"], 2)
        self.assertGreater(recovered, 50)
        self.judge(share <= 3, f"{share:.2f} % concealed")


if __name__ == "__main__":
    unittest.main()
