"""A thread in which peers live, while a test does something else."""

import threading

from .wire import readable

TURN_S = 0.005


class Live:
    """A context: its peers are polled until it ends. What they raise is raised at its end."""

    def __init__(self, *peers):
        self.peers, self._ending, self._error = list(peers), False, None
        self._thread = threading.Thread(target=self._run, daemon=True)

    def _run(self):
        try:
            while not self._ending:
                for peer in self.peers:
                    peer.poll()
                readable([one for peer in self.peers for one in peer.wire.sockets], TURN_S)
        except BaseException as error:  # pylint: disable=broad-exception-caught
            self._error = error

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._ending = True
        self._thread.join(5)
        for peer in self.peers:
            peer.wire.close()
        if self._error is not None:
            raise self._error
