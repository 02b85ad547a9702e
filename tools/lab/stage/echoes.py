"""The two voices of a duet (stage.duet), and how much of the far one comes back as an echo."""

import numpy

from . import measure, speech, wav
from .duet import AGAIN, DOUBLE, ECHO_LEVEL, END, GOOD, MOVED, NEAR_LEVEL


def voices(number):
    """(far, near): speech, never the same sentence at once; others for each number."""
    skipped = (number * 23) % 60
    both = speech.talk(2 * END + skipped).astype(numpy.float64)[skipped * wav.RATE:]
    half = len(both) // 2
    far, near = (measure.leveled(part, level)
                 for part, level in ((both[:half], ECHO_LEVEL), (both[half:], NEAR_LEVEL)))
    moment = numpy.arange(half) / wav.RATE
    near[(moment < DOUBLE) | (moment >= AGAIN)] = 0
    return far, near


class Heard:
    """What the far one heard, from the first sample he said on, and what the near one said."""

    def __init__(self, samples, near):
        self.samples, self.near = samples.astype(numpy.float64), near

    def level(self, begin, end):
        """dBFS RMS of some seconds."""
        return measure.level(self.samples[int(begin * wav.RATE):int(end * wav.RATE)])

    def voice(self):
        """How much of the near voice is in it, as a ratio."""
        said = found = 0.0
        # Short parts: what a jitter buffer stretches between them does not count as lost.
        part, reach, size = wav.RATE // 4, wav.RATE // 4, 1 << 16
        for begin in range(int((DOUBLE + 0.5) * wav.RATE), int((AGAIN - 1) * wav.RATE), part):
            near = self.near[begin:begin + part]
            heard = self.samples[begin:begin + part + reach]
            product = numpy.fft.irfft(
                numpy.fft.rfft(heard, size) * numpy.conj(numpy.fft.rfft(near, size)), size)
            found += numpy.max(product[:reach])
            said += numpy.dot(near, near)
        return found / said


def gone(without, canceller, begin, end):
    """dB by which a canceller lets the echo of some seconds down."""
    return round(without.level(begin, end) - canceller.level(begin, end), 1)


def gone_by_part(without, canceller):
    """The same of each part of the talk, by name."""
    return {
        "erle_early_db": gone(without, canceller, 2, 5),
        "erle_far_db": gone(without, canceller, 5, DOUBLE),
        "erle_after_double_talk_db": gone(without, canceller, AGAIN + 0.5, MOVED),
        "erle_after_path_change_db": gone(without, canceller, MOVED + 2, END - 0.5),
    }


def recovery(without, canceller):
    """Seconds after the microphone was moved until the echo stays gone; None: it does not."""
    step = 0.25
    last = None
    for part in range(int((END - MOVED - 1) / step)):
        begin = MOVED + 0.1 + part * step
        # Between two words there is no echo to judge by.
        if without.level(begin, begin + 0.5) < ECHO_LEVEL - 15:
            continue
        if gone(without, canceller, begin, begin + 0.5) < GOOD:
            last = begin + 0.5 - MOVED
    return 0.0 if last is None else round(last, 2) if last < END - MOVED - 1 else None


def near_gain(canceller, alone):
    """dB of the near voice in both voices, against the same voice alone."""
    # What is not there at all has a level, too.
    part = max(1e-6, canceller.voice() / alone.voice())
    return round(20 * float(numpy.log10(part)), 1)
