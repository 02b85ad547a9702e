"""Datagrams between stations: the bad network between two, captures, and a stranger's socket."""

import contextlib
import json
import os
import socket
import struct

from . import place, process
from .people import wait

M1, M2, M3, COOKIE = 1, 2, 3, 4
HANDSHAKE_SIZES = {M1: 1232, M2: 1188, M3: 96}


class BadNet:
    """The network between two stations; each takes `port_for(itself)` for the other's port."""

    def __init__(self, scene, a, b, seed=1):
        self.a, self.b = a, b
        self._ports = {a: place.free_port(), b: place.free_port()}
        self._control = scene.folder / f"badnet-{a.port}-{b.port}.ctl"
        self._folder = scene.folder
        self._process = process.launch([
            place.lab("badnet"), "--a", f"{self._ports[a]}:{a.port}", "--b",
            f"{self._ports[b]}:{b.port}", "--control", str(self._control), "--seed", str(seed)],
            output=process.subprocess.DEVNULL)
        scene.also_end(self)
        # A network is not late because the machine is busy.
        with contextlib.suppress(OSError):
            os.sched_setscheduler(self._process.pid, os.SCHED_FIFO, os.sched_param(20))
        wait(self._listens, "the bad network listens")

    def _listens(self):
        """Its socket is there a moment before it can be called."""
        try:
            return self.do("status")
        except (FileNotFoundError, ConnectionRefusedError):
            return False

    def end(self):
        process.end(self._process)
        self._control.unlink(missing_ok=True)

    def port_for(self, station):
        return self._ports[station]

    def way(self, source):
        """The bad network's word for what `source` sends."""
        return "ab" if source is self.a else "ba"

    def do(self, *words):
        """One command; returns the counters of both ways."""
        reply = process.request(self._control, " ".join(map(str, words)))
        assert reply["ok"], f"badnet refused {words}"
        return reply

    def capture(self, name="capture"):
        path = self._folder / name
        self.do("capture", path)
        return path

    def captured(self, path, source, kind=None):
        """The datagrams of one station in a capture, of one kind when given: M1, M2, M3 or 16."""
        return [datagram for _, datagram in self.timed(path, source, kind)]

    def timed(self, path, source, kind=None):
        """The same, each with the moment it entered the network: (ns of CLOCK_MONOTONIC, bytes)."""
        found = []
        data = path.read_bytes()
        place = 0
        while place + 12 <= len(data):
            moment, way, size = struct.unpack_from("<QBxH", data, place)
            datagram = data[place + 12 : place + 12 + size]
            place += 12 + size
            if place > len(data):
                break  # The bad network is just writing it.
            first = min(datagram[0], 16) if datagram else 0
            if ("ab", "ba")[way] == self.way(source) and kind in (None, first):
                found.append((moment, datagram))
        return found


def write(path, datagrams):
    """Writes datagrams down as the bad network captures them, for the lab's fuzz."""
    path.write_bytes(b"".join(struct.pack("<QBxH", 0, 0, len(one)) + one for one in datagrams))


def send(station, path, rate, **options):
    """Begins to send a station the datagrams of a file, over and over, so many a second."""
    words = [place.lab("fuzz"), "--plain", "--to", station.port, "--samples", path, "--rate", rate]
    for name, value in options.items():
        words += f"--{name}", value
    return process.launch(list(map(str, words)), output=process.subprocess.PIPE)


def sent(sender):
    """Ends that; returns how many a second it has sent."""
    sender.terminate()
    found = json.loads(sender.communicate()[0])
    return found["sent"] / found["seconds"]


class Stranger:
    """Someone on the network who has no part in it: sends to a station, counts any answer."""

    def __init__(self, station):
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.setblocking(False)
        self._socket.bind(("127.0.0.1", 0))
        self._to = ("127.0.0.1", station.port)

    def send(self, datagram):
        while True:
            try:
                return self._socket.sendto(datagram, self._to)
            except BlockingIOError:
                continue

    def answers(self):
        found = []
        while True:
            try:
                found.append(self._socket.recv(65_535))
            except BlockingIOError:
                return found

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._socket.close()
