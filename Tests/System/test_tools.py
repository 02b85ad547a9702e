"""tools/bench, tools/build and tools/demo: what they measure, build, play and refuse; and lines
through libgpiod 2, as Debian 13 has it, by the product's own calls on simulated chips.
"""

import json
import os
import pathlib
import subprocess
import tempfile
import unittest

from lab import ROOT, longer, place, process, wait

from cross import CrossError, debian, embedded, graph, sysroot
from cross.embedded import clang
from cross.emulator import launcher, own_arch
from stage.lines import Lines

REAL = "they ask for the modules of the package by swift, which a guest does not have"

SAID = {
    "cpu_ratio": "  cpu_ratio  ", "improved_ratio": "  improved_ratio  ",
    "listener_ratio": "  listener_ratio  ",
    "private_dirty_kb": "  private_dirty_kb  ", "ready_ms": "start to ready  ",
    "first_sound_ms": "to the first sound {} ms", "talker_ratio": "  each further talker  ",
    "system_calls": "  system calls a second  ",
    "handshakes_per_second": "{:.0f} a second on one core", "handshake_ms": "{} ms each",
}
"""The figures, and how a person is told of each."""


class Bench(unittest.TestCase):
    """tools/bench says what it measured in a form that programs can read."""

    @longer
    def test_every_figure_is_there_and_the_last_line_has_them(self):
        done = subprocess.run(
            [ROOT / "tools/bench", "--seconds", "1", "--rounds", "1", "--json"],
            capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        *shown, last = done.stdout.splitlines()
        # The last line is not for people: every name is in it anyway.
        found, shown = json.loads(last), "\n".join(shown)
        for name, words in SAID.items():
            with self.subTest(name):
                self.assertGreater(found[name], 0)
                self.assertIn(words.format(found[name]), shown)
        self.assertEqual(list(found["private_dirty_kb_by_peers"]), ["1", "3", "8", "31"])
        # Both sides did the same work: the costs of a case are of one kind.
        for case, one in found["frame_us"].items():
            with self.subTest(case):
                self.assertGreater(one["floor"], 0)
                self.assertGreater(one["daemon"], 0)


def described(name, uses=(), settings=(), kind="regular"):
    return graph.Target({"name": name, "type": kind, "settings": list(settings),
                         "dependencies": [{"byName": [use, None]} for use in uses]})


class Graph(unittest.TestCase):
    """What tools/build takes from Package.swift."""

    def test_each_module_comes_after_those_that_it_needs(self):
        found = graph.targets(ROOT)
        self.assertEqual({"Intercomd", "Intercomctl", "Time", "CALSA"} - set(found), set())
        self.assertFalse([name for name in found if name.endswith("Tests")])
        names = list(found)
        for name, target in found.items():
            for use in target.uses:
                self.assertLess(names.index(use), names.index(name))
        used = [one.name for one in graph.needs("Intercomd", found)]
        self.assertEqual(used[-1], "Intercomd")
        self.assertNotIn("Intercomctl", used)
        self.assertIn("gpiod", [library for one in found.values() for library in one.libraries])

    def test_it_is_compiled_as_the_package_says(self):
        words = graph.targets(ROOT)["Crypto"].words
        for some in (["-swift-version", "6"], ["-enable-experimental-feature", "Embedded"],
                     ["-strict-memory-safety"], ["-warnings-as-errors"]):
            place = words.index(some[-1])
            self.assertEqual(words[place - len(some) + 1 : place + 1], some)
        # What holds in debug builds alone does not here.
        self.assertNotIn("-O", words)

    def test_a_setting_that_it_does_not_know_is_said(self):
        odd = described("Odd", settings=[{"tool": "swift", "kind": {"oddity": {"_0": "x"}}}])
        with self.assertRaisesRegex(CrossError, "Odd has the setting oddity"):
            print(odd.words)
        # The control: of another tool, it says nothing of how Swift is compiled.
        odd = described("Odd", settings=[{"tool": "linker", "kind": {"oddity": {"_0": "x"}}}])
        self.assertEqual(odd.words, [])


class Places(unittest.TestCase):
    """Where it reads and writes, before anything is fetched or compiled."""

    def setUp(self):
        self.folder = self.enterContext(tempfile.TemporaryDirectory())
        self.sysroot = sysroot.Sysroot(
            debian.Archive(12, "arm64", f"{self.folder}/apt"), f"{self.folder}/sysroot")

    def test_a_folder_with_other_files_stays_as_it_is(self):
        kept = pathlib.Path(self.folder, "output/kept")
        kept.parent.mkdir()
        kept.touch()
        builder = embedded.Builder(ROOT, self.sysroot, kept.parent)
        with self.assertRaisesRegex(CrossError, "has files that are not of tools/build"):
            builder.build()
        self.assertTrue(kept.exists())

    def test_a_sysroot_of_other_packages_is_made_anew(self):
        fetched = []
        self.sysroot.archive.fetch = lambda packages, folder: fetched.append(packages) or []
        self.sysroot.folder.mkdir()
        done = self.sysroot.folder / sysroot.DONE
        wanted = sorted(sysroot.COMMON + sysroot.OWN[12])
        done.write_text("".join(f"{name} 1.0\n" for name in wanted), "ascii")
        self.sysroot.make()
        self.assertEqual(fetched, [])
        done.write_text("".join(f"{name} 1.0\n" for name in wanted[1:]), "ascii")
        self.sysroot.make()
        self.assertEqual(fetched, [wanted])
        done.write_text("".join(f"{name} 1.0\n" for name in wanted), "ascii")
        self.sysroot.make(fresh=True)
        self.assertEqual(fetched, [wanted, wanted])


class Build(unittest.TestCase):
    def build(self, *words, **more):
        return subprocess.run([ROOT / "tools/build", *words], capture_output=True, text=True,
                              check=False, **more)

    def test_help_shows_the_usage(self):
        done = self.build("--help")
        self.assertEqual(done.returncode, 0)
        self.assertIn("Usage:   tools/build", done.stdout)

    @longer
    def test_it_builds_for_arm64(self):
        with tempfile.TemporaryDirectory() as folder:
            done = self.build("--arch", "arm64", "--output", folder, "--sections", timeout=3000)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertIn(".text", done.stdout)
            for name in ("intercomd", "intercomctl"):
                head = pathlib.Path(folder, name).read_bytes()[:20]
                self.assertEqual((head[:4], head[18:20]), (b"\x7fELF", b"\xb7\x00"))
                self.assertTrue(os.access(pathlib.Path(folder, name), os.X_OK))


SECONDS = 5
SOUNDS = ("said.wav", "wire.wav", "heard.wav")


class DemoTool(unittest.TestCase):
    """How well it is heard on a busy machine says nothing here: test_demo.py judges that."""

    def setUp(self):
        self.folder = self.enterContext(tempfile.TemporaryDirectory())

    def environment(self):
        """The programs are built already: of swift it needs that it says so; of pip nothing."""
        tools = os.path.join(self.folder, "tools")
        os.makedirs(tools, exist_ok=True)
        swift = pathlib.Path(tools, "swift")
        swift.write_text(f'#!/bin/sh\necho "$@" >>"{self.folder}/built"\n', "ascii")
        swift.chmod(0o755)
        return {**os.environ, "PATH": f"{tools}:{os.environ['PATH']}", "PIP_NO_INDEX": "1"}

    def test_it_builds_plays_and_ends(self):
        done = subprocess.run(
            [ROOT / "tools/demo", "--seconds", str(SECONDS), "--out", f"{self.folder}/out",
             "--json"], env=self.environment(), cwd=self.folder, capture_output=True, text=True,
            timeout=place.PATIENCE * 10, check=False)
        self.assertIn("{", done.stdout, done.stderr)
        found = json.loads(done.stdout.splitlines()[-1])
        self.assertEqual(done.returncode, 0 if found["heard"] else 1, done.stderr)
        self.assertEqual(
            (found["heap_calls_media_loop"], found["heap_calls_since_start"],
             found["heap_counter_trips"]), (0, 0, True))
        self.assertTrue(0 < found["media_cpu_percent"] < 100, found)
        self.assertTrue(2_000 < found["rss_kb"] < 100_000, found)
        for name in SOUNDS:
            self.assertGreater(os.path.getsize(f"{self.folder}/out/{name}"), 48_000, name)
        with open(f"{self.folder}/out/picture.png", "rb") as file:
            self.assertEqual(file.read(8), b"\x89PNG\r\n\x1a\n")
        with open(f"{self.folder}/built", encoding="ascii") as file:
            self.assertEqual(file.read().splitlines(), [
                f"build -c release --product {name}" for name in ("intercomd", "intercomctl")])
        # Nothing goes on.
        _, running, _ = process.run(["ps", "-eo", "args"])
        self.assertNotIn(f"{self.folder}/out/stations", running)

    def test_a_wrong_option_is_refused_before_anything_is_built(self):
        for tool, rows in (
                ("demo", (["--seconds", "3"], ["--seconds", "ten"], ["--out"], ["--faster"])),
                ("bench", (["--seconds", "0"], ["--rounds", "many"], ["--seconds"], ["--faster"])),
                ("build", (["--arch", "mips"], ["--debian", "11"], ["--debian", "sid"], ["x"]))):
            for words in rows:
                with self.subTest(tool, words=words):
                    done = subprocess.run(
                        [ROOT / "tools" / tool, *words], env=self.environment(),
                        capture_output=True, text=True, check=False)
                    self.assertEqual(done.returncode, 2)
                    self.assertIn(f"tools/{tool}: ", done.stderr)
                    self.assertFalse(os.path.exists(f"{self.folder}/built"))


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
    """Lines through libgpiod 2: the library is Debian 13's, on this machine's kernel."""

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
        for *words, answer in (
                ("chips", "0"), ("line", 17, "GPIO17,,0,0"), ("line", 28, "error EINVAL"),
                ("input", 17, PULL_UP, 1, ""), ("line", 17, "GPIO17,probe,1,0"),
                ("output", 23, 0, 0, ""), ("line", 23, "GPIO23,probe,1,1"),
                ("chip", "/dev/gpiochip1", "error ENOENT"),
                # Not a chip at all: the library itself refuses it.
                ("chip", "/dev/null", "error ENODEV")):
            self.assertEqual(self.probe.do(*words), answer, words)
        with tempfile.TemporaryDirectory() as folder:
            link = os.path.join(folder, "gpiochip4")
            os.symlink("/dev/gpiochip0", link)
            self.assertEqual(self.probe.do("chip", link), "pinctrl-bcm2711 28")
        self.lines.do("deny", "gpiochip0", "on")
        self.assertEqual(self.probe.do("chip", "/dev/gpiochip0"), "error EACCES")

    def test_presses_and_releases_come_with_their_time(self):
        self.assertEqual(self.probe.do("input", 17, PULL_UP, 1), "")
        self.assertEqual(self.probe.do("get", "input"), "0")
        self.assertEqual(self.probe.do("next", 0), "none")
        moments = [self.lines.do("press", "GPIO17")["ns"]]
        self.assertEqual(self.probe.do("get", "input"), "1")
        moments.append(self.lines.do("release", "GPIO17")["ns"])
        self.assertEqual(self.edges(2), list(zip((1, 0), moments)))
        # The control: without a pull-up the pin lies low, and active is high.
        self.assertEqual(self.probe.do("close", "input"), "")
        self.assertEqual(self.probe.do("input", 17, AS_IS, 0), "")
        self.assertEqual(self.probe.do("get", "input"), "0")
        self.lines.do("set", "GPIO17", 1)
        self.assertEqual(self.values(1), [1])

    def test_a_full_queue_drops_the_oldest(self):
        self.assertEqual(self.probe.do("input", 17, PULL_UP, 1), "")
        moments = [self.lines.do("press" if i % 2 == 0 else "release", "GPIO17")["ns"]
                   for i in range(KEPT + 5)]
        self.assertEqual([moment for _, moment in self.edges(KEPT)], moments[-KEPT:])
        self.assertEqual(self.probe.do("get", "input"), "1")

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
        wait(lambda: other.do("line", 23) == "GPIO23,,0,0,0", "the line is free")
        self.assertEqual(other.do("output", 23, 0, 1), "")
        self.lines.do("claim", "GPIO24", "leds")
        self.assertEqual(other.do("input", 24, AS_IS, 0), "error EBUSY")
        self.assertEqual(other.do("line", 24), "GPIO24,leds,1,0,0")

    def test_both_interfaces_share_the_pins(self):
        # libgpiod 1.6, where this machine is a Debian 12.
        other = self.start(self.here)
        for one, *words, answer in (
                (self.probe, "input", 17, PULL_UP, 1, ""),
                (other, "line", 17, "GPIO17,probe,1,0"),
                (other, "input", 17, PULL_UP, 1, "error EBUSY"), (other, "output", 23, 1, 0, ""),
                (self.probe, "line", 23, "GPIO23,probe,1,1"),
                (self.probe, "output", 23, 0, 0, "error EBUSY"), (other, "close", "output", ""),
                (self.probe, "output", 23, 0, 0, "")):
            self.assertEqual(one.do(*words), answer, words)

    def test_a_chip_that_is_unplugged_is_gone_for_its_users(self):
        self.assertEqual(self.probe.do("input", 17, PULL_UP, 1), "")
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
        self.assertEqual(self.probe.do("input", 17, PULL_UP, 1), "")
        self.lines.do("fail-read", "on")
        self.assertEqual(self.probe.do("get", "input"), "error EIO")
        self.lines.do("fail-read", "off")
        self.assertEqual(self.probe.do("get", "input"), "0")
