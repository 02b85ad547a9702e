"""Whether a daemon grows: what it holds at quiet moments, early in its run against late in it."""

import statistics
from typing import NamedTuple

from stage import process

WARM_SHARE = 0.1
"""The first part of a run is left out: everything is used for the first time there."""

LEAST = 9
"""With fewer samples nothing is concluded."""

ALLOWED = {"anonymous": 128, "rss": 4096, "descriptors": 0, "threads": 0}
"""How much more may be held in the last third than in the first: kB, and numbers.

What the daemon has for itself is anonymous memory; it comes in pages, and the heap takes some
before it gives some back. Resident memory has the programs' code and the simulated card besides:
pages of files, which the kernel drops and reads again as it likes, a few thousand kB of them.
"""

PER_PEER = 24
"""kB more that a peer may take which comes back: its number is one that was not used before.

The memory of each of the 62 numbers is touched when it is first used, and then no more.
"""


class Sample(NamedTuple):
    """What a process holds at a moment; None for what this user may not see."""

    seconds: float
    anonymous: int
    rss: int
    descriptors: int
    threads: int

    def __str__(self):
        return (f"{self.anonymous} kB private, {self.descriptors} descriptors, "
                f"{self.threads} threads")


class Growth(NamedTuple):
    """One column of one run: medians of its first and last third."""

    what: str
    first: float
    last: float
    allowed: float

    @property
    def is_grown(self):
        """Whether there is more at the end than may be."""
        return self.last - self.first > self.allowed


def sample(pid, seconds):
    """What a process holds just now."""
    memory = process.memory(pid)
    return Sample(seconds, memory["anonymous"], memory["rss"], process.descriptors(pid),
                  process.threads(pid))


def judge(samples, returns=0):
    """The growth of each column over a run; empty when the run was too short to tell.

    `returns` is how many peers have come back in it by a reload.
    """
    warm = samples[int(len(samples) * WARM_SHARE):]
    if len(warm) < LEAST:
        return []
    third, found = len(warm) // 3, []
    for what, most in ALLOWED.items():
        most += PER_PEER * min(returns, 62) if what in ("anonymous", "rss") else 0
        values = [getattr(one, what) for one in warm]
        if None not in values:
            found.append(Growth(what, statistics.median(values[:third]),
                                statistics.median(values[-third:]), most))
    return found
