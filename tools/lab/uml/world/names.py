"""The name server of the guest, which knows the names it is told."""

import os
import socket
import subprocess

from . import net

HOST = 53
ADDRESS = net.address(HOST)
HEADER = 12
NO_SUCH_NAME = b"\x81\x83"
FOUND = b"\x81\x80"
KINDS = {b"\x00\x01": socket.AF_INET, b"\x00\x1c": socket.AF_INET6}
"""What is asked for: an address of IPv4, or of IPv6."""


class Names:
    """Answers all stations from the moment it is made; `found` is the address of each name."""

    def __init__(self, world):
        self.found = {}
        net.join("names", HOST)
        servers = [(ADDRESS, socket.AF_INET)]
        if net.has_ipv6():
            net.enable_ipv6("names", HOST)
            servers.append((net.move("names", None, HOST, is_v6=True), socket.AF_INET6))
        for path, text in (
                ("/etc/resolv.conf", "".join(f"nameserver {one}\n" for one, _ in servers)),
                ("/etc/nsswitch.conf", "hosts: files dns\n")):
            self._replace(path, text)
        for address, family in servers:
            link = net.socket_in("names", family)
            link.bind((address, 53))
            world.listen(link, lambda link=link: self._answer(link))

    @staticmethod
    def _replace(path, text):
        own = f"/run/{os.path.basename(path)}"
        with open(own, "w", encoding="ascii") as file:
            file.write(text)
        real = os.path.realpath(path)
        if not os.path.exists(real):
            os.makedirs(os.path.dirname(real), exist_ok=True)
            with open(real, "w", encoding="ascii"):
                pass
        subprocess.run(["mount", "--bind", own, real], check=True)

    @staticmethod
    def ask_from_one_port(name):
        """The questions of a station come from a port that is drawn: here from one."""
        subprocess.run([*net.words(name), "sh", "-c",
                        "echo 40000 40000 >/proc/sys/net/ipv4/ip_local_port_range"], check=True)

    def _answer(self, link):
        question, source = link.recvfrom(2048)
        asked, kind = self._asked(question)
        address = self.found.get(asked)
        packed = address and self._packed(address, kind)
        answers = b""
        if packed:
            # The name as in the question, of that kind, for no time, so many bytes.
            answers = (b"\xc0\x0c" + kind + b"\x00\x01" + bytes(4)
                       + len(packed).to_bytes(2, "big") + packed)
        end = question.index(0, HEADER) + 5
        link.sendto(
            question[:2] + (FOUND if address else NO_SUCH_NAME) + question[4:6]
            + bytes([0, 1 if answers else 0]) + bytes(4) + question[HEADER:end] + answers, source)

    @staticmethod
    def _packed(address, kind):
        """The bytes of an address; None when it is not of that kind."""
        try:
            return socket.inet_pton(KINDS[kind], address)
        except (KeyError, OSError):
            return None

    @staticmethod
    def _asked(question):
        """The name in a question, and the kind of address that is wanted."""
        labels, place = [], HEADER
        while size := question[place]:
            labels.append(question[place + 1:place + 1 + size].decode("ascii"))
            place += 1 + size
        return ".".join(labels).lower(), question[place + 1:place + 3]
