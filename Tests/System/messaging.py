"""What the tests of voice messages share."""

import json
import pathlib

from lab import SceneTest, wait, wav


class MessageTest(SceneTest):
    def stations(self):
        kitchen, garage = self.up("kitchen", "garage")
        kitchen.wait_for(garage)
        for one, other in ((kitchen, garage), (garage, kitchen)):
            wait(lambda one=one: self.files(one, ".key"), f"{one} has the key of {other}")
        return kitchen, garage

    @staticmethod
    def files(station, suffix):
        folder = pathlib.Path(station.state) / "messages"
        return sorted(path for path in folder.glob(f"*{suffix}") if path.stat().st_size)

    @staticmethod
    def list(station):
        return json.loads(station.prints("message", "list", "--json"))["messages"]

    def states(self, station):
        return [message["state"] for message in self.list(station)]

    def wav(self, samples, name="said.wav"):
        path = pathlib.Path(self.scene.folder, name)
        wav.write(str(path), samples)
        return str(path)
