"""What two recordings say about the way between them."""

import numpy

from .wav import RATE


class Sound:
    """Samples with the moment of the first one, in ns of CLOCK_MONOTONIC."""

    def __init__(self, samples, first_ns):
        self.samples = numpy.asarray(samples, dtype=numpy.float64)
        self.first_ns = first_ns

    def index(self, moment_ns):
        """The sample that sounds at a moment; may lie outside."""
        return int(round((moment_ns - self.first_ns) * RATE / 1e9))

    def moment(self, index):
        """The moment a sample sounds."""
        return self.first_ns + int(round(index * 1e9 / RATE))

    def span(self, from_ns, to_ns):
        """The samples between two moments, with silence where there are none."""
        start, end = self.index(from_ns), self.index(to_ns)
        part = numpy.zeros(max(0, end - start))
        low, high = max(0, start), min(len(self.samples), end)
        if high > low:
            part[low - start:high - start] = self.samples[low:high]
        return part


def energy(samples):
    """The sum of squares."""
    return float(numpy.sum(numpy.square(numpy.asarray(samples, dtype=numpy.float64))))


def level(samples):
    """The mean level in dB of full scale; -120 for silence."""
    samples = numpy.asarray(samples, dtype=numpy.float64)
    if len(samples) == 0:
        return -120.0
    power = energy(samples) / len(samples) / 32768**2
    return max(-120.0, 10 * float(numpy.log10(power))) if power > 0 else -120.0


def leveled(samples, wanted):
    """The same sound at another level, in dB of full scale."""
    return samples * 10 ** ((wanted - level(samples)) / 20)


def correlations(pattern, sound):
    """The normalised correlation of a pattern with each place of a longer sound."""
    (_, found), = likenesses({None: pattern}, sound)
    return found


def likenesses(patterns, sound):
    """(name, `correlations`) of each pattern that is no longer than the sound."""
    size = 1 << int(numpy.ceil(numpy.log2(max(map(len, patterns.values())) + len(sound))))
    spectrum = numpy.fft.rfft(sound, size)
    sums = numpy.concatenate(([0.0], numpy.cumsum(numpy.square(sound))))
    for name, pattern in patterns.items():
        places = len(sound) - len(pattern) + 1
        if places < 1:
            continue
        dots = numpy.fft.irfft(spectrum * numpy.conj(numpy.fft.rfft(pattern, size)), size)[:places]
        energies = (sums[len(pattern):] - sums[:-len(pattern)])[:places]
        norm = numpy.sqrt(numpy.maximum(energies, 1e-9) * max(energy(pattern), 1e-9))
        yield name, dots / norm


def delay(said, heard, at_ns, seconds=0.5, longest_ms=400):
    """(delay in ms, correlation) of what was said from a moment on; None when it is silence.

    The best place within `longest_ms` is refined between samples by a parabola.
    """
    end_ns = at_ns + int(seconds * 1e9)
    pattern = said.span(at_ns, end_ns)
    if level(pattern) < -60:
        return None
    sound = heard.span(at_ns, end_ns + longest_ms * 1_000_000)
    likeness = correlations(pattern, sound)
    best = int(numpy.argmax(likeness))
    place = float(best)
    if 0 < best < len(likeness) - 1:
        left, middle, right = likeness[best - 1:best + 2]
        curve = left - 2 * middle + right
        if curve < 0:
            place += 0.5 * (left - right) / curve
    return place * 1000 / RATE, float(likeness[best])


def windows(said, heard, from_ns, to_ns, step=0.25, seconds=0.5, least=0.6):
    """The delays in ms of windows in a span that have sound; None where not recognised."""
    found, at_ns = [], from_ns
    while at_ns + int(seconds * 1e9) <= to_ns:
        result = delay(said, heard, at_ns, seconds)
        if result is not None:
            found.append(result[0] if result[1] >= least else None)
        at_ns += int(step * 1e9)
    return found


def known(found):
    """The delays of the windows that were recognised."""
    return [delay for delay in found if delay is not None]


def delays(said, heard, from_ns, to_ns, **more):
    """The delays in ms of windows in a span, those that were recognised at all."""
    return known(windows(said, heard, from_ns, to_ns, **more))
