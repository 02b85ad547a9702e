"""Pairing by a code: a station that shows one, a guest of the second implementation, and a person
at a terminal, who answers what `intercomctl` asks.
"""

import contextlib
import itertools
import json
import os
import pathlib
import pty
import re
import secrets
import select
import socket
import subprocess
import threading

from lab import Scene, SceneTest, place, process, strip, wait
from peer import pairing
from peer.p256 import ORDER

PATIENCE_S = 30
PROMPTS = (b"]: ", b"[yes] ", b"[no] ")
"""What a question ends with."""
SETUP = ("setup", "--name", "kitchen")
CODE = re.compile(r"the code is ([0-9A-Z]{4}-[0-9A-Z]{4})")


def connects(stream, address):
    """Connects a TCP stream, and returns whether something listens there.

    Where it closes just then, the stream is reset, not refused.
    """
    try:
        stream.connect(address)
    except ConnectionError:
        return False
    return True


class ShownCode:
    """An `intercomctl pair` that shows a code, or says why it does not."""

    numbers = itertools.count()

    def __init__(self, folder, etc, *words, environment=None):
        self.path = f"{folder}/pair{next(ShownCode.numbers)}"
        with open(self.path, "w", encoding="utf-8") as log:
            self.process = process.launch(
                [place.program("intercomctl"), "--config", etc, "pair", *words],
                environment=environment, output=log, errors=log)
        wait(lambda: self.code or not process.is_alive(self.process), "it shows a code, or ends")

    @property
    def code(self):
        """The code, without which there is none."""
        found = CODE.search(self.text)
        return found and found.group(1)

    @property
    def text(self):
        with open(self.path, encoding="utf-8") as log:
            return log.read()

    def ended(self):
        """Waits for its end; returns its exit code."""
        return self.process.wait(PATIENCE_S)

    def end(self):
        process.end(self.process)


class Guest:
    """The entering side of the second implementation, which may have another code."""

    def __init__(self, code, port, name="stranger"):
        self.code = pairing.normal(code)
        self.side = pairing.Entering(
            self.code, secrets.randbelow(ORDER - 1) + 1, secrets.token_bytes(16), 3,
            secrets.token_bytes(32), bytes(16), name, secrets.token_bytes(64))
        self.stream = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_S)

    def pair(self):
        """What it learns of the other station; None where the code is another one, or where the
        other station refuses it."""
        self.stream.sendall(self.side.first)
        third = self.side.answer(receive(self.stream))
        if third is None:
            return None
        self.stream.sendall(third)
        fourth = receive(self.stream)
        return self.side.finish(fourth) if fourth else None

    def close(self):
        self.stream.close()


def receive(stream):
    """A whole message, or nothing where the other side has ended the pairing."""
    data = b""
    while len(data) < 3 or len(data) < 2 + int.from_bytes(data[:2], "big"):
        try:
            some = stream.recv(4096)
        except ConnectionError:
            return b""
        if not some:
            return b""
        data += some
    return data


class Host:
    """The showing side of the second implementation: at a port of its own, for one guest."""

    def __init__(self, code, name="strange"):
        self.code = pairing.normal(code)
        self.side = pairing.Showing(
            self.code, secrets.randbelow(ORDER - 1) + 1, secrets.token_bytes(16), 3,
            secrets.token_bytes(32), bytes(16), name, secrets.token_bytes(32))
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.listener.settimeout(PATIENCE_S)
        self.port = self.listener.getsockname()[1]
        self.stream = None

    def meet(self):
        """Takes the guest, up to its proof; returns P3."""
        self.stream, _ = self.listener.accept()
        self.stream.settimeout(PATIENCE_S)
        self.stream.sendall(self.side.answer(receive(self.stream)))
        return receive(self.stream)

    def ended(self):
        """How the guest ends the stream: `closed`, which says that it has stored this side, or
        `aborted`."""
        try:
            return "closed" if self.stream.recv(1) == b"" else "more"
        except ConnectionResetError:
            return "aborted"

    def close(self):
        self.listener.close()
        if self.stream:
            self.stream.close()


def abort(*streams):
    """Lets the end of the streams be none in order."""
    for one in streams:
        one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")


