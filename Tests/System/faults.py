"""Speech before a fault, and after it by itself: what the tests of faults share."""

import time

import numpy
from lab import SceneTest, listen, process, sound, wait

SOON = 3.0
"""Seconds within which speech is heard after a fault has ended."""

STEADY = 10
"""Steps of 20 ms in a row that a tone must be there to count as heard."""


def may(*words):
    """Whether this user may run a program so, as unshare(1) does; who is not root may not."""
    try:
        return process.run([*words, "true"], seconds=5)[0] == 0
    except process.StageError:
        return False


class FaultTest(SceneTest):
    """A talker and a listener, `kitchen` and `garage` unless a test says otherwise."""

    tone = 500

    def hears(self, talker, listener):
        """Whether the listener shows that it hears the talker, also where it is not there."""
        try:
            return listener.hears(talker)
        except OSError:
            return False

    def ended(self, end):
        """Ends a fault by calling `end`; returns the moment before, in ns."""
        since = time.monotonic_ns()
        end()
        return since

    def assert_back(self, talker, listener, ended, before=None, soon=SOON):
        """The talker is heard at most 3 s after the fault had ended, and in the span before it.

        The listener has been recorded since before.
        """
        limit = time.monotonic() + soon + 1
        while not self.hears(talker, listener) and time.monotonic() < limit:
            time.sleep(0.02)
        time.sleep(0.6)
        heard = listener.recorded()
        if before is not None:
            self.assert_heard(heard.span(*before), self.tone)
        # It may have shown so all the while, as a speaker that stands still does: then later.
        while (moment := self.begins(heard, ended)) is None and time.monotonic() < limit:
            listener.record()
            time.sleep(0.8)
            heard = listener.recorded()
        self.assertTrue(moment is not None, f"{talker} was not heard again by {listener}")
        delay = (moment - ended) / 1e9
        print(f"{self.id().rpartition('.')[2]}: {talker} heard {delay:.2f} s after (of {soon:.2f})")
        self.assertTrue(delay <= soon, f"{talker} was heard only {delay:.2f} s after")

    def begins(self, heard, since):
        """The moment, in ns, from which the tone is there for good; None when it is not."""
        start = max(since, heard.first_ns)
        track = sound.tone_track(heard.samples[max(0, heard.index(start)):], self.tone) > -18
        if len(track) < STEADY:
            return None
        runs = numpy.convolve(track, numpy.ones(STEADY), "valid")
        found = numpy.flatnonzero(runs > STEADY - 0.5)
        return start + int(found[0]) * 20_000_000 if len(found) > 0 else None

    def through(self, begin, seen, end, talker=None, listener=None):
        """Speech, a fault that `begin` makes, `seen` waits for and `end` ends, and speech again.

        The key is down all the while, and nobody touches a daemon.
        """
        talker, listener = talker or self.kitchen, listener or self.garage
        with talker.talking():
            wait(lambda: self.hears(talker, listener), f"{listener} hears {talker}")
            listener.record()
            span = listen(0.3)
            begin()
            seen()
            ended = self.ended(end)
            self.assert_back(talker, listener, ended, before=span)
