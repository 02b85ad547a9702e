"""Stations of a package talk on this machine, whatever machine it is for."""

import json
import os
import shutil
import tempfile
import unittest

from lab import ROOT, longer, place, process

from emulated.programs import Programs
from packing.versions import made

REAL = "it builds for another system, and plays that in QEMU"

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


if __name__ == "__main__":
    unittest.main()
