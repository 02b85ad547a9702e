"""tools/service-test fails where its guest does not come up: only without a guest is it skipped."""

import os
import pathlib
import subprocess
import tempfile
import unittest

from lab import ROOT


@unittest.skipIf(os.getuid() != 0, "it needs root")
@unittest.skipIf(not os.path.exists("/etc/debian_version"), "this machine is no Debian")
class Guest(unittest.TestCase):
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


if __name__ == "__main__":
    unittest.main()
