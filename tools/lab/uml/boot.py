"""Boots a guest that plays one scenario, and ends it in any case."""

import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import threading

from stage import place, process

HERE = pathlib.Path(__file__).resolve().parent
SHM = "/dev/shm"
BEGUN = "building a kernel for guests"
"""How `kernel` begins to say that it builds one: then there was all that takes."""
START = 1767225600
"""The wall clock of every guest begins at 2026-01-01 00:00:00 UTC."""


class BootError(Exception):
    """The guest did not play its scenario to the end; the text says what was seen."""


class KernelError(Exception):
    """There should be a kernel for guests, and there is none; `code` is the exit code for that."""

    def __init__(self, text, code):
        super().__init__(text)
        self.code = code


def kernel():
    """The path of a kernel that runs here; None when none can be had, and stderr says why.

    KernelError for what should be there: the one that INTERCOM_UML names, one that was to be built
    here, which had all that takes, and one that begins and does not end. Whoever goes by exit codes
    would take it for a success.
    """
    named = os.environ.get("INTERCOM_UML")
    if named and not (os.path.isfile(named) and os.access(named, os.X_OK)):
        raise KernelError(f"INTERCOM_UML={named} is no program", 2)
    with subprocess.Popen([HERE / "kernel"], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          text=True) as making:
        said = []
        try:
            for line in making.stderr:
                print(line, end="", file=sys.stderr, flush=True)
                said.append(line.strip())
            program = making.stdout.read().strip()
        except BaseException:
            # It ends what it has begun.
            making.terminate()
            raise
    if making.returncode != 0:
        if any(line.startswith(BEGUN) for line in said):
            raise KernelError(f"a build that was begun has failed: {said[-1]}", 1)
        return None
    if why := _silence(program):
        if named:
            raise KernelError(f"INTERCOM_UML={named} does not come up here:\n{why}", 1)
        print(f"no kernel for guests: {program} does not come up here:\n{why}", file=sys.stderr)
        return None
    return program


def obtained(tool):
    """The kernel for `tools/TOOL`; where there is none it says so and ends that program: with 0
    when none can be had, with the code of KernelError when there should be one.
    """
    try:
        program = kernel()
    except KernelError as error:
        print(f"tools/{tool}: {error}", file=sys.stderr)
        sys.exit(error.code)
    if program is None:
        print(f"{tool} SKIPPED: there is no kernel for guests here, see above")
        sys.exit(0)
    return program


CARDS = 8
"""Loopback cards a guest has at most."""


def _silence(program):
    """Why guests do not come up on this machine, some let no process trace another; or None.

    The first process ends at once, which the kernel takes badly, and tells its exit code.
    """
    with tempfile.TemporaryDirectory(prefix="uml-") as folder:
        line = [program, "mem=64M", "rootfstype=hostfs", "root=none", "hostfs=/", "ro", "quiet",
                "init=/bin/true", "con=null", "con0=null,fd:1", f"uml_dir={folder}",
                "time-travel=inf-cpu"]
        console = pathlib.Path(folder) / "console"
        try:
            with open(console, "wb") as output:
                guest = _begin(line, output, _environment())
                try:
                    guest.wait(60)
                except subprocess.TimeoutExpired as error:
                    # A busy machine must not look like one that can have no guests.
                    raise KernelError(f"{program} stood still for a minute", 1) from error
                finally:
                    _end(guest)
        except place.StageError as error:
            return str(error)
        said = contents(console)
    return None if "exitcode=0x00000000" in said else (
        "\n".join(said.splitlines()[:10]) or "it said nothing")


def words(program, share, memory="256M"):
    """The command line of any guest in virtual time that writes to `share`, a folder."""
    return [
        program, f"mem={memory}", "rootfstype=hostfs", "root=none", "hostfs=/", "ro", "quiet",
        f"init={HERE}/init", "con=null", "con0=null,fd:1", f"uml_dir={share}/uml",
        "time-travel=inf-cpu", f"time-travel-start={START}000000000",
        # A clock that stops between ticks is read, now and then, once more or less on its way to
        # sleep, and each look at it takes 256 ns.
        "nohz=off",
        # A kernel that was made elsewhere may have a dummy card, which would be the first.
        "snd_dummy.enable=0",
        f"share={share}", f"project={place.ROOT}"]


