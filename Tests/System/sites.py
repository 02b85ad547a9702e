"""What the tests of a site share: its stations, and the commands that are typed there."""

import subprocess

from codes import ShownCode
from lab import Scene, SceneTest, place


class SiteTest(SceneTest):
    introductions = "ask"

    def enter(self, *names, mute=()):
        """Stations that run; those of `mute`, by their places, without a sound card."""
        self.scene = self.enterContext(Scene(*names))
        for place_ in mute:
            self.scene.stations[place_].sections["audio"] = {"input": "none", "output": "none"}
        for one in self.scene.stations:
            one.sections["site"] = {"introductions": self.introductions}
        self.scene.start()
        return self.scene.stations

    def do(self, one, *words, code=0, text=None):
        """A command, with a text at its standard input; what it says. Without a code, it may end
        with any."""
        done = subprocess.run(
            [place.program("intercomctl"), "--config", one.etc, *words], input=text or "",
            capture_output=True, text=True, timeout=place.PATIENCE, check=False)
        if code is not None:
            self.assertEqual(done.returncode, code, f"{words}: {done.stdout}{done.stderr}")
        return done.stdout + done.stderr

    def digits(self, one):
        return self.do(one, "site", "list").split("key: ")[1].splitlines()[0]

    def found(self, one):
        return sorted(peer["name"] for peer in one.status()["peers"])

    def begin(self, *stations):
        """The first one introduces all; returns the roster."""
        first, *others = stations
        self.begun = self.do(
            first, "site", "init", "house", "--address", f"127.0.0.1:{first.port}")
        for one in others:
            self.do(first, "site", "add", one.name, one.public_key, "--address",
                    f"127.0.0.1:{one.port}")
        return self.do(first, "site", "export")

    def join(self, first, *others):
        """A site that `first` introduces, and the others have joined by hand."""
        roster = self.begin(first, *others)
        for one in others:
            self.do(one, "site", "import", "--site", self.digits(first), text=roster)
        self.all_up(first, *others)

    def all_up(self, *stations):
        for one in stations:
            one.wait_for(*(other for other in stations if other is not one))

    def shown(self, one, *words):
        """A code that a station shows."""
        screen = ShownCode(one.folder, one.etc, *words)
        self.addCleanup(screen.end)
        return screen

    def introduce(self, first, one, *words, join=("--join",)):
        """By code: `first` introduces `one`, which shows the code; what both say."""
        shown = self.shown(one, *join, *words)
        said = self.do(first, "pair", f"127.0.0.1:{one.port}", shown.code, *join)
        self.assertEqual(shown.ended(), 0, shown.text)
        return said, shown.text

    def number(self, one):
        """The number of the roster that it has."""
        return one.status()["site"]["number"]
