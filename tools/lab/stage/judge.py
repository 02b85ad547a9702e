"""What judges a talk: how well and how late what was said is heard.

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