class Relay:
    """Stands between the two stations of a pairing, passes on P1 to P3, and then ends both streams
    in order."""

    def __init__(self, port):
        self._port = port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self):
        try:
            guest, _ = self._listener.accept()
            with guest, socket.create_connection(("127.0.0.1", self._port)) as host:
                for one in (guest, host):
                    one.settimeout(PATIENCE_S)
                for source, target in ((guest, host), (host, guest), (guest, host)):
                    target.sendall(receive(source))
                receive(host)
        except OSError:
            return

    def close(self):
        self._listener.close()
        self._thread.join(PATIENCE_S)


class Watch:
    """All events of a station from now on, as `monitor` tells them."""

    def __init__(self, station):
        self._link = station.monitor()
        self._lines = self._link.makefile("rb")
        self._lines.readline()
        self.text = ""

    def until(self, kind):
        """The next event of a kind."""
        while line := self._lines.readline().decode():
            self.text += line
            event = json.loads(line)
            if event["event"] == kind:
                return event
        raise AssertionError(f"no {kind}")

    def close(self):
        self._lines.close()
        self._link.close()


def converse(station, program, answers, *, words=SETUP, watch=None, **rights):
    """Answers what a command of a station asks; returns (exit code, the whole screen).

    `program` are the words before those of the command. `watch` is given the screen as it grows,
    until it answers yes. Where a question has no answer any more, the input ends.
    """
    control, terminal = pty.openpty()
    environment = station._environment()  # pylint: disable=protected-access
    environment["LD_PRELOAD"] = place.lab("libgpiosim.so")
    screen, waiting = b"", list(answers)
    with subprocess.Popen([*program, *words], env=environment,
                          stdin=terminal, stdout=terminal, stderr=terminal, **rights) as running:
        os.close(terminal)
        with contextlib.suppress(OSError):
            while select.select([control], [], [], place.PATIENCE)[0]:
                chunk = os.read(control, 4096)
                screen += chunk
                if watch and watch(screen.decode(errors="replace")):
                    watch = None
                if screen.endswith(PROMPTS):
                    os.write(control, waiting.pop(0).encode() if waiting else b"\x04")
            else:
                running.terminate()
        code = running.wait(place.PATIENCE)
    os.close(control)
    text = screen.decode().replace("\r\n", "\n")
    assert not waiting, f"not asked for: {waiting}\n{text}"
    return code, text


class PairingTest(SceneTest):
    """Stations without a card, of which the first one shows codes."""

    names = ("kitchen", "garage")

    def setUp(self):
        self.scene = self.enterContext(Scene(*self.names))
        self.kitchen, self.garage, *_ = self.scene.stations
        for one in self.scene.stations:
            strip(one)
        self.start(*self.scene.stations)

    def show(self, *words, station=None):
        station = station or self.kitchen
        screen = ShownCode(station.folder, station.etc, *words)
        self.addCleanup(screen.end)
        return screen

    def at(self, host="127.0.0.1"):
        return f"{host}:{self.kitchen.port}"

    def words(self, station, *words):
        return [place.program("intercomctl"), "--config", station.etc, *words]

    def is_open(self):
        """Whether anything listens at the TCP port of the station that shows codes."""
        with socket.socket() as stream:
            stream.settimeout(5)
            return connects(stream, ("127.0.0.1", self.kitchen.port))

    def peers(self, station):
        return [peer["name"] for peer in station.status()["peers"]]

    def learned(self, station):
        """The files and secrets of peers in the state directory."""
        state = pathlib.Path(station.state)
        return sorted(path.name for path in [
            *state.glob("peers.d/*"), *state.glob("keys/*.psk*"), *state.glob("*/*.new")])

    def pair(self, *words):
        """The garage types the code that the kitchen shows; what both say."""
        screen = self.show()
        code, said, errors = self.garage.ctl("pair", self.at(), screen.code, *words)
        self.assertEqual((code, errors), (0, ""), said)
        self.assertEqual(screen.ended(), 0, screen.text)
        return said, screen.text

    def unpair(self):
        self.assertEqual(self.garage.ctl("peer", "remove", "kitchen")[0], 0)
        self.assertEqual(self.kitchen.ctl("peer", "remove", "garage")[0], 0)
