"""A network of its own for some programs: a namespace, held by a process. Needs root."""

import contextlib
import ctypes
import os
import socket
import threading

from . import place, process

CLONE_NEWNET = 0x40000000
ETH_P_ALL, SO_RCVBUFFORCE = 0x0003, 33

_libc = ctypes.CDLL(None, use_errno=True)


def is_allowed():
    """Whether this user may make one."""
    code, _, _ = process.run(["unshare", "--net", "--mount", "true"])
    return code == 0


class Spaces:
    """A context: namespaces that are laid out at its beginning, and go with it."""

    def __init__(self):
        self._spaces = []

    def lay(self):
        """Makes what is there from the beginning."""
        raise NotImplementedError

    def __enter__(self):
        try:
            self.lay()
        except BaseException:
            self.end()
            raise
        return self

    def __exit__(self, *_):
        self.end()

    def add(self, space=None):
        """One more."""
        self._spaces.append(space or Namespace())
        return self._spaces[-1]

    def end(self):
        """Ends what holds them, and so what is in them."""
        for one in reversed(self._spaces):
            one.end()
        self._spaces = []


class Namespace:
    """A namespace of the network and of mounts, which vanishes with `end`."""

    def __init__(self):
        self._sockets = []
        self._holder = process.launch(
            ["unshare", "--net", "--mount", "sh", "-c", "echo; exec sleep infinity"],
            output=process.subprocess.PIPE)
        self._holder.stdout.readline()

    def end(self):
        for one in self._sockets:
            # Wakes whoever waits for it.
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()
        process.end(self._holder)
        self._sockets = []

    @property
    def pid(self):
        """The process that holds it."""
        return self._holder.pid

    @property
    def inside(self):
        """What starts a program in it."""
        return ["nsenter", f"--target={self.pid}", "--net", "--mount", "--"]

    def do(self, *words):
        """A program that must succeed."""
        code, output, errors = process.run([*self.inside, *words])
        if code != 0:
            raise place.StageError(f"{' '.join(words)}: {errors.strip()}")
        return output

    def shell(self, line):
        """A line of sh(1)."""
        return self.do("sh", "-c", line)

    def socket(self, *kind):
        """A socket in it."""
        with open("/proc/self/ns/net", "rb") as home, \
                open(f"/proc/{self.pid}/ns/net", "rb") as there:
            self._enter(there)
            try:
                made = socket.socket(*kind)
            finally:
                self._enter(home)
        self._sockets.append(made)
        return made

    def look(self, device, take):
        """Calls `take` with each frame that comes in at a device; returns the socket."""
        looking = self.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
        looking.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 16 << 20)
        looking.bind((device, ETH_P_ALL))

        def run():
            # Until the socket is shut down.
            with contextlib.suppress(OSError):
                while (seen := looking.recvfrom(2048))[0]:
                    if seen[1][2] != socket.PACKET_OUTGOING:
                        take(seen[0])

        threading.Thread(target=run, daemon=True).start()
        return looking

    @staticmethod
    def _enter(namespace):
        if _libc.setns(namespace.fileno(), CLONE_NEWNET) != 0:
            raise place.StageError(f"setns: {os.strerror(ctypes.get_errno())}")
