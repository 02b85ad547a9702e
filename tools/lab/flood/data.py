"""Speech under a flood of data: how much of it is heard, by datagrams a second.

The program behind tools/flood --data. Kitchen talks to garage; somebody on the way reads its
packets, and sends garage what costs it most: garbage behind the index of the true session, or the
true packets again. The datagrams have kitchen's address, or another one. First as much as goes, to
see how many garage opens in a second where they look like kitchen's; then so many times that
number. No sender makes twenty times what this machine's processor opens, so garage's media thread
has a slow one: all that it does takes so many times as long.
"""

import contextlib
import os
import secrets
import sys
import time

from stage import place, process, wire
from stage.people import Scene, heard_meanwhile, wait
from stage.wire import BadNet

TONE = 500
TIMES = (0, 0.5, 1, 2, 5, 10, 20)
"""Of what garage opens in a second."""

SECONDS = 4
SLOWER = 16
"""A Pi of the first kinds, about."""

KINDS = {"garbage": ("dropped_authentication", "dropped_counter"), "replays": ("dropped_replay",)}
FORGED, ELSEWHERE = "the peer's address", "another address"
STEADY = 0.9
MOST = 10_000_000
"""More than any machine can send."""

SENDERS = 2
"""Processes that send: one alone makes too few."""

REACHED = 0.8
"""The share of a rate that the sender must reach, or the machine cannot make that flood."""


class Storm:
    """Kitchen, garage, and the one between them."""

    def __init__(self, scene, slower=SLOWER):
        self.scene = scene
        self.kitchen, self.garage = scene.stations
        self.badnet = BadNet(scene, self.kitchen, self.garage)
        scene.introduce(self.kitchen, self.garage, via=self.badnet)
        slow = scene.folder / "slow"
        slow.write_text(f"x{slower}", encoding="ascii")
        if slower > 1:
            self.garage.preloads.append(place.lab("libstall.so"))
            self.garage.environment["STALL"] = str(slow)
        scene.start()
        self.kitchen.speak(TONE)
        self.file, self.captures = scene.folder / "storm", 0

    def arm(self, kind):
        """Writes down what is sent: of the session in use now."""
        self.captures += 1
        path = self.badnet.capture(f"capture-{self.captures}")
        wait(lambda: len(self.badnet.captured(path, self.kitchen, 16)) > 100, "enough is recorded")
        frames = self.badnet.captured(path, self.kitchen, 16)
        index = frames[-1][:4]
        frames = [one for one in frames if one[:4] == index]
        if kind == "garbage":
            frames = [index + secrets.token_bytes(len(frames[-1]) - 4) for _ in range(1000)]
        wire.write(self.file, frames)

    @contextlib.contextmanager
    def raging(self, kind, rate, origin=FORGED):
        """Lasts as long as the context; gives a dict that has `sent` a second at the end."""
        found, start = {}, time.monotonic()
        origin = {"from": self.badnet.port_for(self.garage)} if origin == FORGED else {}
        senders = [wire.send(self.garage, self.file, rate / SENDERS, **origin)
                   for _ in range(SENDERS if rate else 0)]
        before, busy = self.garage.counters(), self.busy_s()
        yield found
        seconds = time.monotonic() - start
        counters = {name: value - before.get(name, 0)
                    for name, value in self.garage.counters().items()}
        found["busy"] = (self.busy_s() - busy) / seconds
        found["opened"] = counters["packets_opened"] / seconds
        found["lost"], found["strays"] = counters["dropped_full"], counters["dropped_stray"]
        found["taken"] = sum(counters[one] for one in KINDS[kind]) / seconds
        found["sent"] = sum(map(wire.sent, senders))

    def busy_s(self):
        """The processor time of garage's media thread."""
        return process.turns(self.garage.pid, "media")[0]

    def capacity(self, kind):
        """How many datagrams garage opens in a second when more come."""
        with self.kitchen.talking():
            wait(lambda: self.garage.hears("kitchen"), "garage hears kitchen")
            self.arm(kind)
            with self.raging(kind, MOST) as found:
                time.sleep(SECONDS)
        return found["taken"], found["sent"]

    def heard(self, kind, rate, origin=FORGED, seconds=SECONDS):
        """A round at a rate (0: no flood); returns its figures."""
        with heard_meanwhile(self.kitchen, self.garage) as heard:
            self.arm(kind)
            with self.raging(kind, rate, origin) as found:
                time.sleep(0.7)
                heard["from"] = time.monotonic_ns()
                time.sleep(seconds)
                heard["to"] = time.monotonic_ns()
        return {**found, "share": heard["share"]}


def told(what, found):
    """A round in one line."""
    return (f"{what}: {found['sent']:.0f} a second; heard {found['share']:.0%}; "
            f"{found['opened']:.0f} true packets and {found['taken']:.0f} others opened a "
            f"second; media thread {found['busy']:.0%} of a processor")


def curve(storm, kind, capacity, origin):
    """Prints how much is heard at each rate; returns what is wrong with that."""
    bad = []
    for times in TIMES:
        found = storm.heard(kind, times * capacity, origin)
        is_reached = found["sent"] >= REACHED * times * capacity
        print(told(f"{kind} from {origin} x {times:g}", found)
              + ("" if is_reached else "; more cannot be sent here"), flush=True)
        share, steady = found["share"], origin == ELSEWHERE or times <= 0.5
        if steady and share < STEADY:
            bad.append(f"{kind} from {origin}, {times:g} of what it opens: {share:.0%} was heard")
        if not is_reached:
            break
        wait(lambda: storm.garage.is_with(storm.kitchen), "they are up", place.PATIENCE)
    return bad


def main(slower=SLOWER):
    """Prints the curves; exit codes: 0 all well, 1 speech suffers where it should not."""
    bad = []
    with Scene("kitchen", "garage") as scene:
        storm = Storm(scene, slower)
        for kind in KINDS:
            capacity, sent = storm.capacity(kind)
            print(f"{kind}: opens {capacity:.0f} of {sent:.0f} a second; load "
                  f"{os.getloadavg()[0]:.1f}", flush=True)
            for origin in FORGED, ELSEWHERE:
                bad += curve(storm, kind, capacity, origin)
    for one in bad:
        print(f"flood: {one}", file=sys.stderr)
    return 1 if bad else 0
