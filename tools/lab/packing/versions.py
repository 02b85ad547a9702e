"""Packages that were made: where they are, their needs, and other versions of them."""

import os
import pathlib
import re
import tempfile

from cross import run

FOLDER = pathlib.Path(
    os.environ.get("INTERCOM_PACKAGES", pathlib.Path(__file__).parents[3] / ".build/packages"))
"""The place of those that are to be tried."""
SYSTEM = ["systemd", "systemd-sysv", "udev", "procps"]


def made(release="*", arch="*", name="intercomd"):
    """The packages there are for a Debian and an architecture, the newest last."""
    return sorted(FOLDER.glob(f"{name}_*~deb{release}_{arch}.deb"),
                  key=lambda path: ([int(one) for one in re.findall(r"\d+", path.stem)], path))


def needs(package):
    """The packages that a system has before a package is installed, and all that it needs.

    Of alternatives the first one.
    """
    depends = run("dpkg-deb", "-f", package, "Depends")
    return {*SYSTEM, *(one.split("|")[0].split("(")[0].strip() for one in depends.split(","))}


def renamed(package, version, folder):
    """The same package with another version; returns its path."""
    with tempfile.TemporaryDirectory() as place:
        run("dpkg-deb", "-R", package, place)
        control = pathlib.Path(place, "DEBIAN/control")
        lines = [f"Version: {version}" if line.startswith("Version:") else line
                 for line in control.read_text("utf-8").splitlines()]
        control.write_text("\n".join(lines) + "\n", encoding="utf-8")
        name, _, arch = package.stem.split("_")
        made = pathlib.Path(folder, f"{name}_{version}_{arch}.deb")
        run("dpkg-deb", "--root-owner-group", "-Zgzip", "-b", place, made)
    return made
