"""What is on the wire: every packet a station sends or gets, on the bridge's side of its cable."""

import errno
import socket
import struct

from stage.capture import attach, missed

from .clock import now, seconds

ETH_P_ALL = 3
ETHERNET, UDP = 14, 17
SO_RCVBUFFORCE = 33
FILTER = b"".join(struct.pack("HBBI", *one) for one in (
    (0x28, 0, 0, 12), (0x15, 0, 1, 0x0800), (0x06, 0, 0, 0xFFFF), (0x06, 0, 0, 0)))
"""The packets of IPv4. (See bpf of the kernel's filter.rst.) What nobody wants to see would wake
this process by chance."""

CHOSEN = range(32768, 61000)
"""Ports of the kernel's own choice, which is random: those of a probe whether anybody is there."""


def tap(name):
    """A socket that gets what goes through a cable."""
    link = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ALL))
    # As much as is wanted, not as much as the kernel lets others have.
    link.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 16 << 20)
    attach(link, FILTER)
    link.bind((name, ETH_P_ALL))
    return link


def port(number):
    """As text that is the same in every run."""
    return "any" if number in CHOSEN else str(number)


def describe(frame):
    """(source, target, bytes of the UDP datagram or of what else it is)."""
    header = (frame[ETHERNET] & 15) * 4
    source = socket.inet_ntoa(frame[ETHERNET + 12:ETHERNET + 16])
    target = socket.inet_ntoa(frame[ETHERNET + 16:ETHERNET + 20])
    body = ETHERNET + header
    if frame[ETHERNET + 9] != UDP:
        return source, target, len(frame) - body
    ports = struct.unpack("!HHH", frame[body:body + 6])
    return f"{source}:{port(ports[0])}", f"{target}:{port(ports[1])}", ports[2] - 8


class Wire:
    """A capture of all cables, a line a packet: moment, station, out or in, from, to, bytes.

    Left out is what the kernel says by itself, at moments of its own choice: ARP.
    """

    def __init__(self, world, path, names):
        self._file = open(path, "w", encoding="ascii", buffering=1)
        self._links = [tap(name) for name in names]
        for link, name in zip(self._links, names):
            world.listen(link, lambda link=link, name=name: self._take(link, name))

    def missed(self):
        """How many packets came too fast to be written down: nothing may be said of them."""
        return sum(map(missed, self._links))

    def _take(self, link, name):
        try:
            frame, address = link.recvfrom(65536)
        except OSError as error:
            if error.errno == errno.ENETDOWN:
                # Said once of a cable that was unplugged.
                return
            raise
        # What the bridge sends into the cable is what the station gets.
        way = "in" if address[2] == socket.PACKET_OUTGOING else "out"
        source, target, size = describe(frame)
        self._file.write(f"{seconds(now())} {name} {way} {source} {target} {size}\n")
