"""The Debian packages: what they install, keep, refuse and take away; and their stations talk."""

import json
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import time
import unittest

import numpy

import examples
from lab import ROOT, longer, measure, place, process, sound, wait, wav

from cross.foreign import lacks
from cross.root import CACHE, Root
from emulated.programs import Programs
from machine import board
from machine.system import System
from packing import guest
from packing.versions import FOLDER, made, needs, renamed

REAL = "it makes roots of other systems, and plays other machines in QEMU"

ARCH = "amd64"
KINDS = [(release, arch) for release in (12, 13) for arch in (ARCH, "arm64")]
KEPT = {
    "/etc/intercomd/intercomd.conf": "[station]\nname = kitchen\n",
    "/etc/intercomd/peers.d/garage.conf": "[peer garage]\n",
    "/var/lib/intercomd/keys/identity": "0" * 64 + "\n",
    "/var/lib/intercomd/history": "a call\n",
}
"""What a person and the daemon have written."""


class Words(unittest.TestCase):
    def test_words_that_it_does_not_know_are_refused(self):
        for words in (["--arch", "mips"], ["--debian", "11"], ["x"]):
            done = subprocess.run([ROOT / "tools/package", *words], capture_output=True,
                                  check=False, env={**os.environ, "PATH": self.tools()})
            self.assertEqual(done.returncode, 2, words)

    def tools(self):
        """A PATH on which nothing is missing, so that nothing is installed here."""
        folder = self.enterContext(tempfile.TemporaryDirectory())
        fake = pathlib.Path(folder, "dpkg-query")
        fake.write_text("#!/bin/sh\nprintf 'install ok installed'\n", "ascii")
        fake.chmod(0o755)
        return f"{folder}:{os.environ['PATH']}"


