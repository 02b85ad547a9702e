"""Commands that are typed at a station of the guest, one after the other or at two at once."""

import re

from stage import place, process

CODE = re.compile(r"the code is ([0-9A-Z]{4}-[0-9A-Z]{4})")


class Typed:
    """A command of intercomctl that has been typed; `text` is its screen."""

    def __init__(self, world, station, *words):
        world.log(station.name, "types", words=[CODE.sub("CODE", word) for word in words
                                                if not re.fullmatch(r"[0-9A-Z]{4}-[0-9A-Z]{4}",
                                                                    word)])
        self.world, self.station, self.words = world, station, words
        self._path = f"{station.folder}/typed{world.now()}"
        with open(self._path, "w", encoding="utf-8") as screen:
            self.process = process.launch(
                [*station.launcher, place.program("intercomctl"), "--config", station.etc, *words],
                output=screen, errors=screen)

    @property
    def text(self):
        """What it shows so far."""
        with open(self._path, encoding="utf-8") as screen:
            return screen.read()

    def code(self):
        """Waits for the code that it shows."""
        return self.world.wait(lambda: CODE.search(self.text), "a code is shown").group(1)

    def ended(self, code=0, seconds=60.0):
        """Waits for its end, with this exit code unless that is None; returns its screen."""
        self.world.wait(lambda: not process.is_alive(self.process),
                        f"{self.station.name}: {self.words} is done", seconds)
        if code is not None and self.process.wait() != code:
            raise place.StageError(f"{self.station.name}: {self.words}: {self.text}")
        return self.text
