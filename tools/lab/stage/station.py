"""One station: the real daemon on a card and a GPIO chip of its own."""

import json
import os
import signal
import socket
import time

from . import place, process, sanitizer
from .card import Card
from .home import Home
from .lines import Lines
from .place import StageError

FINGER = 0.03
"""Seconds a finger needs at least from one edge to the next."""


def line(fault):
    """A fault as `intercomctl status` shows it."""
    what = f"{fault['subject']}: {fault['text']}" if fault["subject"] else fault["text"]
    return f"{what} -> {fault['fix']}" if fault["fix"] else what


class Station(Home):
    """A station in its own directory, with the verbs of whoever stands before it.

    See `Home` for `sections`. `environment` is added to the daemon's, `preloads` to its libraries;
    `launcher` are the words before it, of a program that becomes it.
    """

    def __init__(self, name, folder, *, sections=None, port=None, identity=None):
        super().__init__(name, folder, port or place.free_port(), sections, identity)
        self.log_path = os.path.join(self.folder, "log")
        self.reports_path = os.path.join(self.folder, "report")
        self.card, self.lines = Card(self.folder, name), Lines(self.run, self.log_path + ".gpio")
        self.process, self._moved = None, {}
        if os.path.exists(self.log_path):
            os.unlink(self.log_path)
        self.watches_heap, self.environment = True, {}
        # Words before the daemon's own, such as of unshare(1), that end with running it.
        self.preloads, self.launcher = [], []

    # The daemon.

    def _environment(self):
        # A sanitizer has the heap for itself.
        watches = self.watches_heap and not sanitizer.NAME
        preloads = [*self.preloads, *(["libheapwatch.so"] if watches else [])]
        return {
            **os.environ, **place.cards(self.folder), "SIMCARD_LIB": self.make.lab,
            "GPIOSIM_SOCKET": self.lines.programs,
            **self.make.environment(*preloads, "libgpiosim.so"),
            **sanitizer.options(self.reports_path), **self.environment}

    def start(self):
        """Writes the configuration and starts the daemon, which goes on in the same log."""
        self.write_config()
        if not process.is_alive(self.lines.process):
            self.lines.start()
        with open(self.log_path, "a", encoding="utf-8") as log:
            self.process = process.launch(
                [*self.launcher, *self.make.words("intercomd"), "--config", self.etc],
                environment=self._environment(), output=log, errors=log)

    def stop(self, seconds=place.PATIENCE):
        """Ends the daemon as systemd does; returns its exit code."""
        return process.end(self.process, signal.SIGTERM, seconds)

    def kill(self):
        """Ends the daemon without a goodbye."""
        return process.end(self.process, signal.SIGKILL)

    def end(self):
        """Ends everything of this station."""
        self.stop()
        self.card.end()
        self.lines.end()
        self.remove_run()

    @property
    def pid(self):
        """The daemon's process id."""
        return self.process.pid if self.process else None

    @property
    def log(self):
        """What the daemon has said."""
        with open(self.log_path, encoding="utf-8", errors="replace") as file:
            return file.read()

    def reports(self):
        """What a sanitizer has found in its daemons, one text a finding."""
        return sanitizer.reports(self.reports_path)

    def is_up(self):
        """Whether the daemon runs and answers."""
        try:
            return process.is_alive(self.process) and bool(self.status())
        except OSError:
            return False

    # What it says of itself.

    def ask(self, do, **members):
        """One request on the control socket; the reply's member named for it, or done."""
        reply = process.request(os.path.join(self.run, "control.sock"),
                                json.dumps({"v": 1, "do": do, **members}))
        if not reply.get("ok"):
            raise StageError(f"{self.name}: {do}: {reply.get('error', 'no answer')}")
        return reply["done"] if "done" in reply else reply[do]

    def monitor(self):
        """A link on which it tells what happens, a line of JSON each."""
        link = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        link.settimeout(place.PATIENCE)
        link.connect(os.path.join(self.run, "control.sock"))
        link.sendall(b'{"v":1,"do":"monitor"}\n')
        return link

    def status(self):
        """What `intercomctl status --json` shows."""
        return self.ask("status")

    def problems(self):
        """What the status tells to mend, a line each."""
        return [line(fault) for fault in self.status()["problems"]]

    def network_fault(self):
        """The word for the fault of its network; None where it has none."""
        return next((fault["code"] for fault in self.status()["problems"]
                     if fault["subject"] == "network"), None)

    def still(self):
        """The sides of its card that move no sound."""
        audio = self.status()["audio"]
        return [side for side in ("input", "output")
                if (audio[side]["fault"] or {}).get("code") == "stands_still"]

    def notes(self):
        """What the status says could be better, a line each."""
        return [line(fault) for fault in self.status()["notes"]]

    def counters(self):
        """The counters of the status, by name."""
        return self.status()["counters"]

    def peer(self, name):
        """What the status says of one peer."""
        return next(peer for peer in self.status()["peers"] if peer["name"] == name)

    def has_what_is_set(self):
        """Whether both directions of its sound are open that are to be."""
        audio = self.status()["audio"]
        return all(audio[side]["state"] in ("open", "none") for side in ("input", "output"))

    def ctl(self, *words, seconds=place.PATIENCE):
        """Runs intercomctl; returns (exit code, stdout, stderr)."""
        return process.run(
            [*self.make.words("intercomctl"), "--config", self.etc, *words],
            environment=self._environment() | self.make.environment("libgpiosim.so"),
            seconds=seconds)

    # What people and fate do to it.

    def press(self, line="GPIO17"):
        """Closes a key; returns the moment of the edge, ns of CLOCK_MONOTONIC."""
        return self._move("press", line)

    def release(self, line="GPIO17"):
        """Opens a key; returns the moment of the edge."""
        return self._move("release", line)

    def _move(self, verb, line):
        # What changes again at once is a bounce, and no finger.
        time.sleep(max(0.0, self._moved.get(line, 0.0) + FINGER - time.monotonic()))
        self._moved[line] = time.monotonic()
        return self.lines.do(verb, line)["ns"]

    def level(self, line):
        """The level of a line: 1 is high, a pressed key to ground is 0."""
        return self.lines.do("get", line)["level"]
