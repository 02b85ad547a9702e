"""Roots of a Debian, in which something is tried and thrown away."""

import contextlib
import os
import pathlib
import shutil
import tempfile

from . import CrossError, foreign, locked, run
from .debian import CODENAMES, mirror

CACHE = pathlib.Path(os.environ.get("XDG_CACHE_HOME", pathlib.Path.home() / ".cache"), "intercomd")
ENTER = """mount -t proc proc "$0/proc" 2>/dev/null || mount --rbind /proc "$0/proc"
mount -t tmpfs tmpfs "$0/run"
exec chroot "$0" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 \
    DEBIAN_FRONTEND=noninteractive "$@"
"""
"""With the machine's own /proc where the kernel gives a namespace of other users no new one."""


class Root:
    """A small system with some packages."""

    def __init__(self, release, arch, packages, cache, name="root"):
        """It stays in a folder of `cache` that begins with the name."""
        self.release, self.arch, self.packages = release, arch, packages
        self.machine = foreign.Machine(arch, cache)
        self.folder = pathlib.Path(cache, f"{name}-{CODENAMES[release]}-{arch}").absolute()

    def make(self):
        """Makes it, unless that was done before."""
        with locked(self.folder):
            if not self.folder.exists():
                new = self.folder.with_name(self.folder.name + ".new")
                shutil.rmtree(new, ignore_errors=True)
                new.mkdir()
                code, said = self.machine.run(
                    "mmdebstrap", "--quiet", "--mode=root", "--variant=minbase",
                    f"--architectures={self.arch}", f"--include={','.join(sorted(self.packages))}",
                    "--skip=check/qemu", CODENAMES[self.release], new, mirror())
                if code != 0:
                    raise CrossError(f"mmdebstrap ended with {code}: {said}")
                new.rename(self.folder)
        return self

    def forget(self):
        """The next `make` makes it anew."""
        if self.folder.exists():
            old = self.folder.with_name(self.folder.name + ".old")
            shutil.rmtree(old, ignore_errors=True)
            self.folder.rename(old)
            shutil.rmtree(old)

    @contextlib.contextmanager
    def copy(self):
        """A copy of it, whose changes are gone in the end: `Copy`."""
        with tempfile.TemporaryDirectory() as place:
            for name in ("upper", "work", "root"):
                os.mkdir(f"{place}/{name}")
            os.chmod(f"{place}/upper", 0o755)
            run("mount", "-t", "overlay", "overlay", "-o",
                f"lowerdir={self.folder},upperdir={place}/upper,workdir={place}/work",
                f"{place}/root")
            try:
                yield Copy(pathlib.Path(place, "root"), self.machine)
            finally:
                run("umount", f"{place}/root")


class Copy:
    """A root in which programs are run, one after the other; systemd does not run it."""

    def __init__(self, folder, machine):
        self.folder, self.machine = folder, machine

    def path(self, name):
        """A file of it, from outside."""
        return self.folder / name.lstrip("/")

    def run(self, *words):
        """Runs a program there as root; returns (exit code, what it printed)."""
        return self.machine.run(
            "unshare", "--mount", "--pid", "--fork", "--kill-child", "sh", "-c", ENTER,
            self.folder, *words)

    def install(self, *packages):
        """As apt does it with files; returns (exit code, what was printed)."""
        for package in packages:
            shutil.copy(package, self.path("tmp"))
        return self.run("dpkg", "--install", *(f"/tmp/{path.name}" for path in packages))
