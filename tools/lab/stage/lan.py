"""A LAN for several stations: a namespace for each, with a cable to one switch.

The switch has the router's address and sees every packet. Every place has an address of IPv4 and
the kernel's own link-local one of IPv6. Needs root.
"""

import functools
import socket
import struct
import time
from typing import NamedTuple

from .namespace import Namespace, Spaces

NETWORK = "192.0.2"
ROUTER = 254
MDNS = 5353
ETH_P_IP, ETH_P_IPV6 = 0x0800, 0x86DD
ETHERNET, UDP = 14, 17


class Packet(NamedTuple):
    """One UDP datagram that a place sent; addresses without ports."""

    at: float
    sender: str
    source: str
    target: str
    port: int
    data: bytes


def dissect(frame, at, sender):
    """Reads an Ethernet frame; None when it has no UDP datagram right after the IP header."""
    kind, = struct.unpack_from("!H", frame, 12)
    if kind == ETH_P_IP and frame[ETHERNET + 9] == UDP:
        start, size, family = ETHERNET + 20, 4, socket.AF_INET
        source = ETHERNET + 12
    elif kind == ETH_P_IPV6 and frame[ETHERNET + 6] == UDP:
        start, size, family = ETHERNET + 40, 16, socket.AF_INET6
        source = ETHERNET + 8
    else:
        return None
    names = [socket.inet_ntop(family, frame[place:place + size])
             for place in (source, source + size)]
    port, = struct.unpack_from("!H", frame, start + 2)
    return Packet(at, sender, *names, port, frame[start + 8:])


class Place:
    """One end of the LAN."""

    def __init__(self, lan, name, host):
        self.name, self.host, self.space = name, host, Namespace()
        self.inside = self.space.inside
        lan.switch.do("ip", "link", "add", name, "type", "veth", "peer", "name", "eth0", "netns",
                      str(self.space.pid))
        lan.switch.do("ip", "link", "set", name, "master", "switch")
        # A bridge forwards at once, and an address of IPv6 need not be looked for first.
        self.space.shell("echo 0 >/proc/sys/net/ipv6/conf/default/accept_dad; "
                         "echo 0 >/proc/sys/net/ipv6/conf/eth0/accept_dad")
        self.space.do("ip", "address", "add", f"{self.address}/24", "dev", "eth0")
        self.space.do("ip", "link", "set", "lo", "up")
        self.space.do("ip", "link", "set", "eth0", "up")
        lan.switch.do("ip", "link", "set", name, "up")

    @property
    def address(self):
        """Its address of IPv4."""
        return f"{NETWORK}.{self.host}"

    def move(self, host):
        """It gets another address of IPv4."""
        former, self.host = self.address, host
        self.space.do("ip", "address", "del", f"{former}/24", "dev", "eth0")
        self.space.do("ip", "address", "add", f"{self.address}/24", "dev", "eth0")

    def drop_ipv4(self):
        """It has IPv6 alone from now on."""
        self.space.do("ip", "-4", "address", "flush", "dev", "eth0")

    def drop_ipv6(self):
        """It has IPv4 alone from now on."""
        self.space.shell("echo 1 >/proc/sys/net/ipv6/conf/eth0/disable_ipv6")

    def group(self, ttl=255):
        """A socket that sends to, and hears, the group of multicast DNS over IPv4."""
        made = self.space.socket(socket.AF_INET, socket.SOCK_DGRAM)
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        made.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, ttl)
        made.bind(("", MDNS))
        made.setsockopt(
            socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP,
            socket.inet_aton("224.0.0.251") + socket.inet_aton(self.address))
        made.setsockopt(
            socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton(self.address))
        return made


class Lan(Spaces):
    """A context; `packets` are the UDP datagrams seen so far."""

    def __init__(self):
        super().__init__()
        self.places, self.packets, self.switch = {}, [], None

    def lay(self):
        self.switch = self.add()
        self.switch.do("ip", "link", "add", "switch", "type", "bridge", "mcast_snooping", "0")
        self.switch.do("ip", "link", "set", "switch", "up")
        self.switch.do("ip", "address", "add", f"{NETWORK}.{ROUTER}/24", "dev", "switch")

    def join(self, name, host=None):
        """A new place, at the next free host."""
        one = Place(self, name, host or len(self.places) + 1)
        self.places[name] = one
        self.add(one.space)
        self.switch.look(name, functools.partial(self._take, name))
        return one

    def _take(self, name, frame):
        packet = dissect(frame, time.monotonic(), name)
        if packet is not None:
            self.packets.append(packet)

    def announced(self):
        """The datagrams to the group of multicast DNS."""
        return [one for one in list(self.packets) if one.port == MDNS]
