"""Where things are: the repository, the programs under test, the simulated hardware."""

import os
import time

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


def wait_until(condition, seconds, what, interval=0.02):
    """Waits until condition() is true and returns what it gave; StageError says what was not."""
    end = time.monotonic() + seconds
    while True:
        result = condition()
        if result:
            return result
        if time.monotonic() >= end:
            raise StageError(f"after {seconds:g} s still not: {what}")
        time.sleep(interval)
