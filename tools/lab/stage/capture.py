"""What is on the wire: every datagram between stations, with its moment, for root to see."""

import contextlib
import ctypes
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


def attach(one, program):
    """Lets the kernel pass only what the program passes."""
    room = ctypes.create_string_buffer(program)
    which = struct.pack("HxxxxxxP", len(program) // 8, ctypes.addressof(room))
    one.setsockopt(socket.SOL_SOCKET, SO_ATTACH_FILTER, which)


def missed(link):
    """How many packets it was too slow for, since this was last asked."""
    return struct.unpack("II", link.getsockopt(SOL_PACKET, PACKET_STATISTICS, 8))[1]


class Capture:
    """Looks on at the loopback device. Needs the right to (root, CAP_NET_RAW)."""

    def __init__(self, ports):
        self.packets, self._ending = [], False
        self._looking = socket.socket(
            socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(ETH_P_IP))
        for option in (socket.SO_RCVBUF, SO_RCVBUFFORCE):
            # The second one, without a limit, needs CAP_NET_ADMIN.
            with contextlib.suppress(PermissionError):
                self._looking.setsockopt(socket.SOL_SOCKET, option, 4 << 20)
        attach(self._looking, _program(ports))
        self._looking.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
        self._looking.settimeout(0.1)
        self._looking.bind(("lo", ETH_P_IP))
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    @staticmethod
    def is_allowed():
        """Whether this user may look on."""
        try:
            socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0).close()
            return True
        except OSError:
            return False

    def _run(self):
        while not self._ending:
            try:
                data, ancillary, _, _ = self._looking.recvmsg(4096, ANCILLARY)
            except TimeoutError:
                continue
            self._take(data, _moments(ancillary))

    def _take(self, data, moments):
        header = (data[0] & 15) * 4
        source, target, size = struct.unpack("!HHH", data[header:header + 6])
        payload = bytes(data[header + 8:header + size])
        self.packets.append(Packet(*moments, source, target, payload))

    def between(self, source, target):
        """The packets from one port to another so far, in order."""
        return [one for one in list(self.packets) if (one.source, one.target) == (source, target)]

    def end(self):
        """Stops looking; the packets stay. Fails when the kernel had no room for some of them."""
        lost = missed(self._looking)
        self._ending = True
        self._thread.join(2)
        self._looking.close()
        if lost:
            raise RuntimeError(f"{lost} packets on the wire were not captured")
