"""The world of one scenario: makes the stations, keeps its log, waits in virtual time."""

import ctypes
import json
import os
import select
import signal
import subprocess

from stage import place, process

from . import clock, net
from .badnet import BadNet
from .station import Station
from .wire import Wire

SHARE = "/run/share"
"""What outlives the guest."""

POWER_OFF = 0x4321FEDC
"""What reboot(2) is to do: at once, nothing is written to any disk."""


class World:
    """Stations by name, in the order of the scenario's STATIONS.

    Everything that is logged is one line: moment, who, what, figures by name as JSON. A scenario
    that is TIMELESS works with a disk, which takes this machine's time, that differs from run to
    run: what it logs has no moments, and nothing is logged or captured but what it says itself.
    """

    def __init__(self, scenario):
        clock.be_exact()
        if getattr(scenario, "TIMELESS", False):
            clock.yield_to_all()
        self.scenario, self.folder = scenario, "/run/stations"
        self.boots = int(os.environ.get("INTERCOM_BOOTS", "0"))
        self.is_timeless = getattr(scenario, "TIMELESS", False)
        self._log = open(os.path.join(SHARE, "log"), "a", encoding="utf-8", buffering=1)
        self._ears, self._rooms, self._others, self.events = {}, [], [], []
        self.zero = None
        self._badnets = {}
        net.lay()
        self.stations = {name: Station(self, name, host)
                         for host, name in enumerate(scenario.STATIONS, 1)}
        if not self.is_timeless:
            self.wire = Wire(self, os.path.join(SHARE, "wire"), self.stations)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for one in [*self._rooms, *self._others]:
            process.end(one)
        for one in self.stations.values():
            one.end()
        self._log.close()

    def __getitem__(self, name):
        return self.stations[name]

    def tell_why(self):
        """What the stations have said, for whoever wants to know why a scenario failed."""
        for one in self.stations.values():
            print(f"--- log of {one.name}", *one.log.splitlines()[-40:], sep="\n")

    # --- people ---

    def badnet(self, a, b, seed=1):
        """A bad network between two stations, before they are introduced."""
        badnet = BadNet(self, self[a], self[b], seed)
        self._others.append(badnet.process)
        self._badnets[a, b] = self._badnets[b, a] = badnet
        return badnet

    def introduce(self):
        """Every station learns of every other, by its address or its bad network's."""
        for one in self.stations.values():
            for other in self.stations.values():
                if other is not one:
                    badnet = self._badnets.get((one.name, other.name))
                    one.write_peer(other.name, other.public_key,
                                   badnet.stand_in(other) if badnet else other.address)

    def start(self):
        """Introduces and starts all, and waits until everyone has a session with everyone."""
        self.introduce()
        for one in self.stations.values():
            one.write_config()
            one.start()
        self.wait(self.is_up, "all stations are up")

    def is_up(self):
        """Whether every station has its card and every peer."""
        return all(one.has_what_is_set() and
                   all(peer["state"] == "up" for peer in one.status()["peers"])
                   for one in self.stations.values())

    def live(self, at=None, take=""):
        """Rooms around all stations: their people speak what the scenario's `prepare` wrote.

        Sets `zero`, the moment of the first sample: the next full second but one, or `at`. With
        several takes, each has files of its own: kitchen-2.heard for take -2.
        """
        self.zero = at or (clock.now() // 10**9 + 2) * 10**9
        for one in self.stations.values():
            said, heard = (f"{SHARE}/{one.name}.said", f"{SHARE}/{one.name}{take}.heard")
            self._rooms += one.room(said, heard, self.zero)
        self.log("world", "zero", at=self.zero)
        self.until(0)

    def leave(self):
        """Ends the rooms: nobody speaks, nobody listens. They must have lived until now."""
        codes = [process.end(one) for one in self._rooms]
        self._rooms = []
        if any(codes):
            said = "".join(open(f"{SHARE}/{name}.room", encoding="utf-8").read()
                           for name in self.stations)
            raise place.StageError(f"a room has ended by itself: {said.strip() or codes}")

    def finish(self):
        """The scenario is over: whoever was beside the stations must have lived until now, for what
        a dead room did not hear would pass for silence.
        """
        self.leave()
        for one in self._others:
            # Those that the scenario itself has ended are over, too.
            if process.end(one) not in (0, -signal.SIGTERM):
                raise place.StageError(f"{one.args[0]} has ended by itself: {one.returncode}")
        if not self.is_timeless and (missed := self.wire.missed()):
            raise place.StageError(f"{missed} packets on the wire came too fast to be looked at")

    # --- time ---

    @staticmethod
    def now():
        """CLOCK_MONOTONIC, in ns."""
        return clock.now()

    def listen(self, link, hear):
        """Calls `hear` whenever there is something on a socket; None: no longer."""
        if hear is None:
            del self._ears[link]
        else:
            self._ears[link] = hear

    def until_ns(self, moment):
        """Waits until a moment of CLOCK_MONOTONIC, in ns."""
        while (left := moment - clock.now()) > 0:
            if self.is_timeless:
                clock.stand_still()
                left = min(left, 5 * 10**7)
            for link in select.select(list(self._ears), [], [], left / 1e9)[0]:
                self._ears[link]()

    def hear(self, link):
        """Listens to all until there is something on a socket that nobody listens to."""
        while link not in (ready := select.select([link, *self._ears], [], [])[0]):
            for one in ready:
                self._ears[one]()

    def until(self, seconds):
        """Waits until so many seconds after `zero`."""
        self.until_ns(self.zero + round(seconds * 1e9))

    def sleep(self, seconds):
        """Waits so long."""
        self.until_ns(clock.now() + round(seconds * 1e9))

    def wait(self, condition, what, seconds=30.0, step=0.01):
        """Waits until a condition holds; returns what it gave."""
        end = clock.now() + round(seconds * 1e9)
        while not (found := condition()):
            if clock.now() >= end:
                raise place.StageError(f"after {seconds:g} s still not: {what}")
            self.sleep(step)
        return found

    # --- the current ---

    def may_be_cut(self):
        """From here on the current may fail: then this boot has been played to its end, too."""
        os.fsync(self._log.fileno())
        with open(os.path.join(SHARE, "code"), "w", encoding="ascii") as file:
            file.write("0\n")

    def cut(self):
        """The current fails, and what no disk has yet is lost."""
        self.may_be_cut()
        ctypes.CDLL(None).reboot(POWER_OFF)

    # --- the log ---

    def log(self, who, what, **figures):
        """One line of the log."""
        moment = 0 if self.is_timeless else clock.now()
        self._log.write(f"{clock.seconds(moment)} {who} {what} {json.dumps(figures)}\n")

    def fact(self, **figures):
        """Something to be judged that may differ from run to run, as memory does: not for the log.
        """
        with open(os.path.join(SHARE, "facts"), "a", encoding="utf-8") as file:
            file.write(json.dumps(figures) + "\n")

    def told(self, one, event):
        """What a station has told; left out are its own clock, which is the wall's, and the ids of
        calls, which it draws.
        """
        self.events.append((clock.now(), one.name, event))
        if self.is_timeless:
            return
        self.log(one.name, event["event"], **{
            name: value for name, value in event.items()
            if value is not None and name not in ("event", "schema", "time_ms", "call")})

    def counters(self, one):
        """Logs the counters of a station that are not 0."""
        found = {name: value for name, value in sorted(one.counters().items()) if value}
        self.log(one.name, "counters", **found)
        return found

    def count(self):
        """Logs those of all stations."""
        for one in self.stations.values():
            self.counters(one)

    @staticmethod
    def shared(name):
        """The path of a file that outlives the guest."""
        return os.path.join(SHARE, name)

    def setting(self, name):
        """What whoever boots the guest has written in a file of that name."""
        with open(self.shared(name), encoding="utf-8") as file:
            return file.read().strip()

    def run(self, *words):
        """A program that must succeed."""
        subprocess.run(words, check=True)
