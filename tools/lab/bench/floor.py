"""The program in C that does only a station's work (tools/lab/floor), and the profiles."""

import json
import os
import re
from typing import NamedTuple

from stage import place, process

TABLE = os.path.join(place.ROOT, "Sources/Audio/Codec/Profile.swift")


class Row(NamedTuple):
    """A profile: samples of a frame and of a period of the card, and how many of these are queued.
    """

    frame: int
    period: int
    periods: int


def _profiles():
    """The product's own table of frames and cards, by name: there is no other."""
    with open(TABLE, encoding="utf-8") as file:
        text = file.read()
    found = {}
    for name, body in re.findall(r"case \.(\w+):\s+Settings\(([^)]*)\)", text):
        row = dict(re.findall(r"(\w+): \.?(\w+)", body))
        found[name] = Row(*(int(row[key]) for key in ("frameSamples", "periodSamples", "periods")))
    if set(found) != set(re.findall(r"^    case (\w+)$", text, re.MULTILINE)):
        raise place.StageError(f"{TABLE}: not every profile is found in it")
    return found


PROFILES = _profiles()


class FloorProgram:
    """The C program at work, with the cards of a folder."""

    def __init__(self, *words, folder=None):
        pipe = process.subprocess.PIPE
        self._process = process.subprocess.Popen(
            [place.lab("floor"), *map(str, words)], env={**os.environ, **place.cards(folder)},
            text=True, stdin=pipe, stdout=pipe)
        self.pid = self._process.pid

    def tell(self, words):
        """One command; its answer."""
        self._process.stdin.write(words + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            raise place.StageError(f"floor ended with {self._process.wait(5)}")
        return json.loads(line)

    def end(self):
        """Ends the program."""
        self._process.stdin.close()
        process.end(self._process)
