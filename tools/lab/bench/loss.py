"""Speech over bad networks, through two real daemons: PESQ-WB, delay and bandwidth of each.

Several pairs talk at once, in real time; each of them says the same, over a network of its own with
a seed of its own. The first seconds, in which the talker has yet to learn of the loss, have a score
of their own.
"""

import contextlib
import os
import sys
import time
from typing import NamedTuple

from stage import judge, speech, wav
from stage.tool import memory_folder, rounded, shown

from . import plot
from .pair import HEADERS, PROFILES, Daemons, Floors, Network

WARM = 8
"""Seconds until the talker's choice has settled; they have a score of their own."""
SEED = 100
GAUGES_SECONDS = 0.9
WAITED_MS = 100
"""More waiting for a processor in a talk than this, and the figure is of the machine's load."""
NETWORKS = [
    Network(), Network(loss=2), Network(loss=5), Network(loss=10), Network(loss=20),
    Network(loss=5, burst=3), Network(loss=10, burst=3),
    Network(jitter=40), Network(jitter=40, is_in_order=False)]


class Cell(NamedTuple):
    """One talk of the matrix."""

    kind: type
    profile: str
    network: Network
    goal: float | None = None
    longest_ms: float | None = None
    """The most that mouth to ear may take for the goal to count."""

    def __str__(self):
        return f"{self.kind.kind} {self.profile}, {self.network}"


GOALS = {
    NETWORKS[0]: (4.25, None), NETWORKS[3]: (4.2, None), NETWORKS[4]: (4.0, None),
    NETWORKS[6]: (3.3, None), NETWORKS[8]: (4.1, 90)}


def cells():
    """The matrix: what is judged first, the floors last."""
    return [
        *(Cell(Daemons, "voice", network, *GOALS.get(network, ())) for network in NETWORKS),
        Cell(Daemons, "studio", NETWORKS[0], 4.5),
        Cell(Daemons, "lowpower", NETWORKS[0]), Cell(Daemons, "ultra", NETWORKS[0]),
        *(Cell(Floors, profile, NETWORKS[0]) for profile in PROFILES),
        Cell(Floors, "voice", NETWORKS[3])]


class Run:
    """One cell at work."""

    def __init__(self, cell, pair, said):
        self.cell, self.pair, self.said = cell, pair, said
        self._before, self._waited, self._sent = {}, 0.0, []

    def begin(self):
        """Makes the network bad and begins to talk."""
        self.cell.network.spoil(self.pair.badnet)
        if self.cell.kind is Daemons:
            self._before, self._waited = self.pair.counters(), self.pair.waited_ms()
        return self.pair.begin(self.said)

    def mark(self):
        """Notes what went over the network until now."""
        self._sent.append((time.monotonic(), *self.pair.sent()))

    def finish(self, seconds):
        """Ends the talk; its figures, but for those that take long."""
        self.mark()
        talk = self.pair.finish(seconds)
        (begin, packets, size), (end, last, last_size) = self._sent
        packets, size = (last - packets) / (end - begin), (last_size - size) / (end - begin)
        found = {
            "cell": str(self.cell), "program": self.cell.kind.kind, "profile": self.cell.profile,
            "loss_percent": self.cell.network.loss, "burst": self.cell.network.burst,
            "jitter_ms": self.cell.network.jitter, "in_order": self.cell.network.is_in_order,
            "seed": self.pair.seed, "late_samples": talk.missed,
            "packets_per_second": round(packets, 1), "kbit_udp": round(size * 8 / 1000, 1),
            "kbit_wire": round((size + HEADERS * packets) * 8 / 1000, 1)}
        if self.cell.kind is Daemons:
            # Counters reach the status some hundred milliseconds later.
            time.sleep(GAUGES_SECONDS)
            after = self.pair.counters()
            found["waited_ms"] = round(self.pair.waited_ms() - self._waited, 1)
            found["concealed_ms"] = after["concealed_ms"] - self._before["concealed_ms"]
        return talk, found


def _batch(batch, first, said, seconds, folder):
    """Several cells at once; yields (cell, talk, figures)."""
    with contextlib.ExitStack() as stack:
        runs = []
        for number, cell in enumerate(batch):
            room = os.path.join(folder, f"{first + number}")
            pair = stack.enter_context(cell.kind(room, cell.profile, SEED + first + number))
            runs.append(Run(cell, pair, said))
        begun = [run.begin() for run in runs]
        time.sleep(max(0.0, max(begun) / 1e9 + WARM - time.monotonic()))
        for run in runs:
            run.mark()
        time.sleep(max(0.0, min(begun) / 1e9 + WARM + seconds - time.monotonic()))
        for run in runs:
            talk, found = run.finish(WARM + seconds)
            yield run.cell, talk, found


