"""Boots a guest that plays one scenario, and ends it in any case."""

import contextlib
import os
import pathlib
import signal
import subprocess

from stage import place

HERE = pathlib.Path(__file__).resolve().parent
START = 1767225600
"""The wall clock of every guest begins at 2026-01-01 00:00:00 UTC."""


class BootError(Exception):
    """The guest did not play its scenario to the end; the text says what was seen."""


def kernel():
    """(path of a kernel or None, why there is none)."""
    done = subprocess.run([HERE / "kernel"], stdout=subprocess.PIPE, text=True, check=False)
    return done.stdout.strip() if done.returncode == 0 else None


def words(program, scenario, stations, share, memory="256M", more=()):
    """The command line of a guest."""
    cards = ",".join(stations)
    count = range(len(stations))
    return [
        program, f"mem={memory}", "rootfstype=hostfs", "root=none", "hostfs=/", "ro", "quiet",
        f"init={HERE}/init", "con=null", "con0=null,fd:1", f"uml_dir={share}/uml",
        "time-travel=inf-cpu", f"time-travel-start={START}000000000",
        # A kernel that was made elsewhere may have a dummy card, which would be the first.
        "snd_dummy.enable=0", f"snd_aloop.enable={','.join('1' for _ in count)}",
        f"snd_aloop.index={','.join(map(str, count))}", f"snd_aloop.id={cards}",
        f"share={share}", f"scenario={scenario}", f"project={place.ROOT}",
        f"programs={os.path.abspath(place.PROGRAMS)}", f"lab={os.path.abspath(place.LAB)}", *more]


def boot(program, scenario, stations, share, seconds, more=()):
    """Plays a scenario, in `seconds` of real time at most; BootError when it was not played."""
    # The guest's memory is a file: not on a disk.
    fast = {"TMPDIR": "/dev/shm"} if os.access("/dev/shm", os.W_OK) else {}
    with open(share / "console", "wb") as console:
        guest = subprocess.Popen(
            words(program, scenario, stations, share, more=more), stdin=subprocess.DEVNULL,
            stdout=console, stderr=console, env={**os.environ, **fast}, start_new_session=True)
        try:
            guest.wait(seconds)
        except subprocess.TimeoutExpired as error:
            raise BootError(f"not over in {seconds} s\n{_seen(share)}") from error
        finally:
            # A guest is several processes, and those of one that is broken off would stay.
            with contextlib.suppress(ProcessLookupError):
                os.killpg(guest.pid, signal.SIGKILL)
            guest.wait()
    code = _text(share / "code").strip()
    if code != "0":
        raise BootError(f"it ended with {code or 'nothing said'}\n{_seen(share)}")


def _text(path):
    return path.read_text(errors="replace") if path.exists() else ""


def _seen(share):
    """The last that was said in the guest, and of it."""
    parts = {name: _text(share / name).splitlines()[-60:] for name in ("said", "console", "log")}
    return "\n".join(f"--- {name}\n" + "\n".join(lines) for name, lines in parts.items())
