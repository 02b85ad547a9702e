"""Lines through libgpiod 2, as Debian 13 has it: the product's own calls on simulated chips.

The library is that of Debian 13, and runs there on this machine's kernel with its own C library.
"""

import os
import subprocess
import tempfile
import time
import unittest

from lab import ROOT, longer, place

from cross import sysroot
from cross.embedded import clang
from cross.emulator import launcher, own_arch
from stage.lines import Lines

REAL = "it compiles for another Debian, whose files it fetches"

AS_IS, PULL_UP = 0, 2
KEPT = 16
"""Edges that the kernel keeps for one line when nobody reads."""


class Probe:
    """A program with the product's calls (tools/lab/gpio/probe.c)."""

    def __init__(self, words, programs):
        environment = {"LD_PRELOAD": place.lab("libgpiosim.so"), "GPIOSIM_SOCKET": programs}
        self.process = subprocess.Popen(
            words, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def do(self, *words):
        print(*words, file=self.process.stdin, flush=True)
        return self.process.stdout.readline().rstrip("\n")

    def end(self):
        self.process.kill()
        self.process.communicate()


def compiled(program, *compiler):
    source = ROOT / "Sources/CGPIOD"
    subprocess.run(
        [*compiler, "-O1", "-Wall", "-Werror", "-I", source / "include",
         *sorted(source.glob("*.c")), ROOT / "tools/lab/gpio/probe.c", "-lgpiod", "-o", program],
        check=True)
    return program


@longer
class NewerInterface(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        arch = own_arch()
        root = sysroot.unpacked(13, arch)
        folder = cls.enterClassContext(tempfile.TemporaryDirectory())
        program = compiled(os.path.join(folder, "probe"), *clang(root), "-fuse-ld=lld")
        cls.words = [*launcher(arch, root, sysroot.CACHE), program]
        cls.here = [compiled(os.path.join(folder, "here"), "gcc")]

    def setUp(self):
        folder = self.enterContext(tempfile.TemporaryDirectory())
        self.lines = Lines(folder, os.path.join(folder, "log"))
        self.lines.start()
        self.addCleanup(self.lines.end)
        self.probe = self.start(self.words)

    def start(self, words):
        probe = Probe(words, self.lines.programs)
        self.addCleanup(probe.end)
        self.assertEqual(probe.do("chip", "/dev/gpiochip0"), "pinctrl-bcm2711 28")
        return probe

    def edges(self, count, patience=5000):
        """So many edges, and no more: (value, ns) each."""
        found = []
        for number in range(count + 1):
            answer = self.probe.do("next", patience if number < count else 0)
            if answer == "none":
                break
            found.append(tuple(int(word) for word in answer.split()))
        self.assertEqual(len(found), count, found)
        return found

    def values(self, count):
        return [value for value, _ in self.edges(count)]

    def test_it_is_that_library(self):
        needed = subprocess.run(["objdump", "-p", self.words[-1]], capture_output=True, text=True,
                                check=True).stdout
        self.assertIn("libgpiod.so.3", needed)

    def test_chips_and_lines_are_described(self):
        self.assertEqual(self.probe.do("chips"), "0")
        self.assertEqual(self.probe.do("line", 17), "GPIO17,,0,0,0")
        self.assertEqual(self.probe.do("line", 28), "error EINVAL")
        self.assertEqual(self.probe.do("input", 17, PULL_UP, 1, 0), "")
        self.assertEqual(self.probe.do("line", 17), "GPIO17,probe,1,0,1")
        self.assertEqual(self.probe.do("output", 23, 0, 0), "")
        self.assertEqual(self.probe.do("line", 23), "GPIO23,probe,1,1,0")
        self.assertEqual(self.probe.do("chip", "/dev/gpiochip1"), "error ENOENT")
        # Not a chip at all: the library itself refuses it.
        self.assertEqual(self.probe.do("chip", "/dev/null"), "error ENODEV")
        with tempfile.TemporaryDirectory() as folder:
            link = os.path.join(folder, "gpiochip4")
            os.symlink("/dev/gpiochip0", link)
            self.assertEqual(self.probe.do("chip", link), "pinctrl-bcm2711 28")
        self.lines.do("deny", "gpiochip0", "on")
        self.assertEqual(self.probe.do("chip", "/dev/gpiochip0"), "error EACCES")

    def test_presses_and_releases_come_with_their_time(self):
        self.assertEqual(self.probe.do("input", 17, PULL_UP, 1, 0), "")
        self.assertEqual(self.probe.do("get", "input"), "0")
        self.assertEqual(self.probe.do("next", 0), "none")
        moments = [self.lines.do("press", "GPIO17")["ns"]]
        self.assertEqual(self.probe.do("get", "input"), "1")
        moments.append(self.lines.do("release", "GPIO17")["ns"])
        self.assertEqual(self.edges(2), list(zip((1, 0), moments)))
        # The control: without a pull-up the pin lies low, and active is high.
        self.assertEqual(self.probe.do("close", "input"), "")
        self.assertEqual(self.probe.do("input", 17, AS_IS, 0, 0), "")
        self.assertEqual(self.probe.do("get", "input"), "0")
        self.lines.do("set", "GPIO17", 1)
        self.assertEqual(self.values(1), [1])

    def test_a_full_queue_drops_the_oldest(self):
        self.assertEqual(self.probe.do("input", 17, PULL_UP, 1, 0), "")
        moments = [self.lines.do("press" if i % 2 == 0 else "release", "GPIO17")["ns"]
                   for i in range(KEPT + 5)]
        self.assertEqual([moment for _, moment in self.edges(KEPT)], moments[-KEPT:])
        self.assertEqual(self.probe.do("get", "input"), "1")

    def test_debounced_edges_come_when_the_pin_has_been_still(self):
        period = 300_000
        self.assertEqual(self.probe.do("input", 17, PULL_UP, 1, period), "")
        moment = self.lines.do("bounce", "GPIO17", 3, 30)["ns"]
        self.assertEqual(self.probe.do("get", "input"), "0", "not before it is still")
        (value, reported), = self.edges(1)
        self.assertEqual((value, self.probe.do("get", "input")), (1, "1"))
        self.assertGreaterEqual(reported - moment, 30_000_000 + period * 1000)
        # The whole of a press that is shorter is not told.
        self.lines.do("release", "GPIO17")
        self.lines.do("press", "GPIO17")
        self.assertEqual(self.probe.do("next", 2 * period // 1000), "none")

    def test_an_output_drives_its_pin(self):
        self.assertEqual(self.probe.do("output", 23, 1, 1), "")
        self.assertEqual(self.lines.do("get", "GPIO23")["level"], 0)
        self.assertEqual(self.probe.do("set", 0), "")
        self.assertEqual(self.probe.do("get", "output"), "0")
        self.assertEqual(self.lines.do("get", "GPIO23")["level"], 1)
        self.assertEqual(self.probe.do("close", "output"), "")
        self.assertFalse(self.lines.do("get", "GPIO23")["driven"])

    def test_a_line_has_one_holder_until_its_program_ends(self):
        self.assertEqual(self.probe.do("output", 23, 0, 1), "")
        other = self.start(self.words)
        self.assertEqual(other.do("output", 23, 0, 1), "error EBUSY")
        self.probe.end()
        end = time.monotonic() + place.PATIENCE
        while other.do("line", 23) != "GPIO23,,0,0,0" and time.monotonic() < end:
            time.sleep(0.02)
        self.assertEqual(other.do("output", 23, 0, 1), "")
        self.lines.do("claim", "GPIO24", "leds")
        self.assertEqual(other.do("input", 24, AS_IS, 0, 0), "error EBUSY")
        self.assertEqual(other.do("line", 24), "GPIO24,leds,1,0,0")

    def test_both_interfaces_share_the_pins(self):
        # libgpiod 1.6, where this machine is a Debian 12.
        other = self.start(self.here)
        self.assertEqual(self.probe.do("input", 17, PULL_UP, 1, 0), "")
        self.assertEqual(other.do("line", 17), "GPIO17,probe,1,0,1")
        self.assertEqual(other.do("input", 17, PULL_UP, 1, 0), "error EBUSY")
        self.assertEqual(other.do("output", 23, 1, 0), "")
        self.assertEqual(self.probe.do("line", 23), "GPIO23,probe,1,1,1")
        self.assertEqual(self.probe.do("output", 23, 0, 0), "error EBUSY")
        self.assertEqual(other.do("close", "output"), "")
        self.assertEqual(self.probe.do("output", 23, 0, 0), "")

    def test_a_chip_that_is_unplugged_is_gone_for_its_users(self):
        self.assertEqual(self.probe.do("input", 17, PULL_UP, 1, 0), "")
        self.assertEqual(self.probe.do("output", 23, 0, 1), "")
        self.lines.do("press", "GPIO17")
        self.lines.do("unplug", "gpiochip0")
        for words in (["next", 5000], ["get", "input"], ["get", "output"], ["set", 0],
                      ["line", 17]):
            self.assertEqual(self.probe.do(*words), "error ENODEV", words)
        self.assertEqual(self.probe.do("chip", "/dev/gpiochip0"), "error ENOENT")
        self.assertEqual(self.probe.do("chips"), "")
        self.lines.do("replug", "gpiochip0")
        self.assertEqual(self.probe.do("chip", "/dev/gpiochip0"), "pinctrl-bcm2711 28")

    def test_a_level_that_cannot_be_read_is_an_error(self):
        self.assertEqual(self.probe.do("input", 17, PULL_UP, 1, 0), "")
        self.lines.do("fail-read", "on")
        self.assertEqual(self.probe.do("get", "input"), "error EIO")
        # The kernel's debouncer begins with the level.
        self.assertEqual(self.probe.do("input", 18, PULL_UP, 1, 5000), "error EIO")
        self.lines.do("fail-read", "off")
        self.assertEqual(self.probe.do("get", "input"), "0")
        self.assertEqual(self.probe.do("line", 18), "GPIO18,,0,0,0")


if __name__ == "__main__":
    unittest.main()
