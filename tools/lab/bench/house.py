"""A house full of stations, of which one is looked at: all others know that one alone."""

import os

from stage import place, speech, wav
from stage.scene import Scene

# Who has no sound card and no key costs next to nothing, and is a real daemon all the same.
SILENT = {"audio": {"input": "none", "output": "none"}, "button ptt": None, "lamp on-air": None}
VOICE = {**SILENT, "audio": {"output": "none"}}
LOCAL = {"network": {"listen": "127.0.0.1"}}
MAIN = "main"
# What anything may take on a loaded machine with 32 daemons on it.
PATIENCE = 60.0


def peer_name(number):
    """The name of the peer with that number."""
    return f"peer{number}"


class House(Scene):
    """`main` and so many peers, the first `voices` of which have a microphone.

    `sections` are settings of `main` over the defaults, `rest` those of all.
    """

    def __init__(self, folder, peers, voices=0, sections=None, rest=None):
        self.peer_names = [peer_name(number) for number in range(peers)]
        each = {
            name: {"sections": {
                **(VOICE | {"audio": {"input": f"pcm:simcard:{name}", "output": "none"}}
                   if number < voices else SILENT), **LOCAL, **(rest or {})}}
            for number, name in enumerate(self.peer_names)}
        each[MAIN] = {"sections": {**LOCAL, **(rest or {}), **(sections or {})}}
        super().__init__(folder, [MAIN, *self.peer_names], each=each, watches_heap=False)

    @property
    def main(self):
        """The station that is looked at."""
        return self[MAIN]

    @property
    def peers(self):
        """All others."""
        return [self[name] for name in self.peer_names]

    def introduce(self, **entries):
        """Everyone knows `main`, and `main` knows everyone."""
        for station in self.stations.values():
            station.learn_key()
        for one in self.peers:
            self.main.write_peer(one.name, one.public_key, f"127.0.0.1:{one.port}", **entries)
            # Called, not calling: when `main` starts again, its own start is what is seen.
            one.write_peer(MAIN, self.main.public_key, f"127.0.0.1:{self.main.port}", **entries)

    def start(self, seconds=PATIENCE):
        """The peers first, so that `main` finds them at home."""
        self.introduce()
        for one in self.peers:
            one.start()
        for one in self.peers:
            place.wait_until(one.is_up, seconds, f"{one.name} answers", 0.05)
        self.main.start()
        self.wait_until_up(seconds)


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
