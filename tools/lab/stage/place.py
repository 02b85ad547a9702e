"""Where things are: the repository, the programs under test, the simulated hardware."""

import os
import socket
import time

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", "..", ".."))
LAB = os.environ.get("INTERCOM_LAB", os.path.join(ROOT, ".build", "lab"))
PROGRAMS = os.environ.get("INTERCOM_PROGRAMS", os.path.join(ROOT, ".build", "release"))
CARD_CONFIG = os.path.join(ROOT, "tools", "lab", "simcard", "simcard.conf")

PATIENCE = 20.0
"""Seconds that anything may take on a loaded machine before it counts as failed."""


class StageError(Exception):
    """The stage could not do what it was told; the text is for a person."""


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
    """A UDP port that nobody has, on either family."""
    with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as six:
        try:
            six.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
            six.bind(("::", 0))
            return six.getsockname()[1]
        except OSError:
            pass
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as four:
        four.bind(("", 0))
        return four.getsockname()[1]


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
