"""Two who talk over a network: two real daemons, or two floors in C, with the same verbs.

Each has a simulated card and real sockets and runs in real time; between them is badnet, unless the
delay is what is looked for.
"""

import contextlib
import json
import os
import re
import time
from typing import NamedTuple

from stage import place, process, wav
from stage.card import Card
from stage.measure import Sound
from stage.people import Scene
from stage.wire import BadNet

TALKER, LISTENER = "talker", "listener"
HEADERS = 28
"""Bytes of IPv4 and UDP before each packet."""
TAIL_MS = 500
"""What may be on its way when the last word is said."""


class Row(NamedTuple):
    """What the floor needs of a profile."""

    frame: int
    period: int
    fill: int
    mode: str
    bitrate: int
    complexity: int
    lookahead_ms: float

    @property
    def frame_ms(self):
        """The time of a frame."""
        return self.frame / 48

    def options(self):
        """As the floor takes them."""
        return ["--frame", str(self.frame), "--period", str(self.period), "--fill",
                str(self.fill), "--mode", self.mode, "--bitrate", str(self.bitrate),
                "--complexity", str(self.complexity)]


LOOKAHEAD_MS = {"speech": 6.5, "wideband": 6.5, "lowdelay": 2.5}
"""How far libopus looks ahead at 48 kHz, by what it is made for."""
TABLE = os.path.join(place.ROOT, "Sources/Audio/Codec/Profile.swift")
MODES = {"speech": "speech", "widebandSpeech": "wideband", "lowDelay": "lowdelay"}
"""The table's words for what Opus is made for, and the floor's."""


FLOOR = {"voice": (32_000, 9), "studio": (96_000, 9),
         "lowpower": (24_000, 5), "ultra": (128_000, 9)}
"""Bit rate and complexity of the floor's codec, at a hard constant bit rate.

They stand still, as a floor does: what the product's own settings save is seen beside them.
"""


def _profiles():
    """The product's own table of frames and cards, by name: there is no other."""
    with open(TABLE, encoding="utf-8") as file:
        text = file.read()
    found = {}
    for name, body in re.findall(r"case \.(\w+):\s+Settings\(([^)]*)\)", text):
        row = dict(re.findall(r"(\w+): \.?(\w+)", body))
        mode = MODES[row["mode"]]
        found[name] = Row(
            int(row["frameSamples"]), int(row["periodSamples"]), int(row["periods"]), mode,
            *FLOOR[name], LOOKAHEAD_MS[mode])
    if set(found) != set(re.findall(r"^    case (\w+)$", text, re.MULTILINE)):
        raise place.StageError(f"{TABLE}: not every profile is found in it")
    return found


PROFILES = _profiles()


class Network(NamedTuple):
    """What the bad network does, both ways: loss in percent in bursts, jitter in ms."""

    loss: float = 0
    burst: float = 1
    jitter: float = 0
    is_in_order: bool = True

    def __str__(self):
        parts = []
        if self.loss:
            parts.append(f"{self.loss:g} % lost" + (
                f", {self.burst:g} in a row" if self.burst > 1 else ""))
        if self.jitter:
            parts.append(f"0-{self.jitter:g} ms late, "
                         f"{'in order' if self.is_in_order else 'reordered'}")
        return ", ".join(parts) or "clean"

    def spoil(self, badnet):
        """Makes a bad network this one."""
        badnet.do("loss", "both", self.loss, self.burst)
        badnet.do("delay", "both", 0, self.jitter, *([] if self.is_in_order else ["free"]))


class FloorProgram:
    """The C program that does only a station's work (tools/lab/floor), with the cards of a folder.
    """

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


class Talk(NamedTuple):
    """What was said and heard, and what went over the network for it."""

    said: Sound
    heard: Sound
    missed: int
    """Samples that the simulated cards' world came too late for."""

    def said_end_ns(self):
        """When the last sample was said."""
        return self.said.moment(len(self.said.samples))


