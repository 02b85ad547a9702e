"""What tools/demo plays: figures that can be; what was not heard it says. And tools/service-test
fails where its guest does not come up.
"""

import contextlib
import io
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

import examples
from lab import ROOT, exact
from stage import demo, talk

SECONDS = 5


class Demo(unittest.TestCase):
    def setUp(self):
        self.folder = self.enterContext(tempfile.TemporaryDirectory())
        self.addCleanup(setattr, sys, "argv", sys.argv)

    def run_demo(self, seconds):
        """As tools/demo begins it; returns (exit code, what it printed, its figures)."""
        sys.argv = ["tools/demo", "--seconds", str(seconds), "--out", self.folder, "--json"]
        shown = io.StringIO()
        with contextlib.redirect_stdout(shown), contextlib.redirect_stderr(io.StringIO()):
            code = demo.main()
        *lines, last = shown.getvalue().splitlines()
        return code, "\n".join(lines), json.loads(last)

    @exact
    def test_it_ends_well_and_its_figures_can_be(self):
        code, shown, found = self.run_demo(SECONDS)
        self.assertEqual((code, found["heard"]), (0, True), shown)
        # Of the profile `voice`, with one frame; more would be copies, of what was lost or late.
        self.assertEqual(found["packet_sizes"], [89])
        self.assertTrue(found["first_syllable_kept"], shown)
        self.assertGreaterEqual(found["recognised"], 0.8)
        self.assertLess(found["wire_correlation"], 0.1)
        delay = found["mouth_to_ear_ms"]
        self.assertTrue(10 < delay["median"] <= delay["p95"] < 60, delay)
        self.assertTrue(0 < found["key_to_first_packet_ms"] < 50, shown)
        if found["pesq"] is not None:
            self.assertTrue(2.5 < found["pesq"] <= 4.65, shown)
        self.assertEqual(found["seconds"], SECONDS)
        # One packet each 10 ms of speech, and the pre-roll.
        self.assertTrue(90 * SECONDS < found["packets"] < 120 * SECONDS, shown)
        self.check_table(shown, found)

    def check_table(self, shown, found):
        """A person sees the same figures, in the lines that docs/measure.md shows."""
        self.assertIn(f"heard {'':<23} yes, {found['recognised']:.0%} of it recognised", shown)
        self.assertIn(f"{found['packets']} packets of 89 bytes", shown)
        self.assertIn(f"{found['mouth_to_ear_ms']['median']:.1f} ms, 95 % within", shown)
        (screen,) = [body for body in examples.blocks(examples.read("docs/measure.md"), "text")
                     if body.startswith("The kitchen talked for")]
        names = [line[2:31].strip() for line in screen.splitlines()[2:]]
        self.assertEqual(names, [line[2:31].strip() for line in shown.splitlines()[2:12]])

    def test_a_peer_that_is_muted_is_not_said_to_have_heard(self):
        as_ever = talk.scene_of_two

        @contextlib.contextmanager
        def deaf(*words):
            with as_ever(*words) as scene:
                start = scene.start

                def start_deaf():
                    start()
                    self.assertEqual(scene["garage"].ctl("mute", "speaker")[0], 0)
                scene.start = start_deaf
                yield scene

        self.addCleanup(setattr, talk, "scene_of_two", as_ever)
        talk.scene_of_two = deaf
        code, shown, found = self.run_demo(4)
        self.assertEqual(code, 1)
        self.assertEqual((found["heard"], found["first_syllable_kept"], found["pesq"]),
                         (False, False, None))
        self.assertEqual(found["mouth_to_ear_ms"], {"median": None, "p95": None})
        self.assertIn(f"heard {'':<23} no, 0% of it recognised", shown)
        # The packets were there all the same.
        self.assertGreater(found["packets"], 300)


@unittest.skipIf(os.getuid() != 0, "it needs root")
@unittest.skipIf(not os.path.exists("/etc/debian_version"), "this machine is no Debian")
class Guest(unittest.TestCase):
    """Only without a guest is tools/service-test skipped."""

    def service_test(self, guest, *options):
        """Runs it with a root that is empty and a guest that is this shell script."""
        folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))
        with open("/etc/os-release", encoding="utf-8") as file:
            names = dict(line.strip().split("=", 1) for line in file if "=" in line)
        root = folder / f"cache/intercomd/guest-{names['VERSION_CODENAME']}/root"
        (root / "etc/systemd/system").mkdir(parents=True)
        programs = folder / "programs"
        programs.mkdir()
        for name, text in (("systemd-nspawn", guest), ("debootstrap", "exit 1")):
            (programs / name).write_text(f"#!/bin/bash\n{text}\n", encoding="utf-8")
            (programs / name).chmod(0o755)
        done = subprocess.run(
            [ROOT / "tools/service-test", "--guest", "nspawn", *options], check=False,
            capture_output=True, text=True, stdin=subprocess.DEVNULL,
            env={**os.environ, "PATH": f"{programs}:{os.environ['PATH']}",
                 "XDG_CACHE_HOME": str(folder / "cache")})
        return done.returncode, done.stdout + done.stderr

    REPORT = """
for word in "$@"; do [[ $word != --bind=* ]] || share=${word#--bind=}; done
printf '%s\\n' systemd "ok      it runs" """

    def test_a_guest_that_does_not_come_up_is_a_failure(self):
        code, text = self.service_test("echo no rights; exit 3")
        self.assertEqual(code, 1, text)
        self.assertIn("no rights", text)
        self.assertIn("FAILED: the guest (nspawn) did not come up; it ended with 3", text)

    def test_a_guest_that_comes_to_no_end_is_a_failure(self):
        # What timeout(1) ends with.
        code, text = self.service_test(
            f'{self.REPORT} "all claims hold" >"${{share%:/share}}/report"; exit 124')
        self.assertEqual(code, 1, text)
        self.assertIn("FAILED: the guest (nspawn) came to no end", text)

    def test_a_guest_in_which_all_holds_is_none(self):
        code, text = self.service_test(
            f'{self.REPORT} "all claims hold" >"${{share%:/share}}/report"')
        self.assertEqual(code, 0, text)
        self.assertIn("1 claims hold", text)

    def test_what_is_skipped_is_said_last_and_a_failure_where_that_is_asked_for(self):
        guest = f'{self.REPORT} "skipped relays" "all claims hold" >"${{share%:/share}}/report"'
        code, text = self.service_test(guest)
        self.assertEqual(code, 0, text)
        self.assertIn("1 parts skipped", text.splitlines()[-1])
        code, text = self.service_test(guest, "--strict")
        self.assertEqual(code, 1, text)
        whole = guest.replace('"skipped relays" ', "")
        code, text = self.service_test(whole, "--strict")
        self.assertEqual(code, 0, text)
        self.assertIn("0 parts skipped", text.splitlines()[-1])

    def test_a_report_that_breaks_off_is_a_failure(self):
        code, text = self.service_test(f'{self.REPORT} >"${{share%:/share}}/report"')
        self.assertEqual(code, 1, text)
