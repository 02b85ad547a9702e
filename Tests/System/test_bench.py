"""tools/bench measures, and says what it measured in a form that programs can read."""

import json
import os
import subprocess
import tempfile
import unittest
import xml.etree.ElementTree

from lab import ROOT, longer

REAL = "it builds what it measures, and measures processor time"

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


if __name__ == "__main__":
    unittest.main()
