"""Breaks the product on purpose and plays the scenario that guards it; behind tools/mutate.

A scenario's MUTATIONS are (path, old text, new text). One is seen when a claim of the scenario,
which holds of the product as it is, does not of the broken one. A scenario that cannot be played or
judged then has seen nothing: it must be written so that it can.
"""

import argparse
import contextlib
import fcntl
import hashlib
import itertools
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import traceback

from stage import place

from . import run
from . import scenario as scenarios
from .boot import BootError, obtained

ROOT = pathlib.Path(place.ROOT)
CACHE = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache")
COPIED = ("Package.swift", "Package.resolved", "Sources", "Tests")


def mutations(name):
    """[(path, old, new)] of a scenario."""
    return list(getattr(scenarios.named(name), "MUTATIONS", ()))


def stale(path, old, new, root=ROOT):
    """Why a mutation of the sources in a folder means nothing any more; None when it does."""
    file = root / path
    if not path.startswith("Sources/") or not file.is_file():
        return f"there is no {path} in Sources"
    count = file.read_text(encoding="utf-8").count(old)
    if count != 1:
        return f"{path} has it {count} times"
    return "it changes nothing" if old == new else None


def check(names):
    """Complaints about what can not be broken as it says."""
    found = []
    for name in names:
        if not mutations(name):
            found.append(f"{name}: it has no mutation")
        for path, old, new in mutations(name):
            if why := stale(path, old, new):
                found.append(f"{name}: {brief(path, old, new)}: stale: {why}")
    return found


def brief(path, old, new):
    """One line that names a mutation: where, and the first lines that differ."""
    pairs = itertools.zip_longest(old.splitlines(), new.splitlines(), fillvalue="")
    before, after = next(((a, b) for a, b in pairs if a != b), (old, new))
    return f"{pathlib.PurePath(path).name}: {before.strip()} -> {after.strip() or 'nothing'}"


class Copy:
    """The sources in a folder of their own, with a build that goes on from the last one."""

    def __init__(self):
        own = hashlib.sha256(str(ROOT).encode()).hexdigest()[:12]
        self.folder = CACHE / "intercomd" / "mutants" / own
        self.folder.mkdir(parents=True, exist_ok=True)
        self._lock = open(self.folder / ".lock", "w", encoding="ascii")
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("mutate: waiting for another one of this working copy", file=sys.stderr)
            fcntl.flock(self._lock, fcntl.LOCK_EX)
        self.programs = self.folder / ".build" / "release"

    def renew(self):
        """Makes it as the working copy is; files that are the same stay as they are, for builds."""
        for part in COPIED:
            self._renew(ROOT / part, self.folder / part)

    def _renew(self, source, target):
        if source.is_dir():
            target.mkdir(exist_ok=True)
            names = {one.name for one in source.iterdir() if one.name != "__pycache__"}
            for extra in {one.name for one in target.iterdir()} - names:
                _remove(target / extra)
            for name in sorted(names):
                self._renew(source / name, target / name)
        elif source.exists():
            data = source.read_bytes()
            if not target.exists() or target.read_bytes() != data:
                target.write_bytes(data)
        else:
            _remove(target)

    def build(self):
        """Builds; returns why that failed, or None."""
        for product in ("intercomd", "intercomctl"):
            done = subprocess.run(
                ["swift", "build", "-c", "release", "--product", product], cwd=self.folder,
                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                text=True, errors="replace", check=False)
            if done.returncode != 0:
                lines = done.stdout.splitlines()
                return next((one for one in lines if "error:" in one), " ".join(lines[-1:]))
        return None

    @contextlib.contextmanager
    def broken(self, path, old, new):
        """The copy with one mutation in it, as long as the block lasts."""
        file = self.folder / path
        text = file.read_text(encoding="utf-8")
        file.write_text(text.replace(old, new), encoding="utf-8")
        try:
            yield
        finally:
            file.write_text(text, encoding="utf-8")


