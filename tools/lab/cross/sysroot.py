"""The headers and libraries of a Debian, unpacked: what programs are compiled and linked with."""

import os
import pathlib
import shutil
import tempfile

from . import locked, run
from .debian import CODENAMES, TRIPLETS, Archive

CACHE = pathlib.Path(__file__).parents[3] / ".build/sysroots"
"""Where all tools have theirs."""
COMMON = [
    "libc6", "libc6-dev", "linux-libc-dev", "libgcc-s1", "libasound2-dev", "libopus-dev",
    "libopus0", "libspeexdsp-dev", "libspeexdsp1", "libmbedtls-dev", "libgpiod-dev",
    "libjansson-dev", "libjansson4", "libmosquitto-dev", "libmosquitto1",
]
OWN = {
    12: ["libgcc-12-dev", "libgpiod2", "libmbedcrypto7", "libasound2"],
    13: ["libgcc-14-dev", "libgpiod3", "libmbedcrypto16", "libasound2t64"],
}
DONE = "packages"
"""Of a sysroot that is whole: which packages it is made of, `NAME VERSION` a line."""
DATABASE = "dpkg"
"""What dpkg-shlibdeps asks which package has a library, and from which version on."""


def unpacked(release, arch, fresh=False):
    """The `Sysroot` of a Debian, which is made unless it was before; `fresh`: anyhow."""
    folder = CACHE / f"{CODENAMES[release]}-{arch}"
    return Sysroot(Archive(release, arch, CACHE / "apt"), folder).make(fresh)


class Here:
    """This machine's own, as they are installed."""

    def __init__(self):
        self.arch = run("dpkg", "--print-architecture").strip()
        self.triplet = TRIPLETS[self.arch]
        self.folder, self.include = pathlib.Path("/"), pathlib.Path("/usr/include")


class Sysroot:
    """One of them, in a folder."""

    def __init__(self, archive, folder):
        self.archive, self.folder = archive, pathlib.Path(folder).absolute()

    @property
    def arch(self):
        return self.archive.arch

    @property
    def triplet(self):
        return TRIPLETS[self.arch]

    @property
    def include(self):
        return self.folder / "usr/include"

    @property
    def packages(self):
        """What it is made of: `libopus0 1.3.1-3`; nothing before it is made."""
        try:
            return (self.folder / DONE).read_text("ascii").splitlines()
        except FileNotFoundError:
            return []

    def make(self, fresh=False):
        """Fetches and unpacks the packages, unless that was done before; `fresh`: anyhow."""
        with locked(self.folder):
            wanted = sorted(COMMON + OWN[self.archive.release])
            if fresh or [line.split()[0] for line in self.packages] != wanted:
                self._make(wanted)
        return self

    def _make(self, wanted):
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir()
        with tempfile.TemporaryDirectory() as place:
            files = self.archive.fetch(wanted, place)
            names = []
            for file in files:
                run("dpkg-deb", "-x", file, self.folder)
                names.append(run("dpkg-deb", "-W", "--showformat", "${Package} ${Version}", file))
                self._note(file, names[-1].split()[0])
        self.merge()
        (self.folder / DONE).write_text("\n".join(sorted(names)) + "\n", encoding="ascii")

    def _note(self, file, name):
        """Writes down a package as if it were installed here."""
        notes = self.folder / DATABASE / "info"
        notes.mkdir(parents=True, exist_ok=True)
        (notes / "format").write_text("1\n", encoding="ascii")
        name = f"{name}:{self.archive.arch}"
        with tempfile.TemporaryDirectory() as place:
            run("dpkg-deb", "-e", file, place)
            for part in ("symbols", "shlibs"):
                if pathlib.Path(place, part).exists():
                    shutil.copy(pathlib.Path(place, part), notes / f"{name}.{part}")
        paths = [line.split(maxsplit=5)[5].split(" -> ")[0][1:].rstrip("/")
                 for line in run("dpkg-deb", "-c", file).splitlines()]
        # Where `merge` puts it.
        paths = [f"/usr{path}" if path.startswith("/lib") else path for path in paths]
        (notes / f"{name}.list").write_text(
            "".join(f"{self.folder}{path}\n" for path in paths), encoding="utf-8")
        with open(self.folder / DATABASE / "status", "a", encoding="utf-8") as status:
            status.write(run("dpkg-deb", "-f", file).rstrip("\n")
                         + "\nStatus: install ok installed\n\n")

    @property
    def shlibdeps(self):
        """The words by which dpkg-shlibdeps looks here, and not at this machine's libraries."""
        return [f"--admindir={self.folder / DATABASE}",
                f"-l{self.folder}/usr/lib/{self.triplet}"]

    def merge(self):
        """What base packages do, which are not here: one folder of libraries, and links within."""
        for name in ("lib", "lib64"):
            library, merged = self.folder / name, self.folder / "usr" / name
            if library.is_dir() and not library.is_symlink():
                shutil.copytree(library, merged, symlinks=True, dirs_exist_ok=True)
                shutil.rmtree(library)
            if merged.is_dir() and not library.exists():
                library.symlink_to(f"usr/{name}")
        for place, folders, files in os.walk(self.folder):
            for name in folders + files:
                link = pathlib.Path(place, name)
                if link.is_symlink() and os.readlink(link).startswith("/"):
                    inner = self.folder / os.readlink(link)[1:]
                    link.unlink()
                    link.symlink_to(os.path.relpath(inner, place))
