"""tools/bench, tools/build and tools/demo: what they measure, build, play and refuse."""

import json
import os
import pathlib
import subprocess
import tempfile
import unittest
import xml.etree.ElementTree

from lab import ROOT, longer, place, process

from cross import CrossError, debian, embedded, graph, sysroot

REAL = "they build what they run, which a guest cannot write, and measure processor time"

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
    @longer
    def test_every_figure_is_there_and_the_last_line_has_them(self):
        with tempfile.TemporaryDirectory() as folder:
            drawing = os.path.join(folder, "cost.svg")
            done = subprocess.run(
                [ROOT / "tools/bench", "--seconds", "1", "--rounds", "1", "--plot", drawing,
                 "--json"], capture_output=True, text=True, check=False)
            self.assertEqual(done.returncode, 0, done.stderr)
            root = xml.etree.ElementTree.parse(drawing).getroot()
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
        self.assertTrue(root.tag.endswith("svg"))
        self.assertGreaterEqual(len(root.findall("{*}polyline")), 2)

    @longer
    def test_a_wrong_option_is_refused(self):
        for words in (["--seconds", "0"], ["--rounds", "many"], ["--seconds"], ["--faster"]):
            with self.subTest(words):
                done = subprocess.run(
                    [ROOT / "tools/bench", *words], capture_output=True, text=True, check=False)
                self.assertEqual(done.returncode, 2)
                self.assertIn("tools/bench: ", done.stderr)


def described(name, uses=(), settings=(), kind="regular"):
    return graph.Target({"name": name, "type": kind, "settings": list(settings),
                         "dependencies": [{"byName": [use, None]} for use in uses]})


class Graph(unittest.TestCase):
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

    def test_words_that_it_does_not_know_are_refused(self):
        for words in (["--arch", "mips"], ["--debian", "11"], ["--debian", "sid"], ["x"]):
            self.assertEqual(self.build(*words).returncode, 2, words)
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
        path = os.path.join(tools, "swift")
        with open(path, "w", encoding="ascii") as file:
            file.write(f'#!/bin/sh\necho "$@" >>"{self.folder}/built"\n')
        os.chmod(path, 0o755)
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

    def test_a_wrong_option_is_refused(self):
        for words in (["--seconds", "3"], ["--seconds", "ten"], ["--out"], ["--faster"]):
            with self.subTest(words):
                done = subprocess.run(
                    [ROOT / "tools/demo", *words], env=self.environment(), capture_output=True,
                    text=True, check=False)
                self.assertEqual(done.returncode, 2)
                self.assertIn("tools/demo: ", done.stderr)
                self.assertFalse(os.path.exists(f"{self.folder}/built"))


if __name__ == "__main__":
    unittest.main()
