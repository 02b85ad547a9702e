"""The system calls of one thread of a program, by name, as strace counts them."""

import contextlib
import os
import shutil
import signal
from typing import NamedTuple

from . import place, process

TIMER = "timerfd_settime"
"""The simulated card's: it sets its next interrupt so, which a real card needs no call for."""
CLOCK = "clock_gettime"
"""A system call only in a guest."""
RECEIVE = ("recvfrom", "recvmsg", "recvmmsg")


class Count(NamedTuple):
    """How often one was made, and how often it failed."""

    calls: int
    errors: int


def can_count():
    """Whether strace is there."""
    return shutil.which("strace") is not None


def read(text):
    """{name: Count} of the table that `strace -c` prints."""
    found = {}
    for line in text.splitlines():
        words = line.split()
        if len(words) < 2 or not words[0].isdigit() or words[-1] == "total":
            continue
        errors = int(words[1]) if len(words) == 3 else 0
        found[words[-1]] = Count(int(words[0]), errors)
    return found


def _is_traced(thread):
    with open(f"/proc/{thread}/status", encoding="utf-8") as file:
        for line in file:
            if line.startswith("TracerPid:"):
                return int(line.split()[1]) != 0
    return False


@contextlib.contextmanager
def counted(pid, name, folder):
    """Counts while the block runs: the dictionary it gives is filled when that ends."""
    found = {}
    path = os.path.join(folder, f"calls-{pid}")
    with _attached("-c", "-U", "calls,errors,name", "-o", path, "-p",
                   str(process.thread(pid, name))):
        yield found
    with open(path, encoding="utf-8") as file:
        found.update(read(file.read()))


def killed_at(call, number):
    """What starts a program that is killed as its first thread makes such a call so often."""
    return ["strace", "-D", "-qq", "-o", os.devnull, *_killing(call, number)]


@contextlib.contextmanager
def killing(pid, call, number):
    """While the block runs: a program is killed as one of its threads makes such a call so often.
    """
    with _attached("-f", "-o", os.devnull, *_killing(call, number), "-p", str(pid)):
        yield


@contextlib.contextmanager
def _attached(*words):
    """While the block runs: strace with these words, the last of which is what it looks at."""
    strace = process.launch(["strace", "-qq", *words], output=process.subprocess.DEVNULL)
    try:
        place.wait_until(lambda: _is_traced(words[-1]), place.PATIENCE, "strace looks on")
        yield
    finally:
        strace.send_signal(signal.SIGINT)
        strace.wait(place.PATIENCE)


def _killing(call, number):
    return ["-e", f"trace={call}", "-e", f"inject={call}:signal=KILL:when={number}"]


def own(found):
    """All calls but those that stand for a card's hardware, or that only a guest's kernel gets."""
    return sum(count.calls for name, count in found.items() if name not in (TIMER, CLOCK))