def _remove(path):
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def trial(program, name):
    """Plays a scenario once; returns (whether all of it was played and judged, what of it failed
    first or None).
    """
    with tempfile.TemporaryDirectory(prefix="mutate-") as folder:
        try:
            case = run.play(program, name, pathlib.Path(folder) / name)
            complaints = case.judged(scenarios.named(name).judge)
        except BootError as error:
            return False, f"it was not played to its end: {_reason(str(error))}"
        except Exception as error:  # pylint: disable=broad-exception-caught
            last = traceback.extract_tb(error.__traceback__)[-1]
            return False, (f"the judge broke: {type(error).__name__}: {error} "
                           f"({pathlib.PurePath(last.filename).name}:{last.lineno})")
    return True, complaints[0] if complaints else None


def _reason(text):
    """The line that says why a guest did not play to the end."""
    lines = text.splitlines()
    errors = [line for line in lines if re.match(r"[\w.]*(Error|Exception|Expired)\b", line)]
    return (errors or lines)[0]


class Table:
    """What is printed, a line a mutation."""

    def __init__(self):
        self.bad, self.count, self._start = 0, 0, time.monotonic()

    def add(self, name, what, verdict, detail, seconds):
        """One line, and why below it."""
        self.count += 1
        self.bad += verdict != "ok"
        print(f"{verdict:14} {seconds:5.0f} s  {name:18} {what}\n{'':25} {detail}", flush=True)

    def end(self):
        """The last line; returns the exit code."""
        print(f"mutate: {self.count} tried, {self.count - self.bad} seen, {self.bad} not, "
              f"{time.monotonic() - self._start:.0f} s")
        return 1 if self.bad else 0


def holding(program, names, table):
    """Those scenarios that hold of the product as it is and can be tried; says of the others why.
    """
    for name in names:
        if not mutations(name):
            table.add(name, "-", "NO MUTATION", "nothing shows that it can fail", 0)
        elif why := trial(program, name)[1]:
            table.add(name, "-", "FAILS UNBROKEN", why, 0)
        else:
            yield name


def attempt(program, copy, name, mutation, table):
    """Tries one mutation."""
    start = time.monotonic()
    # Of the copy: the working copy may have been edited since.
    if why := stale(*mutation, copy.folder):
        verdict, detail = "STALE", why
    else:
        with copy.broken(*mutation):
            why = copy.build()
            is_judged, seen = (True, None) if why else trial(program, name)
        if why:
            verdict, detail = "DOES NOT BUILD", why
        elif not is_judged:
            verdict, detail = "NO CLAIM", seen
        else:
            verdict, detail = ("ok", seen) if seen else ("NOT SEEN", "all claims hold")
    table.add(name, brief(*mutation), verdict, detail, time.monotonic() - start)


def mutate(names):
    """Tries all mutations of these scenarios; returns the exit code."""
    program = obtained("mutate")
    copy, table = Copy(), Table()
    copy.renew()
    print(f"mutate: building the product in {copy.folder}", flush=True)
    if why := copy.build():
        print(f"tools/mutate: the product itself does not build: {why}", file=sys.stderr)
        return 1
    place.PROGRAMS = str(copy.programs)
    # Another daemon would have none of the mutations.
    os.environ.pop("INTERCOM_DAEMON", None)
    for name in list(holding(program, names, table)):
        for mutation in mutations(name):
            attempt(program, copy, name, mutation, table)
    return table.end()


def main():
    """Exit codes: 0 all are seen (or nothing can be played here), 1 not, 2 wrong words, 130
    interrupted.
    """
    parser = argparse.ArgumentParser(prog="tools/mutate")
    parser.add_argument("--check", action="store_true")
    parser.add_argument("names", nargs="*")
    chosen = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))
    if unknown := run.unknown(chosen.names):
        print(f"tools/mutate: {unknown}", file=sys.stderr)
        return 2
    names = chosen.names or run.names()
    if not chosen.check:
        return mutate(names)
    complaints = check(names)
    for one in complaints:
        print(f"tools/mutate: {one}", file=sys.stderr)
    return 1 if complaints else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(128 + signal.SIGINT)
