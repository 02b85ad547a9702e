"""A package's programs, and all that lets them run on this machine, in a folder."""

import os
import pathlib
import shlex

from cross import run
from cross.embedded import clang
from cross.emulator import launcher
from cross.sysroot import CACHE, unpacked

from stage.place import Make

from .options import Options

ROOT = pathlib.Path(__file__).parents[3]


class Programs:
    """Those of a file `intercomd_*.deb`; closed, its folder is nobody's."""

    def __init__(self, package, folder):
        self.folder = pathlib.Path(folder).absolute()
        run("dpkg-deb", "-x", package, self.folder / "package")
        arch = run("dpkg-deb", "-f", package, "Architecture").strip()
        version = run("dpkg-deb", "-f", package, "Version").strip()
        release = int(version.rpartition("~deb")[2])
        self.sysroot = unpacked(release, arch)
        self.options = Options(str(self.folder / "options"))
        self._build_lab()
        self.make = Make(
            [str(word) for word in launcher(arch, self.sysroot, CACHE)],
            str(self.folder / "package/usr/bin"), str(self.folder / "lab"),
            [str(self.folder / "lab/libemulated.so")], {"EMULATED_SOCKET": self.options.path})

    def close(self):
        self.options.close()

    def _build_lab(self):
        """What their alsa-lib and libgpiod load is of their machine; the world around is of ours.
        """
        tools, own = ROOT / "tools/lab/build", self.folder / "lab"
        run(tools)
        run(tools, own, "libraries", env={**os.environ, "CC": self._compiler})
        for program in (ROOT / ".build/lab").iterdir():
            if not (own / program.name).exists():
                (own / program.name).symlink_to(program)

    @property
    def _compiler(self):
        words = [*clang(self.sysroot), "-fuse-ld=lld", "-Qunused-arguments"]
        return " ".join(str(word) for word in words)

    @property
    def environment(self):
        """Of a program of `stage` whose stations they are."""
        return {**os.environ, "PYTHONPATH": str(ROOT / "tools/lab"), "PYTHONDONTWRITEBYTECODE": "1",
                "INTERCOM_PROGRAMS": self.make.folder, "INTERCOM_LAB": self.make.lab,
                "INTERCOM_LAUNCHER": shlex.join(self.make.launcher),
                "INTERCOM_PRELOADS": " ".join(self.make.preloads),
                **self.make.variables}

    @staticmethod
    def stage(*words):
        """The words that run such a program."""
        return ["/usr/bin/python3", "-m", *words]

    def self_test(self):
        """What `intercomd --self-test` prints; CrossError where it fails."""
        return run(*self.make.words("intercomd"), "--self-test")
