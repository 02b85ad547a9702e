"""Talk in every profile, all pairs of stations at once, in real time: no card may run dry.

Behind `tools/soak --xruns`. An xrun is the daemon's where the machine let it run: a witness on each
processor, of higher priority, notes when the machine itself stood still, and the kernel how long a
media loop was ready and had to wait for a processor.
"""

import argparse
import collections
import contextlib
import json
import multiprocessing
import os
import select
import signal
import sys
import time

from bench.floor import PROFILES
from stage import people, place, process, speech, tool, wav

SETTLED = 5.0
"""Seconds from the key until it counts: what start-up needs is over."""
PIECE = 60.0
"""What is said goes round after so many seconds."""
STEP = 0.001
"""Seconds a witness sleeps at a time."""
LATE = 0.0015
"""A witness that wakes later than that has seen the machine stand still."""
BEFORE = 0.1
"""So long before an xrun is told the machine may have caused it."""
PRIORITY = 85
"""Of a witness: above the daemons and the world around their cards."""


def _witness(processor, ending, found):
    """Notes when one processor did not run what was most urgent: (moment, how late), in s."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with contextlib.suppress(OSError):
        os.sched_setaffinity(0, {processor})
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(PRIORITY))
    late, due = [], time.monotonic()
    while not ending.is_set():
        due = max(due, time.monotonic()) + STEP
        time.sleep(max(0.0, due - time.monotonic()))
        if (now := time.monotonic()) - due > LATE:
            late.append((now, now - due))
    found.put((processor, late))


class Witnesses:
    """One for each processor."""

    def __init__(self):
        self._ending, self._found = multiprocessing.Event(), multiprocessing.Queue()
        self._all = [multiprocessing.Process(
            target=_witness, args=(number, self._ending, self._found), daemon=True)
            for number in sorted(os.sched_getaffinity(0))]
        for one in self._all:
            one.start()

    def end(self):
        """What they saw: [(moment, how late)]."""
        self._ending.set()
        seen = [self._found.get(timeout=place.PATIENCE) for _ in self._all]
        return sorted(one for _, late in seen for one in late)


def listen(stations, seconds):
    """What stations, by key, tell of xruns for so long: [(moment, *key, direction, for how long its
    media loop had just waited for a processor, in s)]."""
    heard, end = [], time.monotonic() + seconds
    # Some 200 ms of looks.
    waited = {key: collections.deque(maxlen=5) for key in stations}
    with contextlib.ExitStack() as stack:
        links = {stack.enter_context(one.monitor().makefile("rb", buffering=0)): key
                 for key, one in stations.items()}
        while time.monotonic() < end:
            for key, one in stations.items():
                waited[key].append(process.turns(one.pid, "media")[1])
            for link in select.select(list(links), [], [], 0.04)[0]:
                key = links[link]
                # What it has told besides is read in the next turn.
                line = link.readline()
                if not line:
                    del links[link]
                elif (event := json.loads(line)).get("event") == "xrun":
                    now = process.turns(stations[key].pid, "media")[1]
                    heard.append((time.monotonic(), *key, event.get("detail"),
                                  now - waited[key][0]))
    return heard


def _xruns(station):
    return collections.Counter({
        name: count for name, count in station.counters().items() if name.endswith("_xruns")})


class Pair(people.Scene):
    """Two stations of a profile that know each other, and what became of them since `mark`."""

    def __init__(self, folder, profile):
        super().__init__("talker", "listener", folder=os.path.join(folder, profile))
        self.profile = profile
        for one in self.stations:
            one.watches_heap = False
            one.change({"button ptt": None, "lamp on-air": None, "talk": {"max-talk": "1h"},
                        "audio": {"profile": profile}})
        self.introduce(*self.stations)

    def talk(self, said):
        """Both talk; each says a file round and round."""
        for one, path in zip(self.stations, said):
            one.card.play(path, at_ms=100, loop=True)
            one.ask("ptt", action="down", target="house")

    def mark(self):
        """From here on it counts."""
        self.before = [_xruns(one) for one in self.stations]
        self.frames = [one.counters()["frames_mixed"] for one in self.stations]
        self.waited = self.waited_ms()
        for one in self.stations:
            one.card.do("spent")

    def waited_ms(self):
        """How long both media loops were ready and had to wait for a processor, since ever."""
        return 1000 * sum(process.turns(one.pid, "media")[1] for one in self.stations)

    def xruns(self):
        """How many there were since."""
        return sum(sum((_xruns(one) - before).values())
                   for one, before in zip(self.stations, self.before))

    def spent(self):
        """(the most of the speaker's queue, of the microphone's) that was used up, 1 is an xrun."""
        found = [json.loads(one.card.do("spent")) for one in self.stations]
        status = [one.status()["audio"] for one in self.stations]
        return tuple(max(one[way] / state[side]["buffer"] for one, state in zip(found, status))
                     for way, side in (("playback", "output"), ("capture", "input")))

    def heard(self, seconds):
        """The least share of the time that one of them heard the other."""
        block = min(PROFILES[self.profile].frame, PROFILES[self.profile].period) / 48000
        return min((one.counters()["frames_mixed"] - before) * block / seconds
                   for one, before in zip(self.stations, self.frames))


def measure(minutes, folder):
    """Lets all talk for so long; returns whether no daemon had an xrun of its own."""
    said = [os.path.join(folder, f"said{number}.wav") for number in range(2)]
    whole = speech.talk(2 * PIECE)
    for path, part in zip(said, (whole[:len(whole) // 2], whole[len(whole) // 2:])):
        wav.write(path, part)
    witnesses = Witnesses()
    with contextlib.ExitStack() as stack:
        pairs = [stack.enter_context(Pair(folder, profile)) for profile in PROFILES]
        for pair in pairs:
            pair.start()
        stations = {(pair.profile, one.name): one for pair in pairs for one in pair.stations}
        is_fast = all(map(_is_real_time, stations.values()))
        for pair in pairs:
            pair.talk(said)
        time.sleep(SETTLED)
        for pair in pairs:
            pair.mark()
        begin = time.monotonic()
        told = listen(stations, minutes * 60)
        seconds = time.monotonic() - begin
        late = [one for one in witnesses.end() if one[0] >= begin]
        return report(pairs, seconds, told, late, is_fast) and sees(pairs)


def sees(pairs):
    """Makes an xrun in each profile: who does not count it would not have counted others."""
    for pair in pairs:
        before = pair.xruns()
        pair.stations[1].card.do("xrun", "playback")
        try:
            place.wait_until(lambda pair=pair, before=before: pair.xruns() > before, 5, "an xrun")
        except place.StageError:
            print(f"soak of xruns is blind: {pair.profile} does not count one that was made")
            return False
    return True


def _is_real_time(station):
    """Whether the media loop of a station has a real-time priority."""
    return os.sched_getscheduler(process.thread(station.pid, "media")) == os.SCHED_FIFO


def report(pairs, seconds, told, late, is_fast):
    """Prints the table; True when all held."""
    print(f"{seconds / 60:.1f} minutes of talk both ways, {len(pairs)} pairs at once, "
          f"{'SCHED_FIFO' if is_fast else 'NO REAL-TIME PRIORITY'}, load {os.getloadavg()[0]:.1f}")
    print(f"  {'':<10}{'xruns':>7}{'heard':>9}{'speaker queue used':>20}{'microphone':>12}"
          f"{'waited for a processor':>24}")
    for pair in pairs:
        playback, capture = pair.spent()
        waited = pair.waited_ms() - pair.waited
        print(f"  {pair.profile:<10}{pair.xruns():>7}{pair.heard(seconds):>9.1%}{playback:>20.0%}"
              f"{capture:>12.0%}{waited / 10 / seconds / 2:>23.2f}%")
    worst = max((one[1] for one in late), default=0.0)
    print(f"  the machine stood still {len(late)} times, for {1000 * worst:.1f} ms at most")
    own = 0
    for moment, profile, name, way, waited in told:
        still = max((one[1] for one in late if moment - BEFORE <= one[0] <= moment + 0.01),
                    default=0.0)
        is_own = still == 0 and waited < LATE
        own += is_own
        print(f"  xrun of {profile} {name} ({way}): the machine stood still for "
              f"{1000 * still:.1f} ms, its loop waited {1000 * waited:.1f} ms for a processor"
              f"{': THE DAEMON WAS LATE' if is_own else ''}")
    unheard = [pair.profile for pair in pairs if pair.heard(seconds) < 0.98]
    if unheard:
        print(f"  not heard all the time: {', '.join(unheard)}")
    found = sum(pair.xruns() for pair in pairs)
    if not is_fast:
        print("  not measured: only who may have a real-time priority can promise anything")
    print(f"soak of xruns {'passed' if found == 0 and not unheard else 'FAILED'}: {found} xruns, "
          f"{own} of them of a loop that had its processor")
    return found == 0 and not unheard


def main():
    """Exit codes: 0 no xrun, 1 some, or it could not be tried."""
    parser = argparse.ArgumentParser(prog="tools/soak --xruns")
    parser.add_argument("--minutes", type=float, default=10)
    chosen = parser.parse_args()
    with tool.memory_folder("xruns") as folder:
        return 0 if measure(chosen.minutes, folder) else 1


if __name__ == "__main__":
    sys.exit(tool.run("soak", main))
