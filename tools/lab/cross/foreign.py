"""Roots of another architecture: programs in them, and those that they start, run in QEMU.

The kernel lets each user namespace say which program runs the binaries of which machine (since
6.7), so nothing of this machine is changed.
"""

import ctypes
import functools
import os
import re
import subprocess

from . import CrossError
from .emulator import emulator, own_arch

CLONE_NEWNS, CLONE_NEWUSER = 0x20000, 0x10000000
FORMATS = "/proc/sys/fs/binfmt_misc"
MACHINES = {"amd64": 62, "arm64": 183}
"""The number of each in the header of a binary (ELF, e_machine)."""
IDS = 65536
SINCE = (6, 7)
"""The Linux that can do this."""
_libc = ctypes.CDLL(None, use_errno=True)


def lacks(arch):
    """What this machine lacks to run programs of an architecture in a root, in words; or None."""
    found = tuple(int(one) for one in re.findall(r"\d+", os.uname().release)[:2])
    if arch == own_arch() or found >= SINCE:
        return None
    return (f"programs of {arch} in a root need Linux {SINCE[0]}.{SINCE[1]} or newer, and this is "
            f"{os.uname().release}")


def _check(result):
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


def _map_ids(pid):
    """Users and groups of a process' namespace are those outside."""
    for name in ("uid_map", "gid_map"):
        with open(f"/proc/{pid}/{name}", "w", encoding="ascii") as file:
            file.write(f"0 0 {IDS}")


def _enter_users():
    """Begins a user namespace; only somebody outside may say who is who in it."""
    me, (seen, told) = os.getpid(), os.pipe()
    helper = os.fork()
    if helper == 0:
        try:
            os.close(told)
            os.read(seen, 1)
            _map_ids(me)
        except OSError:
            os._exit(1)
        os._exit(0)
    _check(_libc.unshare(CLONE_NEWUSER))
    os.close(told)
    if os.waitpid(helper, 0)[1] != 0:
        raise PermissionError("users of a namespace cannot be mapped")


def _escaped(raw):
    return "".join(f"\\x{byte:02x}" for byte in raw)


def _enter(arch, interpreter):
    _enter_users()
    _check(_libc.unshare(CLONE_NEWNS))
    _register(arch, interpreter)


def _register(arch, interpreter):
    """Lets an interpreter run the binaries of a machine, here and in each root."""
    _check(_libc.mount(b"none", FORMATS.encode(), b"binfmt_misc", 0, None))
    head = b"\x7fELF\x02\x01\x01" + bytes(9) + b"\x02\x00" + MACHINES[arch].to_bytes(2, "little")
    # Any system's, and both kinds of program.
    mask = b"\xff" * 7 + b"\x00" + b"\xff" * 8 + b"\xfe\xff\xff\xff"
    with open(f"{FORMATS}/register", "w", encoding="ascii") as file:
        file.write(f":intercomd-{arch}:M::{_escaped(head)}:{_escaped(mask)}:{interpreter}:F")


class Machine:
    """One of an architecture, as far as programs in roots are concerned."""

    def __init__(self, arch, cache):
        """The emulator is fetched into a folder of `cache`, where one is needed."""
        self.arch, self.cache = arch, cache

    def run(self, *words, seconds=900):
        """Runs a program of this machine, and what it starts of that one, as root.

        Returns (exit code, what it printed).
        """
        enter = None
        if self.arch != own_arch():
            lack = lacks(self.arch)
            if lack:
                raise CrossError(lack)
            interpreter = emulator(self.arch, self.cache)
            enter = functools.partial(_enter, self.arch, interpreter)
        try:
            done = subprocess.run(
                [str(word) for word in words], preexec_fn=enter, stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
                timeout=seconds)
        except subprocess.SubprocessError as error:
            raise CrossError(f"{words[0]}, for {self.arch}: {error}") from None
        return done.returncode, done.stdout
