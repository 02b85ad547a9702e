"""Two who talk over a network: two real daemons, or two floors in C, with the same verbs.

Each has a simulated card and real sockets and runs in real time; between them is badnet, unless the
delay is what is looked for.
"""

import contextlib
import json
import os
import re
import socket
import time
from typing import NamedTuple

from stage import place, process, wav
from stage.card import Card
from stage.measure import Sound
from stage.scene import Scene

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


class BadNet:
    """tools/lab/badnet between two ports; who sends from `first` does so to `port_for(first)`."""

    def __init__(self, folder, first, second, seed):
        self.seed = seed
        self._ports = {first: place.free_port(), second: place.free_port()}
        self._control = os.path.join(folder, "badnet")
        self._process = process.launch([
            place.lab("badnet"), "--a", f"{self._ports[first]}:{first}",
            "--b", f"{self._ports[second]}:{second}", "--control", self._control,
            "--seed", str(seed)], output=process.subprocess.DEVNULL)
        # A network is not late because the machine is busy.
        with contextlib.suppress(OSError):
            os.sched_setscheduler(self._process.pid, os.SCHED_FIFO, os.sched_param(20))
        place.wait_until(self._listens, place.PATIENCE, "the bad network listens")

    def _listens(self):
        try:
            return self.do("status")
        except (FileNotFoundError, ConnectionRefusedError):
            return None

    def port_for(self, own):
        """Where the one at port `own` is to send."""
        return self._ports[own]

    def do(self, *words):
        """One command; returns the counters of both ways."""
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as link:
            link.settimeout(place.PATIENCE)
            link.connect(self._control)
            link.sendall(" ".join(map(str, words)).encode() + b"\n")
            with link.makefile() as lines:
                reply = json.loads(lines.readline())
        if not reply["ok"]:
            raise place.StageError(f"badnet refused {' '.join(map(str, words))}")
        return reply

    def become(self, network):
        """Is that network from now on."""
        order = [] if network.is_in_order else ["free"]
        self.do("loss", "both", network.loss, network.burst)
        self.do("delay", "both", 0, network.jitter, *order)

    def end(self):
        """Ends the program."""
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
    """A context. `cards` are (the talker's, the listener's)."""

    badnet = cards = None

    def __init__(self, folder, profile):
        self.folder, self.profile = folder, profile
        os.makedirs(folder, exist_ok=True)
        self._takes = None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.end()

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

    def end(self):
        """Ends everything of it."""
        raise NotImplementedError


class Daemons(Pair):
    """Two stations."""

    kind = "intercomd"

    def __init__(self, folder, profile, seed=None, sections=None):
        super().__init__(folder, profile)
        quiet = {"button ptt": None, "lamp on-air": None, "network": {"listen": "127.0.0.1"}}
        merged = {**quiet, "audio": {"profile": profile}, "talk": {"max-talk": "10m"}}
        for title, entries in (sections or {}).items():
            merged[title] = {**(merged.get(title) or {}), **entries}
        self.scene = Scene(folder, [TALKER, LISTENER], sections=merged, watches_heap=False)
        self._seed = seed

    def __enter__(self):
        with contextlib.ExitStack() as stack:
            stack.enter_context(self.scene)
            talker, listener = (self.scene[name] for name in self.scene.names)
            self.cards = talker.card, listener.card
            if self._seed is not None:
                self.badnet = self.scene.also_end(
                    BadNet(self.folder, talker.port, listener.port, self._seed))
                self.scene.through = {
                    (one.name, other.name): self.badnet.port_for(one.port)
                    for one, other in ((talker, listener), (listener, talker))}
            self.scene.start(place.PATIENCE)
            stack.pop_all()
        return self

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
        return 1000 * sum(process.turns(self.scene[name].pid, "media")[1]
                          for name in self.scene.names)

    def counters(self):
        """Of the listener."""
        return self.scene[LISTENER].counters()

    def end(self):
        self.scene.end()


class Floors(Pair):
    """Two floors, each a process of its own; there is nothing between wire and speaker."""

    kind = "floor"

    def __init__(self, folder, profile, seed=None):
        super().__init__(folder, profile)
        self._seed, self._programs = seed, []

    def __enter__(self):
        row, ports = PROFILES[self.profile], [place.free_port(), place.free_port()]
        if self._seed is not None:
            self.badnet = BadNet(self.folder, *ports, self._seed)
        self.cards = tuple(Card(self.folder, name) for name in (TALKER, LISTENER))
        environment = {**os.environ, "ALSA_CONFIG_PATH": place.CARD_CONFIG,
                       "SIMCARD_LIB": place.LAB, "SIMCARD_DIR": self.folder}
        try:
            for number, name in enumerate((TALKER, LISTENER)):
                to = self.badnet.port_for(ports[number]) if self.badnet else ports[1 - number]
                words = [place.lab("floor"), *row.options(), "--talker", 0, "station",
                         f"simcard:{name}", ports[number], to]
                self._programs.append(process.subprocess.Popen(
                    [str(word) for word in words], env=environment, text=True,
                    stdin=process.subprocess.PIPE, stdout=process.subprocess.PIPE))
            for program in self._programs:
                self._tell(program, "count")
        except BaseException:
            self.end()
            raise
        return self

    @staticmethod
    def _tell(program, words):
        program.stdin.write(words + "\n")
        program.stdin.flush()
        if not program.stdout.readline():
            raise place.StageError(f"floor ended with {program.wait(5)}")

    def begin(self, said, at_ms=300):
        """The talker sends from now on."""
        first_ns = super().begin(said, at_ms)
        self._tell(self._programs[0], "talk 1")
        return first_ns

    def end(self):
        for card in self.cards or ():
            card.end()
        for one in self._programs:
            one.stdin.close()
            process.end(one)
        if self.badnet:
            self.badnet.end()
