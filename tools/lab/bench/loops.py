"""The media loop beside the floor: processor time a frame, by how many talk and how many listen.

Each round measures every case with the daemon and with the floor in the same moment, so that both
meet the same machine: 31 daemons that decode, or eight that encode, cost their neighbours caches
and wake-ups. A figure is the median of the rounds' ratios, beside the least and the greatest.
"""

import os
import statistics
import time
from typing import NamedTuple

from stage import place, process, syscalls
from stage.card import Card

from . import house
from .floor import PROFILES, FloorProgram

FRAME_NS = 10_000_000
LISTENERS_MAX, TALKERS_MAX = 31, 8
# From the first packet until all is as it will be: pre-roll sent, playout delay found.
SETTLE_SECONDS = 0.4
TRIES = 5
"""Windows for one figure, until one is whole."""


class Case(NamedTuple):
    """So many hear us, and so many are heard."""

    listeners: int
    talkers: int

    def __str__(self):
        parts = [f"{count} {word}{'s' if count > 1 else ''}" for count, word in
                 ((self.listeners, "listener"), (self.talkers, "talker")) if count]
        return ", ".join(parts) or "nobody"


IDLE, BOTH = Case(0, 0), Case(1, 1)
ONE, EIGHT, ALL = Case(1, 0), Case(8, 0), Case(LISTENERS_MAX, 0)
HEARS_ONE, HEARS_EIGHT = Case(0, 1), Case(0, TALKERS_MAX)
JUDGED = [ONE, ALL, HEARS_ONE, HEARS_EIGHT, BOTH]
"""Those that the ratios with a target are made of."""
IMPROVED = {"audio": {"echo": "on", "noise-suppression": "high", "gain-control": "on"}}
"""All that makes the microphone's sound better."""
CASES = [IDLE, ONE, EIGHT, ALL, HEARS_ONE, HEARS_EIGHT, BOTH]


class Pair(NamedTuple):
    """The same of the daemon and of the floor."""

    daemon: float
    floor: float

    @property
    def ratio(self):
        """How many times the floor the daemon is."""
        return self.daemon / self.floor


def microseconds(workers, seconds):
    """Processor time of each one's thread in us a frame of 10 ms, over the next seconds."""
    def ran():
        return [process.turns(one.pid, one.thread)[0] for one in workers]

    before, begin = ran(), time.monotonic_ns()
    time.sleep(seconds)
    after, took = ran(), time.monotonic_ns() - begin
    return [(now - then) * 1e6 * FRAME_NS / took for now, then in zip(after, before)]


class Daemon:
    """The station of the house, at work."""

    def __init__(self, scene):
        self.scene, self.pid, self.thread = scene, scene.main.pid, "media"
        self._target, self._talkers = None, 0

    def work(self, case):
        """Has so many people listen and talk."""
        target = {0: None, 1: house.peer_name(TALKERS_MAX), 8: "eight", LISTENERS_MAX: "house"}
        if self._target is not None:
            house.talk(self.scene.main, self._target, False)
        self._target = target[case.listeners]
        for number, one in enumerate(self.scene.peers[:TALKERS_MAX]):
            if (number < case.talkers) != (number < self._talkers):
                house.talk(one, "house", number < case.talkers)
        self._talkers = case.talkers
        if self._target is not None:
            house.talk(self.scene.main, self._target, True)

    def counts(self):
        """(packets sent, frames played)."""
        counters = self.scene.main.counters()
        return counters["packets_sent"], counters["frames_mixed"]


class Floor:
    """The C program at the same work: it sends to the very same peers."""

    def __init__(self, scene, said):
        folder = os.path.join(scene.folder, "floor")
        os.makedirs(folder, exist_ok=True)
        self.card = scene.also_end(Card(folder, "floor"))
        port = place.free_port()
        ports = [one.port for one in scene.peers[TALKERS_MAX:] + scene.peers[:TALKERS_MAX]]
        row = PROFILES["voice"]
        self._station = scene.also_end(FloorProgram(
            "station", "simcard:floor", row.period, row.periods, port, *ports, folder=folder))
        self._talkers = scene.also_end(FloorProgram("talkers", said, port, TALKERS_MAX))
        self.pid, self.thread = self._station.pid, "floor"
        self._station.tell("count")
        self.card.play(said, loop=True)

    def work(self, case):
        """Has so many people listen and talk."""
        self._station.tell(f"talk {case.listeners}")
        self._talkers.tell(f"talk {case.talkers}")

    def counts(self):
        """(packets sent, frames played)."""
        found = self._station.tell("count")
        return found["sent"], found["played"]