@longer
@unittest.skipUnless(os.geteuid() == 0, "needs root, for a root of its own")
class Package(unittest.TestCase):
    """Those that tools/package made; those of INTERCOM_PACKAGES, if that names a folder."""

    @classmethod
    def setUpClass(cls):
        cls.kinds = [kind for kind in KINDS if cls.package(*kind).exists()]
        for kind in list(cls.kinds):
            if lacks(kind[1]):
                print(f"not tried: Debian {kind[0]}, {kind[1]}: {lacks(kind[1])}")
                cls.kinds.remove(kind)
        if not cls.kinds:
            raise unittest.SkipTest("tools/package has made none")

    @classmethod
    def package(cls, release, arch, name="intercomd"):
        return (made(release, arch, name) or [FOLDER / "none"])[-1]

    def roots(self, kinds=None):
        """A root for each Debian that there is a package for, and the package.

        In those of another machine the programs and scripts run in QEMU's user mode.
        """
        for release, arch in kinds or self.kinds:
            package = self.package(release, arch)
            root = Root(release, arch, needs(package), CACHE).make()
            yield self.enterContext(root.copy()), package

    def words(self, package):
        """The package of words beside a package."""
        return self.package(int(package.stem.split("~deb")[1].split("_")[0]), "all",
                            "intercomd-voices")

    def do(self, copy, *words, code=0):
        ended, said = copy.run(*words)
        self.assertIn(ended, range(256) if code is None else [code], f"{words}: {said}")
        return said

    def install(self, copy, *packages):
        code, said = copy.install(*packages)
        self.assertEqual(code, 0, said)
        return said

    def write(self, copy):
        for name, text in KEPT.items():
            copy.path(name).write_text(text, "ascii")

    def assert_kept(self, copy):
        for name, text in KEPT.items():
            self.assertEqual(copy.path(name).read_text("ascii"), text)

    def test_it_installs_a_station_that_setup_begins(self):
        for copy, package in self.roots():
            said = self.install(copy, package)
            self.assertIn("to set this station up: sudo intercomctl setup\n", said)
            groups = set(self.do(copy, "id", "-nG", "intercomd").split())
            self.assertLessEqual({"intercomd", "audio", "gpio", "intercom"}, groups)
            self.assertEqual(
                self.do(copy, "stat", "-c", "%a %U:%G", "/etc/intercomd", "/var/lib/intercomd",
                        "/var/lib/intercomd/keys"),
                "755 root:root\n750 intercomd:intercom\n700 intercomd:intercom\n")
            said = json.loads(self.do(copy, "intercomctl", "version", "--json"))
            self.assertTrue(said["version"])
            # It starts when setup has written settings, and not before.
            self.assertEqual(self.do(copy, "systemctl", "is-enabled", "intercomd", code=1).strip(),
                             "disabled")
            self.do(copy, "intercomctl", "setup", "--yes", "--name", "kitchen", code=None)
            self.assertIn("name = kitchen", copy.path("/etc/intercomd/intercomd.conf").read_text())
            self.assertEqual(self.do(copy, "dpkg", "--verify", "intercomd"), "")
            for name in ("man1/intercomctl.1", "man5/intercomd.conf.5", "man8/intercomd.8"):
                # A minimal system leaves manual pages out; they are in the package.
                self.assertIn(f"/usr/share/man/{name}.gz",
                              self.do(copy, "dpkg", "-L", "intercomd").splitlines())

    def test_its_documents_lead_to_each_other(self):
        for kind in self.kinds:
            folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))
            subprocess.run(["dpkg-deb", "-x", self.package(*kind), folder], check=True)
            documents = folder / "usr/share/doc/intercomd"
            led = 0
            for page in documents.rglob("*.md"):
                for link in re.findall(r"\]\(([^)#:]+\.md)", page.read_text("utf-8")):
                    to = os.path.relpath(page.parent / link, documents)
                    led += 1
                    # What is only in the source has no place here.
                    if not {"tools", "model", "CONTRIBUTING.md"} & set(to.split("/")):
                        self.assertTrue((documents / to).exists(), f"{page.name}: {to}")
            self.assertGreater(led, 50)

    def test_what_readme_types_installs_it(self):
        section = examples.read("README.md").split("\n## Install\n")[1].split("\n## ")[0]
        update, command = examples.blocks(section, "sh")[1].strip().splitlines()
        self.assertEqual(update, "sudo apt update")
        self.assertTrue(command.startswith("sudo apt install ./"), command)
        for copy, package in self.roots():
            words = self.words(package)
            copy.path("/srv/files").mkdir()
            for path in (package, words):
                shutil.copy(path, copy.path("/srv/files"))
            typed = command.removeprefix("sudo ").replace("apt ", "apt-get --quiet --yes ")
            self.do(copy, "sh", "-c", f"cd /srv/files && {typed}")
            self.assertEqual(self.do(copy, "intercomctl", "version").split()[0], "intercomctl")
            # The words are where the station looks.
            for language in ("en", "pl"):
                self.assertGreater(
                    copy.path(f"/usr/share/intercomd/sounds/{language}/7.wav").stat().st_size, 9999)

    def test_an_upgrade_keeps_what_there_is_and_a_downgrade_is_refused(self):
        for copy, package in self.roots():
            newer = renamed(package, "9.0.0", self.enterContext(tempfile.TemporaryDirectory()))
            self.install(copy, package)
            self.write(copy)
            said = self.install(copy, newer)
            self.assertNotIn("to set this station up", said)
            self.assert_kept(copy)
            code, said = copy.install(package)
            self.assertNotEqual(code, 0)
            self.assertIn("9.0.0 is installed, and", said)
            self.assertIn("Settings, keys and peers stay where they are.", said)
            self.assertIn("install ok installed 9.0.0", self.do(
                copy, "dpkg-query", "-W", "-f", "${Status} ${Version}", "intercomd"))
            self.do(copy, "intercomctl", "version")
            self.assert_kept(copy)
            # The same once more is no downgrade.
            self.install(copy, newer)
            # The way back that it names.
            self.do(copy, "dpkg", "--remove", "intercomd")
            self.install(copy, package)
            self.assert_kept(copy)

    def test_remove_keeps_keys_and_purge_says_so_and_takes_them(self):
        for copy, package in self.roots():
            before = self.files(copy)
            self.install(copy, package)
            self.write(copy)
            said = self.do(copy, "dpkg", "--remove", "intercomd")
            self.assertIn("purge erases them", said)
            self.assert_kept(copy)
            self.assertFalse(copy.path("/usr/bin/intercomd").exists())
            said = self.do(copy, "dpkg", "--purge", "intercomd")
            self.assertIn("erasing its settings, keys, peers and history", said)
            self.assertEqual(self.files(copy) - before, set())

    def files(self, copy):
        """What is in the parts where packages write, but for notes of dpkg and of users."""
        found = set()
        for top in ("etc", "usr", "var/lib", "lib"):
            for folder, folders, names in os.walk(copy.path(top)):
                found |= {os.path.relpath(os.path.join(folder, name), copy.folder)
                          for name in folders + names}
        return {name for name in found if not name.startswith("var/lib/dpkg/") and name not in {
            f"etc/{name}{old}" for name in ("passwd", "group", "shadow", "gshadow")
            for old in ("", "-")}}

    def test_all_of_it_under_a_systemd_that_runs(self):
        folder = guest.kernel()
        if folder is None:
            self.skipTest("no kernel for guests")
        for copy, package in self.roots([kind for kind in self.kinds if kind[1] == ARCH]):
            newer = renamed(package, "9.0.0", self.enterContext(tempfile.TemporaryDirectory()))
            lines = guest.report(copy, folder, "package-claims",
                                 {"older.deb": package, "newer.deb": newer})
            print("\n".join(lines))
            self.assertEqual(lines[-1], "all claims hold", package.name)
            self.assertGreater(sum(line.startswith("ok ") for line in lines), 30)


