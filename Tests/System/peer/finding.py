"""Beacons on the LAN, §1.9: tags, and as much of DNS as they need; a broker's messages, §1.10."""

import socket
import struct
from typing import NamedTuple

from .primitives import SUITES, Dropped, hmac, sha256, x25519

STATIONS, PAIRINGS = "_intercomd._udp.local", "_intercomd-pair._tcp.local"
GROUPS = {socket.AF_INET: "224.0.0.251", socket.AF_INET6: "ff02::fb"}
PORT = 5353
A, PTR, TXT, AAAA, SRV = 1, 12, 16, 28, 33
INTERNET = 1
RESPONSE = 0x8400
TTL = 120
TAGS, TAG, NONCE = 32, 6, 16
SALT, WHEREABOUTS, MINUTE_MS = 16, 192, 60_000


# --- tags ---

def key(own_secret, peer_public, psk=bytes(32)):
    """K of a pair."""
    return sha256(b"intercom/1 lan", psk, x25519(own_secret, peer_public))


def tag(pair_key, nonce, announcer):
    """By which a peer of the announcer, whose public key is given, recognises it."""
    return hmac(pair_key, b"tag", nonce, announcer)[:TAG]


# --- DNS ---

def name(dotted):
    """A name written out."""
    return b"".join(bytes([len(label)]) + label.encode() for label in dotted.split(".")) + b"\0"


def record(owner, kind, data, ttl=TTL):
    return name(owner) + struct.pack("!HHIH", kind, INTERNET, ttl, len(data)) + data


def text(nonce, tags, version=b"v=1"):
    """The strings of the TXT record."""
    strings = (version, b"n=" + nonce, b"t=" + b"".join(tags))
    return b"".join(bytes([len(one)]) + one for one in strings)


def message(instance, host, port, strings, addresses=(), *, ttl=TTL, service=STATIONS):
    """A beacon; with `ttl` 0 it says that it is over."""
    whole, target = f"{instance}.{service}", f"{host}.local"
    records = [record(service, PTR, name(whole), ttl),
               record(whole, SRV, struct.pack("!HHH", 0, 0, port) + name(target), ttl),
               record(whole, TXT, strings, ttl)]
    for address in addresses:
        family, kind = (socket.AF_INET6, AAAA) if ":" in address else (socket.AF_INET, A)
        records.append(record(target, kind, socket.inet_pton(family, address), ttl))
    return struct.pack("!6H", 0, RESPONSE, 0, len(records), 0, 0) + b"".join(records)


def question(asked=STATIONS, kind=PTR):
    """A query for a service."""
    return (struct.pack("!6H", 0, 0, 1, 0, 0, 0) + name(asked)
            + struct.pack("!HH", kind, INTERNET))


class Record(NamedTuple):
    """`data` is a name for PTR, (port, name) for SRV, else bytes."""

    owner: str
    kind: int
    ttl: int
    data: object


def _name(data, place):
    """(name, place after it); a pointer leads to an earlier place."""
    labels, after, limit = [], None, place
    while (size := data[place]) != 0:
        if size >= 0xC0:
            after = after or place + 2
            place = (size & 0x3F) << 8 | data[place + 1]
            if place >= limit:
                raise Dropped("pointer")
            limit = place
            continue
        labels.append(data[place + 1:place + 1 + size].decode("ascii").lower())
        place += 1 + size
    return ".".join(labels), after or place + 1


def records(data):
    """The records of a response, in their order."""
    _, flags, asked, *counts = struct.unpack_from("!6H", data)
    if not flags & 0x8000:
        raise Dropped("question")
    place, found = 12, []
    for _ in range(asked):
        _, place = _name(data, place)
        place += 4
    for _ in range(sum(counts)):
        owner, place = _name(data, place)
        kind, _, ttl, size = struct.unpack_from("!HHIH", data, place)
        place += 10
        content = data[place:place + size]
        if kind == PTR:
            content, _ = _name(data, place)
        elif kind == SRV:
            content = (struct.unpack_from("!H", data, place + 4)[0], _name(data, place + 6)[0])
        found.append(Record(owner, kind, ttl, content))
        place += size
    return found


class Announced(NamedTuple):
    """What a beacon says."""

    instance: str
    port: int
    nonce: bytes
    tags: tuple
    ttl: int

    def is_of(self, pair_key, public):
        """Whether it is the beacon of the peer with this public key."""
        return tag(pair_key, self.nonce, public) in self.tags


def announced(data):
    """The beacon in a message; None when it has none."""
    try:
        found = records(data)
    except Dropped:
        return None
    if not found or (found[0].owner, found[0].kind) != (STATIONS, PTR):
        return None
    whole, ttl = found[0].data, found[0].ttl
    own = {one.kind: one.data for one in found if one.owner == whole}
    strings, place = {}, 0
    while place < len(own[TXT]):
        string = own[TXT][place + 1:place + 1 + own[TXT][place]]
        strings.setdefault(string[:2], string[2:])
        place += 1 + own[TXT][place]
    tags = strings[b"t="]
    if strings.get(b"v=") != b"1" or len(tags) != TAGS * TAG or len(strings[b"n="]) != NONCE:
        return None
    return Announced(whole, own[SRV][0], strings[b"n="],
                     tuple(tags[at:at + TAG] for at in range(0, len(tags), TAG)), ttl)


# --- at a broker ---

def rendezvous_key(own_secret, peer_public, psk=bytes(32)):
    """K of a pair, for a broker."""
    return sha256(b"intercom/1 rv", psk, x25519(own_secret, peer_public))


def topic(pair_key, writer, day):
    """Where the writer, whose public key is given, leaves its message on a day since 1970."""
    return hmac(pair_key, b"topic", writer, struct.pack("!I", day))[:16].hex()


def sealed(pair_key, at, salt, plain):
    """A message for a topic."""
    return salt + SUITES[2].encrypt(hmac(pair_key, b"seal", salt, bytes(4)), bytes(12), plain,
                                    at.encode())


def opened(pair_key, at, data):
    """What lies in a message of a topic."""
    return SUITES[2].decrypt(hmac(pair_key, b"seal", data[:SALT], bytes(4)), bytes(12),
                             data[SALT:], at.encode())


def whereabouts(written, addresses, in_vain=None):
    """A record; times in milliseconds since 1970, of addresses (host, port)."""
    number = 0
    if in_vain is not None:
        number = in_vain // MINUTE_MS % 65536 or 65535
    entries = b"".join(socket.inet_pton(socket.AF_INET6, host) + struct.pack("!H", port)
                       for host, port in addresses)
    plain = struct.pack("!BQB", 1, written, len(addresses)) + entries
    return plain.ljust(WHEREABOUTS - 2, b"\0") + struct.pack("!H", number)


def called_in_vain(plain):
    """The time of the writer's last call in vain, in a record; None when it has none."""
    written, = struct.unpack_from("!Q", plain, 1)
    number, = struct.unpack_from("!H", plain, WHEREABOUTS - 2)
    minutes = written // MINUTE_MS
    return (minutes - (minutes - number) % 65536) * MINUTE_MS if number else None
