"""A house full of stations, of which one is looked at: all others know that one alone."""

import os

from stage import speech, wav
from stage.people import Scene

# Who has no sound card and no key costs next to nothing, and is a real daemon all the same.
SILENT = {"audio": {"input": "none", "output": "none"}, "button ptt": None, "lamp on-air": None}
MAIN = "main"


def peer_name(number):
    """The name of the peer with that number."""
    return f"peer{number}"


class House(Scene):
    """`main` and so many peers, the first `voices` of which have a microphone.

    `sections` are settings of `main`, `rest` those of all.
    """

    def __init__(self, folder, peers, voices=0, sections=None, rest=None):
        super().__init__(MAIN, *map(peer_name, range(peers)), folder=folder)
        self.main, *self.peers = self.stations
        for one in self.stations:
            one.watches_heap = False
            one.change({"audio": {"duplex": "auto"}})
        for number, one in enumerate(self.peers):
            one.change(SILENT)
            if number < voices:
                one.change({"audio": {"input": f"pcm:simcard:{one.name}"}})
        for one in self.stations:
            one.change(rest)
        self.main.change(sections)

    def introduce(self, **entries):  # pylint: disable=arguments-differ
        """Everyone knows `main`, and `main` knows everyone."""
        for one in self.peers:
            super().introduce(self.main, one, **entries)

    def start(self, together=True):
        """The peers first, so that `main` finds them at home."""
        self.introduce()
        self.begin(*self.peers)
        self.begin(self.main)
        self.together()


def say(station, seconds=10):
    """Has so many seconds of real speech said beside a station's microphone, over and over.

    Pauses cost an encoder less than words: who is to be compared with another must hear the same,
    so what is said is as long as the window in which they are.
    """
    path = os.path.join(os.path.dirname(station.folder), "said.wav")
    if not os.path.exists(path):
        wav.write(path, speech.talk(seconds))
    station.card.play(path, loop=True)
    return path


def talk(station, target, is_on):
    """Presses, or lets go, the key that is not there."""
    station.ask("ptt", action="down" if is_on else "up", target=target)
