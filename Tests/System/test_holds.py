"""A network that holds everything back for up to 400 ms, every second: words come through, and no
daemon is brought down."""

import random
import time
import unittest

import numpy
from lab import Scene, SceneTest, test_seed, longer, sound, wait
from stage.wire import BadNet

LONGEST = 0.7
"""Seconds that a word may come late: what is held, and what the buffer adds."""
WINDOW = 0.6
"""Seconds that are compared at once: within them the delay follows the holds little."""


def likeness(said, first, taken, start, stop):
    """How alike is what was said over and over since `first` and what came out, window by window.

    Returns that, and how alike other words are.
    """
    def at_that_time(words):
        place = round((start - first) * 48e-6) % len(words)
        count = round((stop - start) * 48e-6)
        return numpy.tile(words, count // len(words) + 2)[place : place + count]

    heard = taken.span(start, stop + int(LONGEST * 1e9))
    found = [sound.likenesses(at_that_time(words), heard, longest=LONGEST, window=WINDOW)
             for words in (said, sound.syllables(1.5, seed=1 << 31))]
    return [one[:, 0] for one in found]


class Holds(SceneTest):
    def check(self, seconds, seed):
        draw = random.Random(seed)
        with Scene("kitchen", "garage") as scene:
            kitchen, garage = scene.stations
            for one in scene.stations:
                # Both talk at once: what one hears must not turn it down.
                one.sections["audio"]["jitter-max"] = "240ms"
            badnet = BadNet(scene, kitchen, garage, seed=seed)
            scene.introduce(kitchen, garage, via=badnet)
            scene.start()
            alike, other, spurts = [], [], 0
            begin = time.monotonic()
            end = begin + seconds
            while time.monotonic() < end:
                # Words, and long pauses with the microphone open: there the delay grows at once.
                said = sound.syllables(1.5, seed=draw.randrange(1 << 30))
                silent = draw.random() < 0.5
                if not silent:
                    first = kitchen.speak(said)
                garage.record()
                with kitchen.talking(), garage.talking():
                    start = time.monotonic_ns()
                    for _ in range(draw.randrange(3, 9)):
                        badnet.do("pause", "both", draw.randrange(20, 400))
                        time.sleep(1)
                    stop = time.monotonic_ns()
                    time.sleep(LONGEST + 0.1)
                    taken = garage.recorded()
                kitchen.hush()
                if not silent:
                    spurts += 1
                    found = likeness(said, first, taken, start, stop)
                    alike.extend(found[0])
                    other.extend(found[1])
                time.sleep(draw.random())
            lived = time.monotonic() - begin
            for one in scene.stations:
                # The same process since then, whoever may have started another.
                self.assertGreaterEqual(one.status()["uptime_s"], int(lived), one.log)
                self.assertNotIn("in thread", one.log)
            concealed = garage.counters()["concealed_ms"]
            mean, clear = numpy.mean(alike), numpy.mean(numpy.array(alike) > 0.6)
            print(f"{spurts} talkspurts: likeness {mean:.2f}, of other words "
                  f"{numpy.mean(other):.2f}; more than 0.6 in {clear:.0%} of {len(alike)} "
                  f"windows; {concealed} ms concealed")
            self.assertGreater(len(alike), seconds / 4, "too little was said and recorded in time")
            self.judge(mean > 0.75, f"likeness {mean:.2f}")
            self.judge(clear > 0.75, f"words heard in {clear:.0%} of the time")
            self.assertLess(numpy.mean(other), mean - 0.1, "it takes anything for those words")
            self.assertGreater(concealed, 0, "nothing was held for long")
            # When the network is well again, all is heard as before.
            badnet.do("clear", "both")
            wait(lambda: kitchen.is_with("garage") and garage.is_with("kitchen"), "both are up")

    def test_a_network_that_stops_every_second(self):
        self.check(25, seed=5)

    @longer
    def test_ten_minutes_of_it(self):
        self.check(600, seed=test_seed())


if __name__ == "__main__":
    unittest.main()
