"""The programs try themselves on the machine they run on, and notice a library that fails there."""

import pathlib
import shutil
import subprocess
import tempfile
import unittest

from lab import place

# A codec without sound, and a cipher that hides nothing.
DEAF = """
int opus_decode(void *st, const unsigned char *data, int len, short *pcm, int size, int fec) {
    for (int i = 0; i < size; i++) pcm[i] = 0;
    return size;
}
"""
OPEN = """
int mbedtls_chacha20_update(void *context, unsigned long size, const unsigned char *in,
                            unsigned char *out) {
    for (unsigned long i = 0; i < size; i++) out[i] = in[i];
    return 0;
}
"""


class SelfTest(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))

    def run_it(self, source=None):
        """The exit status and the lines of a self-test, with a library that is replaced."""
        environment = {"PATH": "/usr/bin:/bin"}
        if source:
            library = self.folder / "replaced.so"
            subprocess.run(["gcc", "-shared", "-fPIC", "-o", library, "-x", "c", "-"],
                           input=source, text=True, check=True)
            environment["LD_PRELOAD"] = str(library)
        ended = subprocess.run([place.program("intercomd"), "--self-test"], env=environment,
                               capture_output=True, text=True, timeout=60, check=False)
        return ended.returncode, ended.stdout.splitlines()

    def test_here_everything_passes_without_settings_or_rights(self):
        code, lines = self.run_it()
        self.assertEqual(code, 0, lines)
        *tried, count = lines
        self.assertEqual(count, f"{len(tried)} of {len(tried)} passed")
        for line in tried:
            self.assertTrue(line.startswith("ok    "), line)

    def test_a_codec_without_sound_is_noticed(self):
        code, lines = self.run_it(DEAF)
        self.assertEqual(code, 1)
        failed = [line for line in lines if line.startswith("FAILED")]
        self.assertEqual(len(failed), 4, lines)
        self.assertTrue(all("Opus" in line for line in failed), failed)
        self.assertEqual(lines[-1], "7 of 11 passed")

    def test_a_cipher_that_hides_nothing_is_noticed(self):
        code, lines = self.run_it(OPEN)
        self.assertEqual(code, 1)
        failed = [line for line in lines if line.startswith("FAILED")]
        self.assertEqual(len(failed), 1, lines)
        self.assertIn("ChaCha20", failed[0])

    def doctor(self, program):
        """What the doctor says where such an intercomd lies beside intercomctl."""
        shutil.copy(place.program("intercomctl"), self.folder / "intercomctl")
        if program is not None:
            beside = self.folder / "intercomd"
            beside.write_text(program, encoding="utf-8")
            beside.chmod(0o755)
        ended = subprocess.run(
            [self.folder / "intercomctl", "--config", self.folder, "doctor", "self-test"],
            capture_output=True, text=True, timeout=60, check=False)
        return ended.returncode, ended.stdout

    def test_the_doctor_says_what_became_of_it(self):
        code, text = self.doctor("#!/bin/sh\n[ \"$1\" = --self-test ]\n")
        self.assertEqual(code, 0, text)
        self.assertTrue(text.startswith("ok    self-test "), text)
        code, text = self.doctor("#!/bin/sh\nexit 1\n")
        self.assertEqual(code, 4)
        self.assertRegex(text, r"FAIL  self-test .*fails on this machine.*--self-test\n")

    def test_the_doctor_says_that_there_is_none(self):
        code, text = self.doctor(None)
        self.assertEqual(code, 4)
        self.assertRegex(text, r"WARN  self-test +not looked at: .*No such file")


if __name__ == "__main__":
    unittest.main()
