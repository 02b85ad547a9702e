"""Runs a command on this tree in a root of another Debian; see tools/on-debian."""

import argparse
import os
import pathlib
import shutil
import signal
import subprocess
import sys

from . import CrossError, locked, provide, run
from .debian import CODENAMES
from .emulator import own_arch
from .root import CACHE, Root

ROOT = pathlib.Path(__file__).parents[3]
PLACE = "/src"
"""Where the tree lies in the root."""
VECTORS = "/vectors"
SWIFT = ["git", "ca-certificates", "libcurl4t64", "libedit2", "libncurses6", "libsqlite3-0",
         "libstdc++-14-dev", "libxml2", "libz3-4", "tzdata", "zlib1g-dev"]
"""What the toolchain needs on Debian 13."""
SWIFT_12 = {"libcurl4t64": "libcurl4", "libstdc++-14-dev": "libstdc++-12-dev"}
PEOPLE = ["espeak-ng", "kmod", "man-db", "mount", "openssh-client", "procps", "sudo",
          "systemd", "systemd-sysv"]
"""What any machine has, and some tests use."""
PASSED = ["INTERCOM_ALL"]
"""What the command is told of this environment."""
NO_ROOT = 3

ENTER = """set -e
root=$1 tree=$2 toolchain=$3 vectors=$4
shift 4
mkdir -p "$root$toolchain" "$root/src" "$root/vectors"
mount --bind "$tree" "$root/src"
mount --bind "$toolchain" "$root$toolchain"
[ -z "$vectors" ] || mount --bind "$vectors" "$root/vectors"
mount -t proc proc "$root/proc"
mount --rbind /sys "$root/sys"
mount --rbind /dev "$root/dev"
mount -t tmpfs tmpfs "$root/run"
mount -t tmpfs tmpfs "$root/tmp"
cd "$root"
pivot_root . mnt
cd /
umount --lazy /mnt
exec "$@"
"""
"""In namespaces of its own: when it ends, nothing is mounted any more. The root is that of the
namespace, too, so that those who enter it by nsenter(1) are in it."""


def packages(release):
    """All that the root has."""
    text = run(ROOT / "tools/packages", "--list")
    swift = [SWIFT_12.get(name, name) if release == 12 else name for name in SWIFT]
    return {*text.split(), *swift, *PEOPLE}


def tree(folder):
    """The newest commit, in a folder that keeps what was built in it."""
    if not (folder / ".git").exists():
        run("git", "clone", "--quiet", ROOT, folder)
    commit = run("git", "-C", ROOT, "rev-parse", "HEAD").strip()
    run("git", "-C", folder, "fetch", "--quiet", ROOT, commit)
    run("git", "-C", folder, "checkout", "--quiet", "--force", "--detach", commit)


def main():
    parser = argparse.ArgumentParser(prog="tools/on-debian", add_help=False)
    parser.add_argument("--fresh", action="store_true")
    parser.add_argument("release", type=int, choices=CODENAMES)
    parser.add_argument("command", nargs=argparse.REMAINDER)
    asked = parser.parse_args()
    if not asked.command:
        parser.error("which command?")
    # The root is thrown away then, too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    try:
        provide()
        if os.geteuid() != 0:
            raise CrossError("needs root, for a root of its own")
        swift = shutil.which("swift")
        if swift is None:
            raise CrossError("swift is not in PATH")
        toolchain = pathlib.Path(swift).resolve().parents[2]
        if toolchain == pathlib.Path("/") or not (toolchain / "usr/bin/swift").exists():
            raise CrossError(f"{swift} is in no folder of its own, such as /opt/swift/usr/bin")
        root = Root(asked.release, own_arch(), packages(asked.release), CACHE, "tests")
        if asked.fresh:
            root.forget()
        root.make()
        here = CACHE / f"tree-{CODENAMES[asked.release]}"
        vectors = os.environ.get("INTERCOM_VECTORS", "")
        with locked(here, "another command runs on this Debian"), root.copy() as copy:
            tree(here)
            return subprocess.run(
                ["unshare", "--mount", "--pid", "--fork", "--kill-child", "sh", "-c", ENTER, "sh",
                 copy.folder, here, toolchain, vectors,
                 "/usr/bin/env", "-i", "HOME=/root", "LC_ALL=C.UTF-8", "USER=root",
                 f"PATH={toolchain}/usr/bin:/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin",
                 *([f"INTERCOM_VECTORS={VECTORS}"] if vectors else []),
                 *(f"{name}={os.environ[name]}" for name in PASSED if name in os.environ),
                 "sh", "-c", f'cd {PLACE} && exec "$@"', "sh", *asked.command],
                check=False).returncode
    except CrossError as error:
        print(f"tools/on-debian: {error}", file=sys.stderr)
        return NO_ROOT


if __name__ == "__main__":
    sys.exit(main())
