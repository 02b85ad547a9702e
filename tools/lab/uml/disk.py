"""A disk that lives through all boots of a guest, and what a cut of the current leaves on it."""

import os
import subprocess

DISK = "/run/disk"


def boot_words(folder):
    """A disk for the guest."""
    path = folder / "disk"
    with open(path, "wb") as file:
        file.truncate(16 << 20)
    subprocess.run(["/usr/sbin/mkfs.ext4", "-q", "-F", "-E", "lazy_itable_init=0", path],
                   check=True)
    return [f"ubd0={path}"]


def mount(world):
    """In the guest: mounts it. What is told of from then on is known after a cut."""
    os.makedirs(DISK)
    world.run("mount", "-o", "remount,sync", "/run/share")
    world.run("mount", "-t", "ext4", "/dev/ubda", DISK)


def cut_before(call, is_kept):
    """The environment of a program that is cut before so many changes of the disk."""
    return {"LD_PRELOAD": f"{os.environ['INTERCOM_LAB']}/libcut.so",
            "CUT": f"{DISK}:{call}{':kept' if is_kept else ''}"}
