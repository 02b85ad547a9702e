"""The programs that read keys hide their memory, and say so where the kernel does not let them."""

import ctypes
import os
import platform
import subprocess
import tempfile
import unittest

from lab import place

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
    def said(self, program, *words, prepare=None):
        return subprocess.run(
            [place.program(program), *words], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True, timeout=place.PATIENCE, check=False,
            preexec_fn=prepare).stdout  # pylint: disable=subprocess-popen-preexec-fn

    def test_where_the_kernel_refuses_both_programs_say_so(self):
        with tempfile.TemporaryDirectory() as folder:
            # The daemon ends at this, but not before.
            with open(os.path.join(folder, "intercomd.conf"), "w", encoding="ascii") as file:
                file.write("nonsense\n")
            for program, words, text in (
                    ("intercomctl", ["version"], "its memory is not hidden from other programs: "),
                    ("intercomd", ["--config", folder], "the keys in memory are not hidden from "
                                                        "other programs: ")):
                with self.subTest(program):
                    self.assertNotIn("not hidden", self.said(program, *words))
                    self.assertIn(
                        text + "forbid core dumps: Operation not permitted",
                        self.said(program, *words, prepare=refuse_hiding))


if __name__ == "__main__":
    unittest.main()
