"""New keys every two seconds while someone talks: not a packet is lost, not a gap is heard."""

import time
import unittest

from lab import Scene, SceneTest, longer, sound, wait
from stage.wire import BadNet

ON_THE_WAY = 30
"""How long a packet travels, in ms: at each switch of keys some are under way."""


class Rekey(SceneTest):
    def check(self, seconds, least, **settings):
        with Scene("kitchen", "garage") as scene:
            kitchen, garage = scene.stations
            for one in scene.stations:
                one.sections["session"] = settings
            badnet = BadNet(scene, kitchen, garage)
            badnet.do("delay", "both", ON_THE_WAY)
            scene.introduce(kitchen, garage, via=badnet)
            scene.start()
            # Simultaneous starts may have cost a packet of a session that was given up.
            missing = kitchen.counters()["packets_sent"] - garage.counters()["packets_opened"]
            kitchen.speak(500)
            ages, rekeys = [0.0], 0
            with kitchen.talking():
                wait(lambda: garage.hears("kitchen"), "garage hears kitchen")
                time.sleep(0.5)
                before = garage.counters()
                garage.record()
                start = time.monotonic_ns()
                while time.monotonic_ns() - start < seconds * 1e9:
                    time.sleep(0.1)
                    ages.append(garage.peer("kitchen")["session_age_s"])
                    rekeys += ages[-1] < ages[-2]
                end = time.monotonic_ns()
                after = garage.counters()
                heard = garage.recorded()
            self.assertGreaterEqual(rekeys, least, "too few rekeys to judge")
            self.assertGreater(after["packets_opened"] - before["packets_opened"], 90 * seconds)
            for name in after:
                if "dropped" in name and not name.startswith("handshake"):
                    self.assertEqual(after[name], before[name], name)
            concealed = after["concealed_ms"] - before["concealed_ms"]
            track = sound.tone_track(heard.span(start, end), 500)
            print(f"{rekeys} rekeys, {concealed} ms concealed, lowest {track.min():.1f} dBFS")
            self.assertEqual(after["frames_lost"], before["frames_lost"])
            self.assert_steady(heard, (start, end), 500, 0.95, "the tone has gaps")
            for one in scene.stations:
                self.assertEqual(one.status()["media"]["heap_calls"], 0, one.name)
            # Nothing was lost: all that was sealed was opened, once it is quiet.
            wait(lambda: kitchen.counters()["packets_sent"] - garage.counters()["packets_opened"]
                 <= missing, "every packet of kitchen is opened at garage")

    def test_by_age_loses_nothing(self):
        self.check(12, 4, **{"rekey-after": "2s"})

    @longer
    def test_by_packets_loses_nothing(self):
        self.check(30, 4, **{"rekey-packets": 300})


if __name__ == "__main__":
    unittest.main()