def _scenario_words(program, scenario, stations, share, more):
    """The command line of a guest that plays a scenario."""
    # More the kernel does not make: further stations are on simulated cards.
    cards = stations[:CARDS]
    count = range(len(cards))
    return [
        *words(program, share),
        # A kernel says much in IPv6 by itself.
        "ipv6.disable=1",
        f"snd_aloop.enable={','.join('1' for _ in count)}",
        f"snd_aloop.index={','.join(map(str, count))}", f"snd_aloop.id={','.join(cards)}",
        f"scenario={scenario}",
        f"programs={os.path.abspath(place.PROGRAMS)}",
        f"daemon={os.path.abspath(place.program('intercomd'))}",
        f"lab={os.path.abspath(place.LAB)}", *more]


def _is_fast(folder):
    """Whether the guest's memory, which is a file it runs programs from, can be there: no disk."""
    if not os.access(folder, os.W_OK):
        return False
    found = os.statvfs(folder)
    return not found.f_flag & os.ST_NOEXEC and found.f_bavail * found.f_frsize > 1 << 30


def _environment():
    return {**os.environ, "UML_SEED": os.environ.get("INTERCOM_SEED", "1"),
            **({"TMPDIR": SHM} if _is_fast(SHM) else {})}


_guests, _lock = set(), threading.Lock()


def _begin(line, console, environment):
    """Starts a guest."""
    with _lock:
        if None in _guests:
            raise BootError("nothing is booted any more")
        # A guest is several processes here, which are ended together.
        guest = process.launch(line, environment=environment, output=console, errors=console,
                               session=True)
        _guests.add(guest)
        return guest


def _end(guest):
    """Ends all processes of a guest; those it has left, when it is over."""
    try:
        os.killpg(guest.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
    guest.wait()
    with _lock:
        _guests.discard(guest)


def end_all():
    """Ends all guests, and no other is booted."""
    with _lock:
        guests = [one for one in _guests if one]
        _guests.add(None)
    for one in guests:
        _end(one)


def boot(program, scenario, stations, share, seconds, more=()):
    """Plays a scenario, in `seconds` of real time at most; BootError when it was not played."""
    needed = [place.program("intercomd"), place.program("intercomctl"), place.lab("room")]
    code = play(_scenario_words(program, scenario, stations, share, more), share, needed, seconds)
    if code != "0":
        raise BootError(f"it ended with {code or 'nothing said'}\n{_seen(share)}")


def play(line, share, needed, seconds):
    """Runs a guest to its end, in `seconds` of real time at most; returns the exit code that it
    left in `share`, as text, or nothing. BootError: it needs what is not there, or took longer.
    """
    if absent := [path for path in needed if not os.path.exists(path)]:
        raise BootError(f"not built yet: {', '.join(absent)}; run tools/lab/build and "
                        "swift build -c release")
    for path in (share, HERE, *needed):
        if any(mark in os.path.abspath(path) for mark in " ,"):
            raise BootError(f"{path}: a kernel cannot be told of a path with a blank or a comma")
    (share / "code").unlink(missing_ok=True)
    with open(share / "console", "wb") as console:
        guest = _begin(line, console, _environment())
        try:
            guest.wait(seconds)
        except subprocess.TimeoutExpired as error:
            raise BootError(f"not over in {seconds} s\n{_seen(share)}") from error
        finally:
            _end(guest)
    return contents(share / "code").strip()


def contents(path):
    """The text of a file; nothing where there is none."""
    return path.read_text(errors="replace") if path.exists() else ""


def _seen(share):
    """The last that was said in the guest, and of it."""
    parts = {name: contents(share / name).splitlines()[-60:]
             for name in ("said", "console", "log")}
    return "\n".join(f"--- {name}\n" + "\n".join(lines) for name, lines in parts.items())
