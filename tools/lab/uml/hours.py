"""Hours of virtual time in one guest; the program behind `tools/soak --hours`."""

import argparse
import json
import sys
import threading
import time

from stage import tool

from . import run
from . import scenario as scenarios
from .boot import BootError, boot, obtained
from .case import Case
from .said import Said

REAL_PER_HOUR = 1800
"""Seconds of real time that an hour may take; on a quiet machine it is some 200."""


class Follower(threading.Thread):
    """Says what the guest writes down as its hours pass."""

    def __init__(self, path):
        super().__init__(daemon=True)
        self._path, self._start, self.ending = path, time.monotonic(), threading.Event()

    def run(self):
        said = 0
        while not self.ending.wait(2):
            # After the last end of a line there is nothing, or one that is being written.
            lines = self._path.read_text().split("\n")[:-1] if self._path.exists() else []
            for line in lines[said:]:
                text = ", ".join(f"{name} {value}" for name, value in json.loads(line).items())
                print(f"[{time.monotonic() - self._start:6.0f} s] {text}", flush=True)
            said = len(lines)


def play(program, scenario_name, hours, folder):
    """Plays the hours; returns the case."""
    scenario = scenarios.named(scenario_name)
    scenario.prepare(Said(folder), hours)
    (folder / "hours").write_text(str(hours))
    follower = Follower(folder / "facts")
    follower.start()
    try:
        boot(program, scenario_name, scenario.STATIONS, folder, REAL_PER_HOUR * (hours + 1))
    finally:
        follower.ending.set()
        follower.join()
    return Case(folder, scenario.STATIONS)


def main():
    """Exit codes: 0 passed or skipped, 1 not passed, 2 wrong words, 130 interrupted."""
    parser = argparse.ArgumentParser(prog="tools/soak")
    parser.add_argument("--hours", type=int, required=True)
    parser.add_argument("--drift", action="store_true")
    chosen = parser.parse_args()
    if chosen.hours < 1:
        parser.error("--hours: 1 at least")
    program = obtained("soak")
    name = "long.drift" if chosen.drift else "long.day"
    scenario = scenarios.named(name)
    start = time.monotonic()

    def judge(case):
        scenario.judge(case, chosen.hours)

    with tool.kept_folder("hours") as folder:
        try:
            case = play(program, name, chosen.hours, folder)
            # The controls spoil what holds.
            complaints = case.judged(judge) or run.blind(judge, scenario.controls(case))
        except BootError as error:
            print(f"soak FAILED: {error}")
            return 1
    for text in case.notes:
        print(text)
    for text in case.claims:
        print(f"{'FAULT' if text in complaints else 'ok   '} {text}")
    for text in complaints:
        if text not in case.claims:
            print(f"FAULT {text}")
    left = ", but not all was judged" if any("NOT MEASURED" in one for one in case.notes) else ""
    print(f"soak of {chosen.hours} virtual hours, {time.monotonic() - start:.0f} s: "
          f"{'FAILED' if complaints else 'passed'}{left}")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(tool.run("soak", main))
