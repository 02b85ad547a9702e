"""Stations of a scene with a person beside each, who speaks in tones, holds keys and listens.

    with Scene("kitchen", "garage") as scene:
        kitchen, garage = scene.stations
        scene.introduce(kitchen, garage)
        scene.start()
        kitchen.speak(500)
        garage.record()
        with kitchen.talking():
            span = listen()
        heard = garage.recorded().span(*span)

Nothing is built here and nothing is left: all files are in one folder that goes away, all programs
end with the scene. Conditions are waited for (`wait`), with patience for a loaded machine.
"""

import contextlib
import os
import pathlib
import secrets
import shutil
import sys
import tempfile
import time

import numpy

from . import measure, place, process, sound, station, wav
from .place import PATIENCE


def wait(condition, what, seconds=PATIENCE, interval=0.03):
    """Waits until the condition holds, and returns what it gave; a test fails where it does not."""
    try:
        return place.wait_until(condition, seconds, what, interval)
    except place.StillNot as error:
        raise AssertionError(str(error)) from None


class Recording(measure.Sound):
    """What a loudspeaker played."""

    def span(self, from_ns, to_ns):
        """The samples between two moments, which must have been recorded."""
        assert from_ns >= self.first_ns - 1_000_000, "the recording begins too late"
        assert self.index(to_ns) <= len(self.samples) + 48, "the recording ends too early"
        return super().span(from_ns, to_ns)


class Station(station.Station):
    """A daemon and the person beside it, who speaks in tones."""

    key_line = "GPIO17"
    lamp_line = "GPIO23"

    def __init__(self, scene, name):
        super().__init__(
            name, scene.folder / name, sections={
                "network": {"listen": "127.0.0.1"}, "audio": {"duplex": "full"}})
        self.known = []
        self.speaker = self.card
        self._speech = self._recorder = None
        pathlib.Path(self.log_path).touch()

    def __str__(self):
        return self.name

    def knows(self, other, port=None, psk=None, calls=True, **entries):
        """Makes a peer known to it from the next start; unless it `calls`, it waits for the peer's.
        """
        if psk is not None:
            self.write_psk(f"{other}.psk", psk)
            entries["psk"] = f"file:{other}.psk"
        address = f"127.0.0.1:{port or other.port}" if calls else ""
        self.write_peer(other.name, other.public_key, address, **entries)
        if other not in self.known:
            self.known.append(other)

    def forgets(self, other):
        """Makes a peer unknown to it from the next start or reload."""
        self.remove_peer(other.name)
        self.known.remove(other)

    # --- the daemon ---

    def ready(self):
        """Waits until a daemon that was started answers."""
        wait(lambda: not process.is_alive(self.process) or self.is_up(), f"{self} answers")
        assert process.is_alive(self.process), f"{self} ended:\n{self.log}"

    def begin(self):
        """Starts the daemon, and waits until it answers."""
        self.start()
        self.ready()

    def restart(self):
        """Stops the daemon, and starts it again."""
        self.stop()
        self.begin()

    def prints(self, *words, code=0, **more):
        """What intercomctl prints, which ends with this code."""
        return self._typed(words, code, more)[0]

    def complains(self, *words, code=1, **more):
        """What intercomctl complains of, which ends with this code."""
        return self._typed(words, code, more)[1]

    def _typed(self, words, code, more):
        ended, text, complaint = self.ctl(*words, **more)
        assert ended == code, f"{self}: {words} ended with {ended}, not {code}: {text}{complaint}"
        return text, complaint

    def ended(self):
        """Waits for a daemon that ends by itself; returns its exit code."""
        wait(lambda: not process.is_alive(self.process), f"{self} ends")
        return self.process.returncode

    def reload(self):
        """Writes the settings and has them taken over; returns what changed, line by line."""
        self.write_config()
        return [line["text"] for line in self.ask("reload")["difference"]]

    def said(self, text):
        """Waits until the log has it."""
        wait(lambda: text in self.log, f"the log of {self} says {text!r}")

    def is_with(self, other):
        """Whether it has a session with a peer."""
        return any(peer["name"] == str(other) and peer["state"] == "up"
                   for peer in self.status()["peers"])

    def wait_for(self, *others):
        for other in others:
            wait(lambda: self.is_with(other), f"{self} has a session with {other}")

    def is_talking(self):
        return self.status()["microphone"]["open"]

    def hears(self, other):
        """Whether it shows that a peer talks."""
        return self.peer(str(other))["talking"]

    def has_card(self, state="open"):
        audio = self.status()["audio"]
        return audio["input"]["state"] == audio["output"]["state"] == state

    def problem(self, text):
        """Waits until the status tells of a problem."""
        wait(lambda: text in "\n".join(self.problems()), f"{self} tells of {text!r}")

    def moved(self, name, before, least=1):
        """Waits until a counter has grown by so much since `before`, counters of then."""
        wait(lambda: self.counters()[name] - before[name] >= least,
             f"{name} of {self} grows by {least}")

    # --- the person beside it ---

    @contextlib.contextmanager
    def talking(self, line=key_line):
        """Holds a key; begins when the microphone is open, ends when it is closed."""
        self.press(line)
        wait(self.is_talking, f"{self} talks")
        try:
            yield
        finally:
            self.release(line)
        wait(lambda: not self.is_talking(), f"{self} is silent")

    def is_lit(self, line=lamp_line):
        return self.level(line) == 1

    def speak(self, what, loop=True):
        """Says a tone (its hertz) or a sound beside the microphone, over and over.

        Returns the moment of its first sample.
        """
        self.hush()
        path = os.path.join(self.folder, "said.wav")
        wav.write(path, what if hasattr(what, "__len__") else sound.tone(what))
        self._speech = self.card.play(path, loop=loop)
        return self._speech.first_ns

    def hush(self):
        if self._speech is not None:
            self._speech.stop()
        self._speech = None

    def record(self):
        """Begins to record the speaker."""
        self.recorded()
        self._recorder = self.speaker.record(os.path.join(self.folder, "heard.wav"))

    def recorded(self):
        """Ends the recording; returns it."""
        if self._recorder is None:
            return None
        taken, self._recorder = self._recorder, None
        taken.stop()
        return Recording(wav.read(os.path.join(self.folder, "heard.wav")), taken.first_ns)


