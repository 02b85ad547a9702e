"""The programs try themselves on their machine, and hide their memory, or say that they cannot."""

import ctypes
import pathlib
import platform
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

    def test_a_library_that_fails_here_is_noticed(self):
        for source, word, count in ((DEAF, "Opus", 4), (OPEN, "ChaCha20", 1)):
            with self.subTest(word):
                code, lines = self.run_it(source)
                self.assertEqual(code, 1)
                failed = [line for line in lines if line.startswith("FAILED")]
                self.assertEqual(len(failed), count, lines)
                self.assertTrue(all(word in line for line in failed), failed)
                self.assertEqual(lines[-1], f"{10 - count} of 10 passed")

    def doctor(self, program):
        """What the doctor says where such an intercomd lies beside intercomctl."""
        shutil.copy(place.program("intercomctl"), self.folder / "intercomctl")
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


PRCTL = {"x86_64": 157, "aarch64": 167}.get(platform.machine())
NO_NEW_PRIVILEGES, SET_SECCOMP, SET_DUMPABLE, FILTER = 38, 22, 4, 2
REFUSE, ALLOW = 0x0005_0001, 0x7FFF_0000
"""Of seccomp(2): to fail with EPERM, and to let pass."""


class Step(ctypes.Structure):
    """A step of a filter (bpf(2), the classic kind)."""

    _fields_ = [("code", ctypes.c_uint16), ("yes", ctypes.c_uint8), ("no", ctypes.c_uint8),
                ("value", ctypes.c_uint32)]


class Steps(ctypes.Structure):
    _fields_ = [("count", ctypes.c_uint16), ("first", ctypes.POINTER(Step))]


def refuse_hiding():
    """Forbids this process and its programs PR_SET_DUMPABLE of prctl(2)."""
    load, equals, give = 0x20, 0x15, 0x06
    steps = (Step * 6)(
        Step(load, 0, 0, 0), Step(equals, 0, 3, PRCTL), Step(load, 0, 0, 16),
        Step(equals, 0, 1, SET_DUMPABLE), Step(give, 0, 0, REFUSE), Step(give, 0, 0, ALLOW))
    libc = ctypes.CDLL(None, use_errno=True)
    program = Steps(len(steps), steps)
    assert libc.prctl(NO_NEW_PRIVILEGES, 1, 0, 0, 0) == 0
    assert libc.prctl(SET_SECCOMP, FILTER, ctypes.byref(program), 0, 0) == 0


@unittest.skipUnless(PRCTL, "the number of prctl on this machine is not known here")
class HiddenMemory(unittest.TestCase):
    """The programs that read keys hide their memory, or say that the kernel does not let them."""

    def said(self, program, *words, prepare=None):
        return subprocess.run(
            [place.program(program), *words], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True, timeout=place.PATIENCE, check=False,
            preexec_fn=prepare).stdout  # pylint: disable=subprocess-popen-preexec-fn

    def test_where_the_kernel_refuses_both_programs_say_so(self):
        with tempfile.TemporaryDirectory() as folder:
            # The daemon ends at this, but not before.
            pathlib.Path(folder, "intercomd.conf").write_text("nonsense\n", "ascii")
            for program, words, text in (
                    ("intercomctl", ["version"], "its memory is not hidden from other programs: "),
                    ("intercomd", ["--config", folder], "the keys in memory are not hidden from "
                                                        "other programs: ")):
                with self.subTest(program):
                    self.assertNotIn("not hidden", self.said(program, *words))
                    self.assertIn(
                        text + "forbid core dumps: Operation not permitted",
                        self.said(program, *words, prepare=refuse_hiding))
