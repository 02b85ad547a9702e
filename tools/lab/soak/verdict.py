"""What a soak must have looked at before it may pass; what it could not look at, it says."""

from typing import NamedTuple

LEAST_TALKS = 20
"""With fewer talks no share of them is judged."""

UNDECIDED = 0.1
"""The share of talks that may be left undecided because the machine was late."""

LONG = 10
"""Minutes after which a daemon that is never restarted must have been judged for growth."""


class Facts(NamedTuple):
    """What a run has seen."""

    minutes: float
    talks: int
    """That were judged."""
    undecided: int
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
    """(faults, what was not measured and why), in words."""
    faults, left_out = [], []
    everyone = facts.talks + facts.undecided
    if facts.talks == 0:
        faults.append("no talk was judged")
    elif everyone >= LEAST_TALKS and facts.undecided > UNDECIDED * everyone:
        faults.append(f"{facts.undecided} of {everyone} talks were undecided")

    if facts.heap_calls:
        faults.append(f"{facts.heap_calls} heap calls of a media loop")
    elif facts.heap_calls is None and facts.sanitizer:
        left_out.append(f"heap calls not measured: the {facts.sanitizer} sanitizer has the heap")
    elif facts.heap_calls is None:
        faults.append("nobody counted the heap calls of the media loops")

    if facts.sanitizer:
        left_out.append(f"growth not measured: the {facts.sanitizer} sanitizer keeps what is "
                        "freed, and takes memory of its own")
    elif not facts.columns:
        text = f"growth not measured in {facts.minutes:.1f} minutes"
        if facts.minutes >= LONG:
            faults.append(text)
        else:
            left_out.append(f"{text}: too short")
    elif "anonymous" not in facts.columns:
        left_out.append("memory not measured: only root may see what a daemon has for itself")
    return faults, left_out
