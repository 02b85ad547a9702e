"""The frame of a program behind a tool: how it ends, and where it works."""

import contextlib
import os
import pathlib
import shutil
import signal
import sys
import tempfile

from .ports import StageError


def heed_signals():
    """Being told to end ends what was started, too, even where a shell ignores Ctrl-C."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda number, _: sys.exit(128 + number))
    signal.signal(signal.SIGINT, signal.default_int_handler)


def run(name, what, *errors):
    """Does it; its exit code, 1 where it says what failed, 130 interrupted."""
    heed_signals()
    try:
        return what()
    except (AssertionError, StageError, OSError, *errors) as error:
        print(f"{name}: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


@contextlib.contextmanager
def kept_folder(name):
    """A folder while the context lasts; INTERCOM_KEEP=1 keeps it, and says where it is."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix=f"{name}-"))
    try:
        yield folder
    finally:
        if os.environ.get("INTERCOM_KEEP"):
            print(f"--- kept: {folder}")
        else:
            shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def memory_folder(name):
    """A folder in memory while the context lasts: the simulated cards keep sound in files.

    On a disk, each page of them faults again once the kernel has written it back, and that is no
    cost of the daemon's.
    """
    where = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    with tempfile.TemporaryDirectory(prefix=f"intercom-{name}-", dir=where) as folder:
        yield folder


def rounded(value, digits=2):
    """For people and JSON; None stays."""
    return None if value is None else round(value, digits)


def shown(value, form):
    """A number in a form; None is "?"."""
    return "?" if value is None else format(value, form)
