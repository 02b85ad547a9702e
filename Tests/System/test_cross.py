"""tools/build: what it takes from Package.swift, and a program that another machine can run."""

import os
import pathlib
import subprocess
import tempfile
import unittest

from lab import ROOT, longer

from cross import CrossError, debian, embedded, graph, sysroot

REAL = "it asks swift for the modules, which wants to write beside the sources"


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


if __name__ == "__main__":
    unittest.main()
