"""Python peers beside a real daemon of the stage."""

import secrets

from . import keytext
from .peer import Peer
from .wire import Wire


def beside(station, name, *, suite=1, psk=None, host="127.0.0.1", called=True, secret=None,
           wire=None, manners=None, **entries):
    """A peer that a station knows from its next start; unless it is `called`, it must call.

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
    station.write_peer(name, keytext.written(peer.public), address, suite=suite, **entries)
    peer.name = name
    return peer
