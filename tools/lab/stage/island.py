"""A network of its own for one station, where every packet it sends is seen.

`Island` has two network namespaces with a cable between them: the station is alone in one, all
others are in the other. Both vanish with the processes that hold them. Needs root.
"""

import os
import socket
import struct
import threading
from typing import NamedTuple

from .capture import missed
from .namespace import Spaces

ETH_P_IP, ETH_P_ARP = 0x0800, 0x0806

OWN = "192.0.2.1"
RESOLVER = "192.0.2.53"


class Frame(NamedTuple):
    """What of a frame says where it goes."""

    kind: str
    """arp, udp, icmp, or the number of whatever else it is."""
    target: str
    port: int
    size: int

    def __str__(self):
        return f"{self.kind} to {self.target}:{self.port}, {self.size} bytes"


def dissect(frame):
    """Reads an Ethernet frame."""
    size = len(frame)
    kind, = struct.unpack_from("!H", frame, 12) if size >= 14 else (0,)
    if kind == ETH_P_ARP and size >= 42:
        return Frame("arp", socket.inet_ntoa(frame[38:42]), 0, size)
    if kind != ETH_P_IP or size < 34:
        return Frame(f"ethernet {kind:#06x}", frame[:6].hex(":"), 0, size)
    protocol, target = frame[23], socket.inet_ntoa(frame[30:34])
    start = 14 + (frame[14] & 15) * 4
    if protocol == socket.IPPROTO_UDP and size >= start + 8:
        return Frame("udp", target, struct.unpack_from("!H", frame, start + 2)[0], size)
    name = "icmp" if protocol == socket.IPPROTO_ICMP else f"ip {protocol}"
    return Frame(name, target, 0, size)


def stray(frames, peers):
    """Those that go to nobody configured; `peers` are (address, port)s.

    A resolver is asked by UDP at port 53. Whose address may be used may be asked for by ARP.
    """
    known = {(RESOLVER, 53), *peers}
    addresses = {address for address, _ in known}

    def is_meant(frame):
        if frame.kind == "arp":
            return frame.target in addresses
        return frame.kind == "udp" and (frame.target, frame.port) in known

    return [frame for frame in frames if not is_meant(frame)]


class Island(Spaces):
    """A context. `others` are addresses in 192.0.2.0/24 that the world beside it has."""

    def __init__(self, folder, *others):
        super().__init__()
        self._folder, self._others = folder, [RESOLVER, *others]
        self.names = {}
        self.questions = set()
        self.frames = []

    def lay(self):
        self._inner, self._outer = self.add(), self.add()
        self._lay_cable()
        self._resolve()
        self._looking = self._outer.look("sea", self._take)

    @property
    def inside(self):
        """What starts a program on the island."""
        return self._inner.inside

    @property
    def outside(self):
        """What starts a program in the world beside it."""
        return self._outer.inside

    def _lay_cable(self):
        self._outer.do("ip", "link", "add", "sea", "type", "veth", "peer", "name", "sea",
                       "netns", str(self._inner.pid))
        for one, addresses in ((self._inner, [OWN]), (self._outer, self._others)):
            # The kernel greets neighbours by itself where there is IPv6.
            one.shell("for f in /proc/sys/net/ipv6/conf/*/disable_ipv6; do echo 1 >$f; done")
            for address in addresses:
                one.do("ip", "address", "add", f"{address}/24", "dev", "sea")
            one.do("ip", "link", "set", "lo", "up")
            one.do("ip", "link", "set", "sea", "up")
        # The world knows where the station is: it need not ask, nor the station's kernel answer.
        text = self._inner.do("ip", "-o", "link", "show", "sea")
        self._outer.do("ip", "neigh", "replace", OWN, "lladdr",
                       text.split("link/ether ")[1].split()[0], "dev", "sea", "nud", "permanent")

    def socket(self, where, *kind):
        """A socket of the namespace that a prefix enters."""
        return (self._inner if where == self.inside else self._outer).socket(*kind)

    # Names.

    def _resolve(self):
        path = os.path.join(self._folder, "resolv.conf")
        with open(path, "w", encoding="ascii") as file:
            file.write(f"nameserver {RESOLVER}\noptions timeout:1\n")
        self._inner.do("mount", "--bind", path, "/etc/resolv.conf")
        asked = self._outer.socket(socket.AF_INET, socket.SOCK_DGRAM)
        asked.bind((RESOLVER, 53))
        threading.Thread(target=self._answer, args=[asked], daemon=True).start()

    def _answer(self, asked):
        while True:
            try:
                question, caller = asked.recvfrom(4096)
                if not question:
                    return
                if len(question) < 17:
                    continue
                asked.sendto(self._answer_to(question), caller)
            except OSError:
                return

    def _answer_to(self, question):
        """An address for a name in `names`, no such name for any other (RFC 1035 §4.1)."""
        labels, place_ = [], 12
        while question[place_]:
            labels.append(question[place_ + 1:place_ + 1 + question[place_]].decode())
            place_ += question[place_] + 1
        end, name = place_ + 5, ".".join(labels)
        self.questions.add(name)
        found = self.names.get(name)
        answers = []
        if found and question[place_ + 1:place_ + 3] == b"\x00\x01":
            answers = [b"\xc0\x0c\x00\x01\x00\x01" + struct.pack("!IH", 5, 4)
                       + socket.inet_aton(found)]
        flags = 0x8180 if found else 0x8183
        return question[:2] + struct.pack("!HHHHH", flags, 1, len(answers), 0, 0) \
            + question[12:end] + b"".join(answers)

    # What the station sends.

    def _take(self, frame):
        self.frames.append(dissect(frame))

    def missed(self):
        """How many frames came too fast to be looked at."""
        return missed(self._looking)
