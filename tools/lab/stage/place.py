"""Where things are: the repository, the programs under test, the simulated hardware."""

import os
import shlex
import time
from typing import NamedTuple

from . import ports
from .ports import StageError

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", "..", ".."))
LAB = os.environ.get("INTERCOM_LAB", os.path.join(ROOT, ".build", "lab"))
PROGRAMS = os.environ.get("INTERCOM_PROGRAMS", os.path.join(ROOT, ".build", "release"))
CARD_CONFIG = os.path.join(ROOT, "tools", "lab", "simcard", "simcard.conf")

PATIENCE = 20.0
"""Seconds that anything may take on a loaded machine before it counts as failed."""


def program(name):
    """The path of a program of the product; INTERCOM_DAEMON is another build of intercomd."""
    if name == "intercomd" and "INTERCOM_DAEMON" in os.environ:
        return os.environ["INTERCOM_DAEMON"]
    return os.path.join(PROGRAMS, name)


def lab(name):
    """The path of a program or library of the simulated hardware."""
    return os.path.join(LAB, name)


class Make(NamedTuple):
    """Programs of the product, and how this machine runs them."""

    launcher: list
    """The words before each, where this machine cannot run them by itself."""
    folder: str
    """Where they are; None for those of `program`."""
    lab: str
    """Where the simulated hardware is that they load."""
    preloads: list
    """Libraries that they need besides."""
    variables: dict = {}
    """And variables."""

    def words(self, name):
        """The words that run one of them."""
        path = os.path.join(self.folder, name) if self.folder else program(name)
        return [*self.launcher, path]

    def environment(self, *names):
        """The variables with which one loads libraries of `lab` or of a path, and its own."""
        paths = [os.path.join(self.lab, name) for name in names]
        return {"LD_PRELOAD": ":".join([*paths, *self.preloads]), **self.variables}


OWN = Make(shlex.split(os.environ.get("INTERCOM_LAUNCHER", "")), None, LAB,
           os.environ.get("INTERCOM_PRELOADS", "").split())
"""Those of a station for which nothing else is said."""


def cards(folder):
    """The variables with which alsa-lib has the simulated cards of a folder."""
    return {"ALSA_CONFIG_PATH": CARD_CONFIG, "SIMCARD_LIB": LAB, "SIMCARD_DIR": str(folder)}


def missing():
    """What has to be built first, as paths."""
    wanted = [program("intercomd"), program("intercomctl"), lab("simcard"), lab("gpiosim"),
              lab("libasound_module_pcm_simcard.so"), lab("libgpiosim.so"),
              lab("libheapwatch.so")]
    return [path for path in wanted if not os.path.exists(path)]


def free_port():
    """A UDP port for a program to be started: nobody has it, and no other test gets it."""
    return ports.reserve(ports.OPEN)


def closed_port():
    """A UDP port at which nobody listens, as long as this program runs."""
    return ports.reserve(ports.CLOSED)


class StillNot(StageError):
    """What was waited for has not come."""


def wait_until(condition, seconds, what, interval=0.02):
    """Waits until condition() is true and returns what it gave; StillNot says what was not."""
    end = time.monotonic() + seconds
    while True:
        result = condition()
        if result:
            return result
        if time.monotonic() >= end:
            raise StillNot(f"after {seconds:g} s still not: {what}")
        time.sleep(interval)
