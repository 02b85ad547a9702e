"""What a scenario left: its log, what was heard, what was on the wire; and what is claimed of it.
"""

import collections
import copy
import hashlib
import json
from typing import NamedTuple

import numpy
from stage import measure, sound, wav
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


class Missing(Exception):
    """What a claim is about is not there: that was claimed, and nothing more can be."""


def moment(text):
    """The ns of a moment as the log writes it."""
    whole, _, part = text.partition(".")
    return int(whole) * 10**9 + int(part)


def _likeliest(pattern, played):
    """(ms after its beginning at which a longer sound is most like a pattern, how much)."""
    found = measure.correlations(pattern, played)
    best = int(numpy.argmax(found))
    return best * 1000 / RATE, float(found[best])


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
        facts = folder / "facts"
        self.facts = [json.loads(line) for line in
                      (facts.read_text().splitlines() if facts.exists() else [])]
        self.zero = next((one.figures["at"] for one in self.log if one.what == "zero"), 0)
        self._sounds = {}
        self.complaints, self.claims, self.notes = [], [], []

    def _read(self, name, zero):
        path = self.folder / name
        samples = numpy.fromfile(path, dtype="<i2") if path.exists() else numpy.zeros(0)
        return measure.Sound(samples, zero)

    # --- what was seen ---

    def entries(self, who, what, **figures):
        """The lines of the log of one station and kind, with these figures."""
        return [one for one in self.log if one.who == who and one.what == what
                and all(one.figures.get(name) == value for name, value in figures.items())]

    def entry(self, who, what, which=0, **figures):
        """One of these lines; a claim that fails, and the end of judging, when it is not there."""
        return self.pick(self.entries(who, what, **figures), which,
                         " ".join([who, what, *(f"{name} {value}"
                                                for name, value in figures.items())]))

    def counters(self, name, which=-1):
        """The counters a station had when they were logged; those that are not there are 0."""
        return collections.Counter(self.entry(name, "counters", which).figures)

    def xruns(self, name):
        """Those of both directions, when the counters of a station were logged last."""
        found = self.counters(name)
        return found["capture_xruns"] + found["playback_xruns"]

    def since_zero(self, one):
        """The seconds after `zero` at which a line was logged or a packet came."""
        return (one.ns - self.zero) / 1e9

    def heard(self, name):
        """What the speaker of a station played: measure.Sound, of CLOCK_MONOTONIC."""
        if name not in self._sounds:
            self._sounds[name] = self._read(f"{name}.heard", self.zero)
        return self._sounds[name]

    def said(self, name):
        """What was said beside the microphone of a station, in the same time."""
        return self._read(f"{name}.said", self.zero)

    def delay(self, mouth, ear, moment, seconds):
        """(ms until what was said at a moment, so long a piece, was heard; how alike it is).

        Moments are ns of CLOCK_MONOTONIC; at most 300 ms are looked through.
        """
        end = moment + round(seconds * 1e9)
        return _likeliest(
            self.said(mouth).span(moment, end), self.heard(ear).span(moment, end + 300_000_000))

    def span(self, name, start, end, zero=None):
        """The samples a station played between two moments, in seconds after `zero`.

        One of several takes ("kitchen-2") has a `zero` of its own.
        """
        played = self.heard(name) if zero is None else self._read(f"{name}.heard", zero)
        zero = self.zero if zero is None else zero
        return played.span(zero + round(start * 1e9), zero + round(end * 1e9))

    def level(self, name, start, end):
        """The level a station played between two moments, in dBFS; -120 is silence."""
        return measure.level(self.span(name, start, end))

    def tone(self, name, hertz, start, end):
        """The level of one tone in what a station played, in dBFS."""
        return sound.tone_level(self.span(name, start, end), hertz)

    def track(self, name, hertz, start, end, step=0.02, zero=None):
        """The level of one tone in each `step` seconds of a span, in dBFS: an array."""
        return sound.tone_track(self.span(name, start, end, zero), hertz, step)

    def faintest(self, name, hertz, start, end):
        """The least of these levels."""
        return float(min(self.track(name, hertz, start, end), default=-120.0))

    def delay_in_files(self, said, heard, second, ahead=0.0, seconds=0.5, longest=0.3):
        """(ms until what was said at a moment was heard, how alike it is), for long recordings.

        `ahead` is how many seconds the clock of `heard` has gained by then.
        """
        delay, likeness = _likeliest(
            self._part(said, second, seconds),
            self._part(heard, second + ahead, seconds + longest))
        return delay + self.late_ms(second), likeness

    @staticmethod
    def late_ms(_):
        """What a spoiled copy adds to every delay."""
        return 0.0

    def _part(self, name, start, seconds):
        path, header = self.folder / name, 0
        if not path.exists():
            # Of a simulated card.
            path, header = path.with_name(f"{name}.wav"), wav.HEADER
        return numpy.fromfile(path, dtype="<i2", count=round(seconds * RATE),
                              offset=header + 2 * round(start * RATE)).astype(float)

    def delays(self, mouth, ear, start, end):
        """How long what was said in this time took from a mouth to an ear, in ms."""
        return measure.delays(
            self.said(mouth), self.heard(ear), self.zero + round(start * 1e9),
            self.zero + round(end * 1e9))

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

    def talks(self, name):
        """What a station has said by its own account: (start, end) of each talk, in ns."""
        begun, found = None, []
        for one in self.log:
            if one.who != name or "peer" in one.figures:
                continue
            if one.what == "talk":
                begun = one.ns
            elif one.what == "talk_end" and begun is not None:
                found.append((begun, one.ns))
                begun = None
        return found

    def talk(self, name, which=0):
        """One of these."""
        return self.pick(self.talks(name), which, f"talk of {name}")

    def sent(self, name):
        """The packets a station has sent."""
        return [one for one in self.packets if one.station == name and one.way == "out"]

    def pause(self, name, target, start, end):
        """The longest time between two packets from a station to another, in ms, in a span of
        seconds after `zero`; also before the first and after the last of them.
        """
        low, high = (self.zero + round(at * 1e9) for at in (start, end))
        found = [one.ns for one in self.sent_between(name, target, start, end)]
        edges = [low, *found, high]
        return max(b - a for a, b in zip(edges, edges[1:])) / 1e6

    def sent_between(self, name, other, start, end):
        """What a station sent to another between two moments, in seconds after `zero`."""
        first, last = (self.zero + round(moment * 1e9) for moment in (start, end))
        address = f"10.77.0.{self.stations.index(other) + 1}:"
        return [one for one in self.sent(name)
                if first <= one.ns < last and one.target.startswith(address)]

    # --- what is claimed ---

    def claim(self, holds, text):
        """What must be so; the text has the figure that was found."""
        self.claims.append(text)
        if not holds:
            self.complaints.append(text)

    def need(self, holds, text):
        """What must be so for anything else to be judged; it is only told when it is not."""
        if not holds:
            self.claim(False, text)
            raise Missing(text)

    def pick(self, found, which, text):
        """One of what was found, which the case needs."""
        self.need(-len(found) <= which < len(found),
                  f"there is no {text} (number {which} of {len(found)})")
        return found[which]

    def judged(self, judge):
        """What a judge complains of."""
        try:
            judge(self)
        except Missing:
            pass
        return self.complaints

    def note(self, text):
        """Something to be shown, and to be the same in every run."""
        self.notes.append(text)

    # --- negative controls ---

    def spoiled(self):
        """A copy that may be spoiled; nothing has been claimed of it yet."""
        other = copy.copy(self)
        other.log, other.packets = list(self.log), list(self.packets)
        other.facts = copy.deepcopy(self.facts)
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

    def with_line(self, who, what, **figures):
        """As if this line had been logged at the end."""
        other = self.spoiled()
        other.log.append(Entry(self.log[-1].ns, who, what, figures))
        return other

    def silent(self, name):
        """As if a speaker had played nothing."""
        other = self.spoiled()
        sound = self.heard(name)
        other._sounds[name] = measure.Sound(numpy.zeros(len(sound.samples)), sound.first_ns)
        return other

    def hearing(self, name, other):
        """As if a speaker had played what another station's did."""
        spoiled = self.spoiled()
        spoiled._sounds[name] = self.heard(other)
        return spoiled

    def heard_later(self, name, milliseconds):
        """As if a speaker had played everything so much later."""
        other = self.spoiled()
        sound = self.heard(name)
        other._sounds[name] = measure.Sound(
            sound.samples, sound.first_ns + round(milliseconds * 1e6))
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

    def with_last(self, what, change):
        """With other figures in the last line of the log of one kind: `change` of those it has."""
        other = self.spoiled()
        last = max(i for i, one in enumerate(other.log) if one.what == what)
        other.log[last] = other.log[last]._replace(figures=change(other.log[last].figures))
        return other

    # --- sameness ---

    def prints(self):
        """What must be the same in every run: name and hash of each file, and of the notes."""
        names = ["log", "wire", *(f"{name}.heard" for name in self.stations),
                 *(f"{name}.heard.wav" for name in self.stations)]
        found = {name: hashlib.sha256((self.folder / name).read_bytes()).hexdigest()
                 for name in names if (self.folder / name).exists()}
        return {**found, "notes": "\n".join(self.notes)}
