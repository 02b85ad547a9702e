"""The name server of the guest, which knows the names it is told."""

import os
import socket
import subprocess

from . import net

HOST = 53
ADDRESS = f"{net.NETWORK}.{HOST}"
HEADER = 12
NO_SUCH_NAME = b"\x81\x83"
FOUND = b"\x81\x80"
IPV4 = b"\x00\x01"


class Names:
    """Answers all stations from the moment it is made; `found` is the address of each name."""

    def __init__(self, world):
        self.found = {}
        net.join("names", HOST)
        for path, text in (("/etc/resolv.conf", f"nameserver {ADDRESS}\n"),
                           ("/etc/nsswitch.conf", "hosts: files dns\n")):
            self._replace(path, text)
        self._link = net.socket_in("names")
        self._link.bind((ADDRESS, 53))
        world.listen(self._link, self._answer)

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

    def _answer(self):
        question, source = self._link.recvfrom(2048)
        asked, kind = self._asked(question)
        address = self.found.get(asked)
        answers = b""
        if address and kind == IPV4:
            # The name as in the question, IPv4, for no time, 4 bytes.
            answers = (b"\xc0\x0c" + IPV4 + b"\x00\x01" + bytes(4) + b"\x00\x04"
                       + socket.inet_aton(address))
        end = question.index(0, HEADER) + 5
        self._link.sendto(
            question[:2] + (FOUND if address else NO_SUCH_NAME) + question[4:6]
            + bytes([0, 1 if answers else 0]) + bytes(4) + question[HEADER:end] + answers, source)

    @staticmethod
    def _asked(question):
        """The name in a question, and the kind of address that is wanted."""
        labels, place = [], HEADER
        while size := question[place]:
            labels.append(question[place + 1:place + 1 + size].decode("ascii"))
            place += 1 + size
        return ".".join(labels).lower(), question[place + 1:place + 3]