class Scene:
    """Stations in a folder, ended whatever happens; one of their own goes with them."""

    def __init__(self, *names, folder=None):
        assert not place.missing(), f"build first: {place.missing()}"
        self.folder = pathlib.Path(folder or tempfile.mkdtemp(prefix="intercom-"))
        self._is_given = folder is not None
        self._others = []
        self.stations = [Station(self, name) for name in names]

    def __getitem__(self, name):
        return next(one for one in self.stations if one.name == name)

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        if kind is not None and issubclass(kind, Exception):
            for one in self.stations:
                print(f"--- log of {one}", *one.log.splitlines()[-15:], sep="\n", file=sys.stderr)
        for one in [*self.stations, *self._others]:
            with contextlib.suppress(OSError, place.StageError):
                one.end()
        reports = [f"{one}: {text}" for one in self.stations for text in one.reports()]
        if os.environ.get("INTERCOM_KEEP"):
            # A guest copies it to that folder of this machine.
            where = os.environ.get("INTERCOM_GUEST", self.folder.parent)
            print(f"--- kept: {where}/{self.folder.name}", file=sys.stderr)
        elif not self._is_given:
            shutil.rmtree(self.folder, ignore_errors=True)
        if reports:
            raise AssertionError("the sanitizer reports:\n" + "\n".join(reports))

    def also_end(self, other):
        self._others.append(other)
        return other

    def introduce(self, *stations, via=None, psk=None, **entries):
        """Makes every pair known to each other; `via` is the network between a pair.

        `psk` is one for all, or a list with that of each.
        """
        for place_, one in enumerate(stations):
            for other in stations:
                if one is not other:
                    own = psk[place_] if isinstance(psk, list) else psk
                    one.knows(other, via.port_for(one) if via else None, own, **entries)

    def start(self, together=True):
        """Starts all, and waits until all who know each other have a session."""
        self.begin(*self.stations)
        if together:
            self.together()

    @staticmethod
    def begin(*stations):
        """Starts some at once, and waits until they answer."""
        for one in stations:
            one.start()
        for one in stations:
            one.ready()

    def together(self):
        for one in self.stations:
            one.wait_for(*one.known)
            wait(one.has_what_is_set, f"{one} has its card")


def random_psk():
    return secrets.token_hex(32)


def listen(seconds=0.6):
    """Lets the sound go on for a while that is to be judged; returns its span (from, to) in ns.

    What goes on just now is left out: what was said before is still under way.
    """
    time.sleep(0.4)
    start = time.monotonic_ns()
    time.sleep(seconds)
    return start, time.monotonic_ns()


@contextlib.contextmanager
def heard_meanwhile(talker, listener):
    """Talks as long as the block lasts; gives a dict that has the `share` that was heard at the
    end, between two moments, which the block may set: `from` its begin `to` its end.
    """
    with talker.talking():
        wait(lambda: listener.hears(talker), f"{listener} hears {talker}")
        listener.record()
        time.sleep(0.4)
        found = {"from": time.monotonic_ns()}
        yield found
        found.setdefault("to", time.monotonic_ns())
        time.sleep(0.3)
        found["share"] = heard_share(listener.recorded(), found["from"], found["to"])


def heard_share(heard, start_ns, end_ns, hertz=500):
    """The share of a span in which a tone is there."""
    track = sound.tone_track(heard.span(start_ns, end_ns), hertz)
    assert len(track), "there is nothing to hear in it"
    return float(numpy.mean(track > -18))
