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

from stage import measure, place, process, score, wav
from stage.measure import Sound

CHUNK = score.CHUNK
SCORER = os.path.join(place.ROOT, ".build", "scorer")
LEAST = 0.5
"""Less alike than this, a window was not recognised, and has no delay."""


class Verdict(NamedTuple):
    """None is what could not be measured."""

    pesq: float | None
    """The mean over the chunks."""
    delay_ms: float | None
    delay_p95_ms: float | None
    recognised: float
    """The part of the windows that were: what is not heard has no delay."""


def chunks(talk, from_ns, to_ns):
    """The talk in pieces of about 8 s: (said, heard, delay in ms), the delay None if unknown."""
    count = max(1, round((to_ns - from_ns) / 1e9 / CHUNK))
    found, delay = [], None
    for number in range(count):
        begin, end = (from_ns + (to_ns - from_ns) * place_ // count
                      for place_ in (number, number + 1))
        known = measure.delays(talk.said, talk.heard, begin, end, least=LEAST)
        delay = statistics.median(known) if known else delay
        late = int((delay or 0) * 1e6)
        found.append((talk.said.span(begin, end), talk.heard.span(begin + late, end + late), delay))
    return found


def scores(pieces):
    """PESQ-WB of (said, heard) pieces of one length; None without a scorer."""
    if score.scorer(SCORER) is None:
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
            ["nice", score.scorer(SCORER), "-m", "stage.score", *names], environment=environment,
            seconds=600)
    if code != 0:
        raise place.StageError(f"the scorer failed: {errors.strip()[-500:]}")
    return json.loads(text)


def verdict(talk, from_ns, to_ns):
    """How what was said between two moments was heard."""
    pieces = [(said, heard) for said, heard, _ in chunks(talk, from_ns, to_ns)]
    found = scores(pieces)
    windows = measure.delays(talk.said, talk.heard, from_ns, to_ns, least=-1)
    known = measure.delays(talk.said, talk.heard, from_ns, to_ns, least=LEAST)
    return Verdict(
        statistics.mean(found) if found else None,
        statistics.median(known) if known else None,
        float(numpy.percentile(known, 95)) if known else None,
        len(known) / len(windows) if windows else 0.0)


def controls(said):
    """Proves the judges: raises StageError when one does not see what was done to a sound.

    Returns what they said: the score of the sound itself and of the sound with every tenth 10 ms
    silenced, and the error of a delay in ms when it was heard 12.5 ms later.
    """
    samples = numpy.asarray(said[: int(CHUNK * wav.RATE)], dtype=numpy.float64)
    late = numpy.concatenate([numpy.zeros(600), samples])
    known = measure.delays(Sound(samples, 0), Sound(late, 0), 0, int(7.5e9))
    error = max(abs(delay - 12.5) for delay in known) if known else None
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
