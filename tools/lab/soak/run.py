"""Runs the plan against the town, judges every talk and every daemon, ends with a verdict."""

import argparse
import collections
import contextlib
import json
import secrets
import sys
import time

from stage import people, place, process, sanitizer, tool

from . import growth, plan, verdict
from .happen import Happen
from .town import LATER_NS, NAMES, STEADY, TONES, Town, loudness

TRIES = 4
"""How often a talk is repeated that the machine, not a daemon, was too late for."""


class Run:
    """One life of one daemon, and what it held at quiet moments."""

    def __init__(self, station):
        self.name, self.pid, self.samples, self.returns = station.name, station.pid, [], 0

    def row(self):
        """(one dictionary a judged column)"""
        return [{"station": self.name, "pid": self.pid, "what": one.what, "first": one.first,
                 "last": one.last, "allowed": one.allowed, "grown": one.is_grown}
                for one in growth.judge(self.samples, self.returns)]


class Soak:
    """The run as a whole."""

    def __init__(self, town, seed):
        self.town, self.seed, self.start = town, seed, time.monotonic()
        self.counts, self.faults, self.runs = collections.Counter(), [], {}
        self.recovery = collections.defaultdict(list)
        self.shares = []
        self.heap_calls = None
        self._late = 0.0
        """For how many ms the world around the daemons did not run, in the last talk."""
        self.happen = Happen(town, self.talk, self.note)

    # What it says.

    def note(self, text):
        """A line of the log, with the moment since the beginning."""
        print(f"[{time.monotonic() - self.start:7.1f} s] {text}", flush=True)

    def fault(self, text):
        """What must not be."""
        self.faults.append(text)
        self.note(f"FAULT {text}")

    # What happens.

    def until(self, seconds):
        """Goes through the plan for so long."""
        for event in plan.events(self.seed, NAMES, STEADY):
            if time.monotonic() - self.start >= seconds and self.can_judge():
                return
            self.counts["events"] += 1
            self.note(event)
            try:
                self.one(event)
            except (AssertionError, place.StageError, OSError) as error:
                self.fault(f"{event.kind}: {error}")
                self.tail()
            self.raise_the_dead()

    def can_judge(self):
        """Whether the station that is never restarted was looked at often enough."""
        run = self.runs.get(self.town[STEADY].pid)
        # Something else is wrong where that takes so long.
        return run and growth.judge(run.samples) or self.counts["events"] >= 50

    def one(self, event):
        """An event, the talk after it, and a look at all daemons."""
        self.happen.do(event)
        if event.kind == "reload without":
            self.run_of(self.town[event.station]).returns += 1
        began = time.monotonic()
        self.town.whole()
        self.recovery[event.kind].append(time.monotonic() - began)
        self.talk([self.town[event.talker]], event.seconds)
        if self.town.watchers and event.kind != "watchers":
            self.town.unwatch()
        elif not self.town.watchers:
            self.sample()

    def raise_the_dead(self):
        """A daemon that ended by itself is a fault; the others go on with a new one."""
        for one in self.town.stations:
            for badnet in self.town.badnets.values():
                badnet.do("clear", "both")
            if not process.is_alive(one.process):
                self.counts["crashes"] += 1
                self.fault(f"{one} ended by itself with {one.process.returncode}")
                self.tail(one)
                one.begin()

    def tail(self, *stations):
        """The last of the logs, for whoever looks for the cause."""
        for one in stations or self.town.stations:
            for line in one.log.splitlines()[-8:]:
                self.note(f"  {one}: {line}")

    def sample(self):
        """What every daemon holds, now that all is quiet."""
        # A caller that has left is let go of at the next turn, old settings within a second.
        time.sleep(0.1)
        for one in self.town.stations:
            run = self.run_of(one)
            run.samples.append(growth.sample(one.pid, time.monotonic() - self.start))
            self.note_jump(run)
            self.heap_calls = verdict.heap_calls(one.status(), self.heap_calls)

    def run_of(self, station):
        """The present life of a station's daemon."""
        return self.runs.setdefault(station.pid, Run(station))

    def note_jump(self, run):
        """Says which event a daemon took much memory at."""
        if len(run.samples) > 1 and run.samples[-1].anonymous is not None:
            before, now = run.samples[-2].anonymous, run.samples[-1].anonymous
            if now - before > 64:
                self.note(f"  {run.name} has taken memory: {before} kB, now {now} kB")

    # Who hears whom.

    def talk(self, talkers, seconds, calm=True):
        """These talk at once, and everyone who should hears each of them."""
        for attempt in range(TRIES):
            missing, judged = self.listen(talkers, seconds, calm)
            if not missing and judged:
                self.counts["talks"] += 1
                return
            if missing and not self._late:
                break
            self.note(f"  the machine was late ({self._late:.0f} ms): once more ({attempt + 1})")
        else:
            self.counts["undecided"] += 1
            self.note(f"  not measured: {'; '.join(missing) or 'too little was recorded in time'}")
            return
        self.counts["talks"] += 1
        self.counts["unheard"] += len(missing)
        raise AssertionError("; ".join(missing))

    def listen(self, talkers, seconds, calm):
        """One try: (what was not heard as it should, whether enough of it could be judged)."""
        listeners = {one.name: [t for t in talkers if one in self.town.listeners(t)]
                     for one in self.town.stations}
        for one in self.town.stations:
            one.record()
        with contextlib.ExitStack() as keys:
            for talker in talkers:
                keys.enter_context(talker.talking())
            for one in self.town.stations:
                for talker in listeners[one.name]:
                    people.wait(lambda one=one, talker=talker: one.hears(talker),
                                f"{one} shows that {talker} talks")
            span = people.listen(seconds)
        return self.judge(talkers, listeners, span, calm)

    def judge(self, talkers, listeners, span, calm):
        """What of it was not heard, and what was that should not have been."""
        missing, judged, self._late = [], True, 0.0
        for one in self.town.stations:
            heard = one.recorded()
            if one in talkers and len(talkers) == 1:
                continue
            gaps = self.gaps(heard, span, [t for t in talkers if t is not one])
            for talker in talkers:
                if talker is one:
                    continue
                level, share, length = loudness(heard, span, TONES[talker.name], gaps)
                if talker in listeners[one.name]:
                    judged = judged and length >= 0.2
                    least = (0.8, -18.0) if calm else (0.5, -26.0)
                    self.counts["hearings"] += 1
                    if calm and length >= 0.2:
                        self.shares.append(share)
                    if length >= 0.2 and (share < least[0] or level < least[1]):
                        missing.append(f"{one} heard {share:.0%} of {talker}, {level:.1f} dBFS")
                elif level > -55:
                    missing.append(f"{one} heard {talker}, whom it does not know: {level:.1f} dBFS")
        return missing, judged

    def gaps(self, heard, span, talkers):
        """Where speech was not said, or sound not recorded: (from, to) in seconds of the span."""
        unsaid = [(start, to + LATER_NS) for talker in talkers for start, to in talker.unsaid()]
        found = [((start - span[0]) / 1e9, (to - span[0]) / 1e9)
                 for start, to in unsaid + heard.gaps]
        length = (span[1] - span[0]) / 1e9
        near = [gap for gap in found if gap[1] > 0 and gap[0] < length]
        self._late += 1000 * sum(to - start for start, to in near)
        return near

    # The end.

    def report(self):
        """Everything in numbers."""
        # `verdict` says why.
        rows = [row for run in self.runs.values() for row in run.row() if not sanitizer.NAME]
        for row in rows:
            if row["grown"]:
                self.fault(f"{row['station']} ({row['pid']}) grew: {row['what']} from "
                           f"{row['first']:g} to {row['last']:g}")
        minutes = (time.monotonic() - self.start) / 60
        faults, left_out = verdict.judge(verdict.Facts(
            minutes, self.counts["talks"], self.counts["undecided"], self.heap_calls,
            frozenset(row["what"] for row in rows if row["station"] == STEADY), sanitizer.NAME))
        for text in faults:
            self.fault(text)
        for text in left_out:
            self.note(text)
        return {
            "seed": self.seed, "minutes": round(minutes, 2), "left_out": left_out,
            **{name: self.counts[name]
               for name in ("events", "talks", "hearings", "unheard", "undecided", "crashes")},
            "runs": len(self.runs), "worst_share": min(self.shares, default=None),
            "heap_calls": self.heap_calls, "growth": rows,
            "grown": sorted({row["what"] for row in rows if row["grown"]}),
            "recovery_s": {kind: round(max(took), 2) for kind, took in self.recovery.items()},
            "faults": self.faults, "verdict": "failed" if self.faults else "passed"}


