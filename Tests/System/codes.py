"""Pairing by a code: a station that shows one, and a guest of the second implementation."""

import re
import secrets
import socket

from lab import place, process, wait
from peer import pairing
from peer.p256 import ORDER

PATIENCE_S = 30
CODE = re.compile(r"the code is ([0-9A-Z]{4}-[0-9A-Z]{4})")


class ShownCode:
    """An `intercomctl pair` that shows a code, or says why it does not."""

    def __init__(self, folder, etc, *words, environment=None):
        self.path = f"{folder}/pair"
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

    def receive(self):
        """A whole message, or nothing where the other side has ended the pairing."""
        data = b""
        while len(data) < 3 or len(data) < 2 + int.from_bytes(data[:2], "big"):
            try:
                some = self.stream.recv(4096)
            except ConnectionError:
                return b""
            if not some:
                return b""
            data += some
        return data

    def pair(self):
        """What it learns of the other station; None where the code is another one, or where the
        other station refuses it."""
        self.stream.sendall(self.side.first)
        third = self.side.answer(self.receive())
        if third is None:
            return None
        self.stream.sendall(third)
        fourth = self.receive()
        return self.side.finish(fourth) if fourth else None

    def close(self):
        self.stream.close()
