"""A station installed as README says, in folders and a network of its own, gone when it ends.

The daemon is the user that the unit names; the person is nobody but in the groups that README
gives.
"""

import grp
import json
import os
import pwd
import re
import subprocess
import sys
import unittest

import examples
import test_install
from lab import ROOT, Scene, place, process, wait

NAME = "member"
PAGES = ["README.md", *sorted(str(path.relative_to(ROOT)) for path in ROOT.glob("docs/**/*.md"))]
CHANNELS = {"house", "all", "saws", "paint", "TARGET"}
STATE = "/var/lib/intercomd"


class MemberTest(unittest.TestCase):
    """A station as README installs it, and what a member of the group and root type there."""

    watched = 1
    """Seconds after which a command ends that goes on until Ctrl-C."""
    files = {}
    """What is given where a text names a file, by its ending."""

    @classmethod
    def setUpClass(cls):
        cls.scene = cls.enterClassContext(Scene("default", "garage"))
        cls.kitchen, cls.garage = cls.scene.stations
        world = test_install.WORLD.replace(
            "export USER=root", f"mount -t tmpfs none /run\nuseradd {NAME}\nexport USER={NAME}")
        # The folders stay: this process has a mount namespace of its own.
        script = f"{world}bin={os.path.dirname(place.program('intercomd'))}\n"
        done = subprocess.run(
            ["bash", "-c", script + test_install.Install().commands()], cwd=ROOT,
            capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        os.chmod(cls.scene.folder, 0o755)
        os.chmod(cls.kitchen.folder, 0o777)
        os.umask(0)
        cls.kitchen.card.do("status")
        os.chmod(f"{cls.kitchen.folder}/default.simcard", 0o666)
        cls.kitchen.lines.start()
        cls.environment = {
            **cls.kitchen._environment(),  # pylint: disable=protected-access
            "LD_PRELOAD": place.lab("libgpiosim.so"), "PATH": "/usr/local/bin:/usr/bin:/bin"}
        os.umask(0o022)
        cls.said = cls.type("root", "setup", "--yes", "--name", "kitchen")[1]
        cls.alone = [cls.type(NAME, "test", *words)[1] for words in (
            ["speaker"], ["mic"], ["button", "--seconds", "1"])]
        cls.start()
        cls.unpaired = json.loads(cls.type("root", "status", "--json")[1])
        cls.garage.knows(cls.kitchen, port=5577, calls=False)
        cls.garage.begin()
        address = f"127.0.0.1:{cls.garage.port}"
        code, said = cls.type("root", "peer", "add", "garage", address, cls.garage.public_key)
        assert code == 0, said

    @classmethod
    def start(cls):
        """Starts the daemon as the unit has it."""
        unit = (ROOT / "systemd/intercomd.service").read_text(encoding="utf-8")
        user, group, others = (
            re.search(rf"^{key}=(.*)$", unit, re.MULTILINE)[1]
            for key in ("User", "Group", "SupplementaryGroups"))
        ids = [str(grp.getgrnam(name).gr_gid) for name in others.split()]
        owner = os.stat(STATE)
        wanted = (pwd.getpwnam(user).pw_uid, grp.getgrnam(group).gr_gid)
        if (owner.st_uid, owner.st_gid) != wanted:
            # As StateDirectory= does (systemd.exec(5)).
            subprocess.run(["chown", "-R", f"{user}:{group}", STATE], check=True)
        os.mkdir("/run/intercomd", 0o755)
        os.chown("/run/intercomd", *wanted)
        with open(cls.kitchen.log_path, "a", encoding="utf-8") as log:
            daemon = process.launch(
                ["setpriv", f"--reuid={user}", f"--regid={group}", f"--groups={','.join(ids)}",
                 "sh", "-c", "umask 077; exec intercomd"],
                environment=cls.environment, output=log, errors=log)
        cls.addClassCleanup(process.end, daemon)
        wait(lambda: not process.is_alive(daemon) or os.path.exists("/run/intercomd/control.sock"),
             "the daemon is up")
        assert process.is_alive(daemon), cls.kitchen.log

    @classmethod
    def type(cls, user, *words, seconds=25):
        """Types a command as a user; returns (exit code, all that it printed)."""
        rights = [] if user == "root" else [
            "setpriv", f"--reuid={user}", f"--regid={user}", "--init-groups"]
        with subprocess.Popen(
                [*rights, "intercomctl", *words], env=cls.environment, stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd="/") as program:
            try:
                until = examples.UNTIL_CTRL_C.match(" ".join(words))
                said = program.communicate(timeout=cls.watched if until else seconds)[0]
            except subprocess.TimeoutExpired:
                program.terminate()
                said = program.communicate(timeout=5)[0]
        return program.returncode, said

    def fitting(self, words):
        """A command as it is here, where the texts have other names."""
        names = {"DIGITS": self.garage.ctl("key", "show", "--fingerprint")[1].strip(),
                 "ADDRESS": f"127.0.0.1:{self.garage.port}", "SECONDS": "1"}
        found = []
        for word in words:
            if word in ("intercom1:...", "intercom1:…", "KEY"):
                word = self.garage.public_key
            elif word in CHANNELS:
                word = "house"
            elif word in ("NAME", "PEER") or re.fullmatch(
                    r"garage|kitchen|study|frontdoor|bedroom|nursery|bandsaw|booth|foreman|attic",
                    word):
                word = "garage"
            elif word.endswith((".wav", ".psk")) or word == "FILE":
                word = self.files.get(word[-4:], "/nowhere")
            elif word.endswith(".local"):
                word = "ADDRESS"
            found.append(names.get(word, word))
        if found[:2] == ["test", "button"]:
            found = ["test", "button", "--seconds", "1"]
        # What may follow in brackets is left out.
        return [word for word in found if not re.search(r"[\[\]]", word)]

    def unique(self, lines):
        """Each command once, without those that wait for the other side: `test_member`."""
        return sorted({(is_root, tuple(words)) for is_root, words in lines
                       if words[0] != "pair"
                       and words[:2] != ["site", "import"]})


def isolate():
    """Begins anew where nothing of the machine can be spoilt."""
    if os.geteuid() != 0:
        print("skipped: needs root, for a mount namespace", file=sys.stderr)
        sys.exit()
    if os.environ.get("INTERCOM_NAMESPACE") != "1":
        inside = ["sh", "-c", 'ip link set lo up && exec "$@"', "sh", sys.executable, *sys.argv]
        environment = {**os.environ, "INTERCOM_NAMESPACE": "1"}
        words = ["unshare", "--mount", "--net", *inside]
        sys.exit(subprocess.run(words, env=environment, check=False).returncode)
