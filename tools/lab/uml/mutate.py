"""Breaks the product on purpose and plays the test that guards it; behind tools/mutate.

A scenario's MUTATIONS are (path, old text, new text). One is seen when a claim of the scenario,
which holds of the product as it is, does not of the broken one. A scenario that cannot be played or
judged then has seen nothing: it must be written so that it can.

In a file of Tests/System each has a fourth part, "Class.test": only this test is played, and it has
seen the mutation when it fails.
"""

import argparse
import ast
import contextlib
import fcntl
import functools
import hashlib
import io
import itertools
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time
import traceback
from typing import NamedTuple

from stage import place, tool

from . import run
from . import scenario as scenarios
from . import system
from .boot import BootError, obtained

ROOT = pathlib.Path(place.ROOT)
CACHE = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache")
COPIED = ("Package.swift", "Package.resolved", "Sources", "Tests")
SYSTEM = ROOT / "Tests" / "System"
SECONDS = 300
"""Real time that one system test may take: a broken daemon may never wait."""


class Mutation(NamedTuple):
    """A change of the product, and the test of a system file that notices it."""

    path: str
    old: str
    new: str
    test: str | None = None


@functools.cache
def tree(name):
    """A system file as it is written: it is not run, for it may need what is only in a guest."""
    return ast.parse((SYSTEM / f"test_{name}.py").read_text(encoding="utf-8")).body


def listed(name):
    """The MUTATIONS of a system file: literals."""
    for part in tree(name):
        if isinstance(part, ast.Assign) and ast.unparse(part.targets[0]) == "MUTATIONS":
            return [Mutation(*one) for one in ast.literal_eval(part.value)]
    return []


def tests(name):
    """The "Class.test" that there are in a system file."""
    return {f"{one.name}.{part.name}" for one in tree(name) if isinstance(one, ast.ClassDef)
            for part in one.body if isinstance(part, ast.FunctionDef)}


def names():
    """The scenarios, and the system files that have MUTATIONS."""
    files = sorted(path.stem.removeprefix("test_") for path in SYSTEM.glob("test_*.py"))
    return list(dict.fromkeys([*run.names(), *(name for name in files if listed(name))]))


def mutations(name):
    """Those of a scenario and of a system file of this name."""
    own = getattr(scenarios.named(name), "MUTATIONS", ()) if name in run.names() else ()
    return [Mutation(*one) for one in own] + (
        listed(name) if (SYSTEM / f"test_{name}.py").is_file() else [])


def stale(mutation, root=ROOT):
    """Why a mutation of the sources in a folder means nothing any more; None when it does."""
    path, old, new, _ = mutation
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
        for one in mutations(name):
            if why := stale(one):
                found.append(f"{name}: {brief(one)}: stale: {why}")
            if one.test and one.test not in tests(name):
                found.append(f"{name}: {brief(one)}: there is no {one.test}")
    return found


def brief(mutation):
    """One line that names a mutation: where, and the first lines that differ."""
    path, old, new, _ = mutation
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
    def broken(self, mutation):
        """The copy with one mutation in it, as long as the block lasts."""
        file = self.folder / mutation.path
        text = file.read_text(encoding="utf-8")
        file.write_text(text.replace(mutation.old, mutation.new), encoding="utf-8")
        try:
            yield
        finally:
            file.write_text(text, encoding="utf-8")


def _remove(path):
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def trial(program, name, test):
    """Plays a scenario, or a test of a system file, once; returns (whether all of it was played and
    judged, what of it failed first or None).
    """
    if test:
        return system_trial(program, name, test)
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


def system_trial(program, name, test):
    """The same of a test of a system file. A test whose class did not come up was not played."""
    said = io.StringIO()
    with tempfile.TemporaryDirectory(prefix="mutate-") as folder, contextlib.redirect_stdout(said):
        code = system.run(program, *system.system(name, test), pathlib.Path(folder), SECONDS)
    if code == 0:
        return True, None
    text = said.getvalue()
    is_played = re.search(rf"^(FAIL|ERROR): {test.split('.')[1]}\b", text, re.MULTILINE)
    return bool(is_played), f"{'' if is_played else 'it was not played: '}{_reason(text)}"


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


def holding(program, name, table):
    """The mutations of those tests that hold of the product as it is; says of the others why."""
    if not mutations(name):
        table.add(name, "-", "NO MUTATION", "nothing shows that it can fail", 0)
    for test in dict.fromkeys(one.test for one in mutations(name)):
        if why := trial(program, name, test)[1]:
            table.add(name, test or "-", "FAILS UNBROKEN", why, 0)
        else:
            yield from (one for one in mutations(name) if one.test == test)


def attempt(program, copy, name, mutation, table):
    """Tries one mutation."""
    start = time.monotonic()
    # Of the copy: the working copy may have been edited since.
    if why := stale(mutation, copy.folder):
        verdict, detail = "STALE", why
    else:
        with copy.broken(mutation):
            why = copy.build()
            is_judged, seen = (True, None) if why else trial(program, name, mutation.test)
        if why:
            verdict, detail = "DOES NOT BUILD", why
        elif not is_judged:
            verdict, detail = "NO CLAIM", seen
        else:
            verdict, detail = ("ok", seen) if seen else ("NOT SEEN", "all claims hold")
    table.add(name, brief(mutation), verdict, detail, time.monotonic() - start)


def mutate(chosen):
    """Tries all mutations of these names; returns the exit code."""
    program = obtained("mutate")
    copy, table = Copy(), Table()
    copy.renew()
    print(f"mutate: building the product in {copy.folder}", flush=True)
    if why := copy.build():
        print(f"tools/mutate: the product itself does not build: {why}", file=sys.stderr)
        return 1
    # Also for the tests in a guest.
    place.PROGRAMS = os.environ["INTERCOM_PROGRAMS"] = str(copy.programs)
    # Another daemon would have none of the mutations.
    os.environ.pop("INTERCOM_DAEMON", None)
    held = [(name, one) for name in chosen for one in holding(program, name, table)]
    for name, mutation in held:
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
    known = names()
    if unknown := run.unknown([name for name in chosen.names if name not in known]):
        print(f"tools/mutate: {unknown}", file=sys.stderr)
        return 2
    if not chosen.check:
        return mutate(chosen.names or known)
    complaints = check(chosen.names or known)
    for one in complaints:
        print(f"tools/mutate: {one}", file=sys.stderr)
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(tool.run("mutate", main))
