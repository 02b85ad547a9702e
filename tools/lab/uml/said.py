"""What the people of a scenario will say, written before its guest boots."""

import json
import math

import numpy
from stage import room, sound, wav
from stage.wav import RATE


class Said:
    """Samples for the rooms around the stations: mono, 48 kHz, from `zero` on."""

    def __init__(self, folder):
        self._folder = folder

    def write(self, name, *parts):
        """What is said beside the microphone of a station: the parts, one after the other."""
        samples = numpy.concatenate([numpy.asarray(part, dtype=float) for part in parts])
        samples.round().clip(-32768, 32767).astype("<i2").tofile(self._folder / f"{name}.said")

    def write_round(self, name, part, seconds):
        """The same for a simulated card: one part, round and round for so long."""
        self.write(name, *[part] * math.ceil(seconds * RATE / len(part)))
        wav.write(str(self._folder / f"{name}.said.wav"), part)

    def write_walls(self, *seeds):
        """The walls of as many places as there are seeds, around simulated cards."""
        gains = [room.write(str(self._folder / f"walls{place}.wav"), seed)
                 for place, seed in enumerate(seeds)]
        (self._folder / "walls").write_text(json.dumps(gains))

    @staticmethod
    def silence(seconds):
        """Nothing."""
        return numpy.zeros(round(seconds * RATE))

    @staticmethod
    def tone(hertz, seconds, level=-12.0):
        """A steady tone of `level` dBFS."""
        return sound.tone(hertz, seconds, level)

    @staticmethod
    def syllables(seconds, seed, level=-16.0):
        """Something like speech, the same for the same seed."""
        return sound.syllables(seconds, seed, level)

    @staticmethod
    def noise(seconds, seed, level=-18.0):
        """Noise up to 4 kHz, the same for the same seed: no moment is like another."""
        count = round(seconds * RATE)
        white = numpy.random.default_rng(seed).standard_normal(count)
        spectrum = numpy.fft.rfft(white)
        spectrum[round(4000 * seconds):] = 0
        made = numpy.fft.irfft(spectrum, count)
        return sound.FULL * made * 10 ** (level / 20) / numpy.sqrt(numpy.mean(made**2))
