"""What is no verdict: a test of sound that fails on daemons which were kept from running."""

import contextlib
import functools
import time
import unittest

from stage import process, sanitizer

WAITED, SHARE = 0.15, 0.02
"""Seconds that daemons may wait in one test, and the part of its time, of each of them: if it is
more than both, what did not come in time says nothing of them."""
UNJUDGED = "not judged"
"""How the reason begins of a test that this machine could not bear."""


class Unheard(AssertionError):
    """Something did not come, or not in time: all that a machine can be to blame for.

    What was heard and should not have been, a wrong answer, a crash, a report of a sanitizer are
    others.
    """


class Turns:
    """How long media threads were ready and had to wait for a processor, as the kernel counts it:
    a thread that sleeps, or is slow of itself, does not wait."""

    def __init__(self):
        self.stations, self._waited = (), {}

    def waited(self):
        """Seconds, of all stations so far."""
        for one in self.stations:
            with contextlib.suppress(OSError, AttributeError):
                self._waited[one.pid] = process.turns(one.pid, "media")[1]
        return sum(self._waited.values())


turns = Turns()
"""Of the scene that was entered last, and those before it."""


def judged(test):
    """The test, that is skipped, and says so, where daemons that had to wait were not heard.

    tools/system-tests runs it again when nothing else runs.
    """
    @functools.wraps(test)
    def run(self, *arguments):
        before, start = turns.waited(), time.monotonic()
        try:
            test(self, *arguments)
        except Unheard as error:
            waited, took = turns.waited() - before, time.monotonic() - start
            if sanitizer.NAME or waited < max(WAITED, SHARE * took * len(turns.stations)):
                raise
            raise unittest.SkipTest(
                f"{UNJUDGED}, media threads waited {waited:.2f} s for a processor in {took:.0f} s: "
                + str(error).partition("\n")[0]) from error
    return run
