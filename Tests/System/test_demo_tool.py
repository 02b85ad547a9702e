"""tools/demo builds what it runs, plays it and leaves nothing running; wrong options it refuses."""

import json
import os
import subprocess
import tempfile
import unittest

from lab import ROOT, place, process

REAL = "it builds what it runs, and a guest cannot write there"

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
