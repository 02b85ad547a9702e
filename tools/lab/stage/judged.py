"""What is no verdict: a test of sound that fails on daemons which were kept from running."""

import atexit
import contextlib
import functools
import os
import subprocess
import threading
import time
import unittest

from . import place, process, sanitizer

WAITED, SHARE = 0.15, 0.02
"""Seconds that daemons may wait in one test, and the part of its time, of each of them: if it is
more than both, what did not come in time says nothing of them."""
PAUSE, SLACK = 0.02, 0.01
"""Seconds that the machine itself may stand still at once, after little more of which a card is
empty; and those that it takes where a card has run dry and its queue is just filled again."""
RECENT = 10
"""Seconds before a miss in which a pause may be to blame for it."""
BEHIND = 0.1
"""Seconds that a turn of those who live in this program may take; longer, and what a daemon says to
them, or they to it, waits in the kernel."""
UNJUDGED = "not judged"
"""How the reason begins of a test that this machine could not bear."""


class Unheard(AssertionError):
    """Something did not come, or not in time: all that a machine can be to blame for.

    What was heard and should not have been, a wrong answer, a crash, a report of a sanitizer are
    others. The reason, where it is known, says why the daemon is not to blame for this very miss;
    patience is how many seconds it was waited for.
    """

    def __init__(self, what, reason=None, patience=0):
        super().__init__(what)
        self.reason, self.patience = reason, patience


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


class Watched:
    """Whether a daemon was kept from its card since this was made, as far as two minutes."""

    STEP, LONGEST = 0.1, 120
    """Seconds in which its waits are added up; they say nothing of a card if they are few in each.
    """

    def __init__(self, station):
        self.station, self.since, self._most = station, time.monotonic(), 0
        self._over = threading.Event()
        threading.Thread(target=self._watch, daemon=True).start()

    def _watch(self):
        try:
            before = process.turns(self.station.pid, "media")[1]
            while not self._over.wait(self.STEP) and time.monotonic() < self.since + self.LONGEST:
                waited = process.turns(self.station.pid, "media")[1]
                self._most, before = max(self._most, waited - before), waited
        except OSError:
            # Of one that has ended, as it should, nobody knows how long it waited.
            self._most = max(self._most, 0 if self._over.is_set() else 1)

    def reason(self):
        """Why it may not be to blame for an empty card; None: it is."""
        self._over.set()
        late = max(self._most, pauses.longest(self.since))
        if sanitizer.NAME or late <= SLACK:
            return None
        return f"the card of {self.station} ran empty while it waited for a processor"


turns = Turns()
"""Of the scene that was entered last, and those before it."""


class Pauses:
    """How long the machine stood still, which no thread of it can tell from another's."""

    def __init__(self, least=SLACK):
        self.least = least
        self._watch, self._text, self._found = None, b"", []

    def begin(self):
        """Watches from now on for pauses of `least` seconds or more, until this program ends."""
        if self._watch is None:
            self._watch = process.launch(
                [place.lab("pauses"), f"{self.least * 1000:g}"], output=subprocess.PIPE)
            os.set_blocking(self._watch.stdout.fileno(), False)
            atexit.register(process.end, self._watch)

    def longest(self, since):
        """Seconds of the longest pause that ended after that moment; 0 without one."""
        if self._watch is not None:
            # One that ends at this moment is told in the next.
            time.sleep(0.05)
            self._text += self._watch.stdout.buffer.read() or b""
        *lines, self._text = self._text.split(b"\n")
        self._found += [[int(word) / 1e9 for word in line.split()] for line in lines]
        return max((to - start for start, to in self._found if to > since), default=0)


pauses = Pauses()


OWN_SHARE = 0.1
"""The part of the time that this program may wait for a processor, all its threads together."""


def own_waits():
    """Seconds that the threads of this program were ready and had to wait for a processor."""
    waited = 0
    for thread in os.listdir("/proc/self/task"):
        with contextlib.suppress(OSError):
            with open(f"/proc/self/task/{thread}/schedstat", encoding="ascii") as file:
                waited += int(file.read().split()[1])
    return waited / 1e9


class Beside:
    """How long the turns were in which this program did what stations beside the daemons do."""

    def __init__(self):
        self._turns = []

    def note(self, seconds):
        """A turn of so many seconds has ended."""
        if seconds > BEHIND:
            self._turns.append((time.monotonic(), seconds))

    def longest(self, since):
        """Seconds of the longest turn that ended after that moment, if it was a long one; or 0."""
        return max((seconds for at, seconds in self._turns if at > since), default=0)


beside = Beside()


def excuse(start, waited, own=0, patience=0):
    """Why what was missed since that moment is no verdict, where media threads have waited so long,
    and this program for `own` seconds; None: it is one.

    What was waited for longer than a moment was not missed because the machine stood still for one.
    """
    now = time.monotonic()
    took, pause = now - start, pauses.longest(max(start, now - RECENT))
    if sanitizer.NAME:
        return None
    if waited >= max(WAITED, SHARE * took * len(turns.stations)):
        return f"media threads waited {waited:.2f} s for a processor in {took:.0f} s"
    if pause >= PAUSE and patience < RECENT:
        return f"the machine stood still for {1000 * pause:.0f} ms"
    if own >= max(1, OWN_SHARE * took):
        return f"this program waited {own:.2f} s for a processor in {took:.0f} s"
    turn = beside.longest(start)
    if turn > 0:
        return f"the stations in this program were {1000 * turn:.0f} ms behind"
    return None


def judged(test):
    """The test, that is skipped, and says so, where daemons that had to wait were not heard.

    tools/system-tests runs it again when nothing else runs.
    """
    @functools.wraps(test)
    def run(self, *arguments):
        pauses.begin()
        before, own, start = turns.waited(), own_waits(), time.monotonic()
        try:
            test(self, *arguments)
        except Unheard as error:
            reason = error.reason or excuse(
                start, turns.waited() - before, own_waits() - own, error.patience)
            if reason is None:
                raise
            what = str(error).partition("\n")[0]
            raise unittest.SkipTest(f"{UNJUDGED}, {reason}: {what}") from error
    return run
