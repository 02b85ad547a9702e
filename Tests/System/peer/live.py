"""A thread in which peers live, while a test does something else, beside a real daemon."""

import secrets
import threading

from . import keytext
from .peer import Peer
from .wire import Wire, readable

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


def beside(station, name, *, suite=1, known_suite=None, psk=None, host="127.0.0.1", called=True,
           secret=None, wire=None, manners=None, **entries):
    """A peer that a station knows from its next start; unless it is `called`, it must call.

    `suite` is the only one that the peer takes, `known_suite` what the station's file says of it.
    `psk` is 32 bytes; `entries` go to the station's file of the peer.
    """
    wire = wire or Wire(host)
    peer = Peer(secret or secrets.token_bytes(32), keytext.read(station.public_key), wire,
                suite=suite, psk=psk, address=(host, station.port), manners=manners)
    if psk is not None:
        station.write_psk(f"{name}.psk", psk.hex())
        entries["psk"] = f"file:{name}.psk"
    shown = f"[{host}]" if ":" in host else host
    address = f"{shown}:{wire.address[1]}" if called else ""
    station.write_peer(name, keytext.written(peer.public), address, suite=known_suite or suite,
                       **entries)
    peer.name = name
    return peer
