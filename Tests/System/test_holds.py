"""A network that holds everything back for up to 400 ms, every second: words come through, and no
daemon is brought down."""

import random
import time
import unittest

from lab import Scene, SceneTest, longer, sound, wait
from wire import Relay


class Holds(SceneTest):
    def check(self, seconds, seed):
        draw = random.Random(seed)
        print(f"seed {seed}")
        with Scene("kitchen", "garage") as scene:
            kitchen, garage = scene.stations
            for one in scene.stations:
                # Both talk at once: what one hears must not turn it down.
                one.sections["audio"]["jitter-max"] = "240ms"
            relay = Relay(scene, kitchen, garage, seed=seed)
            scene.introduce(kitchen, garage, via=relay)
            scene.start()
            pids = [one.pid for one in scene.stations]
            heard = loud = 0
            end = time.monotonic() + seconds
            while time.monotonic() < end:
                # Words, and long pauses with the microphone open: there the delay grows at once.
                said = sound.syllables(1.5, seed=draw.randrange(1 << 30))
                silent = draw.random() < 0.5
                if not silent:
                    kitchen.speak(said)
                garage.record()
                with kitchen.talking(), garage.talking():
                    start = time.monotonic_ns()
                    for _ in range(draw.randrange(3, 9)):
                        relay.do("pause", "both", draw.randrange(20, 400))
                        time.sleep(1)
                    stop = time.monotonic_ns()
                    took = garage.recorded().span(start, stop)
                kitchen.hush()
                if not silent:
                    heard += 1
                    loud += sound.envelope(took, 1.0).max() > 300
                time.sleep(draw.random())
            for one, pid in zip(scene.stations, pids):
                self.assertEqual(one.pid, pid)
                self.assertTrue(one.is_up(), one.log)
                self.assertNotIn("in thread", one.log)
            concealed = garage.counters()["concealed_ms"]
            print(f"words heard in {loud} of {heard} talkspurts, {concealed} ms concealed")
            self.assertGreater(heard, 0)
            self.judge_in_time(loud == heard, f"words heard in {loud} of {heard} talkspurts")
            self.assertGreater(concealed, 0, "nothing was held for long")
            # When the network is well again, all is heard as before.
            relay.do("clear", "both")
            wait(lambda: kitchen.is_with("garage") and garage.is_with("kitchen"), "both are up")

    def test_a_network_that_stops_every_second(self):
        self.check(25, seed=5)

    @longer
    def test_ten_minutes_of_it(self):
        self.check(600, seed=random.SystemRandom().randrange(1 << 30))


if __name__ == "__main__":
    unittest.main()
