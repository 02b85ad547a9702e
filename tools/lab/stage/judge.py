"""What judges a talk, and proves first that it can say no.

Speech is judged in chunks of 8 s, each shifted by its own delay: what a jitter buffer moves between
two of them is delay, not damage.
"""

import json
import os
import statistics
import tempfile
from typing import NamedTuple

import numpy

from . import measure, place, process, score, wav
from .measure import Sound

CHUNK = score.CHUNK
SCORER = os.path.join(place.ROOT, ".build", "scorer")
LEAST = 0.5
"""Less alike than this, a window was not recognised, and has no delay."""


def scorer():
    """The scorer's python, when somebody installed it; or None."""
    path = os.path.join(SCORER, "bin", "python")
    return path if os.path.exists(path) else None


class Verdict(NamedTuple):
    """None is what could not be measured."""

    pesq: float | None
    """The mean over the chunks."""
    delay_ms: float | None
    delay_p95_ms: float | None
    recognised: float
    """The part of the windows that were: what is not heard has no delay."""


def chunks(talk, from_ns, to_ns, least):
    """The talk in pieces of about 8 s: (said, heard, the delays of its windows)."""
    count = max(1, round((to_ns - from_ns) / 1e9 / CHUNK))
    found, delay = [], 0.0
    for number in range(count):
        begin, end = (from_ns + (to_ns - from_ns) * part // count
                      for part in (number, number + 1))
        delays = measure.windows(talk.said, talk.heard, begin, end, least=least)
        # Of a piece that nothing is known of, the delay is that of the one before.
        delay = statistics.median(measure.known(delays) or [delay])
        late = int(delay * 1e6)
        found.append(
            (talk.said.span(begin, end), talk.heard.span(begin + late, end + late), delays))
    return found


def scores(pieces):
    """PESQ-WB of (said, heard) pieces of one length; None without a scorer."""
    if scorer() is None:
        return None
    length = min(len(sound) for piece in pieces for sound in piece)
    with tempfile.TemporaryDirectory() as work:
        names = []
        for side, name in enumerate(("said", "heard")):
            full, low = (os.path.join(work, f"{name}{rate}.wav") for rate in (48, 16))
            wav.write(full, numpy.concatenate([piece[side][:length] for piece in pieces]))
            code, _, errors = process.run(["sox", full, "-r", str(score.RATE), low], seconds=60)
            if code != 0:
                raise place.StageError(f"sox: {errors.strip()}")
            names.append(low)
        environment = {**os.environ, "PYTHONPATH": os.path.join(place.ROOT, "tools", "lab"),
                       "PYTHONDONTWRITEBYTECODE": "1"}
        code, text, errors = process.run(
            [scorer(), "-m", "stage.score", *names], environment=environment,
            seconds=600)
    if code != 0:
        raise place.StageError(f"the scorer failed: {errors.strip()[-500:]}")
    return json.loads(text)


def verdict(talk, from_ns, to_ns, is_scored=True, least=LEAST):
    """How what was said between two moments was heard."""
    pieces = chunks(talk, from_ns, to_ns, least)
    marks = scores([piece[:2] for piece in pieces]) if is_scored else None
    delays = [delay for piece in pieces for delay in piece[2]]
    recognised = measure.known(delays)
    return Verdict(
        statistics.mean(marks) if marks else None,
        statistics.median(recognised) if recognised else None,
        float(numpy.percentile(recognised, 95)) if recognised else None,
        len(recognised) / len(delays) if delays else 0.0)


def controls(said):
    """Proves the judges: raises StageError when one does not see what was done to a sound.

    Returns what they said: the score of the sound itself and of the sound with every tenth 10 ms
    silenced, and the error of a delay in ms when it was heard 12.5 ms later.
    """
    samples = numpy.asarray(said[: int(CHUNK * wav.RATE)], dtype=numpy.float64)
    late = numpy.concatenate([numpy.zeros(600), samples])
    seen = measure.delays(Sound(samples, 0), Sound(late, 0), 0, int(7.5e9))
    error = max(abs(delay - 12.5) for delay in seen) if seen else None
    if error is None or error > 0.05:
        raise place.StageError(f"the judge of delay is wrong by {error} ms")
    # Another talk, of the same voice: nothing of it may be recognised.
    other = numpy.asarray(said[len(samples):2 * len(samples)], dtype=numpy.float64)
    if len(other) == len(samples):
        alike = measure.delays(Sound(samples, 0), Sound(other, 0), 0, int(7.5e9))
        if len(alike) > 3:
            raise place.StageError("the judge of delay recognises what was not said")
    broken = samples.copy()
    for begin in range(0, len(broken), 4800):
        broken[begin:begin + 480] = 0
    found = scores([(samples, samples), (samples, broken)])
    if found is not None and (found[0] < 4.6 or found[1] > 2.5):
        raise place.StageError(f"the judge of speech gives {found[0]:.2f} to the sound itself and "
                               f"{found[1]:.2f} to one with a tenth of it cut out")
    return {"same_pesq": found[0] if found else None, "cut_pesq": found[1] if found else None,
            "delay_error_ms": error}
