"""Processes of a scene: ended by their own id, and by the kernel should the scene be killed."""

import ctypes
import json
import os
import re
import signal
import socket
import subprocess

from .place import PATIENCE, StageError

PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True)


def _begin():
    """Runs in the child: a scene that is killed leaves nobody behind, and Ctrl-C ends a program
    also where a shell in the background has let the tests ignore it."""
    _libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
    signal.signal(signal.SIGINT, signal.SIG_DFL)


# A guest ends with all that is in it; there the copy of Python that this is done in would cost some
# 25 ms.
_BEGIN = None if os.environ.get("INTERCOM_GUEST") else _begin


def launch(words, *, environment=None, output=None, errors=None, folder=None, session=False):
    """Starts a program that lives no longer than this one; output and errors as for Popen.

    With `session` it leads one, and so a process group of its own.
    """
    try:
        return subprocess.Popen(
            words, env=environment, cwd=folder, stdin=subprocess.DEVNULL, stdout=output,
            stderr=errors, text=True, preexec_fn=_BEGIN, start_new_session=session)
    except OSError as error:
        raise StageError(f"{words[0]}: {error.strerror}") from error


def end(process, number=signal.SIGTERM, seconds=3.0):
    """Ends a process we started, gently and then not; returns its exit code."""
    if process is None:
        return None
    if process.poll() is None:
        process.send_signal(number)
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(5)
    if process.stdout is not None:
        process.stdout.close()
    return process.returncode


def is_alive(process):
    """Whether the process still runs."""
    return process is not None and process.poll() is None


def run(words, *, environment=None, seconds=PATIENCE):
    """Runs a short program to its end; returns (exit code, stdout, stderr)."""
    try:
        done = subprocess.run(
            words, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True,
            timeout=seconds, check=False)
    except subprocess.TimeoutExpired as error:
        raise StageError(f"{' '.join(words)}: still running after {seconds:g} s") from error
    except OSError as error:
        raise StageError(f"{words[0]}: {error.strerror}") from error
    return done.returncode, done.stdout, done.stderr


def request(path, line):
    """One line to a program's control socket; its answer, a line of JSON, or {} for none."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as link:
        link.settimeout(PATIENCE)
        link.connect(str(path))
        link.sendall(line.encode() + b"\n")
        with link.makefile("rb") as answers:
            return json.loads(answers.readline() or b"{}")


def turns(pid, name):
    """(seconds it ran, seconds it was ready and had to wait) of a thread of a process."""
    with open(f"/proc/{pid}/task/{thread(pid, name)}/schedstat", encoding="ascii") as file:
        ran, waited, _ = file.read().split()
    return int(ran) / 1e9, int(waited) / 1e9


def sleeps(pid, name):
    """How often a thread of a process has waited for something."""
    with open(f"/proc/{pid}/task/{thread(pid, name)}/status", encoding="utf-8") as file:
        return int(re.search(r"^voluntary_ctxt_switches:\s*(\d+)", file.read(), re.M)[1])


def thread(pid, name):
    """The id of a thread of a process."""
    for number in os.listdir(f"/proc/{pid}/task"):
        with open(f"/proc/{pid}/task/{number}/comm", encoding="utf-8") as file:
            if file.read().strip() == name:
                return int(number)
    raise ProcessLookupError(f"process {pid} has no thread {name}")


def descriptors(pid):
    """How many descriptors a process has open; None for what this user may not look at."""
    try:
        return len(os.listdir(f"/proc/{pid}/fd"))
    except PermissionError:
        # The daemon hides; then only root may look.
        return None


def threads(pid):
    """How many threads a process has."""
    return len(os.listdir(f"/proc/{pid}/task"))


def memory(pid):
    """Resident, private dirty and anonymous memory in kB; None for what this user may not read.

    Private dirty has the sound cards in it while nobody else has them open; what a program has
    taken for itself is anonymous.
    """
    found = {"rss": None, "private_dirty": None, "anonymous": None}
    try:
        with open(f"/proc/{pid}/statm", encoding="ascii") as file:
            found["rss"] = int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") // 1024
        with open(f"/proc/{pid}/smaps_rollup", encoding="ascii") as file:
            for line in file:
                key, value = line.split()[:2]
                if key in ("Private_Dirty:", "Anonymous:"):
                    found[key[:-1].lower()] = int(value)
    except OSError:
        # The daemon hides its memory; then only root may look.
        pass
    return found
