"""What is on the wire: every packet a station sends or gets, on the bridge's side of its cable."""

import socket
import struct

from .clock import now, seconds

ETH_P_ALL = 3
ETHERNET, UDP = 14, 17
IPV4 = b"\x08\x00"


def describe(frame):
    """(source, target, bytes of the UDP datagram or of what else it is)."""
    if frame[12:14] != IPV4:
        return frame[6:12].hex(":"), frame[0:6].hex(":"), len(frame) - ETHERNET
    header = (frame[ETHERNET] & 15) * 4
    source = socket.inet_ntoa(frame[ETHERNET + 12:ETHERNET + 16])
    target = socket.inet_ntoa(frame[ETHERNET + 16:ETHERNET + 20])
    body = ETHERNET + header
    if frame[ETHERNET + 9] != UDP:
        return source, target, len(frame) - body
    ports = struct.unpack("!HHH", frame[body:body + 6])
    return f"{source}:{ports[0]}", f"{target}:{ports[1]}", ports[2] - 8


class Wire:
    """A capture of all cables, a line a packet: moment, station, out or in, from, to, bytes.

    ARP is left out, and so is what is neither IPv4 nor ARP: no station has another address.
    """

    def __init__(self, world, path, names):
        self._file = open(path, "w", encoding="ascii", buffering=1)
        for name in names:
            link = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ALL))
            link.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)
            link.bind((name, ETH_P_ALL))
            world.listen(link, lambda link=link, name=name: self._take(link, name))

    def _take(self, link, name):
        frame, address = link.recvfrom(65536)
        if frame[12:14] != IPV4:
            return
        # What the bridge sends into the cable is what the station gets.
        way = "in" if address[2] == socket.PACKET_OUTGOING else "out"
        source, target, size = describe(frame)
        self._file.write(f"{seconds(now())} {name} {way} {source} {target} {size}\n")
