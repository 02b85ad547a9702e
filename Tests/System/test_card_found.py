"""Where the settings name no card, every place that names it names the one found."""

import json
import unittest

from lab import Scene, SceneTest, wait
from test_heard import mixer

FOUND = "auto (default)"


class CardFound(SceneTest):
    def setUp(self):
        self.scene = self.enterContext(Scene("default"))
        (self.station,) = self.scene.stations
        for key in ("input", "output"):
            del self.station.sections["audio"][key]
        self.station.write_config()
        self.station.lines.start()

    def doctor(self):
        """What the doctor says of the sound, a line a check."""
        code, text, error = self.station.ctl("doctor", "audio", "--json")
        self.assertIn(code, (0, 4), error)
        return [f"{one['name']}: {one['text']}" for one in json.loads(text)["checks"]]

    def assert_found(self, start, lines):
        (line,) = [line for line in lines if line.startswith(start)]
        self.assertIn(FOUND, line)

    def test_with_the_daemon_stopped(self):
        for words in (["speaker"], ["mic"]):
            _, text, _ = self.station.ctl("test", *words)
            self.assertIn(f" on {FOUND}", text.splitlines()[0])
            _, text, _ = self.station.ctl("test", *words, "--json")
            self.assertEqual(json.loads(text)["device"], FOUND)
        _, text, _ = self.station.ctl("test", "loop")
        self.assertIn(f"playing three sweeps on {FOUND}, listening on {FOUND}", text)
        mixer(self.station, "Speaker", "mute")
        found = self.doctor()
        self.assert_found("audio input: auto", found)
        self.assert_found("audio output: auto", found)
        self.assert_found("audio output: control Speaker of", found)

    def test_with_the_daemon_running(self):
        # Nothing there can set a volume of this name.
        self.station.sections["audio"].update({"volume": "80%", "mixer-output": "Bells"})
        self.station.start()
        self.station.ready()
        wait(self.station.has_card, "it has its card")
        wait(lambda: self.station.status()["notes"], "it has notes")
        self.assert_found("volume: ", self.station.status()["notes"])
        del self.station.sections["audio"]["mixer-output"]
        self.station.reload()
        wait(self.station.has_card, "it has its card again")
        mixer(self.station, "Speaker", "mute")
        self.station.problem(f"Speaker of {FOUND} is muted")


if __name__ == "__main__":
    unittest.main()
