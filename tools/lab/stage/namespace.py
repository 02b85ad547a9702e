"""A network of its own for some programs: a namespace, held by a process. Needs root."""

import contextlib
import ctypes
import os
import socket

from . import place, process

CLONE_NEWNET = 0x40000000

_libc = ctypes.CDLL(None, use_errno=True)


def is_allowed():
    """Whether this user may make one."""
    code, _, _ = process.run(["unshare", "--net", "--mount", "true"])
    return code == 0


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

    @staticmethod
    def _enter(namespace):
        if _libc.setns(namespace.fileno(), CLONE_NEWNET) != 0:
            raise place.StageError(f"setns: {os.strerror(ctypes.get_errno())}")
