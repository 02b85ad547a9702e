"""The stations of a soak, the networks between them, and who is to hear whom."""

import contextlib
import pathlib

import numpy

from stage import people, sound
from stage.wire import BadNet

NAMES = ["kitchen", "garage", "cellar", "attic"]
TONES = {"kitchen": 500, "garage": 800, "cellar": 1100, "attic": 1450}
STEADY = "kitchen"

VIA = [("kitchen", "garage"), ("kitchen", "cellar"), ("garage", "attic")]
"""The pairs with a bad network between them; the others are neighbours."""


LATER_NS = 450_000_000
"""No sound may take longer from mouth to ear, nor so long to recover from a gap in what is said."""


class Citizen(people.Station):
    """Knows where the machine, not a daemon, was too late for the sound: (from, to) in ns."""

    def __init__(self, scene, name):
        super().__init__(scene, name)
        self._unsaid = []

    def unsaid(self):
        """Where its speech so far was not said; it goes on."""
        speech = self._speech
        self.speak(TONES[self.name])
        self._unsaid += speech.gaps()
        return self._unsaid

    def recorded(self):
        """The recording, which has `gaps`."""
        take, heard = self._recorder, super().recorded()
        if take is not None:
            heard.gaps = take.gaps()
        return heard


class Town(people.Scene):
    """Four stations, all known to each other, some of them over a bad network."""

    def __init__(self, seed):
        super().__init__()
        self.stations = [Citizen(self, name) for name in NAMES]
        self.badnets = {}
        self.apart = set()
        self.watchers = []
        self._seed = seed

    def __enter__(self):
        super().__enter__()
        for number, pair in enumerate(VIA):
            a, b = (self[name] for name in pair)
            self.badnets[frozenset(pair)] = BadNet(self, a, b, seed=self._seed + number)
        for one in self.stations:
            for other in self.stations:
                if one is not other:
                    badnet = self.badnets.get(frozenset((one.name, other.name)))
                    one.knows(other, badnet.port_for(one) if badnet else None)
        return self

    def __exit__(self, *what):
        for link in self.watchers:
            link.close()
        super().__exit__(*what)

    def speak(self):
        """Everyone speaks all the time; who presses a key is heard."""
        for one in self.stations:
            one.speak(TONES[one.name])

    def listeners(self, talker):
        """Who is to hear a station."""
        return [one for one in self.stations
                if one is not talker and frozenset((one.name, talker.name)) not in self.apart]

    def is_whole(self):
        """Whether all who know each other have a session, and all have their cards."""
        for one in self.stations:
            up = {peer["name"] for peer in one.status()["peers"] if peer["state"] == "up"}
            if not one.has_card() or not up >= {other.name for other in self.listeners(one)}:
                return False
        return True

    def whole(self):
        """Waits for `is_whole`."""
        people.wait(self.is_whole, "all have their sessions and cards", interval=0.05)

    # What is between them.

    def badnet(self, event):
        """The bad network that an event is about: one of its two stations has it."""
        for pair, badnet in self.badnets.items():
            if pair == frozenset((event.station, event.other)):
                return badnet
        return self.badnets[frozenset(VIA[event.number % len(VIA)])]

    # Files and requests.

    def peer_file(self, one, other):
        """The file that makes `other` known to `one`."""
        return pathlib.Path(one.etc, "peers.d", f"{other}.conf")

    @contextlib.contextmanager
    def apart_from(self, one, other):
        """`one` does not know `other` for a while."""
        path = self.peer_file(one, other)
        text = path.read_text(encoding="utf-8")
        pair = frozenset((one.name, other.name))
        path.unlink()
        self.apart.add(pair)
        try:
            yield
        finally:
            path.write_text(text, encoding="utf-8")
            self.apart.discard(pair)

    def move(self, one, other):
        """Writes another way to `other` into the file: straight, or by the bad network between."""
        path = self.peer_file(one, other)
        badnet = self.badnets.get(frozenset((one.name, other.name)))
        straight = f"127.0.0.1:{other.port}"
        if badnet is None:
            ways = [straight, f"localhost:{other.port}"]
        else:
            ways = [straight, f"127.0.0.1:{badnet.port_for(one)}"]
        text = path.read_text(encoding="utf-8")
        now = next(way for way in ways if f"= {way}\n" in text)
        then = ways[1 - ways.index(now)]
        path.write_text(text.replace(f"= {now}\n", f"= {then}\n"), encoding="utf-8")
        return then

    def watch(self, one, count):
        """So many who monitor it and never read."""
        self.watchers += [one.monitor() for _ in range(count)]

    def unwatch(self):
        """They have gone."""
        for link in self.watchers:
            link.close()
        self.watchers = []


def loudness(heard, span, hertz, gaps):
    """(level in dBFS, share of the time it was there, seconds judged) of a tone; gaps left out."""
    samples = heard.span(*span)
    track = sound.tone_track(samples, hertz)
    kept = numpy.ones(len(track), bool)
    for start, end in gaps:
        kept[max(0, int(start / 0.02)):max(0, int(end / 0.02) + 1)] = False
    track = track[kept]
    if len(track) == 0:
        return -120.0, 0.0, 0.0
    power = (10 ** (track / 10)).mean()
    return float(sound.decibels(power * sound.FULL**2)), float((track > -22).mean()), \
        len(track) * 0.02
