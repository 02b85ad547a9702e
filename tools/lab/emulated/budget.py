"""How many instructions of arm64 the media thread needs, by what the station does.

QEMU counts them, so a busy machine changes nothing, as long as hardly any sound is lost: then a
window is measured again. What is said is as long as a window, so each window has all of it. Peers
are this machine's own daemons. The sound that the thread moves to and from the simulated card is in
the figures; a real card has the kernel do that.
"""

import os
import shutil
import struct
import time
from typing import NamedTuple

from bench import house
from bench.loops import IMPROVED, LISTENERS_MAX, TALKERS_MAX
from bench.floor import PROFILES
from stage import place

THREAD = struct.Struct("=4Q")
MEDIA = 1
"""The media thread begins first after the program."""
SETTLE_SECONDS = 2.0
FRAME_SECONDS = 0.01
TRIES = 5
WHOLE = 0.98
"""The share of its frames that a window must have; an emulated station loses sound now and then."""


class Case(NamedTuple):
    """So many hear the station, and so many are heard, with these settings."""

    name: str
    listeners: int
    talkers: int
    profile: str = "voice"
    sections: dict = {}


CASES = [
    Case("idle", 0, 0), Case("talks", 1, 0), Case("hears", 0, 1), Case("talks and hears", 1, 1),
    Case("hears 8", 0, TALKERS_MAX), Case("talks to 31", LISTENERS_MAX, 0),
    Case("idle, echo and all", 0, 0, sections=IMPROVED),
    # More than this, with talk as well, QEMU cannot do in time on every machine.
    Case("hears, echo and all", 0, 1, sections={"audio": {**IMPROVED["audio"], "periods": 8}}),
    Case("talks and hears, studio", 1, 1, "studio"),
    Case("talks and hears, lowpower", 1, 1, "lowpower"),
    Case("talks and hears, ultra", 1, 1, "ultra"),
]


class Figure(NamedTuple):
    """Millions of instructions: of a frame of 10 ms, and of the longest turn."""

    frame: float
    turn: float


class Wall(house.House):
    """A house whose `main` is a box for a wall: no AES instructions, so the other suite."""

    def introduce(self, **entries):
        super().introduce(**{"suite": 2, **entries})


def counting(make, folder):
    """The same programs in a QEMU that counts, in files of a folder."""
    emulator = shutil.which("qemu-aarch64")
    if emulator is None:
        raise place.StageError("qemu-aarch64 is missing: apt-get install qemu-user")
    os.makedirs(folder, exist_ok=True)
    plugin = f"{place.lab('libcount.so')},to={folder}"
    return make._replace(launcher=[emulator, "-plugin", plugin, *make.launcher[1:]])


def _read(path):
    """(instructions, longest turn) of the media thread."""
    with open(path, "rb") as file:
        count, _, greatest, _ = THREAD.unpack_from(file.read(), MEDIA * THREAD.size)
    return count, greatest


def _forget_turns(path):
    with open(path, "r+b") as file:
        file.seek(MEDIA * THREAD.size + 16)
        file.write(bytes(8))


def _work(scene, case, is_on):
    if case.listeners:
        target = "house" if case.listeners > 1 else house.peer_name(len(scene.peers) - 1)
        house.talk(scene.main, target, is_on)
    for one in scene.peers[:case.talkers]:
        house.talk(one, "house", is_on)


def _window(scene, path, case, seconds):
    """The `Figure` of a window in which all sound went through."""
    for _ in range(TRIES):
        _forget_turns(path)
        was_left_out = _left_out(scene)
        before, (count, _), begin = _told(scene), _read(path), time.monotonic()
        time.sleep(seconds)
        (later, turn), took, after = _read(path), time.monotonic() - begin, _told(scene)
        xruns, sent, mixed = (now - then for now, then in zip(after, before))
        # Sound is played by periods of the card, which are shorter than most frames.
        row, samples = PROFILES[case.profile], WHOLE * took * 48_000
        is_whole = (sent >= samples / row.frame * case.listeners
                    and mixed >= samples / row.period * case.talkers)
        if xruns <= took and is_whole and not was_left_out and not _left_out(scene):
            return Figure((later - count) / (took / FRAME_SECONDS) / 1e6, turn / 1e6)
    raise place.StageError(f"{case.name}: {xruns} times sound was lost, {sent} packets went out "
                           f"and {mixed} frames came in {seconds:g} s, the last of {TRIES} times; "
                           f"left out: {_left_out(scene)}")


def _left_out(scene):
    """The work that the station leaves out because it takes its machine for too slow."""
    return scene.main.status()["left_out"]


def _told(scene):
    """(times sound was lost, packets sent, frames played)."""
    status = scene.main.status()
    xruns = sum(status["audio"][side]["xruns"] for side in ("input", "output"))
    return xruns, status["counters"]["packets_sent"], status["counters"]["frames_mixed"]


def measure(make, folder, seconds, progress, cases=CASES):
    """{name: Figure}, of these programs; `progress` is called with each."""
    found = {}
    for number, case in enumerate(cases):
        room = os.path.join(folder, str(number))
        peers = max(1, case.listeners + case.talkers)
        rest = {"audio": {"profile": case.profile}} if case.profile != "voice" else {}
        with Wall(room, peers, case.talkers, case.sections, rest) as scene:
            main = scene.main
            main.make = counting(make, os.path.join(room, "counts"))
            scene.start()
            for one in scene.peers[:case.talkers]:
                house.say(one, seconds)
            house.say(main, seconds)
            _work(scene, case, True)
            time.sleep(SETTLE_SECONDS)
            path = os.path.join(room, "counts", f"{main.pid}.count")
            found[case.name] = _window(scene, path, case, seconds)
            _work(scene, case, False)
        progress(case.name, found[case.name])
    return found
