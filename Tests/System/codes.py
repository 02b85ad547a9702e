"""Pairing by a code: a station that shows one, and a guest of the second implementation."""

import itertools
import json
import os
import re
import secrets
import socket
import threading

from lab import place, process, wait
from peer import pairing
from peer.p256 import ORDER

PATIENCE_S = 30
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
    """Stands between the two stations of a pairing, and may change each message.

    `change` is given the number of a message, 1 for P1, and its bytes; what it returns is sent on.
    Without bytes both streams end: in order for b"", aborted for None.
    """

    def __init__(self, port, change):
        self._port, self._change = port, change
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
                for number in (1, 2, 3, 4):
                    source, target = (guest, host) if number % 2 else (host, guest)
                    message = self._change(number, receive(source))
                    if message is None:
                        abort(guest, host)
                    if not message:
                        return
                    target.sendall(message)
                # In order, or not, as the guest ends it.
                try:
                    guest.recv(1)
                except ConnectionError:
                    abort(host)
        except OSError:
            return

    def close(self):
        self._listener.close()
        self._thread.join(PATIENCE_S)


class Watch:
    """All events of a station from now on, as `monitor` tells them."""

    def __init__(self, station):
        self._link = socket.socket(socket.AF_UNIX)
        self._link.settimeout(PATIENCE_S)
        self._link.connect(os.path.join(station.run, "control.sock"))
        self._link.sendall(b'{"v":1,"do":"monitor"}\n')
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