class Pair:
    """A context. `cards` are (the talker's, the listener's); with a seed badnet is between."""

    badnet = cards = None

    def __init__(self, folder, profile, seed=None, *names):
        self.folder, self.profile, self.seed = folder, profile, seed
        os.makedirs(folder, exist_ok=True)
        self.scene, self._stack, self._takes = Scene(*names, folder=folder), None, None

    def __enter__(self):
        with contextlib.ExitStack() as stack:
            stack.enter_context(self.scene)
            self.prepare()
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *what):
        self._stack.__exit__(*what)

    def put_between(self, talker, listener):
        """Puts badnet between the two, where there is a seed for it."""
        if self.seed is not None:
            self.badnet = BadNet(self.scene, talker, listener, self.seed)

    def prepare(self):
        """Begins all programs of it."""
        raise NotImplementedError

    def begin(self, said, at_ms=300):
        """Begins to say a file, and to record what is heard."""
        heard = os.path.join(self.folder, "heard.wav")
        recording = self.cards[1].record(heard)
        saying = self.cards[0].play(said, at_ms=at_ms)
        self._takes = said, heard, saying, recording
        return saying.first_ns

    def finish(self, seconds):
        """Waits until all was said; returns the talk."""
        said, heard, saying, recording = self._takes
        missed = saying.wait(seconds + 30)["missed"]
        time.sleep(TAIL_MS / 1000)
        missed += recording.stop()["missed"]
        return Talk(Sound(wav.read(said), saying.first_ns),
                    Sound(wav.read(heard), recording.first_ns), missed)

    def sent(self):
        """(datagrams, bytes of them) that have entered the network towards the listener."""
        found = self.badnet.do("status")["ab"]
        return found["received"], found["bytes"]


class Daemons(Pair):
    """Two stations."""

    kind = "intercomd"

    def __init__(self, folder, profile, seed=None, sections=None):
        super().__init__(folder, profile, seed, TALKER, LISTENER)
        for one in self.scene.stations:
            one.watches_heap = False
            one.change({"button ptt": None, "lamp on-air": None, "talk": {"max-talk": "10m"},
                        "audio": {"profile": profile, "duplex": "auto"}})
            one.change(sections)

    def prepare(self):
        talker, listener = self.scene.stations
        self.cards = talker.card, listener.card
        self.put_between(talker, listener)
        self.scene.introduce(talker, listener, via=self.badnet)
        self.scene.start()

    def begin(self, said, at_ms=300):
        """The key goes down before the first word."""
        first_ns = super().begin(said, at_ms)
        self.scene[TALKER].ask("ptt", action="down", target="house")
        return first_ns

    def finish(self, seconds):
        """And up after the last one."""
        talk = super().finish(seconds)
        self.scene[TALKER].ask("ptt", action="up", target="house")
        return talk

    def buffer_ms(self):
        """The playout delay, as the listener's status has it."""
        return self.scene[LISTENER].peer(TALKER)["buffer_ms"]

    def card(self):
        """(period, buffer) of the listener's speaker, in samples."""
        output = self.scene[LISTENER].status()["audio"]["output"]
        return output["period"], output["buffer"]

    def waited_ms(self):
        """How long both media loops were ready and had to wait for a processor, since ever."""
        return 1000 * sum(process.turns(one.pid, "media")[1] for one in self.scene.stations)

    def counters(self):
        """Of the listener."""
        return self.scene[LISTENER].counters()


class Port(NamedTuple):
    """Where a floor listens."""

    port: int


class Floors(Pair):
    """Two floors, each a process of its own; there is nothing between wire and speaker."""

    kind = "floor"

    def prepare(self):
        ports = [Port(place.free_port()), Port(place.free_port())]
        self.put_between(*ports)
        self.cards = tuple(Card(self.folder, name) for name in (TALKER, LISTENER))
        self._programs = []
        for own, other, card, name in zip(ports, reversed(ports), self.cards, (TALKER, LISTENER)):
            self.scene.also_end(card)
            to = self.badnet.port_for(own) if self.badnet else other.port
            self._programs.append(self.scene.also_end(FloorProgram(
                *PROFILES[self.profile].options(), "--talker", 0, "station",
                f"simcard:{name}", own.port, to, folder=self.folder)))
        for program in self._programs:
            program.tell("count")

    def begin(self, said, at_ms=300):
        """The talker sends from now on."""
        first_ns = super().begin(said, at_ms)
        self._programs[0].tell("talk 1")
        return first_ns
