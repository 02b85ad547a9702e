"""How this machine runs a program of another Debian: with that one's libraries, and of another
architecture in QEMU's user mode."""

import pathlib
import shutil
import tempfile

from . import locked, run
from .debian import Archive

PROGRAMS = {"amd64": "qemu-x86_64-static", "arm64": "qemu-aarch64-static"}
CPUS = {"amd64": [], "arm64": ["-cpu", "cortex-a53"]}
"""As on the weakest machine; signing pointers, which newer ones do, is slow in QEMU."""
LOADERS = {"amd64": "lib64/ld-linux-x86-64.so.2", "arm64": "lib/ld-linux-aarch64.so.1"}


def own_arch():
    """This machine's, by Debian's name."""
    return run("dpkg", "--print-architecture").strip()


def launcher(arch, sysroot, cache):
    """The words before a program for a sysroot; none where this machine runs it itself.

    Libraries are the sysroot's, and all other files are this machine's: QEMU's own option for a
    sysroot would open "/" there.
    """
    own = own_arch()
    if arch == own and sysroot.archive.release == 12:
        return []
    loader = [sysroot.folder / LOADERS[arch], "--library-path",
              sysroot.folder / "usr/lib" / sysroot.triplet]
    return loader if arch == own else [emulator(arch, cache), *CPUS[arch], *loader]


def emulator(arch, cache):
    """QEMU for programs of an architecture: fetched once, into a folder of `cache`, and not
    installed."""
    own = own_arch()
    folder = pathlib.Path(cache, "qemu-user-static")
    program = folder / "usr/bin" / PROGRAMS[arch]
    with locked(folder):
        if not program.exists():
            with tempfile.TemporaryDirectory() as place:
                for file in Archive(12, own, pathlib.Path(cache, "apt")).fetch(
                        ["qemu-user-static"], place):
                    run("dpkg-deb", "-x", file, f"{place}/whole")
                shutil.rmtree(folder, ignore_errors=True)
                shutil.move(f"{place}/whole", folder)
    return program
