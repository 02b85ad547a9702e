"""UDP ports of this program alone: no other that asks here gets one of them while it runs."""

import errno
import fcntl
import os
import socket
import tempfile

OPEN = range(20_000, 30_000)
"""For those who listen."""
CLOSED = range(30_000, 32_768)
"""For those who find nobody."""

EPHEMERAL = "/proc/sys/net/ipv4/ip_local_port_range"
"""From which the kernel serves those who name no port: nothing there stays free."""


class StageError(Exception):
    """The stage could not do what it was told; the text is for a person."""


class Ledger:
    """Which program has which port: a lock on one byte of a file for each, which the kernel takes
    back when the program ends, however that comes."""

    def __init__(self):
        self._file, self._own, self._pid = None, set(), None

    def _open(self):
        # A program that was forked has none of its parent's locks, and must take none of its ports.
        if self._pid == os.getpid():
            return
        path = os.path.join(tempfile.gettempdir(), f"intercom-ports-{os.getuid()}")
        flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
        self._file, self._own, self._pid = os.open(path, flags, 0o600), set(), os.getpid()

    def take(self, port):
        """Whether the port is this program's from now on; it was not before."""
        self._open()
        if port in self._own:
            return False
        try:
            fcntl.lockf(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, port)
        except OSError:
            return False
        self._own.add(port)
        return True


_LEDGER = Ledger()


def reserve(ports):
    """A port of this range for this program until it ends; nobody listens there now."""
    with open(EPHEMERAL, encoding="ascii") as file:
        low, high = map(int, file.read().split())
    # Each program begins elsewhere, so that a port that was just used rests.
    first = os.getpid() * 37 % len(ports)
    for port in (*ports[first:], *ports[:first]):
        if not low <= port <= high and _LEDGER.take(port) and is_free(port):
            return port
    raise StageError(f"no UDP port from {ports[0]} to {ports[-1]} is free, outside of {low} to "
                     f"{high} ({EPHEMERAL})")


def is_free(port):
    """Whether nobody has it, on either family."""
    for family, address in ((socket.AF_INET, "0.0.0.0"), (socket.AF_INET6, "::")):
        try:
            with socket.socket(family, socket.SOCK_DGRAM) as found:
                if family == socket.AF_INET6:
                    found.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
                found.bind((address, port))
        except OSError as error:
            # A machine may have no IPv6.
            if family == socket.AF_INET or error.errno == errno.EADDRINUSE:
                return False
    return True
