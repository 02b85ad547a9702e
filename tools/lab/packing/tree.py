"""What debhelper packs: the files of a commit, and beside them what is made of them."""

import os
import pathlib
import re
import shutil
import subprocess
import tarfile

from cross import CrossError, run

PRODUCT = "Sources/Report/Product.swift"


def is_changed(root):
    """Whether there is something that is not in the commit."""
    return bool(run("git", "status", "--porcelain", cwd=root).strip())


class Tree:
    """A folder with the files of the newest commit, and the words that stations say, from which all
    packages are made."""

    def __init__(self, root, folder):
        self.folder = pathlib.Path(folder).absolute()
        self.commit = run("git", "rev-parse", "HEAD", cwd=root).strip()
        self.time = int(run("git", "show", "-s", "--format=%ct", "HEAD", cwd=root))
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        with subprocess.Popen(["git", "archive", self.commit], cwd=root,
                              stdout=subprocess.PIPE) as archive:
            with tarfile.open(fileobj=archive.stdout, mode="r|") as files:
                files.extractall(self.folder)
        if archive.returncode != 0:
            raise CrossError(f"git archive ended with {archive.returncode}")
        text = (self.folder / PRODUCT).read_text("utf-8")
        self.product_version = re.search(r'static let version = "(.*)"', text)[1]
        run("tools/voices", "--to", self.folder / "voices", cwd=self.folder)

    def version(self, release):
        """That of a package: each Debian has its own, and a newer one's is newer."""
        return f"{self.product_version}~deb{release}"

    @property
    def environment(self):
        """Of every program that makes a part of a package: all that is made has one time."""
        return {**os.environ, "SOURCE_DATE_EPOCH": str(self.time), "TZ": "UTC",
                "LC_ALL": "C.UTF-8"}

    def lay(self, programs, launcher):
        """Lays programs there, and the completion script that one prints.

        `launcher` are the words before a program that this machine cannot run by itself.
        """
        for name in ("programs", "completion"):
            shutil.rmtree(self.folder / name, ignore_errors=True)
            (self.folder / name).mkdir()
        for program in programs:
            shutil.copy(program, self.folder / "programs")
        text = run(*launcher, self.folder / "programs/intercomctl", "completion", "bash")
        (self.folder / "completion/intercomctl").write_text(text, encoding="utf-8")

    def pack(self, sysroot, release):
        """Makes the packages of what was laid there; returns their paths."""
        arch = sysroot.archive.arch
        words = run("dpkg-architecture", f"-a{arch}", env=self.environment).splitlines()
        environment = {
            **self.environment, **dict(word.split("=", 1) for word in words),
            # There is nothing to test here, and the programs may be those of another machine. It
            # is dpkg-buildpackage that would tell debhelper that nobody need be root.
            "DEB_BUILD_OPTIONS": "nocheck", "DEB_RULES_REQUIRES_ROOT": "no",
            "PACKAGE_VERSION": self.version(release),
            "SHLIBDEPS": " ".join(sysroot.shlibdeps)}
        # debhelper would take its notes of a former run for finished work.
        run("debian/rules", "clean", cwd=self.folder, env=environment)
        run("debian/rules", "binary", cwd=self.folder, env=environment)
        return [self.folder.parent / f"{name}_{self.version(release)}_{of}.deb"
                for name, of in (("intercomd", arch), ("intercomd-voices", "all"))]
