"""Looks for ProVerif, and installs it where that can be done.

No Debian has a package of it. Debian's package opam compiles it for one user, from sources that
opam fetches.
"""

import os
import shutil
import signal
import subprocess
import sys

PATIENCE = {"apt-get": 300, "init": 300, "install": 1800}
"""Seconds for each step: without a network the first one that needs it fails, or hangs."""


def found():
    """Where ProVerif is; None if it is nowhere."""
    if named := os.environ.get("PROVERIF"):
        return shutil.which(named)
    if path := shutil.which("proverif"):
        return path
    if opam := shutil.which("opam"):
        done = subprocess.run([opam, "var", "bin"], capture_output=True, text=True, check=False)
        return shutil.which("proverif", path=done.stdout.strip()) if done.returncode == 0 else None
    return None


def _succeeds(*words):
    """Whether a step is done; says why not."""
    step = words[1] if words[0] == "opam" else words[0]
    child = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                             stderr=subprocess.STDOUT, text=True, start_new_session=True)
    try:
        said, _ = child.communicate(timeout=PATIENCE[step])
    except subprocess.TimeoutExpired:
        # With the compilers that opam has started.
        os.killpg(child.pid, signal.SIGKILL)
        child.communicate()
        print(f"tools/prove: {' '.join(words)}: not done after {PATIENCE[step]} s",
              file=sys.stderr)
        return False
    if child.returncode:
        lines = said.strip().splitlines() or ["it failed"]
        print(f"tools/prove: {' '.join(words)}: {lines[-1]}", file=sys.stderr)
    return child.returncode == 0


def installed():
    """Installs it by opam, and opam itself where this user may; where it is then, or None."""
    if not shutil.which("opam"):
        if os.geteuid() != 0 or not shutil.which("apt-get"):
            return None
        if not _succeeds("apt-get", "install", "-y", "-qq", "--no-install-recommends", "opam"):
            return None
    print("tools/prove: no ProVerif yet; opam compiles it, which takes minutes", file=sys.stderr)
    # The sandbox of opam needs bubblewrap and rights that a container does not give.
    if not _succeeds("opam", "init", "--no-setup", "--disable-sandboxing", "--yes"):
        return None
    return found() if _succeeds("opam", "install", "--yes", "proverif") else None
