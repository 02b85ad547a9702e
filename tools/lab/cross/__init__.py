"""Builds the programs for another Debian or architecture than this machine's."""

import contextlib
import fcntl
import pathlib
import subprocess


class CrossError(Exception):
    """Why something cannot be built, in words for a person."""


def run(*words, **options):
    """Runs a program; returns what it prints.

    Raises CrossError with what it says where it fails.
    """
    try:
        done = subprocess.run([str(word) for word in words], capture_output=True, text=True,
                              check=False, **options)
    except FileNotFoundError:
        raise CrossError(f"{words[0]} is missing") from None
    if done.returncode != 0:
        lines = (done.stderr + done.stdout).strip().splitlines()
        raise CrossError("\n".join([f"{words[0]} ended with {done.returncode}:", *lines]))
    return done.stdout


def provide():
    """Installs what packaging needs, or raises CrossError: what is missing has been printed."""
    tool = pathlib.Path(__file__).parents[2] / "packages"
    if subprocess.run([tool, "--packaging"], check=False).returncode != 0:
        raise CrossError("not all that this needs is installed")


@contextlib.contextmanager
def locked(folder, complaint=None):
    """While this holds, nobody else makes or uses a folder: the lock lies beside it.

    Waits for the lock, or raises CrossError with the complaint, if there is one.
    """
    pathlib.Path(folder).parent.mkdir(parents=True, exist_ok=True)
    with open(f"{folder}.lock", "w", encoding="ascii") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | (fcntl.LOCK_NB if complaint else 0))
        except BlockingIOError:
            raise CrossError(complaint) from None
        yield
