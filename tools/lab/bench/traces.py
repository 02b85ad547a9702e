"""The jitter buffer on networks, recorded and made up, in virtual time: delay against lost sound."""

import csv
import glob
import json
import os
import subprocess

from stage import place

from . import plot

OWN = os.path.join(os.path.dirname(__file__), "../../../Tests/Traces")
TALKS = 4
"""Where a pause falls is luck: each network is talked over by so many, and their mean counts."""
FIGURES = ["mean_delay_ms", "p95_delay_ms", "concealed_percent", "longest_concealed_ms"]


class Trace:
    """A network: what happened to each packet of 20 ms, in ms on the way, None = lost."""

    def __init__(self, path):
        self.name, kind = os.path.splitext(os.path.basename(path))
        try:
            with open(path, encoding="utf-8") as file:
                self.delays = list(_of_csv(file) if kind == ".csv" else _of_text(file))
        except (KeyError, ValueError) as error:
            raise ValueError(f"{path} is no trace: {error}") from error
        if not self.delays:
            raise ValueError(f"{path} has no packets")

    @property
    def loses(self):
        """Whether packets get lost, so that repeating frames is of use."""
        return self.delays.count(None) > len(self.delays) // 1000


def _of_csv(file):
    """The lines `seq,send_ms,delay_ms`, in the order of sending; -1 is lost."""
    for row in sorted(csv.DictReader(file), key=lambda row: int(row["seq"])):
        delay = float(row["delay_ms"])
        yield None if delay < 0 else delay


def _of_text(file):
    """One packet a line, in tenths of a millisecond; `-` is lost."""
    for line in file:
        yield None if line.strip() == "-" else float(line) / 10


def find(folder):
    """The traces of a folder."""
    paths = sorted(glob.glob(os.path.join(folder, "*.csv"))
                   or glob.glob(os.path.join(folder, "*.txt")))
    if not paths:
        raise ValueError(f"{folder} has no traces: NAME.csv, seq,send_ms,delay_ms")
    return [Trace(path) for path in paths]


def play(trace, depth=0, talks=TALKS):
    """What is heard over this network when each packet repeats `depth` frames."""
    program = os.path.join(os.environ["INTERCOM_PROBES"], "VoiceProbe")
    delays = "".join("-\n" if delay is None else f"{delay:.4f}\n" for delay in trace.delays)
    heard = []
    for seed in range(1, talks + 1):
        done = subprocess.run([program, str(depth), "1", str(seed)], input=delays, text=True,
                              capture_output=True, check=False)
        if done.returncode != 0:
            raise place.StageError(f"VoiceProbe: {done.stderr.strip()}")
        heard.append(json.loads(done.stdout))
    found = {name: sum(one[name] for one in heard) / talks for name in FIGURES}
    found["longest_concealed_ms"] = max(one["longest_concealed_ms"] for one in heard)
    found["j"] = found["mean_delay_ms"] + 20 * found["concealed_percent"]
    return {"trace": trace.name + (f"+{depth}" if depth else ""),
            **{name: round(value, 3) for name, value in found.items()}}


def run(options):
    """Plays every trace, those that lose packets also with one frame repeated."""
    print(f"Jitter buffer, packets of 20 ms, the mean of {TALKS} talks; J = delay + 20 x concealed")
    print()
    print(f"  {'':<20}{'delay ms':>10}{'95 %':>8}{'concealed %':>13}{'longest ms':>12}{'J':>8}")
    found = []
    for trace in find(options.traces or OWN):
        for depth in [0, 1] if trace.loses else [0]:
            one = play(trace, depth)
            found.append(one)
            print(f"  {one['trace']:<20}{one['mean_delay_ms']:>10.1f}{one['p95_delay_ms']:>8.1f}"
                  f"{one['concealed_percent']:>13.3f}{one['longest_concealed_ms']:>12.0f}"
                  f"{one['j']:>8.1f}", flush=True)
    print()
    if options.plot:
        plot.scatter(options.plot, "Networks", "concealed, %", "delay, ms",
                     [(one["trace"], one["concealed_percent"], one["mean_delay_ms"])
                      for one in found])
    return found
