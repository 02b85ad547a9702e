"""The Debian packages: what they install, keep, refuse and take away, in roots of their own."""

import json
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

import examples
from lab import ROOT, longer

from cross.foreign import lacks
from cross.root import CACHE, Root
from packing import guest
from packing.versions import FOLDER, made, needs, renamed

REAL = "it makes roots of other systems"

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
            self.assertTrue(copy.path("/usr/share/intercomd/sounds/en/7.wav").exists())

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

    def test_words_are_found_where_the_station_looks(self):
        for copy, package in self.roots():
            self.install(copy, package, self.words(package))
            for language in ("en", "pl"):
                self.assertGreater(
                    copy.path(f"/usr/share/intercomd/sounds/{language}/7.wav").stat().st_size, 9999)

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


if __name__ == "__main__":
    unittest.main()
