"""An attacker on the path between two stations, with all that a network can do."""

import socket
import threading
import time

from .gate import Datagram, Gate
from .wire import readable

TURN_S = 0.02


class Middle:
    """Stands between two stations, each of which has `port_for(itself)` as the other's port.

    `way(station)` is the gate of what that station sends. It cannot read what it carries, but it
    knows handshake messages from frames; `of_kind` tells which to hold, drop or repeat.
    """

    def __init__(self, one, other, host="127.0.0.1"):
        self._sockets, self._gates, self._ending = {}, {}, False
        self._host = host
        for station in (one, other):
            made = socket.socket(
                socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_DGRAM)
            made.setblocking(False)
            made.bind((host, 0))
            # The socket that faces a station: it gets what that station sends.
            self._sockets[station] = made
        for station, opposite in ((one, other), (other, one)):
            self._gates[station] = Gate(self._carrier(opposite), time.monotonic)
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _carrier(self, station):
        def carry(datagram):
            try:
                self._sockets[station].sendto(datagram.data, (self._host, station.port))
            except OSError:
                pass
        return carry

    def _run(self):
        while not self._ending:
            readable(list(self._sockets.values()), TURN_S)
            for station, one in self._sockets.items():
                while not self._ending:
                    try:
                        data, source = one.recvfrom(65_535)
                    except OSError:
                        break
                    self._gates[station].take(
                        Datagram(time.monotonic(), data, source[:2], (self._host, station.port)))

    def port_for(self, station):
        return self._sockets[station].getsockname()[1]

    def way(self, station):
        """The gate of what a station sends."""
        return self._gates[station]

    def end(self):
        self._ending = True
        self._thread.join(2)
        for one in self._sockets.values():
            one.close()
