"""Plays scenarios and judges them; the program behind tools/scenarios."""

import argparse
import concurrent.futures
import pathlib
import signal
import sys
import time
import traceback

from stage import place, tool

from . import scenario as scenarios
from .boot import BootError, boot, end_all, obtained
from .case import Case
from .said import Said

SECONDS = 150
"""Real time a scenario may take, unless it says SECONDS."""


def names():
    """All scenarios there are; those of tools/test first."""
    found = sorted(path.stem for path in scenarios.FOLDER.glob("*.py"))
    return sorted(found, key=lambda name: not scenarios.named(name).OFTEN)


def unknown(chosen):
    """What is wrong with the names of scenarios that somebody chose; None when nothing is."""
    known = names()
    wrong = next((name for name in chosen if name not in known), None)
    if wrong is None:
        return None
    long = f"{wrong.removeprefix('long.').removeprefix('long/')}.py"
    if (scenarios.FOLDER / "long" / long).is_file():
        return f"{wrong} is played by tools/soak --hours alone, and has no MUTATIONS"
    return f"there is no {wrong}; there are: {', '.join(known)}"


def aged():
    """What is to be said when the daemon may be older than what it is made of; or None."""
    daemon = pathlib.Path(place.program("intercomd"))
    made = daemon.stat().st_mtime if daemon.exists() else float("inf")
    newer = next((path for path in sorted((pathlib.Path(place.ROOT) / "Sources").rglob("*.*"))
                  if path.stat().st_mtime > made), None)
    return newer and (f"{daemon} is older than {newer.relative_to(place.ROOT)}: is it built of "
                      "what is there?")


def play(program, name, folder):
    """One run of a scenario; returns the case."""
    scenario = scenarios.named(name)
    folder.mkdir()
    if hasattr(scenario, "prepare"):
        scenario.prepare(Said(folder))
    more = scenario.boot_words(folder) if hasattr(scenario, "boot_words") else ()
    for number in range(getattr(scenario, "BOOTS", 1)):
        boot(program, name, scenario.STATIONS, folder, getattr(scenario, "SECONDS", SECONDS),
             [*more, f"boots={number}"])
    return Case(folder, scenario.STATIONS)


def blind(judge, controls):
    """Complaints about claims that hold of a spoiled case, too."""
    found, tried = [], 0
    for what, other in controls:
        tried += 1
        if not other.judged(judge):
            found.append(f"the claims do not see that {what}")
    return found if tried else ["it has no control"]


def left(scenario, case):
    """What must be the same in every run, by name; a scenario that is TIMELESS says what of the
    `outcome` is, besides what it has logged itself.
    """
    return {**case.prints(), **(scenario.outcome(case) if hasattr(scenario, "outcome") else {})}


def attempt(program, name, folder, twice):
    """Plays a scenario once or twice; returns (complaints, the case or None)."""
    scenario, case = scenarios.named(name), None
    try:
        case = play(program, name, folder / "first")
        # The controls spoil what holds; of a case that does not they would say nothing.
        complaints = case.judged(scenario.judge) or blind(
            scenario.judge, scenario.controls(case))
        if twice:
            again = play(program, name, folder / "second")
            complaints += [one for one in again.judged(scenario.judge) if one not in complaints]
            if again.claims != case.claims:
                complaints.append("the figures differ between two runs")
            one, other = left(scenario, case), left(scenario, again)
            complaints += [f"{what} differs between two runs"
                           for what in sorted({*one, *other}) if one.get(what) != other.get(what)]
        return complaints, case
    except BootError as error:
        return [str(error)], case
    except Exception:  # pylint: disable=broad-exception-caught
        # The judge broke, or what was to be said could not be made.
        return [*(case.complaints if case else []), traceback.format_exc()], case


class Report:
    """What is printed of each scenario when it is over."""

    def __init__(self, chosen, folder):
        self.chosen, self.folder, self.failed = chosen, folder, 0

    def add(self, name, complaints, case, seconds):
        """One scenario."""
        self.failed += bool(complaints)
        virtual = f"{case.log[-1].ns / 1e9:6.1f} s virtual" if case and case.log else ""
        times = ", twice the same" if self.chosen.twice and not complaints else ""
        if times and getattr(scenarios.named(name), "TIMELESS", False):
            times += " (moments and bytes are not compared)"
        print(f"{'FAILED' if complaints else 'ok':6} {seconds:6.1f} s {virtual}  "
              f"{name.replace('_', ' ')}{times}")
        if case and (self.chosen.verbose or complaints):
            for text in case.claims:
                print(f"         {'-' if text in case.complaints else '+'} {text}")
        for text in case.notes if case else []:
            print(*(f"         {line}" for line in text.splitlines()), sep="\n")
        for text in complaints:
            print(*(f"       ! {line}" for line in text.splitlines()), sep="\n")
        sys.stdout.flush()


def play_all(program, wanted, report):
    """Plays them, several at once."""
    chosen = report.chosen

    def one(name):
        start, folder = time.monotonic(), report.folder / name
        folder.mkdir()
        return name, *attempt(program, name, folder, chosen.twice), time.monotonic() - start

    with concurrent.futures.ThreadPoolExecutor(chosen.jobs) as pool:
        try:
            for task in concurrent.futures.as_completed(
                    [pool.submit(one, name) for name in wanted]):
                report.add(*task.result())
        except BaseException:
            # Interrupted: what is being played ends, what waits is not begun.
            pool.shutdown(wait=False, cancel_futures=True)
            end_all()
            raise


def run(chosen):
    """Plays what was chosen; returns the exit code."""
    if wrong := unknown(chosen.names):
        print(f"tools/scenarios: {wrong}", file=sys.stderr)
        return 2
    if warning := aged():
        print(f"tools/scenarios: {warning}", file=sys.stderr)
    known = names()
    program = obtained("scenarios")
    wanted = list(dict.fromkeys(chosen.names)) or [
        name for name in known if chosen.all or scenarios.named(name).OFTEN]
    begin = time.monotonic()
    try:
        with tool.kept_folder("scenarios") as folder:
            report = Report(chosen, folder)
            play_all(program, wanted, report)
    except KeyboardInterrupt:
        return 128 + signal.SIGINT
    print(f"scenarios: {len(wanted)} played, {report.failed} failed, "
          f"{len(known) - len(wanted)} left out, "
          f"{time.monotonic() - begin:.0f} s")
    return 1 if report.failed else 0


def main():
    """Exit codes: 0 all claims hold (or nothing can be played here), 1 not, 2 wrong words."""
    parser = argparse.ArgumentParser(prog="tools/scenarios")
    parser.add_argument("--all", action="store_true")
    parser.add_argument("--twice", action="store_true")
    parser.add_argument("--verbose", action="store_true")
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("names", nargs="*")
    chosen = parser.parse_args()
    if chosen.jobs < 1:
        parser.error("--jobs: 1 at least")
    tool.heed_signals()
    if chosen.list:
        for name in names():
            scenario = scenarios.named(name)
            print(f"{'often' if scenario.OFTEN else '':6}{name:18} "
                  f"{scenario.__doc__.splitlines()[0]}")
        return 0
    return run(chosen)


if __name__ == "__main__":
    sys.exit(main())
