"""Real speech in a scenario, and how it is judged."""

from typing import NamedTuple

from stage import judge as judges, speech, wav
from stage.measure import Sound


class Talk(NamedTuple):
    """What a judge of talks looks at."""

    said: Sound
    heard: Sound


def speeches(mouths, seconds):
    """(mouth, samples) of so long a speech for each: nobody says the same at the same moment."""
    for number, mouth in enumerate(mouths):
        skipped = 9 * number
        yield mouth, speech.talk(seconds + 2 + skipped)[skipped * wav.RATE:]


def judge(case, name, mouth, ear, span, *, least, most):
    """Claims that a talk is heard in a span, in seconds: `least` by PESQ, `most` ms later."""
    start, end = (case.zero + second * 10**9 for second in span)
    found = judges.verdict(Talk(case.said(mouth), case.heard(ear)), start, end)
    case.need(found.delay_ms is not None, f"{name}: nothing of it is heard")
    case.claim(found.recognised >= 0.9, f"{name}: {found.recognised:.0%} of it is known again, at "
               "least 90 %")
    case.claim(found.delay_ms <= most, f"{name}: {found.delay_ms:.1f} ms from mouth to ear, "
               f"95 % within {found.delay_p95_ms:.1f}, at most {most} in the middle")
    if found.pesq is None:
        case.note(f"{name}: no scorer of speech here (tools/lab/scorer), so none is judged")
    else:
        case.claim(found.pesq >= least, f"{name}: PESQ {found.pesq:.2f}, at least {least}")
