"""What is on the wire: every datagram between stations, with its moment.

`Capture` looks on as root. `Forwarder` stands in between for anyone else: it forwards what it gets,
and `Scene.through` tells the stations to send there.
"""

import contextlib
import ctypes
import selectors
import socket
import struct
import threading
import time
from typing import NamedTuple

SO_ATTACH_FILTER, SO_RCVBUFFORCE, SO_TIMESTAMPNS = 26, 33, 35
SOL_PACKET, PACKET_STATISTICS = 263, 6
ETH_P_IP = 0x0800
ANCILLARY = socket.CMSG_SPACE(16)


class Packet(NamedTuple):
    """One datagram; `moment_ns` is CLOCK_MONOTONIC, `wall_ns` CLOCK_REALTIME."""

    moment_ns: int
    wall_ns: int
    source: int
    target: int
    payload: bytes


def _moments(ancillary):
    """The kernel's moment of arrival, on both clocks; now, when it tells none."""
    monotonic, wall = time.monotonic_ns(), time.time_ns()
    for family, kind, data in ancillary:
        if family == socket.SOL_SOCKET and kind == SO_TIMESTAMPNS and len(data) >= 16:
            seconds, nanoseconds = struct.unpack("qq", data[:16])
            stamped = seconds * 1_000_000_000 + nanoseconds
            return monotonic - (wall - stamped), stamped
    return monotonic, wall


class _Listener:
    """A thread that reads sockets until it is told to end."""

    def __init__(self, sockets):
        self.packets, self._sockets, self._ending = [], sockets, False
        for one in sockets:
            one.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
            one.setblocking(False)
        self._thread = threading.Thread(target=self._run, daemon=True)

    def _run(self):
        with selectors.DefaultSelector() as selector:
            for one in self._sockets:
                selector.register(one, selectors.EVENT_READ)
            while not self._ending:
                for key, _ in selector.select(0.1):
                    try:
                        data, ancillary, _, address = key.fileobj.recvmsg(4096, ANCILLARY)
                    except OSError:
                        # An ICMP answer to what was forwarded to a station that is gone.
                        continue
                    self._take(key.fileobj, data, _moments(ancillary), address)

    def end(self):
        """Stops listening; the packets stay."""
        self._ending = True
        if self._thread.is_alive():
            self._thread.join(2)
        for one in self._sockets:
            one.close()

    def between(self, source, target):
        """The packets from one port to another so far, in order."""
        return [one for one in list(self.packets) if (one.source, one.target) == (source, target)]


def _program(ports):
    """Classic BPF that passes the UDP datagrams from or to ports, as they arrive.

    The loopback device shows each packet twice, leaving and arriving. A jump names where it goes.
    """
    load_byte, load_half, load_header, equal, end = 0x30, 0x48, 0xB1, 0x15, 0x06
    leaves = 0xFFFFF004  # SKF_AD_OFF + SKF_AD_PKTTYPE
    steps = [(load_byte, None, None, leaves), (equal, "drop", None, socket.PACKET_OUTGOING),
             (load_byte, None, None, 9), (equal, None, "drop", socket.IPPROTO_UDP),
             (load_header, None, None, 0)]
    for field in (0, 2):
        steps.append((load_half, None, None, field))
        steps += [(equal, "pass", None, port) for port in ports]
    places = {"drop": len(steps), "pass": len(steps) + 1}
    steps += [(end, None, None, 0), (end, None, None, 0xFFFF)]

    def jump(name, place):
        return 0 if name is None else places[name] - place - 1

    return b"".join(struct.pack("HBBI", code, jump(yes, place), jump(no, place), number)
                    for place, (code, yes, no, number) in enumerate(steps))


def _attach(one, program):
    """Lets the kernel pass only what the program passes."""
    room = ctypes.create_string_buffer(program)
    which = struct.pack("HxxxxxxP", len(program) // 8, ctypes.addressof(room))
    one.setsockopt(socket.SOL_SOCKET, SO_ATTACH_FILTER, which)


class Capture(_Listener):
    """Looks on at the loopback device. Needs the right to (root, CAP_NET_RAW)."""

    @staticmethod
    def is_allowed():
        """Whether this user may look on."""
        try:
            socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0).close()
            return True
        except OSError:
            return False

    def __init__(self, ports):
        looking = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(ETH_P_IP))
        for option in (socket.SO_RCVBUF, SO_RCVBUFFORCE):
            # The second one, without a limit, needs CAP_NET_ADMIN.
            with contextlib.suppress(PermissionError):
                looking.setsockopt(socket.SOL_SOCKET, option, 4 << 20)
        _attach(looking, _program(ports))
        looking.bind(("lo", ETH_P_IP))
        super().__init__([looking])
        self._thread.start()

    def _take(self, _, data, moments, __):
        header = (data[0] & 15) * 4
        source, target, size = struct.unpack("!HHH", data[header:header + 6])
        payload = bytes(data[header + 8:header + size])
        self.packets.append(Packet(*moments, source, target, payload))

    def end(self):
        """Stops looking; the packets stay. Fails when the kernel had no room for some of them."""
        looking, = self._sockets
        _, lost = struct.unpack("II", looking.getsockopt(SOL_PACKET, PACKET_STATISTICS, 8))
        super().end()
        if lost:
            raise RuntimeError(f"{lost} packets on the wire were not captured")


class Forwarder(_Listener):
    """Stands between two stations; packets are noted as if they had gone straight."""

    def __init__(self, first_port, second_port):
        self._facing = {}
        for own, other in ((first_port, second_port), (second_port, first_port)):
            facing = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            facing.bind(("127.0.0.1", 0))
            # What comes from `own` leaves by the other socket, towards `other`.
            self._facing[own] = (facing, other)
        super().__init__([facing for facing, _ in self._facing.values()])
        self._routes = {facing: (own, other) for own, (facing, other) in self._facing.items()}
        self._thread.start()

    def port_for(self, own_port):
        """Where the station at `own_port` is to send."""
        return self._facing[own_port][0].getsockname()[1]

    def _take(self, facing, data, moments, address):
        own, other = self._routes[facing]
        if address[1] != own:
            return
        leaving = self._facing[other][0]
        try:
            leaving.sendto(data, ("127.0.0.1", other))
        except OSError:
            pass
        self.packets.append(Packet(*moments, own, other, data))
