"""Missing sound is made up by a network where libopus has one, and not else; the status says so."""

import ctypes
import time
import unittest

from lab import Scene, SceneTest, listen, wait
from stage.wire import BadNet

SINCE = (1, 5)


def has_network():
    """Whether this machine's libopus is one that has it, as Debian builds it."""
    version = ctypes.CDLL("libopus.so.0").opus_get_version_string
    version.restype = ctypes.c_char_p
    numbers = version().decode().split()[1].split("-")[0].split(".")
    return tuple(map(int, numbers[:2])) >= SINCE


class Concealment(SceneTest):
    def told(self, station):
        audio = station.status()["audio"]
        return audio["concealment"], audio["concealment_reason"]

    def test_it_is_told_and_follows_a_reload(self):
        with Scene("kitchen") as scene:
            kitchen, = scene.stations
            kitchen.sections["audio"]["concealment"] = "plain"
            scene.start()
            self.assertEqual(self.told(kitchen), ("plain", "as set"))
            kitchen.sections["audio"]["concealment"] = "neural"
            kitchen.reload()
            how, why = self.told(kitchen)
            if has_network():
                self.assertEqual(how, "neural")
                self.assertRegex(why, r"^as set; it takes \d+\.\d\dms of processor time")
            else:
                self.assertEqual(
                    (how, why), ("plain", "this machine's libopus has no network for it"))

    def test_a_talk_that_lost_a_fifth_is_heard_without_a_heap_call(self):
        for wish in ("plain", "neural"):
            with self.subTest(wish), Scene("kitchen", "garage") as scene:
                kitchen, garage = scene.stations
                garage.sections["audio"]["concealment"] = wish
                badnet = BadNet(scene, kitchen, garage, seed=7)
                scene.introduce(kitchen, garage, via=badnet)
                scene.start()
                badnet.do("loss", "both", 20, 3)
                kitchen.speak(500)
                garage.record()
                with kitchen.talking():
                    time.sleep(1)
                    span = listen(4)
                heard = garage.recorded()
                wait(lambda g=garage: g.counters()["concealed_ms"] > 0, "sound was made up")
                self.assert_steady(heard, span, 500, 0.6, f"of a talk concealed by {wish}")
                for one in scene.stations:
                    self.assert_no_heap_calls(one)


if __name__ == "__main__":
    unittest.main()