def _window(workers, case, seconds):
    """us a frame of the daemon and of the floor at this work, which they must really have done.

    On a machine that stood still meanwhile they have not: then once more.
    """
    for _ in range(TRIES):
        for one in workers:
            one.work(case)
        time.sleep(SETTLE_SECONDS)
        before = [one.counts() for one in workers]
        costs = microseconds(workers, seconds)
        lacks = []
        for one, then in zip(workers, before):
            sent, played = (now - count for now, count in zip(one.counts(), then))
            lacks += [f"{type(one).__name__.lower()}: {done} frames"
                      for done, peers in ((sent, case.listeners), (played, case.talkers))
                      if done < 0.9 * peers * seconds * 100]
        for one in workers:
            one.work(IDLE)
        if not lacks:
            return Pair(*costs)
    raise place.StageError(f"{case}, {lacks[0]} in {seconds:g} s, the last of {TRIES} times: this "
                           "machine is too busy")


def _system_calls(worker, folder, seconds):
    """{name: calls a second} of one who talks with one; None where nobody can count them."""
    if not syscalls.can_count():
        return None
    worker.work(BOTH)
    time.sleep(SETTLE_SECONDS)
    with syscalls.counted(worker.pid, worker.thread, folder) as found:
        begin = time.monotonic_ns()
        time.sleep(seconds)
        took = (time.monotonic_ns() - begin) / 1e9
    worker.work(IDLE)
    return {name: count.calls / took for name, count in found.items()}


def _round(workers, seconds, number, progress, cases):
    found = {}
    for case in cases:
        progress(f"round {number + 1}: {case}")
        # What is judged gets three windows, of which the middle one counts.
        pairs = [_window(workers, case, seconds)
                 for _ in range(3 if case in JUDGED else 1)]
        found[case] = sorted(pairs, key=lambda pair: pair.ratio)[len(pairs) // 2]
    return found


def measure(folder, seconds, rounds, progress):
    """Lets the house live anew for each round.

    Where in a period the cards of the two begin is chance, and stays so while they run: whoever
    sends just after the other finds the listeners awake. So each round begins anew.

    Returns ([{case: Pair}], Pair of the system calls of `BOTH`).
    """
    eight = ", ".join(house.peer_name(TALKERS_MAX + number) for number in range(8))
    sections = {"channel eight": {"members": eight}}
    found, calls = [], None
    for number in range(rounds):
        room = os.path.join(folder, str(number))
        with house.House(room, LISTENERS_MAX, TALKERS_MAX, sections) as scene:
            progress(f"round {number + 1}: starting 32 stations")
            scene.start()
            workers = _workers(scene, seconds, TALKERS_MAX)
            if number == 0:
                calls = Pair(*(_system_calls(one, room, max(3.0, seconds)) for one in workers))
            found.append(_round(workers, seconds, number, progress, CASES))
    return found, calls


def measure_talk(folder, seconds, rounds, progress, sections=None):
    """The same of one who talks with one, with these settings: [Pair]."""
    with house.House(folder, TALKERS_MAX + 1, 1, sections) as scene:
        progress("starting ten stations")
        scene.start()
        workers = _workers(scene, seconds, 1)
        return [_round(workers, seconds, number, progress, [BOTH])[BOTH]
                for number in range(rounds)]


def _workers(scene, seconds, voices):
    """The daemon and the floor, both in the house, where so many peers have something to say."""
    for one in scene.peers[:voices]:
        house.say(one, seconds)
    return [Daemon(scene), Floor(scene, house.say(scene.main, seconds))]


class Spread(NamedTuple):
    """The median of the rounds, the least and the greatest."""

    middle: float
    least: float
    most: float


def spread(values):
    """The `Spread` of some numbers."""
    values = list(values)
    return Spread(statistics.median(values), min(values), max(values))


def middle(pairs):
    """The `Pair` of the medians of both sides."""
    return Pair(*(statistics.median(pair[side] for pair in pairs) for side in (0, 1)))


def middles(rounds):
    """{case: Pair} of the medians of all rounds."""
    return {case: middle([found[case] for found in rounds]) for case in CASES}


def each_further(found, from_case, to_case):
    """What each further listener or talker costs from one case to another, as a `Pair`.

    A difference of two windows is as uncertain as both: that of the medians says more than any
    one round.
    """
    count = sum(to_case) - sum(from_case)
    return Pair(*((found[to_case][side] - found[from_case][side]) / count for side in (0, 1)))
