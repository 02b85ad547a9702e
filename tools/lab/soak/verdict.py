"""What a soak must have looked at before it may pass; what it could not look at, it says."""

from typing import NamedTuple

LEAST_TALKS = 20
"""With fewer talks no share of them is judged."""

UNJUDGED = 0.1
"""The share of talks that may be left unjudged because the machine was late."""

LONG = 10
"""Minutes after which a daemon that is never restarted must have been judged for growth."""


class Facts(NamedTuple):
    """What a run has seen."""

    minutes: float
    talks: int
    """That were judged."""
    unjudged: int
    heap_calls: int
    """The most of any media loop; None when nothing counted them."""
    columns: frozenset
    """What of the steady station was judged for growth; empty when nothing was."""
    sanitizer: str = ""


def heap_calls(status, most=None):
    """The greater of `most` and what a status says; None as long as nobody counts."""
    found = status["media"]["heap_calls"]
    return most if found is None else max(found, most or 0)


def judge(facts):
    """(faults, what was not judged and why), in words."""
    faults, left_out = [], []
    everyone = facts.talks + facts.unjudged
    if facts.talks == 0:
        faults.append("no talk was judged")
    elif everyone >= LEAST_TALKS and facts.unjudged > UNJUDGED * everyone:
        faults.append(f"{facts.unjudged} of {everyone} talks were not judged")

    if facts.heap_calls:
        faults.append(f"{facts.heap_calls} heap calls of a media loop")
    elif facts.heap_calls is None and facts.sanitizer:
        left_out.append(f"heap calls not judged: the {facts.sanitizer} sanitizer has the heap")
    elif facts.heap_calls is None:
        faults.append("nobody counted the heap calls of the media loops")

    if facts.sanitizer:
        left_out.append(f"growth not judged: the {facts.sanitizer} sanitizer keeps what is freed, "
                        "and takes memory of its own")
    elif not facts.columns:
        text = f"growth not judged in {facts.minutes:.1f} minutes"
        if facts.minutes >= LONG:
            faults.append(text)
        else:
            left_out.append(f"{text}: too short")
    elif "anonymous" not in facts.columns:
        left_out.append("memory not judged: only root may see what a daemon has for itself")
    return faults, left_out
