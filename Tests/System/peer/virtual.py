"""A network in virtual time: peers meet without sockets and without waiting."""

import collections
import heapq
import itertools

from .gate import Datagram, Gate, taken_from


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
