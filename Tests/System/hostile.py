"""A station whose state directory is an attacker's, and root's own files beside it.

Code in the daemon has the daemon's user. It can put anything into the state directory, and swap it
at any moment, while an administrator types `sudo intercomctl`. What is root's own, `outside`, is
watched: nothing there may be opened, read, changed, made or removed.
"""

import ctypes
import os
import shutil
import struct
import subprocess
import sys
import time

from lab import place
from peer import rosters
from stage.identity import Identity

USER = 12345
"""The daemon's user, and the attacker."""
KEY = "intercom1:b6vgqtwsrbt3s72kniw64xpyz2lu45vxaghd6ivbythsm6cxb4qa:4ozb"
DIGITS = "4207 0015 5326 9576 0434 9394".split()
SHED = Identity().text
THIRD = "intercom1:aaaqeayeaudaocajbifqydiob4ibceqtcqkrmfyydenbwha5dypq:jdms"
SECRET = "5ec2e7" * 10 + "0b5e"
SITE = "42" * 32
"""The secret of the site, which the attacker's station introduces."""
"""64 digits of which only root's own files may tell."""
LIBC = ctypes.CDLL(None, use_errno=True)


class Watch:
    """Notices every use of files and folders, by whatever name (inotify(7)): opening is enough."""

    # Not IN_ATTRIB and IN_MOVE_SELF: they come as well when the attacker removes or renames a name
    # of its own for the same file (a hard link).
    EVENTS = 0xFFF & ~0x4 & ~0x800
    KINDS = {0x1: "read", 0x2: "written", 0x8: "closed after writing",
             0x10: "closed", 0x20: "opened", 0x100: "made", 0x200: "removed"}

    def __init__(self, root):
        self._fd = LIBC.inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC)
        self._names = {}
        paths = [os.path.join(folder, name) for folder, _, files in os.walk(root)
                 for name in ["", *files]]
        # Listing the folders is over before they are watched.
        for path in paths:
            number = LIBC.inotify_add_watch(self._fd, path.encode(), self.EVENTS)
            assert number >= 0, os.strerror(ctypes.get_errno())
            self._names[number] = path.rstrip("/")

    def seen(self):
        """What has happened, as sentences."""
        found, data = set(), b""
        try:
            data = os.read(self._fd, 1 << 20)
        except BlockingIOError:
            pass
        while data:
            number, mask, _, size = struct.unpack_from("iIII", data)
            name = data[16:16 + size].rstrip(b"\0").decode(errors="replace")
            kind = self.KINDS.get(mask & self.EVENTS, hex(mask))
            found.add(f"{self._names[number]} {name} {kind}")
            data = data[16 + size:]
        return sorted(found)

    def end(self):
        os.close(self._fd)


def snapshot(root):
    """A folder and what is in it: names, owners, rights and contents."""
    found = {}
    for folder, folders, files in os.walk(root):
        for path in [folder, *(os.path.join(folder, name) for name in [*folders, *files])]:
            status = os.lstat(path)
            content = b""
            if os.path.isfile(path):
                with open(path, "rb") as file:
                    content = file.read(4096)
            found[path] = (status.st_mode, status.st_uid, status.st_gid, status.st_size,
                           status.st_mtime_ns, content)
    return found


def write(path, text, owner=USER, mode=0o600):
    """Puts a file in place, whatever was there."""
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    os.chmod(path, mode)
    os.chown(path, owner, owner)
    return path


def folder_of(path, owner=USER, mode=0o755):
    os.mkdir(path)
    os.chmod(path, mode)
    os.chown(path, owner, owner)
    return path


def link(path, target, owner=USER):
    """A symbolic link in the place of whatever was there."""
    clear(path)
    os.symlink(target, path)
    os.lchown(path, owner, owner)
    return path


def hard_link(path, target):
    clear(path)
    os.link(target, path)
    return path


def pipe(path):
    clear(path)
    os.mkfifo(path)
    os.chown(path, USER, USER)
    return path


def huge(path, size=1 << 36):
    os.truncate(path, size)
    return path


def given(path, owner, mode):
    os.chown(path, owner, owner)
    os.chmod(path, mode)
    return path


def clear(path):
    if os.path.isdir(path) and not os.path.islink(path):
        shutil.rmtree(path)
    elif os.path.lexists(path):
        os.unlink(path)