def _judged(cell, talk, found):
    """The figures with the verdicts."""
    first, settled = talk.said.first_ns, talk.said.first_ns + WARM * 1_000_000_000
    early = judge.verdict(talk, first, settled)
    late = judge.verdict(talk, settled, talk.said_end_ns())
    found |= {
        "pesq": rounded(late.pesq), "pesq_first_seconds": rounded(early.pesq),
        "mouth_to_ear_ms": rounded(late.delay_ms, 1),
        "mouth_to_ear_p95_ms": rounded(late.delay_p95_ms, 1),
        "recognised": rounded(late.recognised, 3), "goal": cell.goal}
    if cell.goal is not None and late.pesq is not None:
        found["met"] = late.pesq >= cell.goal and (
            cell.longest_ms is None or (late.delay_ms or 1e9) <= cell.longest_ms)
    return found


HEAD = (f"  {'':<44}{'PESQ':>6}{'first':>7}{'goal':>6}{'':>8}{'delay':>7}{'95 %':>7}"
        f"{'UDP':>8}{'wire':>7}")


def _line(found):
    goal = {True: "ok", False: "MISSED"}.get(found.get("met"), "")
    return (f"  {found['cell']:<44}{shown(found['pesq'], '.2f'):>6}"
            f"{shown(found['pesq_first_seconds'], '.2f'):>7}"
            f"{'' if found['goal'] is None else format(found['goal'], '.2f'):>6} {goal:<7}"
            f"{shown(found['mouth_to_ear_ms'], '.1f'):>7}"
            f"{shown(found['mouth_to_ear_p95_ms'], '.1f'):>7}"
            f"{found['kbit_udp']:>8.1f}{found['kbit_wire']:>7.1f}")


def _draw(path, rows):
    """Delay and quality over random loss, of the daemon."""
    root, kind = os.path.splitext(path)
    lossy = [row for row in rows if row["program"] == Daemons.kind and row["profile"] == "voice"
             and row["burst"] == 1 and not row["jitter_ms"]]
    panels = [
        (title, unit, [(name, [(row["loss_percent"], row[key]) for row in lossy
                               if row[key] is not None])])
        for title, unit, name, key in (
            ("Mouth to ear", "ms", "voice", "mouth_to_ear_ms"),
            ("Speech quality", "PESQ-WB", "voice", "pesq"),
            ("On the wire", "kbit/s", "voice", "kbit_wire"))]
    panels = [panel for panel in panels if len(panel[2][0][1]) > 1]
    if panels:
        plot.write(f"{root}-loss{kind or '.svg'}", panels, "packets lost, %")


def run(options):
    """Prints the matrix and returns it, a row a cell."""
    wanted = [cell for cell in cells() if (options.cells or "") in str(cell)]
    rows = []
    with memory_folder("bench") as folder:
        samples = speech.talk(WARM + options.talk)
        said = os.path.join(folder, "said.wav")
        wav.write(said, samples)
        control = judge.controls(samples)
        print(f"Speech over networks: {options.talk:g} s of real speech a cell after {WARM} s, "
              f"{options.pairs} pairs at once; delay is from mouth to ear in ms, with the "
              "network's own; kbit/s of UDP payload, and on the wire with IP and UDP.")
        print(f"The judge gives {shown(control['same_pesq'], '.2f')} to the sound itself, "
              f"{shown(control['cut_pesq'], '.2f')} to it with a tenth cut out.")
        print()
        print(HEAD, flush=True)
        for first in range(0, len(wanted), options.pairs):
            talks = list(_batch(wanted[first:first + options.pairs], first, said, options.talk,
                                folder))
            for cell, talk, found in talks:
                rows.append(_judged(cell, talk, found))
                print(_line(rows[-1]), flush=True)
        print()
    slow = [row["cell"] for row in rows if row.get("waited_ms", 0) > WAITED_MS]
    if slow:
        print("bench: the machine was busy: media loops had to wait for a processor, which counts "
              f"against {', '.join(slow)}; --pairs {max(1, options.pairs // 2)} asks less of it",
              file=sys.stderr)
    late = sum(row["late_samples"] for row in rows)
    if late:
        print(f"bench: the machine was busy: {late} samples of the simulated sound came late, and "
              "count against the figures", file=sys.stderr)
    if options.plot:
        _draw(options.plot, rows)
    return rows