def table(report):
    """The growth of every run that was long enough, for a person."""
    lines = [f"{'station':10}{'process':>9}  {'what':14}{'first':>9}{'last':>9}{'allowed':>9}"]
    for row in report["growth"]:
        verdict = "  GREW" if row["grown"] else ""
        lines.append(f"{row['station']:10}{row['pid']:9}  {row['what']:14}{row['first']:9g}"
                     f"{row['last']:9g}{row['allowed']:+9g}{verdict}")
    lines.append("longest until all was whole again, s: " + ", ".join(
        f"{kind} {took}" for kind, took in sorted(report["recovery_s"].items())))
    return "\n".join(lines)


def main():
    """The command line; 0 when everything held."""
    parser = argparse.ArgumentParser(prog="tools/soak")
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--plant", default="")
    chosen = parser.parse_args()
    seed = secrets.randbelow(10**6) if chosen.seed is None else chosen.seed
    print(f"soak: {chosen.minutes:g} minutes, seed {seed}; again with --seed {seed}", flush=True)
    with Town(seed) as town:
        if chosen.plant:
            for one in town.stations:
                one.preloads.append(place.lab("libplant.so"))
                one.environment["PLANT"] = chosen.plant
        town.start()
        town.speak()
        soak = Soak(town, seed)
        soak.until(chosen.minutes * 60)
        report = soak.report()
    print(table(report))
    print(f"soak {report['verdict']}: {report['events']} events, {report['talks']} talks, "
          f"{report['hearings']} hearings, {report['unheard']} unheard, "
          f"{report['undecided']} not measured, {report['crashes']} crashes, "
          f"{report['runs']} runs of daemons, {len(report['faults'])} faults; seed {seed}")
    if chosen.json:
        print(json.dumps(report))
    return 0 if report["verdict"] == "passed" else 1


if __name__ == "__main__":
    sys.exit(tool.run("soak", main))
