"""What an observer of the network sees of a talk, by the mode of cover; what each mode costs."""

import time
import unittest

from lab import Scene, SceneTest, sanitizer, wait
from stage import process
from stage.wire import BadNet

SECONDS = 2


def seconds_of(span):
    return (span[1] - span[0]) / 1e9


class Cover(SceneTest):
    def watch(self, cover):
        """Silence, a talk, silence: the spans, and the packets of the talker, as (moment, length).
        """
        with Scene("kitchen", "garage") as scene:
            kitchen, garage = scene.stations
            for one in scene.stations:
                one.sections["talk"] = {"cover": cover, "tail": "0ms"}
                one.watches_heap = True
            badnet = BadNet(scene, kitchen, garage, seed=5)
            scene.introduce(kitchen, garage, via=badnet)
            scene.start()
            kitchen.speak(500)
            # A first talk: both have all they need to know of each other by then.
            with kitchen.talking():
                wait(lambda: garage.hears("kitchen"), "garage hears kitchen")
            time.sleep(3)
            path = badnet.capture()
            spans, ran = [], []
            for talks in (False, True, False):
                before = process.turns(kitchen.pid, "media")[0]
                start = time.monotonic_ns()
                if talks:
                    with kitchen.talking():
                        time.sleep(SECONDS)
                else:
                    time.sleep(SECONDS)
                spans.append((start, time.monotonic_ns()))
                ran.append((process.turns(kitchen.pid, "media")[0] - before)
                           / seconds_of(spans[-1]))
            found = [(at, len(data)) for at, data in badnet.timed(path, kitchen, 16)]
            for one in scene.stations:
                self.assertEqual(one.status()["media"]["heap_calls"],
                                 None if sanitizer.NAME else 0)
            rates = [sum(start <= at < end for at, _ in found) / seconds_of((start, end))
                     for start, end in spans]
            print(f"cover = {cover}: packets a second {rates[0]:.1f} before a talk, {rates[1]:.1f}"
                  f" in it, {rates[2]:.1f} after it; the media thread runs"
                  f" {100 * ran[0]:.2f} %, {100 * ran[1]:.2f} %, {100 * ran[2]:.2f} %")
            return spans, found, rates

    def test_without_cover_all_shows(self):
        spans, found, rates = self.watch("off")
        self.assertLess(rates[0], 5)
        self.assertGreater(rates[1], 50)
        # SPURT_END comes in a rhythm of its own.
        after = [at for at, _ in found if at >= spans[2][0] + 150_000_000]
        self.assertLess(len(after), 20)

    def test_a_tail_hides_the_end(self):
        spans, found, _ = self.watch("spurt")
        self.judge(len({size for _, size in found}) == 1, "one length")
        talk = [at for at, _ in found if at >= spans[1][0]]
        gaps = [(later - at) / 1e6 for at, later in zip(talk, talk[1:])]
        # No gap of the talk's end; what comes later are answers to reports.
        end = next((place for place, gap in enumerate(gaps) if gap > 60), len(gaps))
        self.judge(end > 0.8 * SECONDS * 100, f"broken off after {end} packets")


if __name__ == "__main__":
    unittest.main()
