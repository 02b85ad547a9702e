"""One talkspurt from the kitchen to the garage, and all that was seen of it."""

import contextlib
import os
import time

from . import process, speech, wav
from .measure import Sound
from .people import Scene
from .wire import BadNet

# Speech begins so long before the key goes down: who talks and presses at once is heard whole.
LEAD_MS = 40
PREROLL_FRAMES = 6
# The media loop tells its gauges every 64 turns; the last words take less.
GAUGES_SECONDS = 0.9


@contextlib.contextmanager
def scene_of_two(folder, periods="auto"):
    """The kitchen and the garage, not started yet; badnet between them sees what they send.

    `periods`: so many are in the queue of each card.
    """
    with Scene("kitchen", "garage", folder=folder) as scene:
        for one in scene.stations:
            one.change({"talk": {"preroll": f"{PREROLL_FRAMES * 10}ms"},
                        "audio": {"periods": periods, "duplex": "auto"}})
        scene.badnet = BadNet(scene, *scene.stations)
        scene.introduce(*scene.stations, via=scene.badnet)
        yield scene


def sleep_until(moment_ns):
    """Sleeps until a moment of CLOCK_MONOTONIC; the last 2 ms awake, for a prompt key."""
    while (left := moment_ns - time.monotonic_ns()) > 0:
        if left > 2_000_000:
            time.sleep((left - 2_000_000) / 1e9)


class Talk:
    """What was said, sent and heard, and what both stations counted from before until after."""

    def __init__(self, scene, folder, seconds):
        self.seconds = seconds
        self.kitchen, self.garage = scene["kitchen"], scene["garage"]
        self.said_path = os.path.join(folder, "said.wav")
        self.heard_path = os.path.join(folder, "heard.wav")
        wav.write(self.said_path, speech.talk(seconds))
        time.sleep(GAUGES_SECONDS)
        wire = scene.badnet.capture()
        self.before = self._statuses()
        recording = self.garage.card.record(self.heard_path)
        saying = self.kitchen.card.play(self.said_path, at_ms=300)
        sleep_until(saying.first_ns + LEAD_MS * 1_000_000)
        self.edge_ns = self.kitchen.press()
        self.missed = saying.wait(seconds + 10)["missed"]
        time.sleep(0.05)
        self.release_ns = self.kitchen.release()
        time.sleep(GAUGES_SECONDS)
        self.missed += recording.stop()["missed"]
        self.after = self._statuses()
        self.memory = {one.name: process.memory(one.pid) for one in self._stations()}
        self.said = Sound(wav.read(self.said_path), saying.first_ns)
        self.heard = Sound(wav.read(self.heard_path), recording.first_ns)
        self.sent = [one for one in scene.badnet.timed(wire, self.kitchen)
                     if self.edge_ns <= one[0] <= self.release_ns]

    def _stations(self):
        return (self.kitchen, self.garage)

    def _statuses(self):
        return {one.name: (time.monotonic_ns(), one.status()) for one in self._stations()}

    def grown(self, station, *keys):
        """By how much a number of a station's status grew; None when nobody counts it."""
        values = []
        for _, status in (self.before[station], self.after[station]):
            for key in keys:
                status = status.get(key, 0) if isinstance(status, dict) else status
            values.append(status)
        return None if None in values else values[1] - values[0]

    def processor_percent(self, station):
        """Processor time of the media loop over the talk, in percent of one core."""
        elapsed = self.after[station][0] - self.before[station][0]
        return 100 * self.grown(station, "media", "cpu_ns") / elapsed

    def xruns(self, station):
        """Times sound was lost between a card and the daemon."""
        return sum(self.grown(station, "audio", side, "xruns") for side in ("input", "output"))


def heap_counter_trips(station):
    """The negative control: with a card that allocates, the heap counter must count."""
    def count():
        return station.status()["media"]["heap_calls"] or 0

    before = count()
    station.card.do("malloc", "on")
    try:
        end = time.monotonic() + 3
        while count() - before < 10 and time.monotonic() < end:
            time.sleep(0.1)
        return count() - before >= 10
    finally:
        station.card.do("malloc", "off")
