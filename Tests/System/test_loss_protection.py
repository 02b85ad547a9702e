"""Lost packets are made up for by copies, and a narrow network is given less to carry."""

import time
import unittest

from lab import Scene, SceneTest, sound, wait
from stage.wire import BadNet


class LossProtection(SceneTest):
    def talk(self, weather, seconds, clears=False):
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
                    looks.append((here["peers"][0], here["microphone"]["bitrate"], there))
            return looks

    def concealed(self, looks, since):
        """Percent of the time concealed from that second on, and frames recovered."""
        first, last = looks[since][2], looks[-1][2]
        share = (last["concealed_ms"] - first["concealed_ms"]) / (len(looks) - 1 - since) / 10
        return share, last["frames_recovered"] - first["frames_recovered"]

    def test_random_loss_is_repaired(self):
        looks = self.talk(("loss", "ab", 10, 1.1), 16)
        share, recovered = self.concealed(looks, 5)
        depths = [peer["redundancy_depth"] for peer, _, _ in looks]
        print(f"{share:.2f} % concealed, {recovered} frames recovered, depths {depths}")
        self.assertGreaterEqual(depths[4], 2)
        self.assertGreater(recovered, 50)
        self.judge(share <= 0.5, f"{share:.2f} % concealed")

    def test_bursts_of_loss_are_repaired_by_copies_apart(self):
        looks = self.talk(("loss", "ab", 10, 3), 20)
        share, recovered = self.concealed(looks, 6)
        peer = looks[-1][0]
        print(f"{share:.2f} % concealed, {recovered} frames recovered, {peer}")
        self.assertEqual(peer["redundancy_offset"], 2)
        self.assertGreater(recovered, 50)
        self.judge(share <= 3, f"{share:.2f} % concealed")

    def test_without_loss_nothing_is_repeated(self):
        looks = self.talk(("delay", "ab", 5), 5)
        depth = max(peer["redundancy_depth"] for peer, _, _ in looks)
        self.judge_in_time(depth == 0, f"{depth} copies")
        recovered = looks[-1][2]["frames_recovered"]
        self.judge_in_time(recovered == 0, f"{recovered} frames recovered")

    def test_a_narrow_network_gets_fewer_bits_and_no_copies(self):
        # 92 kbit/s do not fit: a queue of 200 ms fills up, and what comes then is lost.
        looks = self.talk(("rate", "ab", 80, 200), 12)
        print([(peer["redundancy_depth"], peer["narrow"], rate, peer["rtt_ms"])
               for peer, rate, _ in looks])
        depth, bitrate = max(peer["redundancy_depth"] for peer, _, _ in looks), looks[-1][1]
        self.judge_in_time(depth == 0, f"{depth} copies")
        self.judge_in_time(looks[-1][0]["narrow"], "it is not told to be narrow")
        self.judge_in_time(bitrate < 32_000, f"{bitrate} bit/s")


if __name__ == "__main__":
    unittest.main()