class World:
    """`etc` and `outside` are root's, `home` with `home/state` the attacker's."""

    def __init__(self, root, state="home/state"):
        self.root = os.fspath(root)
        self.etc = folder_of(f"{self.root}/etc", owner=0)
        self.outside = folder_of(f"{self.root}/outside", owner=0, mode=0o711)
        self.home = folder_of(f"{self.root}/home")
        self.state = f"{self.root}/{state}"
        self.fill(f"{self.home}/state", USER, "5a" * 32, address="192.0.2.5")
        self.fill(f"{self.outside}/state", 0, SECRET, address="192.0.2.66")
        self.introduce()
        write(f"{self.root}/own.psk", "77" * 32 + "\n", owner=0)
        write(f"{self.etc}/intercomd.conf", "[station]\nname = kitchen\n[paths]\n"
              f"state = {self.state}\nruntime = {self.root}/run\n"
              "[audio]\ninput = none\noutput = none\n", owner=0, mode=0o644)
        self._before = self._watch = None

    @staticmethod
    def fill(state, owner, secret, address):
        """A state directory as a daemon and `peer add` leave it."""
        folder_of(state, owner, 0o750)
        folder_of(f"{state}/keys", owner, 0o700)
        folder_of(f"{state}/peers.d", owner, 0o750)
        write(f"{state}/keys/identity", f"intercom-identity-1 {secret}\n", owner)
        write(f"{state}/keys/garage.psk", f"{secret}\n", owner)
        write(f"{state}/peers.d/garage.conf", f"# {secret}\n[peer garage]\naddress = {address}\n"
              f"key = {KEY}\npsk = file:garage.psk\n", owner)
        # One that is not in the site.
        write(f"{state}/keys/shed.psk", f"{secret}\n", owner)
        write(f"{state}/peers.d/shed.conf", f"[peer shed]\nkey = {SHED}\n"
              "psk = file:shed.psk\n", owner)

    def introduce(self):
        """A site of two stations, and root's file with a newer roster."""
        own = Identity(bytes.fromhex("5a" * 32)).text
        stations = [("garage", KEY), ("kitchen", own)]
        write(f"{self.home}/state/keys/site.key", f"{SITE}\n")
        write(f"{self.home}/state/roster", rosters.make(SITE, 3, stations, channels=[("up", "*")]))
        write(f"{self.home}/state/site.conf", f"[channel up]\nmembers = {KEY}\n")
        write(f"{self.outside}/state/keys/site.key", f"{SECRET}\n", 0)
        write(f"{self.outside}/state/roster", f"{SECRET}\n", 0)
        write(f"{self.root}/own.roster", rosters.make(
            SITE, 4, stations, channels=[("up", "*")]), owner=0)

    def guard(self):
        """From now on nothing may happen outside."""
        self._before = snapshot(self.outside)
        self._watch = Watch(self.outside)

    def harm(self):
        """What has happened outside, or has come out of it; empty if all is well."""
        found = self._watch.seen()
        self._watch.end()
        after = snapshot(self.outside)
        found += [f"{path} is not as before" for path in {**after, **self._before}
                  if after.get(path) != self._before.get(path)]
        for folder, _, files in os.walk(self.home):
            for name in files:
                path = os.path.join(folder, name)
                status = os.lstat(path)
                # What the test itself linked there is root's still.
                if not os.path.isfile(path) or os.path.islink(path) or status.st_uid != USER:
                    continue
                with open(path, "rb") as file:
                    if SECRET.encode() in file.read(1 << 16):
                        found.append(f"{path} of user {USER} has root's secret")
        return found

    def run(self, *words, seconds=place.PATIENCE, program="intercomctl", **options):
        """Types a command as root; returns (exit code, all that it printed)."""
        done = subprocess.run(
            ["prlimit", f"--as={1 << 30}", place.program(program), "--config", self.etc, *words],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            timeout=seconds, check=False, cwd="/", **options)
        return done.returncode, done.stdout.decode()


SWAPS = r"""
import ctypes, os, struct, sys, time
libc = ctypes.CDLL(None, use_errno=True)
how, name, trap = sys.argv[1:4]
def exchange():
    # AT_FDCWD, RENAME_EXCHANGE: at any moment there is one or the other, never neither.
    return libc.renameat2(-100, name.encode(), -100, trap.encode(), 2)
if how == "always":
    count = 0
    print("ready", flush=True)
    while exchange() == 0:
        count += 1
        if count == 200: print("swapped", flush=True)
        time.sleep(float(sys.argv[4]))
else:
    fd = libc.inotify_init1(0)
    folder, file = os.path.split(name)
    libc.inotify_add_watch(fd, folder.encode(), int(sys.argv[4]))
    print("ready", flush=True)
    while True:
        data = os.read(fd, 1 << 16)
        while data:
            size = struct.unpack_from("iIII", data)[3]
            if data[16:16 + size].rstrip(b"\0") == file.encode():
                exchange()
                print("swapped", flush=True)
                time.sleep(60)
            data = data[16 + size:]
"""


class Swaps:
    """A program of the attacker's that puts `trap` into the place of `name`, and back.

    `always`: again and again, with so many seconds between; else once, when the kernel reports one
    of the events (inotify(7)) of `name`.
    """

    OPENED, CLOSED, MADE = 0x20, 0x10, 0x100

    def __init__(self, name, trap, *, event=None, every=0.0):
        words = ["always", name, trap, str(every)] if event is None else [
            "once", name, trap, str(event)]
        # pylint: disable=consider-using-with
        self._program = subprocess.Popen(
            [sys.executable, "-c", SWAPS, *words], stdout=subprocess.PIPE, text=True,
            user=USER, group=USER, extra_groups=[], cwd="/")
        assert self._program.stdout.readline() == "ready\n"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._program.kill()
        self._program.wait()
        self._program.stdout.close()

    def has_swapped(self, seconds=5.0):
        """Whether it has, waiting for that."""
        os.set_blocking(self._program.stdout.fileno(), False)
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if self._program.stdout.readline() == "swapped\n":
                return True
            time.sleep(0.02)
        return False
