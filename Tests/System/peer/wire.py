"""UDP sockets of a peer, and what passes them."""

import collections
import select
import socket
import time

from .gate import Datagram, Gate, taken_from


class Wire:
    """Sockets on which a peer sends and receives.

    `leaving` and `arriving` are gates: their rules hold, drop, repeat or change datagrams, and
    their `seen` has all there were. A datagram leaves from `address`, or from any other address of
    this machine that is named as its source.
    """

    def __init__(self, host="127.0.0.1", port=0, clock=time.monotonic):
        self.clock, self._sockets, self._arrived = clock, {}, collections.deque()
        self.leaving, self.arriving = Gate(self._send), Gate(self._arrived.append)
        self.address = self.open(host, port)

    def open(self, host=None, port=0):
        """Another address to send from and to receive at; returns it."""
        host = host or self.address[0]
        one = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_DGRAM)
        one.setblocking(False)
        one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        one.bind((host, port))
        address = one.getsockname()[:2]
        self._sockets[address] = one
        return address

    def send(self, data, target, source=None):
        self.leaving.take(Datagram(self.clock(), data, source or self.address, target))

    def _send(self, datagram):
        if datagram.source not in self._sockets:
            self.open(*datagram.source)
        try:
            self._sockets[datagram.source].sendto(datagram.data, datagram.target)
        except OSError:
            # A full socket or a port that is closed: the network may lose what it likes.
            pass

    def fetch(self):
        """What has arrived since it was last asked for, and passed the gate."""
        for address, one in list(self._sockets.items()):
            while True:
                try:
                    data, source = one.recvfrom(65_535)
                except OSError:
                    break
                self.arriving.take(Datagram(self.clock(), data, source[:2], address))
        return list(taken_from(self._arrived))

    @property
    def sockets(self):
        return list(self._sockets.values())

    def close(self):
        for one in self._sockets.values():
            one.close()


def readable(sockets, seconds):
    """Waits until something can be read, but no longer."""
    try:
        select.select(sockets, [], [], max(0.0, seconds))
    except (OSError, ValueError):
        # One of them was closed meanwhile.
        pass