SECONDS = 8
SHOWN = ("recognised", "pesq", "mouth_to_ear_ms", "xruns", "heap_calls_since_start")
PESQ, FLOOR = 4.2, 3.0
TRIES = 6
"""A machine that is late takes quality away, and never adds any; then the card says so."""
QUEUES = {"amd64": "auto", "arm64": "8"}
"""Periods of the cards: QEMU plays the processor of another machine, and is late now and then."""


@longer
class PackageTalk(unittest.TestCase):
    """Those that tools/package made; those of INTERCOM_PACKAGES, if that names a folder."""

    @classmethod
    def setUpClass(cls):
        cls.packages = made()
        if not cls.packages:
            raise unittest.SkipTest("tools/package has made none")

    def programs(self, package):
        folder = self.enterContext(tempfile.TemporaryDirectory())
        programs = Programs(package, folder)
        self.addCleanup(programs.close)
        return programs

    def test_two_stations_hear_each_other_and_call_no_heap(self):
        for package in self.packages:
            with self.subTest(package.name):
                programs = self.programs(package)
                self.assertRegex(programs.self_test(), r"(?m)^(\d+) of \1 passed$")
                talks = []
                while len(talks) < TRIES and not (talks and talks[-1]["pesq"] >= PESQ):
                    talks.append(self.talk(programs, package.stem.split("_")[-1]))
                    print(package.name, {name: talks[-1][name] for name in SHOWN})
                    self.assertEqual(talks[-1]["heap_calls_since_start"], 0)
                    self.assertTrue(talks[-1]["heap_counter_trips"])
                    if talks[-1]["pesq"] is None:
                        self.skipTest("no PESQ: tools/lab/scorer has made none")
                self.assertTrue(any(talk["heard"] for talk in talks))
                self.assertGreater(max(talk["pesq"] for talk in talks), FLOOR, talks)
                self.assertGreaterEqual(talks[-1]["pesq"], PESQ, talks)

    @unittest.skipUnless(shutil.which("qemu-aarch64"), "needs the package qemu-user")
    def test_the_media_thread_needs_no_more_instructions_than_recorded(self):
        for package in self.packages:
            if package.name.endswith("~deb12_arm64.deb"):
                code, said, told = process.run(
                    ["/usr/bin/python3", "-m", "emulated", "--package", str(package), "--check"],
                    environment={**os.environ, "PYTHONPATH": str(ROOT / "tools/lab")}, seconds=900)
                print(said)
                self.assertEqual(code, 0, told)

    def talk(self, programs, arch):
        """The figures of tools/demo, of these programs, at their second talk.

        At the first QEMU is late: it translates what the loop does then for the first time.
        """
        code, said, told = process.run(
            programs.stage("stage.demo", "--seconds", str(SECONDS), "--json", "--out",
                           str(programs.folder / "demo"), "--periods", QUEUES[arch],
                           "--rehearse"),
            environment=programs.environment, seconds=place.PATIENCE * 10)
        self.assertIn(code, (0, 1), told)
        return json.loads(said.splitlines()[-1])


