"""A station of the guest: the real daemon on a loopback card, a simulated chip, its own network."""

import contextlib
import hashlib
import json
import os
import signal
import socket

from stage import place, process, station
from stage.identity import Identity

from . import net
from .chip import Chip
from .clock import now

KEY, LAMP = 17, 23


class Station(station.Station):
    """The daemon, with a finger on its key."""

    def __init__(self, world, name, host):
        self.world, self.chip = world, Chip(name)
        self.host, self.address = host, net.join(name, host)
        super().__init__(name, os.path.join(world.folder, name), port=5577, sections={
            "audio": {"input": f"card:{name}", "output": f"card:{name}", "duplex": "full"},
            "button ptt": {"line": self.chip.line(KEY)},
            "lamp on-air": {"line": self.chip.line(LAMP)},
        }, identity=Identity(hashlib.sha256(name.encode()).digest()))
        self.launcher = net.words(name)
        self._events, self._rest = None, b""
        self.is_simulated = False

    def _environment(self):
        return {"PATH": os.environ["PATH"], "HOME": self.folder, "LC_ALL": "C.UTF-8",
                **self.environment}

    def start(self):
        """Starts the daemon on the configuration as it is, and listens to what it tells."""
        with open(self.log_path, "a", encoding="utf-8") as log:
            self.process = process.launch(
                [*self.launcher, place.program("intercomd"), "--config", self.etc],
                environment=self._environment(), output=log, errors=log)
        self.world.wait(lambda: self._listens() or not process.is_alive(self.process),
                        f"{self.name} answers")
        if not process.is_alive(self.process):
            raise place.StageError(f"{self.name} ended:\n{self.log}")

    def _listens(self):
        """Whether it is there, and then tells its events."""
        link = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            link.connect(os.path.join(self.run, "control.sock"))
        except (FileNotFoundError, ConnectionRefusedError):
            link.close()
            return False
        link.sendall(b'{"v":1,"do":"monitor"}\n')
        self._events, self._rest = link, b""
        self.world.listen(link, self._hear)
        return True

    def _hear(self):
        """Logs what it has told."""
        data = self._events.recv(65536)
        if not data:
            self.world.listen(self._events, None)
            self._events.close()
            return
        *lines, self._rest = (self._rest + data).split(b"\n")
        for line in lines:
            event = json.loads(line)
            if "event" in event:
                self.world.told(self, event)

    def cut(self):
        """Its current fails: no goodbye to anyone, and a dead cable. Returns the moment."""
        self.world.log(self.name, "cut")
        moment = now()
        net.unplug(self.name)
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        return moment

    def boot(self):
        """Its current is back; the daemon starts on the configuration as it is."""
        net.plug(self.name)
        self.world.log(self.name, "boot")
        self.start()

    def ask(self, do, **members):
        """One request on the control socket; meanwhile the world is listened to."""
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as link:
            return self._ask(link, do, **members)

    @contextlib.contextmanager
    def page(self, target, priority):
        """A page that lasts as long as the block."""
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as link:
            yield self._ask(link, "page", action="down", target=target, priority=priority)

    def _ask(self, link, do, **members):
        link.connect(os.path.join(self.run, "control.sock"))
        link.sendall(json.dumps({"v": 1, "do": do, **members}).encode() + b"\n")
        data = b""
        while not data.endswith(b"\n"):
            self.world.hear(link)
            part = link.recv(65536)
            if not part:
                break
            data += part
        reply = json.loads(data or b"{}")
        if not reply.get("ok"):
            raise place.StageError(f"{self.name}: {do}: {reply.get('error', 'no answer')}")
        return reply["done"] if "done" in reply else reply[do]

    def freeze(self):
        """The daemon stands still, as when it is given no processor."""
        self.world.log(self.name, "freeze")
        self.process.send_signal(signal.SIGSTOP)

    def thaw(self):
        """It goes on."""
        self.world.log(self.name, "thaw")
        self.process.send_signal(signal.SIGCONT)

    def directions(self):
        """How the kernel says its two directions are.

        capture, playback: their states; since: when capture began, in ns; together: whether
        playback did at the same nanosecond; queued: samples written more than were read.
        """
        both = []
        for side in ("c", "p"):
            with open(f"/proc/asound/{self.name}/pcm0{side}/sub0/status", encoding="ascii") as file:
                fields = (line.partition(":") for line in file)
                both.append({name.strip(): value.strip() for name, _, value in fields})
        capture, playback = both
        whole, _, part = capture.get("trigger_time", "0.0").partition(".")
        return {
            "capture": capture.get("state", "closed"), "playback": playback.get("state", "closed"),
            "since": int(whole) * 10**9 + int(part),
            "together": capture.get("trigger_time") == playback.get("trigger_time"),
            "queued": int(playback.get("appl_ptr", 0)) - int(capture.get("appl_ptr", 0))}

    def talk_alone_to(self, other):
        """Its key talks to one peer, and there is no channel, from the next start."""
        del self.sections["channel house"]
        self.sections["button ptt"]["talk"] = other

    def simulate_card(self):
        """Gives it a card of tools/lab/simcard, before it starts: one that can be told to jitter.
        """
        self.is_simulated = True
        name = f"pcm:simcard:{self.name}"
        self.sections["audio"].update({"input": name, "output": name})
        self.environment |= place.cards(self.folder)

    def room(self, said, heard, at):
        """What is around its card from a moment on, in ns: processes that SIGTERM ends.

        Beside a simulated card it is said round and round, and what is heard is a sound file.
        """
        shared = os.path.dirname(said)
        with open(f"{shared}/{self.name}.room", "a", encoding="utf-8") as errors:
            if not self.is_simulated:
                return [process.launch([place.lab("room"), self.name, said, heard, str(at)],
                                       errors=errors)]
            ways = (("play", f"{said}.wav", "--loop"), ("record", f"{heard}.wav"))
            return [process.launch([place.lab("simcard"), self.card.path, *words, "--at",
                                    f"ns:{at}"], output=errors, errors=errors)
                    for words in ways]

    def stand(self, place):
        """Puts it within the walls of a place that `prepare` wrote: beside a simulated card."""
        gains = json.loads(self.world.setting("walls"))
        self.card.do("room", self.world.shared(f"walls{place}.wav"), gains[place])

    def run_card(self, ppm):
        """Makes the clock of the card so much too fast, in steps of 10 ppm: both directions.

        Of the two ends of a loopback the one that plays has the clock: for what the station hears
        that is the far end. Rooms that are `live` then say and hear in the card's time.
        """
        for device in (0, 1):
            self.world.run(
                "amixer", "-q", "-c", self.name, "cset",
                f"iface=PCM,name='PCM Rate Shift 100000',device={device}", str(100_000 - ppm // 10))

    def press(self, line=KEY):
        """Closes a key; returns the moment of the edge."""
        return self._key(line, "down", "press")

    def release(self, line=KEY):
        """Opens a key; returns the moment of the edge."""
        return self._key(line, "up", "release")

    def _key(self, line, way, word):
        self.world.log(self.name, word, line=line)
        return self.chip.pull(line, way)

    def shake(self, line, gaps):
        """Moves a key at once and after each of the gaps, in ms; from open it ends closed after an
        even number of them."""
        self._key(line, *self._move(line))
        for gap in gaps:
            self.world.sleep(gap / 1000)
            self._key(line, *self._move(line))

    def _move(self, line):
        return ("down", "press") if self.chip.level(line) else ("up", "release")

    def sees(self, line, level, seconds=1.0):
        """Waits until a lamp's line has a level, to 0.1 ms, and logs that; if it ever has."""
        end = now() + round(seconds * 1e9)
        while self.chip.level(line) != level:
            if now() >= end:
                return
            self.world.sleep(0.0001)
        self.world.log(self.name, "lamp", line=line, level=level)

    def end(self):
        """Ends the daemon, with its goodbye."""
        self.stop()
