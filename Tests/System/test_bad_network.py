"""Ten per cent loss, jitter, reordering and duplicates: speech is heard, and not much later."""

import time
import unittest

import numpy
from lab import Scene, SceneTest, longer, measure, sound, wait, wav
from stage.wire import M1, M2, M3, BadNet


class BadNetwork(SceneTest):
    def check(self, seconds, least, *weather):
        with Scene("kitchen", "garage") as scene:
            kitchen, garage = scene.stations
            badnet = BadNet(scene, kitchen, garage, seed=7)
            scene.introduce(kitchen, garage, via=badnet)
            scene.start()
            for words in weather:
                badnet.do(*words)
            said = sound.syllables(seconds, seed=11)
            garage.record()
            with kitchen.talking():
                time.sleep(0.5)
                start = kitchen.speak(said, loop=False)
                end = start + int((seconds + 0.8) * 1e9)
                wait(lambda: time.monotonic_ns() >= end, "all was said", seconds + 20)
            recording = garage.recorded()
            heard = recording.span(start, end)
            count = badnet.sent_by(kitchen)
            found = sound.likenesses(said, heard)
            self.assertGreater(len(found), seconds / 3, "too little was said and recorded in time")
            likeness, delay = found[:, 0].mean(), numpy.median(found[:, 1])
            other = sound.likenesses(sound.syllables(seconds, seed=12), heard)[:, 0].mean()
            gain = measure.level(heard[: int(wav.RATE * seconds)]) - measure.level(said)
            counters = garage.counters()
            lost, concealed = counters["frames_lost"], counters["concealed_ms"]
            repaired = counters["frames_recovered"]
            print(f"lost {count['lost']} of {count['received']}: {lost} frames lost, "
                  f"{repaired} brought by copies, {concealed} ms concealed; "
                  f"likeness {likeness:.2f}, of other speech {other:.2f}; "
                  f"{found[:, 1].min() * 1000:.0f} to "
                  f"{found[:, 1].max() * 1000:.0f} ms, {gain:+.1f} dB")
            self.judge(likeness > least, f"likeness {likeness:.2f}, not more than {least}")
            self.assertLess(other, least - 0.1, "the measure takes anything for that speech")
            self.judge(0 < delay < 0.44, f"it came {delay * 1000:.0f} ms later")
            self.judge(abs(gain) < 4, f"it came with {gain:+.1f} dB")
            self.assertGreater(lost + repaired, count["lost"] // 2)
            self.assertLess(lost, 2 * count["lost"])
            self.assertGreater(concealed, 0)
            # It calms down when the weather does.
            badnet.do("clear", "both")
            wait(lambda: kitchen.is_with("garage") and garage.is_with("kitchen"), "both are up")
            return count

    def test_loss_jitter_reordering_and_duplicates(self):
        count = self.check(
            6, 0.75, ("loss", "both", 10, 1.5), ("delay", "both", 20, 40),
            ("reorder", "both", 5, 30), ("duplicate", "both", 5))
        for what in ("lost", "reordered", "duplicated"):
            self.assertGreater(count[what], 10, what)

    @longer
    def test_bursts_of_loss(self):
        self.check(20, 0.7, ("loss", "both", 10, 4), ("delay", "both", 30, 60))

    def test_a_handshake_gets_through_one_third_loss(self):
        with Scene("kitchen", "garage") as scene:
            kitchen, garage = scene.stations
            badnet = BadNet(scene, kitchen, garage, seed=3)
            badnet.do("loss", "both", 33, 1)
            badnet.do("reorder", "both", 20, 20)
            badnet.do("duplicate", "both", 20)
            scene.introduce(kitchen, garage, via=badnet)
            scene.start()
            with kitchen.talking():
                wait(lambda: garage.hears("kitchen"), "garage hears kitchen")
            self.assertGreater(badnet.sent_by(kitchen)["lost"], 0)

    def test_a_flipped_bit_on_the_way_costs_one_attempt(self):
        with Scene("kitchen", "garage") as scene:
            kitchen, garage = scene.stations
            badnet = BadNet(scene, kitchen, garage)
            # The first M1 and the first M2 come to nothing; M3 is repeated anyway.
            badnet.do("corrupt", badnet.way(kitchen), M1, 500, 3, 1)
            badnet.do("corrupt", badnet.way(garage), M2, 700, 5, 1)
            kitchen.knows(garage, badnet.port_for(kitchen))
            garage.knows(kitchen, calls=False)
            scene.start(together=False)
            wait(lambda: badnet.sent_by(garage)["corrupted"], "an M1 got through")
            badnet.do("corrupt", badnet.way(kitchen), M3, 60, 1, 1)
            scene.together()
            counts = [badnet.sent_by(one)["corrupted"] for one in scene.stations]
            self.assertEqual(counts, [2, 1])


if __name__ == "__main__":
    unittest.main()
