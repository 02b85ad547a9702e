"""Plays tests in a guest, in virtual time: `python3 -m uml.system NAME [TEST...]`, of a file of
Tests/System, or `python3 -m uml.system --unit FILTER...`, unit tests.

The tests run as they are. In the guest a program waits for nothing but what it waits for by its own
will, however busy this machine is, so what is not heard there has not been said.
"""

import argparse
import os
import shlex
import sys

from stage import place, tool

from .boot import BootError, KernelError, contents, kernel, play, words

SECONDS = 3600 if os.environ.get("INTERCOM_ALL") else 1200
"""Real time that a file may take."""
MEMORY = "1500M"
UNIT_TESTS = f"{place.ROOT}/.build/debug/intercomdPackageTests.xctest"


def script(command, folder):
    """What the guest runs, for this command; `folder` is the one it shares with this machine."""
    lines = [f"export {name}={shlex.quote(value)}" for name, value in sorted(os.environ.items())
             if name.startswith("INTERCOM_")]
    # One thread of a library that would make more: there is one processor.
    lines += [f"export INTERCOM_GUEST={folder} PYTHONDONTWRITEBYTECODE=1 OPENBLAS_NUM_THREADS=1",
              shlex.join(command),
              "code=$?", "read -r up _ </proc/uptime",
              "cp -r /tmp/intercom-* /run/share/" if os.environ.get("INTERCOM_KEEP") else "",
              'echo "$up" >/run/share/seconds', "exit $code"]
    return "\n".join(lines) + "\n"


def unit(filters):
    """Runs unit tests: what to run, and what that needs."""
    command = [UNIT_TESTS, "--testing-library", "swift-testing"]
    for one in filters:
        command += ["--filter", one]
    return command, [UNIT_TESTS, place.lab("simcard")]


def system(name, *tests):
    """Runs a file of Tests/System, or some tests of it."""
    # For stations of this machine; another one's bring libraries of their own.
    os.environ.setdefault("INTERCOM_PRELOADS", place.lab("libturn.so"))
    return ["/usr/bin/python3", "Tests/System", name, "--verbose", *tests], [
        place.program("intercomd"), place.program("intercomctl"), place.lab("simcard"),
        place.lab("libturn.so")]


def run(program, command, needed, folder, seconds=SECONDS):
    """Plays it; prints what it printed, and returns its exit code."""
    (folder / "play").write_text(script(command, folder), encoding="utf-8")
    try:
        # The cards are simulated; one of the kernel's would be found before them.
        code = play([*words(program, folder, MEMORY), "snd_aloop.enable=0"], folder, needed,
                    seconds)
    except BootError as error:
        print(error)
        return 1
    if code:
        print(contents(folder / "said"), end="")
        print(f"in a guest: {contents(folder / 'seconds').strip() or '?'} s of its time")
    else:
        for name in ("said", "console"):
            print(f"--- {name}", *contents(folder / name).splitlines()[-60:], sep="\n")
        print("the guest ended before the test did")
    return int(code or 1)


def main():
    """Exit codes: 0 all tests passed, 1 not, 3 there is no kernel for guests here."""
    parser = argparse.ArgumentParser(prog="uml.system")
    parser.add_argument("--processor", type=int, help="the one that the guest stays on")
    parser.add_argument("--check", action="store_true", help="whether there can be a guest")
    parser.add_argument("--unit", action="store_true", help="unit tests, by filters of swift test")
    parser.add_argument("name", nargs="?")
    parser.add_argument("tests", nargs="*")
    chosen = parser.parse_args()
    if not (chosen.check or chosen.name):
        parser.error("which file of Tests/System?")
    try:
        program = kernel()
    except KernelError as error:
        print(error, file=sys.stderr)
        return error.code
    if program is None:
        return 3
    if chosen.check:
        return 0
    if chosen.processor is not None:
        # Its processes hand over to each other all the time; from one processor to another each
        # time would have to wait until that wakes up.
        known = sorted(os.sched_getaffinity(0))
        os.sched_setaffinity(0, {known[chosen.processor % len(known)]})
    names = [chosen.name, *chosen.tests]
    with tool.kept_folder("guest") as folder:
        command, needed = unit(names) if chosen.unit else system(*names)
        return run(program, command, needed, folder)


if __name__ == "__main__":
    sys.exit(tool.run("guest", main))
