"""What a scenario left: its log, what was heard, what was on the wire; and what is claimed of it.
"""

import copy
import hashlib
import json
from typing import NamedTuple

import numpy
import sound
from stage import measure
from stage.wav import RATE


class Entry(NamedTuple):
    """One line of the log; `ns` is CLOCK_MONOTONIC of the guest."""

    ns: int
    who: str
    what: str
    figures: dict


class Packet(NamedTuple):
    """One packet that a station sent (out) or got (in); addresses with ports."""

    ns: int
    station: str
    way: str
    source: str
    target: str
    size: int


def moment(text):
    """The ns of a moment as the log writes it."""
    whole, _, part = text.partition(".")
    return int(whole) * 10**9 + int(part)


class Case:
    """One run of a scenario. A copy of it may be spoiled, to see that the claims are no formality.
    """

    def __init__(self, folder, stations):
        self.folder, self.stations = folder, stations
        self.log, self.packets = [], []
        for line in (folder / "log").read_text().splitlines():
            when, who, what, figures = line.split(" ", 3)
            self.log.append(Entry(moment(when), who, what, json.loads(figures)))
        wire = folder / "wire"
        for line in wire.read_text().splitlines() if wire.exists() else []:
            when, station, way, source, target, size = line.split()
            self.packets.append(Packet(moment(when), station, way, source, target, int(size)))
        self.zero = next((one.figures["at"] for one in self.log if one.what == "zero"), 0)
        self._sounds = {name: self._read(name) for name in stations}
        self.complaints, self.claims, self.notes = [], [], []

    def _read(self, name):
        path = self.folder / f"{name}.heard"
        samples = numpy.fromfile(path, dtype="<i2") if path.exists() else numpy.zeros(0)
        return measure.Sound(samples, self.zero)

    # --- what was seen ---

    def entries(self, who, what, **figures):
        """The lines of the log of one station and kind, with these figures."""
        return [one for one in self.log if one.who == who and one.what == what
                and all(one.figures.get(name) == value for name, value in figures.items())]

    def heard(self, name):
        """What the speaker of a station played: measure.Sound, of CLOCK_MONOTONIC."""
        return self._sounds[name]

    def span(self, name, start, end):
        """The samples a station played between two moments, in seconds after `zero`."""
        return self.heard(name).span(self.zero + round(start * 1e9), self.zero + round(end * 1e9))

    def level(self, name, start, end):
        """The level a station played between two moments, in dBFS; -120 is silence."""
        return measure.level(self.span(name, start, end))

    def tone(self, name, hertz, start, end):
        """The level of one tone in what a station played, in dBFS."""
        return sound.tone_level(self.span(name, start, end), hertz)

    def track(self, name, hertz, start, end, step=0.02):
        """The level of one tone in each `step` seconds, in dBFS: an array."""
        return sound.tone_track(self.span(name, start, end), hertz, step)

    def said(self, name):
        """What was said beside the microphone of a station: measure.Sound."""
        path = self.folder / f"{name}.said"
        return measure.Sound(numpy.fromfile(path, dtype="<i2"), self.zero)

    def delays(self, mouth, ear, start, end, step=0.25, seconds=0.5):
        """How long what was said in this time took from a mouth to an ear, in ms, each `step`."""
        return measure.delays(
            self.said(mouth), self.heard(ear), self.zero + round(start * 1e9),
            self.zero + round(end * 1e9), step, seconds)

    def beside(self, name, tones, start, end):
        """The level of all that a station played but for these tones, in dBFS."""
        part = self.span(name, start, end)
        window = numpy.blackman(len(part))
        power = numpy.abs(numpy.fft.rfft(part * window)) ** 2
        power *= 2 / (numpy.sum(window**2) * len(part))
        pitch = numpy.fft.rfftfreq(len(part), 1 / RATE)
        for hertz in tones:
            power[numpy.abs(pitch - hertz) <= 25] = 0
        return float(sound.decibels(power.sum()))

    def sent(self, name, least=0):
        """The packets a station has sent, of so many bytes at least."""
        return [one for one in self.packets
                if one.station == name and one.way == "out" and one.size >= least]

    # --- what is claimed ---

    def claim(self, holds, text):
        """What must be so; the text has the figure that was found."""
        self.claims.append(text)
        if not holds:
            self.complaints.append(text)

    def note(self, text):
        """Something to be shown, and to be the same in every run."""
        self.notes.append(text)

    # --- negative controls ---

    def spoiled(self):
        """A copy that may be spoiled; nothing has been claimed of it yet."""
        other = copy.copy(self)
        other.log, other.packets = list(self.log), list(self.packets)
        other._sounds = dict(self._sounds)
        other.complaints, other.claims, other.notes = [], [], []
        return other

    def without(self, who, what, **figures):
        """As if these lines had never been logged."""
        other = self.spoiled()
        gone = self.entries(who, what, **figures)
        assert gone, f"nothing to spoil: {who} {what} {figures}"
        other.log = [one for one in self.log if one not in gone]
        return other

    def silent(self, name):
        """As if a speaker had played nothing."""
        other = self.spoiled()
        sound = self.heard(name)
        other._sounds[name] = measure.Sound(numpy.zeros(len(sound.samples)), sound.first_ns)
        return other

    def later(self, milliseconds, name=None, what=None):
        """As if the packets, or with `what` those lines of the log, had come so much later."""
        other, shift = self.spoiled(), round(milliseconds * 1e6)

        def moved(one, is_meant):
            return one._replace(ns=one.ns + shift) if is_meant else one

        if what is None:
            other.packets = [moved(one, name in (None, one.station)) for one in self.packets]
        else:
            other.log = [moved(one, one.what == what and name in (None, one.who))
                         for one in self.log]
        return other

    # --- sameness ---

    def prints(self):
        """What must be the same in every run: name and hash of each file, and of the notes."""
        names = ["log", "wire", *(f"{name}.heard" for name in self.stations)]
        found = {name: hashlib.sha256((self.folder / name).read_bytes()).hexdigest()
                 for name in names if (self.folder / name).exists()}
        return {**found, "notes": "\n".join(self.notes)}
