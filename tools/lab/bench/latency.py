"""From mouth to ear by profile: two real daemons, beside two floors in C at the same work.

Where the periods of one card fall between those of the other is luck: the stations start anew in
each round, and a figure is the median over all rounds. Nothing is between the stations.
"""

import contextlib
import os
import statistics
import time

import numpy

from stage import judge, measure, place, speech, wav
from stage.tool import memory_folder, rounded, shown

from .pair import PROFILES, Daemons, Floors

WARM = 3.0
"""Seconds until the sound from before the key has been caught up with."""
SECONDS = 6.0
GOALS = {"voice": 38, "studio": 25, "lowpower": 65, "ultra": 18}
AIM = 1.3
"""So many times the floor."""


class Found:
    """The delays of one kind of pair in one profile, over all rounds."""

    def __init__(self):
        self.delays, self.rounds, self.buffers, self.card = [], [], [], None
        self.missed = 0

    def add(self, pair, seconds):
        """Ends the talk of a round, and takes its delays."""
        if isinstance(pair, Daemons):
            self.buffers.append(pair.buffer_ms())
            self.card = pair.card()
        talk = pair.finish(seconds)
        begin = talk.said.first_ns + int(WARM * 1e9)
        known = measure.delays(talk.said, talk.heard, begin, talk.said_end_ns(), least=judge.LEAST)
        self.missed += talk.missed
        self.delays += known
        if known:
            self.rounds.append(statistics.median(known))

    def median(self):
        """None when nothing was recognised."""
        return statistics.median(self.delays) if self.delays else None

    def p95(self):
        """What 95 of 100 stay below."""
        return float(numpy.percentile(self.delays, 95)) if self.delays else None


def _round(number, folder, said, seconds, found):
    """Every profile talks once: as many pairs at once as there are profiles, floors apart."""
    for kind in (Daemons, Floors) if number % 2 == 0 else (Floors, Daemons):
        with contextlib.ExitStack() as stack:
            pairs = {}
            for profile in PROFILES:
                room = os.path.join(folder, f"{number}-{kind.kind}-{profile}")
                pairs[profile] = stack.enter_context(kind(room, profile))
            begun = [pair.begin(said) for pair in pairs.values()]
            time.sleep(max(0.0, max(begun) / 1e9 + seconds - 0.3 - time.monotonic()))
            for profile, pair in pairs.items():
                found[kind.kind, profile].add(pair, seconds)


def _row(profile, daemon, floor):
    """The figures of a profile, and the parts that they are made of."""
    row, reached, least = PROFILES[profile], daemon.median(), floor.median()
    period, buffer = daemon.card
    if (period, buffer) != (row.period, row.period * (row.fill + 1)):
        raise place.StageError(f"{profile}: the daemon's card has periods of {period} in a buffer "
                               f"of {buffer}, the floor others: see PROFILES in pair.py")
    buffers = [value for value in daemon.buffers if value is not None]
    parts = {
        "frame": row.frame_ms,
        "codec": row.lookahead_ms,
        # One period of what is kept queued plays while the next one is made.
        "speaker_queue": (buffer - 2 * period) / 48,
        "jitter_buffer": statistics.median(buffers) if buffers else None}
    if reached is not None and None not in parts.values():
        # Until both cards' periods end, waking, coding, the network, mixing.
        parts["waits"] = reached - sum(parts.values())
    return {
        "profile": profile, "mouth_to_ear_ms": rounded(reached, 1),
        "p95_ms": rounded(daemon.p95(), 1),
        "rounds_ms": [rounded(value, 1) for value in sorted(daemon.rounds)],
        "floor_ms": rounded(least, 1), "floor_p95_ms": rounded(floor.p95(), 1),
        "floor_rounds_ms": [rounded(value, 1) for value in sorted(floor.rounds)],
        "ratio": rounded(reached / least) if reached and least else None,
        "aim_ratio": AIM, "goal_ms": GOALS[profile],
        "met": reached is not None and reached <= GOALS[profile],
        "period_ms": rounded(period / 48),
        "parts_ms": {name: rounded(value, 1) for name, value in parts.items()},
        "late_samples": daemon.missed + floor.missed}


def _line(row):
    parts = ", ".join(f"{name.replace('_', ' ')} {shown(value, '.1f')}"
                      for name, value in row["parts_ms"].items())
    spread = f"{row['rounds_ms'][0]:g}-{row['rounds_ms'][-1]:g}" if row["rounds_ms"] else ""
    return (f"  {row['profile']:<10}{shown(row['mouth_to_ear_ms'], '.1f'):>8}"
            f"{shown(row['p95_ms'], '.1f'):>7}{spread:>12}{row['goal_ms']:>6} "
            f"{'ok' if row['met'] else 'MISSED':<7}{shown(row['floor_ms'], '.1f'):>7}"
            f"{shown(row['ratio'], '.2f'):>7}   {parts}")


def run(options):
    """Prints the delays and returns them, a row a profile."""
    found = {(kind.kind, profile): Found() for kind in (Daemons, Floors) for profile in PROFILES}
    seconds = WARM + SECONDS
    with memory_folder("bench") as folder:
        samples = speech.talk(seconds)
        control = judge.controls(speech.talk(2 * judge.CHUNK))
        said = os.path.join(folder, "said.wav")
        wav.write(said, samples)
        for number in range(options.rounds):
            _round(number, folder, said, seconds, found)
    rows = [_row(profile, found[Daemons.kind, profile], found[Floors.kind, profile])
            for profile in PROFILES]
    print(f"From mouth to ear in ms, the median of {options.rounds} starts of {SECONDS:g} s each, "
          f"{len(PROFILES)} pairs at once; the judge sees a shift of 12.5 ms to "
          f"{control['delay_error_ms']:.2f} ms.")
    print()
    print(f"  {'':<10}{'median':>8}{'95 %':>7}{'rounds':>12}{'goal':>6}{'':>8}{'floor':>7}"
          f"{'ratio':>7}   parts")
    for row in rows:
        print(_line(row))
    print()
    return rows
