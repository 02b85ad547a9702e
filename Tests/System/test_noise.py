"""`status` warns of a noisy microphone, in one line with the remedy, and not of a good one."""

import unittest

import numpy

from lab import Scene, SceneTest, wait
from stage import wav

ADVICE = "microphone: speech is only"
NOISE = -66.0
"""dBFS of the room."""


def talk(snr, seconds=16.0):
    """Sentences of 1.6 s with pauses of 0.8 s, so many dB above the noise of the room."""
    moment = numpy.arange(int(seconds * wav.RATE)) / wav.RATE
    pitch = 140 + 20 * numpy.sin(2 * numpy.pi * 0.7 * moment)
    phase = 2 * numpy.pi * numpy.cumsum(pitch) / wav.RATE
    voice = sum(numpy.sin(harmonic * phase) / harmonic for harmonic in range(1, 13))
    said = moment % 2.4 < 1.6
    voice *= 32768 * 10 ** ((NOISE + snr) / 20) / numpy.sqrt(numpy.mean(voice**2))
    noise = numpy.random.default_rng(1).standard_normal(len(moment))
    return voice * said + noise * 32768 * 10 ** (NOISE / 20)


class Noise(SceneTest):
    def test_38_db_are_said_and_42_are_not(self):
        with Scene("kitchen", "garage") as scene:
            noisy, good = scene.stations
            # Before the daemons listen: a card without any noise is no room.
            for one, snr in ((noisy, 38), (good, 42)):
                one.speak(talk(snr))
            scene.start()
            for one, snr in ((noisy, 38), (good, 42)):
                # The first sentences are too few: it comes nearer for some 20 s.
                wait(lambda one=one, snr=snr: abs(
                    (one.status()["microphone"]["snr_db"] or 0) - snr) < 2,
                     f"{one} knows its noise", 60)
            lines = noisy.ctl("status")[1].splitlines()
            self.assertEqual([line for line in lines if ADVICE in line], [
                line for line in lines if line.startswith("* microphone: speech is only 3")])
            self.assertEqual(sum(ADVICE in line for line in lines), 1)
            self.assertNotIn(ADVICE, good.ctl("status")[1])


if __name__ == "__main__":
    unittest.main()