RELEASE = 13
PATIENCE_S = 400
KEY, TALK_S = 1, 12
"""The line of the button, and how long it is held."""
TONE, LEVEL, SHARE = 500, -50, 0.005
"""Where a card runs dry every moment, a tone is heard in shreds: its level in dB of full scale is
above this in such a share of the time. Without a talk there is silence."""


@longer
@unittest.skipUnless(os.geteuid() == 0, "needs root, for a root of its own")
class Machines(unittest.TestCase):
    """Whether two whole arm64 machines work, not how fast: sound may have gaps.

    With the package for arm64 that tools/package made; of INTERCOM_PACKAGES, if that is set.
    """

    @classmethod
    def setUpClass(cls):
        found = made(RELEASE, "arm64")
        if not found:
            raise unittest.SkipTest("tools/package has made no package for arm64")
        if board.missing():
            raise unittest.SkipTest(f"needs {', '.join(board.missing())}")
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="intercom-"))
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        guest = ROOT / "tools/lab/guest"
        share = cls.folder / "share"
        share.mkdir()
        shutil.copy(found[-1], share / "intercomd.deb")
        shutil.copy(guest / "machine-claims", share / "claims")
        shutil.copy(guest / "judge", share)
        system = System(RELEASE, found[-1], cls.folder)
        system.write(guest / "machine.service")
        wire = cls.folder / "wire"
        cls.kitchen = cls.machine(
            "kitchen", system, f"stream,server=on,addr.type=unix,addr.path={wire}",
            "peer=garage own=10.7.0.1 its=10.7.0.2")
        wait(wire.exists, "the cable is there")
        cls.garage = cls.machine(
            "garage", system, f"stream,server=off,addr.type=unix,addr.path={wire}",
            "peer=kitchen own=10.7.0.2 its=10.7.0.1")

    @classmethod
    def machine(cls, name, system, cable, words):
        one = board.Board(name, system, cls.folder, cable, words)
        cls.addClassCleanup(one.end)
        return one

    def wait_for(self, one, line):
        """Until a line is in its report, or it has come to its end."""
        wait(lambda: f"\n{line}\n" in one.report() or not one.is_on(), f"{one.name} says {line}",
             PATIENCE_S, 0.5)
        self.assertIn(f"\n{line}\n", one.report(), one.report() + one.console())

    def heard(self, talker, listener, hold):
        """What a listener plays while somebody speaks at the talker, whose button is held or not.
        """
        said, heard = (str(self.folder / name) for name in ("said.wav", "heard.wav"))
        wav.write(said, sound.tone(TONE))
        speech = talker.card.play(said, loop=True)
        recording = listener.card.record(heard)
        if hold:
            talker.set_line(KEY, 0)
        time.sleep(TALK_S)
        talker.set_line(KEY, 1)
        time.sleep(1)
        recording.stop()
        speech.stop()
        track = sound.tone_track(wav.read(heard), TONE)
        return sum(level > LEVEL for level in track) / len(track)

    def assert_tried(self, heard):
        """The tone of `test speaker` came out of the card: short, after long silence."""
        loud = [measure.level(part) > LEVEL for part in numpy.array_split(
            heard, len(heard) * 50 // wav.RATE)]
        print(f"the speaker was heard for {sum(loud) / 50:.2f} s of {len(loud) / 50:.0f} s")
        self.assertTrue(0 < sum(loud) < len(loud) / 10)

    def test_a_station_is_installed_set_up_and_talks_by_its_button(self):
        both = self.kitchen, self.garage
        recordings = [one.card.record(str(self.folder / f"{one.name}.wav")) for one in both]
        for one, recording in zip(both, recordings):
            one.set_line(KEY, 1)
            self.wait_for(one, "ready")
            recording.stop()
            self.assert_tried(wav.read(str(self.folder / f"{one.name}.wav")))
        shares = [self.heard(*way, hold) for way in (both, both[::-1]) for hold in (False, True)]
        (self.folder / "share/over").touch()
        for one in both:
            self.wait_for(one, "all claims hold")
            print(f"--- {one.name}", one.report(), sep="\n")
        print("heard of a tone:", ", ".join(f"{share:.0%}" for share in shares))
        for closed, held in zip(shares[::2], shares[1::2]):
            self.assertEqual(closed, 0, "nobody held the button")
            self.assertGreater(held, SHARE, "the button was held")
