"""The program behind tools/bench arm."""

import argparse
import contextlib
import json
import pathlib
import sys
import tempfile

from cross import CrossError
from packing.versions import made
from stage import tool

from . import budget
from .programs import Programs

RECORDED = pathlib.Path(__file__).parent / "budget.json"
"""Millions of instructions a frame, by case, for Debian 12."""
TOLERANCE = 0.05
MACHINES = {"Zero 2": (1.0, 0.5, 1.0), "Pi 3": (1.4, 0.5, 1.0), "Pi 4": (1.8, 1.0, 1.8),
            "Pi 5": (2.4, 1.8, 3.0)}
"""GHz, and the fewest and most instructions a cycle that such code is assumed to get there: cores
that work in order (A53), and those that do not (A72, A76). Not measured."""


def shares(frame):
    """The computed share of a core of each machine, in percent: `4-9`."""
    for clock, slow, quick in MACHINES.values():
        least, most = (frame * 1e6 / budget.FRAME_SECONDS / (clock * 1e9 * rate) * 100
                       for rate in (quick, slow))
        yield f"{least:.0f}-{most:.0f}"


def line(name, figure):
    """One case, as people read it."""
    return (f"  {name:31}{figure.frame:8.2f}{figure.frame / budget.FRAME_SECONDS:9.0f}"
            f"{figure.turn:8.2f}" + "".join(f"{one:>9}" for one in shares(figure.frame)))


def changed(found):
    """What is not within 5 % of what is recorded, in words."""
    recorded = json.loads(RECORDED.read_text("ascii"))
    missing = [f"{name}: is recorded, and was not measured"
               for name in recorded if name not in found]
    new = [f"{name}: is not recorded; --write does that"
           for name in found if name not in recorded]
    return missing + new + [
        f"{name}: {figure.frame:.3f} M instructions a frame, recorded are {recorded[name]}"
        for name, figure in found.items()
        if name in recorded and abs(figure.frame / recorded[name] - 1) > TOLERANCE]


def main():
    """Exit codes: 0 measured, and with --check as recorded; 1 not; 130 interrupted."""
    parser = argparse.ArgumentParser(prog="tools/bench arm", allow_abbrev=False)
    parser.add_argument("--package")
    parser.add_argument("--seconds", type=float, default=3.0)
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--write", action="store_true")
    chosen = parser.parse_args()
    package = chosen.package or (made(12, "arm64") or [None])[-1]
    if package is None:
        print("tools/bench arm: tools/package --arch arm64 first", file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory(prefix="intercom-arm-") as folder, \
            contextlib.closing(Programs(package, folder)) as programs:
        print(f"{pathlib.Path(package).name}: instructions of the media thread, in millions\n\n"
              f"  {'':31}{'10 ms':>8}{'1 s':>9}{'turn':>8}"
              + "".join(f"{name:>7} %" for name in MACHINES))
        found = budget.measure(programs.make, f"{folder}/houses", chosen.seconds,
                               lambda *case: print(line(*case), flush=True))
    if chosen.write:
        RECORDED.write_text(json.dumps({name: round(one.frame, 3) for name, one in found.items()},
                                       indent=4) + "\n", encoding="ascii")
    wrong = changed(found) if chosen.check else []
    for text in wrong:
        print(f"tools/bench arm: {text}", file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(tool.run("tools/bench arm", main, CrossError))
