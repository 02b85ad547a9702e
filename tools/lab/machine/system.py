"""What a machine boots: Debian's kernel, and a root that lies in memory."""

import os
import pathlib
import shutil
import subprocess
import tempfile

from cross import CrossError, locked, run
from cross.debian import Archive
from cross.root import CACHE, Root
from packing.versions import needs

ARCH = "arm64"
KERNEL = "linux-image-arm64"
TOOLS = {"iproute2", "kmod"}
"""What each Debian of a person has, and a small one lacks."""
LEFT_OUT = ("usr/share/doc", "usr/share/locale", "usr/share/man", "var/cache", "var/lib/apt/lists")
"""Folders of the root that cost memory only."""
MODULES = ("drivers/net/net_failover.ko.xz", "drivers/net/virtio_net.ko.xz", "fs/9p", "fs/netfs",
           "net/9p", "net/core/failover.ko.xz", "sound/core", "sound/hda", "sound/pci/hda",
           "sound/soundcore.ko.xz")
"""The kernel's modules for what the board has."""


def kernel(release):
    """The folder of a Debian's kernel, which is fetched once: boot/vmlinuz-* and its modules."""
    folder = pathlib.Path(CACHE, f"kernel-{release}-{ARCH}").absolute()
    with locked(folder):
        if not folder.exists():
            archive = Archive(release, ARCH, CACHE / "apt")
            with tempfile.TemporaryDirectory(dir=CACHE) as place:
                meta, = archive.fetch([KERNEL], place)
                name = run("dpkg-deb", "-f", meta, "Depends").split()[0]
                meta.unlink()
                package, = archive.fetch([name], place)
                new = pathlib.Path(place, "new")
                run("dpkg-deb", "-x", package, new)
                new.rename(folder)
    return folder


def _archived(folder, out, left_out=()):
    """Adds a folder to the archive that the kernel unpacks (newc)."""
    words = ["find", ".", "-xdev"]
    for name in left_out:
        words += ["-path", f"./{name}/*", "-prune", "-o"]
    with subprocess.Popen([*words, "-print"], cwd=folder, stdout=subprocess.PIPE) as found:
        done = subprocess.run(["cpio", "-o", "-H", "newc", "--quiet"], cwd=folder,
                              stdin=found.stdout, stdout=out, stderr=subprocess.PIPE, check=False)
    if done.returncode != 0 or found.returncode != 0:
        raise CrossError(f"cpio: {done.stderr.decode()}")


class System:
    """A kernel and a root for the machines of one Debian."""

    def __init__(self, release, package, folder):
        """The root is as before the package is installed; the archive of it lies in `folder`."""
        self.release = release
        self.root = Root(release, ARCH, {*needs(package), *TOOLS}, CACHE, "machine").make()
        found = kernel(release)
        self.kernel, = found.glob("boot/vmlinuz-*")
        self._modules, = found.glob("usr/lib/modules/*")
        self.archive = pathlib.Path(folder, "initrd")

    def write(self, unit):
        """Writes the archive; the machine starts a unit of systemd at its end."""
        with tempfile.TemporaryDirectory() as place, open(self.archive, "wb") as out:
            # It becomes the root folder.
            os.chmod(place, 0o755)
            self._lay_modules(place)
            units = pathlib.Path(place, "etc/systemd/system")
            wants = units / "multi-user.target.wants"
            wants.mkdir(parents=True)
            shutil.copy(unit, units)
            (wants / unit.name).symlink_to(f"../{unit.name}")
            for folder, left_out in ((self.root.folder, LEFT_OUT), (place, ())):
                _archived(folder, out, left_out)

    def _lay_modules(self, place):
        name = self._modules.name
        modules = pathlib.Path(place, "usr/lib/modules", name)
        for part in MODULES:
            source, to = self._modules / "kernel" / part, modules / "kernel" / part
            to.parent.mkdir(parents=True, exist_ok=True)
            (shutil.copytree if source.is_dir() else shutil.copy)(source, to)
        for part in ("modules.builtin", "modules.builtin.modinfo", "modules.order"):
            shutil.copy(self._modules / part, modules)
        run("depmod", "-b", f"{place}/usr", name)
