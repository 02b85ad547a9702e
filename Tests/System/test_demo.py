"""What tools/demo plays: figures that can be; what was not heard it says."""

import contextlib
import io
import json
import sys
import tempfile
import unittest

import examples
from lab import exact
from stage import demo, talk

SECONDS = 5


class Demo(unittest.TestCase):
    def setUp(self):
        self.folder = self.enterContext(tempfile.TemporaryDirectory())
        self.addCleanup(setattr, sys, "argv", sys.argv)

    def run_demo(self, seconds):
        """As tools/demo begins it; returns (exit code, what it printed, its figures)."""
        sys.argv = ["tools/demo", "--seconds", str(seconds), "--out", self.folder, "--json"]
        shown = io.StringIO()
        with contextlib.redirect_stdout(shown), contextlib.redirect_stderr(io.StringIO()):
            code = demo.main()
        *lines, last = shown.getvalue().splitlines()
        return code, "\n".join(lines), json.loads(last)

    @exact
    def test_it_ends_well_and_its_figures_can_be(self):
        code, shown, found = self.run_demo(SECONDS)
        self.assertEqual((code, found["heard"]), (0, True), shown)
        # Of the profile `voice`, with one frame; more would be copies, of what was lost or late.
        self.assertEqual(found["packet_sizes"], [89])
        self.assertTrue(found["first_syllable_kept"], shown)
        self.assertGreaterEqual(found["recognised"], 0.8)
        self.assertLess(found["wire_correlation"], 0.1)
        delay = found["mouth_to_ear_ms"]
        self.assertTrue(10 < delay["median"] <= delay["p95"] < 60, delay)
        self.assertTrue(0 < found["key_to_first_packet_ms"] < 50, shown)
        if found["pesq"] is not None:
            self.assertTrue(2.5 < found["pesq"] <= 4.65, shown)
        self.assertEqual(found["seconds"], SECONDS)
        # One packet each 10 ms of speech, and the pre-roll.
        self.assertTrue(90 * SECONDS < found["packets"] < 120 * SECONDS, shown)
        self.check_table(shown, found)

    def check_table(self, shown, found):
        """A person sees the same figures, in the lines that docs/measure.md shows."""
        self.assertIn(f"heard {'':<23} yes, {found['recognised']:.0%} of it recognised", shown)
        self.assertIn(f"{found['packets']} packets of 89 bytes", shown)
        self.assertIn(f"{found['mouth_to_ear_ms']['median']:.1f} ms, 95 % within", shown)
        (screen,) = [body for body in examples.blocks(examples.read("docs/measure.md"), "text")
                     if body.startswith("The kitchen talked for")]
        names = [line[2:31].strip() for line in screen.splitlines()[2:]]
        self.assertEqual(names, [line[2:31].strip() for line in shown.splitlines()[2:12]])

    def test_a_peer_that_is_muted_is_not_said_to_have_heard(self):
        as_ever = talk.scene_of_two

        @contextlib.contextmanager
        def deaf(*words):
            with as_ever(*words) as scene:
                start = scene.start

                def start_deaf():
                    start()
                    self.assertEqual(scene["garage"].ctl("mute", "speaker")[0], 0)
                scene.start = start_deaf
                yield scene

        self.addCleanup(setattr, talk, "scene_of_two", as_ever)
        talk.scene_of_two = deaf
        code, shown, found = self.run_demo(4)
        self.assertEqual(code, 1)
        self.assertEqual((found["heard"], found["first_syllable_kept"], found["pesq"]),
                         (False, False, None))
        self.assertEqual(found["mouth_to_ear_ms"], {"median": None, "p95": None})
        self.assertIn(f"heard {'':<23} no, 0% of it recognised", shown)
        # The packets were there all the same.
        self.assertGreater(found["packets"], 300)


if __name__ == "__main__":
    unittest.main()
