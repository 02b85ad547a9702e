"""UDP sockets of a peer, and what passes them."""

import collections
import select
import socket
import struct
import time

from .gate import Datagram, Gate, taken_from

SO_TIMESTAMPNS = 35
"""The kernel tells when a datagram came: what waits here for a busy peer was not held back."""


def waited(told):
    """Seconds for which a datagram lay in its socket, by what the kernel tells beside it."""
    for _, _, data in told:
        seconds, nanoseconds = struct.unpack("qq", data)
        return max(0.0, time.time() - seconds - nanoseconds / 1e9)
    return 0.0


class Wire:
    """Sockets on which a peer sends and receives.

    `leaving` and `arriving` are gates: their rules hold, drop, repeat or change datagrams, and
    their `seen` has all there were. A datagram leaves from `address`, or from any other address of
    this machine that is named as its source.
    """

    def __init__(self, host="127.0.0.1", port=0, clock=time.monotonic):
        self.clock, self._sockets, self._arrived = clock, {}, collections.deque()
        self.leaving = Gate(self._send, clock)
        self.arriving = Gate(self._arrived.append, clock)
        self.address = self.open(host, port)

    def open(self, host=None, port=0):
        """Another address to send from and to receive at; returns it."""
        host = host or self.address[0]
        one = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_DGRAM)
        one.setblocking(False)
        one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        one.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
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
                    data, told, _, source = one.recvmsg(65_535, socket.CMSG_SPACE(16))
                except OSError:
                    break
                at = self.clock() - waited(told)
                self.arriving.take(Datagram(at, data, source[:2], address))
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
