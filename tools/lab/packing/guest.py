"""A root that its own systemd boots, in a kernel of its own (User Mode Linux)."""

import pathlib
import shutil
import subprocess
import tempfile

from cross import CrossError, run

LAB = pathlib.Path(__file__).parents[1]
IMAGE = "3G"
PATIENCE_S = 1200


def kernel():
    """The folder of a kernel for guests, which is built once; None where there can be none."""
    done = subprocess.run([LAB / "uml/kernel", "--service"], stdout=subprocess.PIPE, text=True,
                          check=False)
    return pathlib.Path(done.stdout.strip()) if done.returncode == 0 else None


def report(copy, folder, program, files):
    """Boots a `Copy` of a root in the kernel of a folder, and runs a program of `guest` there.

    `files` lie in /share, by their names there. Returns the lines of its report.
    """
    units = copy.path("/etc/systemd/system")
    wants = units / "multi-user.target.wants"
    wants.mkdir(parents=True, exist_ok=True)
    shutil.copy(LAB / "guest/claims.service", units)
    (wants / "claims.service").symlink_to("../claims.service")
    with tempfile.TemporaryDirectory() as place:
        share, image = pathlib.Path(place, "share"), pathlib.Path(place, "image")
        share.mkdir()
        shutil.copy(LAB / "guest" / program, share / "claims")
        shutil.copy(LAB / "guest/judge", share)
        for name, path in files.items():
            shutil.copy(path, share / name)
        run("truncate", "-s", IMAGE, image)
        run("mkfs.ext4", "-q", "-F", "-d", copy.folder, image)
        with open(f"{place}/console", "w", encoding="utf-8") as console:
            done = subprocess.run(
                [folder / "linux", f"ubd0={image}", "root=/dev/ubda", "rw", "mem=512M",
                 "con=null", "con0=null,fd:1", f"uml_dir={place}/uml",
                 "init=/lib/systemd/systemd", f"share={share}"],
                env={"HOME": place, "PATH": "/usr/bin:/bin"}, stdin=subprocess.DEVNULL,
                stdout=console, stderr=subprocess.STDOUT, timeout=PATIENCE_S, check=False)
        said = share / "report"
        if not said.exists():
            last = pathlib.Path(place, "console").read_text("utf-8", "replace")[-2000:]
            raise CrossError(f"the guest did not come up, and ended with {done.returncode}: {last}")
        return said.read_text("utf-8", "replace").splitlines()
