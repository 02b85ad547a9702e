"""A paired peer that sends thousands of full packets a second."""

import itertools
import threading
import time

from peer import records

FULL = 1207
"""The greatest plaintext of a packet."""
UNREAD = 1000
"""Of so many answers one is read."""


class Storm:
    """A context: a peer sends 5,000 full packets a second, of records that it makes anew. It reads
    few of the answers, since that would take its time."""

    def __init__(self, peer, made):
        self._peer, self._made, self._is_over, self.sent = peer, made, False, 0
        self._deaf, self._answers = None, itertools.count(1)
        self._thread = threading.Thread(target=self._run, daemon=True)

    def _run(self):
        while not self._is_over and self._peer.is_up:
            plain = records.packed(*self._made(), size=FULL)
            with self._peer.lock:
                for _ in range(50 if self._peer.is_up else 0):
                    self._peer.send_frame(64, plain)
            self.sent += 50
            time.sleep(0.01)

    def _is_unread(self, datagram):
        """Some are read: after 32,768 others a frame's counter cannot be told (section 2.1)."""
        return datagram.kind == 16 and next(self._answers) % UNREAD != 0

    def __enter__(self):
        self._deaf = self._peer.wire.arriving.drop(self._is_unread)
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._is_over = True
        self._thread.join(5)
        self._deaf.end()
