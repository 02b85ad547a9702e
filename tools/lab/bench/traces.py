"""The jitter buffer on networks, recorded and made up: delay against lost sound."""

import csv
import glob
import json
import os
import subprocess

from stage import place

OWN = os.path.join(os.path.dirname(__file__), "../../../Tests/Traces")
RECORDINGS = ".down", ".up"
TALKS = 4
"""Where a pause falls is luck: each network is talked over by so many, and their mean counts."""
SIZE, INTERVAL, REST, ROOM, SECONDS = 117, 20, 20.0, 1500, 120
"""Of a recording of Mahimahi's: packets as `voice` has them, with headers, one every so many ms,
through moments at which so many bytes may leave, and then so many ms more; for so long."""


class Trace:
    """A network: what happened to each packet of 20 ms, in ms on the way, None = lost."""

    def __init__(self, path):
        self.name, kind = os.path.splitext(os.path.basename(path))
        if kind in RECORDINGS:
            self.name += kind
        read = {".csv": _of_csv, ".txt": _of_text}.get(kind, _of_recording)
        try:
            with open(path, encoding="utf-8") as file:
                self.delays = list(read(file))
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


def _of_recording(file):
    """One line for each moment, in ms, at which `ROOM` bytes may leave."""
    moments = [int(line) for line in file if line.strip()]
    if not moments or moments[-1] <= 0:
        raise ValueError("no moments")
    return delays(moments, SECONDS)


def delays(moments, seconds):
    """Milliseconds on the way of each packet; a queue before the link has no end, and a recording
    that is too short begins again."""
    length = moments[-1]
    place, round_, room, found = 0, 0, ROOM, []
    for number in range(int(seconds * 1000 / INTERVAL)):
        sent = number * INTERVAL
        # What may leave before there is something to send leaves empty.
        while round_ * length + moments[place] < sent or room < SIZE:
            place, room = place + 1, ROOM
            if place == len(moments):
                place, round_ = 0, round_ + 1
        room -= SIZE
        found.append(round_ * length + moments[place] - sent + REST)
    return found


def find(folder):
    """The traces of a folder, all of one kind."""
    for kinds in ((".csv",), (".txt",), RECORDINGS):
        paths = sorted(path for kind in kinds for path in glob.glob(f"{folder}/*{kind}"))
        if paths:
            return [Trace(path) for path in paths]
    raise ValueError(f"{folder} has no traces: NAME.csv, seq,send_ms,delay_ms")


def play(networks, talks=TALKS):
    """What is heard over each of (trace, how many frames a packet repeats)."""
    program = os.path.join(os.environ["INTERCOM_PROBES"], "VoiceProbe")
    lines = []
    for trace, depth in networks:
        lines.append(f"trace {depth} 1")
        lines += ["-" if delay is None else f"{delay:.4f}" for delay in trace.delays]
    done = subprocess.run([program, str(talks)], input="\n".join(lines) + "\n", text=True,
                          capture_output=True, check=False)
    if done.returncode != 0:
        raise place.StageError(f"VoiceProbe: {done.stderr.strip()}")
    return [{"trace": trace.name + (f"+{depth}" if depth else ""), **json.loads(line)}
            for (trace, depth), line in zip(networks, done.stdout.splitlines(), strict=True)]


def run(options):
    """Plays every trace, those that lose packets also with one frame repeated."""
    print(f"Jitter buffer, packets of 20 ms, the mean of {TALKS} talks; J = delay + 20 x concealed")
    print("fixed: a delay that never changes, 240 ms, and the one that turned out the best")
    print()
    print(f"  {'':<26}{'delay ms':>9}{'95 %':>8}{'concealed %':>12}{'longest ms':>11}{'J':>8}"
          f"{'240: concealed':>16}{'best: ms':>10}{'J':>8}")
    found = play([(trace, depth) for trace in find(options.traces or OWN)
                  for depth in ([0, 1] if trace.loses else [0])])
    for one in found:
        print(f"  {one['trace']:<26}{one['mean_delay_ms']:>9.1f}{one['p95_delay_ms']:>8.1f}"
              f"{one['concealed_percent']:>12.3f}{one['longest_concealed_ms']:>11.0f}"
              f"{one['j']:>8.1f}{one['fixed_240_concealed_percent']:>16.3f}"
              f"{one['best_fixed_ms']:>10.0f}{one['best_fixed_j']:>8.1f}")
    print()
    return found
