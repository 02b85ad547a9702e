"""The world around one simulated sound card: what is said to it, what it plays, what befalls it."""

import json
import os
import signal

from . import place, process
from .place import StageError

RATE = 48_000
"""Samples a second of every card."""


class Take:
    """A `simcard play` or `simcard record` under way."""

    def __init__(self, words):
        self.words, self._report = words, None
        self.process = process.launch(words, output=process.subprocess.PIPE)
        line = self.process.stdout.readline()
        if not line:
            raise StageError(f"{' '.join(words)}: ended with {self.process.wait(5)}")
        # CLOCK_MONOTONIC nanoseconds at which the first sample of the file sounds.
        self.first_ns = json.loads(line)["first_sample_ns"]

    def wait(self, seconds):
        """Waits for its end; returns what it reported: samples, missed, gaps."""
        if self._report is not None:
            return self._report
        try:
            text, _ = self.process.communicate(timeout=seconds)
        except process.subprocess.TimeoutExpired as error:
            self.end()
            raise StageError(f"{' '.join(self.words)}: not over in {seconds:g} s") from error
        if self.process.returncode != 0 or not text.strip():
            raise StageError(f"{' '.join(self.words)}: failed ({self.process.returncode})")
        self._report = json.loads(text.strip().splitlines()[-1])
        return self._report

    def stop(self):
        """Ends it in order, so that a recording gets its header; returns its report."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
        return self.wait(place.PATIENCE)

    def gaps(self):
        """Where it came too late, once it is over: (from, to) in ns of CLOCK_MONOTONIC."""
        return [tuple(self.first_ns + index * 10**9 // RATE for index in gap)
                for gap in self.wait(place.PATIENCE)["gaps"]]

    def end(self):
        """Ends it in any case."""
        process.end(self.process)


class Card:
    """One card: the file FOLDER/NAME.simcard."""

    def __init__(self, folder, name):
        self.path = os.path.join(folder, name)
        self.takes = []

    def _take(self, *words):
        take = Take([place.lab("simcard"), self.path, *words])
        self.takes.append(take)
        return take

    def play(self, wav, at_ms=None, loop=False, at_ns=None):
        """Speaks a WAV file into the microphone, at_ms from now or at at_ns of CLOCK_MONOTONIC."""
        words = ["play", wav]
        words += ["--at", f"now+{at_ms}"] if at_ms is not None else []
        words += ["--at", f"ns:{at_ns}"] if at_ns is not None else []
        return self._take(*words, *(["--loop"] if loop else []))

    def record(self, wav):
        """Records the speaker until stopped."""
        return self._take("record", wav)

    def hold(self, direction, seconds):
        """Another program has that direction (playback, capture) for a while."""
        started = process.launch(
            [place.lab("simcard"), self.path, "busy", direction, "--seconds", f"{seconds:g}"],
            output=process.subprocess.PIPE)
        if not started.stdout.readline():
            raise StageError(f"{self.path} is not held: {started.wait(5)}")
        return started

    def do(self, *words):
        """Any other verb of simcard: xrun, unplug, replug, suspend, ppm, echo, noise, malloc."""
        code, text, errors = process.run(
            [place.lab("simcard"), self.path, *(str(word) for word in words)])
        if code != 0:
            raise StageError(f"simcard {' '.join(map(str, words))}: {errors.strip()}")
        return text

    def status(self):
        """What the card counts: frame, present, and runs, starts, xruns of each direction."""
        return json.loads(self.do("status"))

    def end(self):
        """Ends all takes."""
        for take in self.takes:
            take.end()
        self.takes = []
