"""What passes a peer: gates, whose rules drop or hold datagrams; UDP sockets; and a network in
virtual time, on which peers meet without sockets and without waiting.
"""

import collections
import heapq
import itertools
import select
import socket
import struct
import time
from typing import NamedTuple

SO_TIMESTAMPNS = 35
"""The kernel tells when a datagram came: what waits here for a busy peer was not held back."""


class Datagram(NamedTuple):
    """`source` and `target` are (host, port)."""

    at: float
    data: bytes
    source: tuple
    target: tuple

    @property
    def kind(self):
        """1 to 15: a handshake message; 16: a frame; 0: empty."""
        return min(self.data[0], 16) if self.data else 0


def every(_):
    return True


def of_kind(*kinds):
    """Which datagrams are of these kinds: M1, M2, M3, COOKIE, or 16 for frames."""
    return lambda datagram: datagram.kind in kinds


def taken_from(queue):
    """What is in a deque by now, taken out one by one: another thread may be adding."""
    while queue:
        yield queue.popleft()


class Rule:
    """Keeps the datagrams that it concerns, the first `times` of them, until they are let go."""

    def __init__(self, gate, which, times):
        self._gate, self._which, self._times, self.taken = gate, which, times, []

    def takes(self, datagram):
        """Whether the rule is concerned, and has kept the datagram."""
        if self._times is not None and len(self.taken) >= self._times or not self._which(datagram):
            return False
        self.taken.append(datagram)
        return True

    def end(self):
        if self in self._gate.rules:
            self._gate.rules.remove(self)

    def release(self, *places):
        """Ends, and forwards the datagrams at these places of `taken`, or all."""
        self.end()
        chosen = [self.taken[place] for place in places] if places else list(self.taken)
        self.taken = [one for one in self.taken if one not in chosen]
        for one in chosen:
            self._gate.forward(one._replace(at=self._gate.clock()))


class Gate:
    """Rules apply in the order in which they were made; the first that is concerned decides."""

    def __init__(self, forward, clock):
        self.forward, self.clock, self.rules, self.seen = forward, clock, [], []

    def take(self, datagram):
        self.seen.append(datagram)
        if not any(rule.takes(datagram) for rule in list(self.rules)):
            self.forward(datagram)

    def hold(self, which=every, times=None):
        self.rules.append(Rule(self, which, times))
        return self.rules[-1]

    drop = hold


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


class VirtualWire:
    """As `Wire`, on a virtual network; each address it sends from is its own."""

    def __init__(self, network, address):
        self._network, self.address, self._arrived = network, address, collections.deque()
        self.clock = network.clock
        self.leaving = Gate(network.carry, self.clock)
        self.arriving = Gate(self._arrived.append, self.clock)
        self.open(*address)

    def open(self, host=None, port=0):
        address = (host or self.address[0], port or self._network.free_port())
        self._network.wires[address] = self
        return address

    def send(self, data, target, source=None):
        source = source or self.address
        self._network.wires.setdefault(source, self)
        self.leaving.take(Datagram(self.clock(), data, source, target))

    def fetch(self):
        return list(taken_from(self._arrived))

    def close(self):
        for address in [one for one, wire in self._network.wires.items() if wire is self]:
            del self._network.wires[address]


class VirtualNetwork:
    """Carries datagrams in `delay` seconds. Nothing moves but in `run`."""

    def __init__(self, delay=0.005):
        self.now, self.delay, self.wires = 1000.0, delay, {}
        self._under_way, self._numbers = [], itertools.count()
        self._ports = itertools.count(40_000)

    def clock(self):
        return self.now

    def free_port(self):
        return next(self._ports)

    def wire(self, host, port=5577):
        return VirtualWire(self, (host, port))

    def carry(self, datagram):
        entry = (self.now + self.delay, next(self._numbers), datagram)
        heapq.heappush(self._under_way, entry)

    def _deliver(self):
        while self._under_way and self._under_way[0][0] <= self.now:
            datagram = heapq.heappop(self._under_way)[2]
            wire = self.wires.get(datagram.target)
            if wire is not None:
                wire.arriving.take(datagram._replace(at=self.now))

    def run(self, seconds, *peers):
        """Lets so much time pass for these peers."""
        end = self.now + seconds
        while True:
            moments = [peer.next_due() for peer in peers]
            moments += [self._under_way[0][0]] if self._under_way else []
            coming = min((one for one in moments if one is not None), default=end)
            if coming > end:
                break
            self.now = max(self.now, coming)
            self._deliver()
            for peer in peers:
                peer.poll()
            if coming >= end:
                break
        self.now = end
