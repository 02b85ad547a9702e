"""Debian's releases and architectures, and their packages, which are fetched and not installed."""

import os
import pathlib
import re

from . import CrossError, run

CODENAMES = {12: "bookworm", 13: "trixie"}
TRIPLETS = {"amd64": "x86_64-linux-gnu", "arm64": "aarch64-linux-gnu"}
KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"
MIRROR = "http://deb.debian.org/debian"


def mirror():
    """Where this machine gets Debian's packages from."""
    sites = run("apt-get", "indextargets", "--format", "$(SITE)", "Created-By: Packages")
    usual = [site for site in sites.split() if re.search(r"/debian/?$", site)]
    return usual[0].rstrip("/") if usual else MIRROR


class Archive:
    """One release for one architecture; apt has its lists in a folder of their own."""

    def __init__(self, release, arch, cache):
        """`release` is Debian's number; `cache` holds one folder for each of these."""
        self.release, self.arch = release, arch
        self.folder = pathlib.Path(cache, f"{CODENAMES[release]}-{arch}").absolute()

    def apt(self, *words, **options):
        """apt-get, as if it were on a machine of that kind that has nothing installed."""
        for part in ("lists/partial", "archives/partial"):
            (self.folder / part).mkdir(parents=True, exist_ok=True)
        (self.folder / "sources").write_text(
            f"deb [arch={self.arch} signed-by={KEYRING}] {mirror()} {CODENAMES[self.release]}"
            " main\n", encoding="ascii")
        (self.folder / "status").touch()
        places = {
            "Dir::Etc::SourceList": self.folder / "sources", "Dir::Etc::SourceParts": "/dev/null",
            "Dir::Etc::Preferences": "/dev/null", "Dir::Etc::PreferencesParts": "/dev/null",
            "Dir::State::Lists": self.folder / "lists",
            "Dir::State::status": self.folder / "status", "Dir::Cache": self.folder,
            "APT::Architecture": self.arch, "APT::Architectures": self.arch,
            "APT::Update::Error-Mode": "any", "Debug::NoLocking": 1, "APT::Sandbox::User": "",
        }
        settings = [word for name, value in places.items() for word in ("-o", f"{name}={value}")]
        return run("apt-get", *settings, *words, env={**os.environ, "LC_ALL": "C"}, **options)

    def fetch(self, packages, folder):
        """Fetches packages of the newest version that the lists have; returns their files."""
        try:
            self.apt("update", "-qq")
            self.apt("download", "-qq", *packages, cwd=folder)
        except CrossError as error:
            raise CrossError(f"Debian {self.release}'s packages for {self.arch}: {error}") from None
        return sorted(pathlib.Path(folder).glob("*.deb"))
