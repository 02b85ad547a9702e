"""Control records of §2.4: bytes and fields, one table for both ways; and letters, which are those
that must arrive ("Reliability"): repeats, acknowledgements, and once only.
"""

import math
import secrets
from typing import NamedTuple

from .primitives import Dropped, sha256

_CALL = (("mid", 4), ("id", "16"))
_ENDED = (*_CALL, ("cause", 2))

# A size that is a number is an integer's; one in quotes is of bytes.
LAYOUT = {
    "CONFIRM": (1, (("what", 1), ("boot", "8"))),
    "ACK": (2, ()),
    "REPORT": (3, (("stream", 1), ("highest", 2), ("loss", 1), ("burst", 1), ("jitter", 2),
                   ("delay", 2), ("concealed", 2), ("received", 2))),
    "PATH_CHALLENGE": (4, (("data", "8"),)), "PATH_RESPONSE": (5, (("data", "8"),)),
    "PING": (6, (("data", "4"),)), "PONG": (7, (("data", "4"),)),
    "SPURT_END": (8, (("stream", 1), ("last", 2))),
    "CLOSE": (9, (("why", 1),)),
    "HEARD": (10, (("stream", 1), ("share", 1), ("why", 1))),
    "KEY_SHARED": (11, ()),
    "ROSTER": (12, (("site", "8"), ("counter", 8), ("size", 2), ("text", "8"))),
    "ROSTER_ASK": (13, (("text", "8"), ("offset", 2))),
    "ROSTER_PART": (14, (("text", "8"), ("offset", 2))),
    "MESSAGE": (15, ()),
    "OFFER": (16, (*_CALL, ("mode", 1), ("priority", 1), ("ttl", 2), ("ref", "8"),
                   ("age", 1))),
    "RINGING": (17, _CALL),
    "ANSWER": (18, (*_CALL, ("flags", 1))),
    "REJECT": (19, _ENDED), "CANCEL": (20, _ENDED), "BYE": (21, _ENDED),
    "STREAM": (22, (("mid", 4), ("stream", 1), ("purpose", 1), ("priority", 1), ("ref", "8"))),
    "SIGNAL": (23, (("mid", 4), ("what", 1), ("ref", "8"), ("time", 2))),
    "RESULT": (24, (("mid", 4), ("of", 4), ("status", 1))),
    "MEMBER": (25, (("mid", 4), ("ref", "8"), ("state", 1), ("who", "16"))),
    "FORWARD": (26, (("mid", 4), ("place", 1), ("state", 1), ("who", "16"))),
}
_NOTICE, _FLAGS = 26, (("flags", 1),)
MESSAGES = {
    "ASK": (("id", "16"), ("part", 4)),
    "PART": (("file", "8"), ("part", 4)),
    "NOTICE": (("id", "16"), ("size", 4), ("length", 4), ("start", 8)),
    "STATE": (("id", "16"), ("state", 1)),
}
"""The kinds of MESSAGE (recordings.md §2), in the order of their numbers."""
NAMES = {kind: name for name, (kind, _) in LAYOUT.items()}
RELIABLE = 16
"""Types from here on have a mid and are acknowledged."""
_PLAYED = (("played", 2), ("total", 2))
_PART_HEAD = 10
PART_MAX = 48
_MESSAGE_PART_HEAD = 13
MESSAGE_PART_MAX = 47
MESSAGE_KEY = bytes(16)
"""The id that asks for the message key."""
BODY_MAX = 60
COUNTED_MAX, NUMBERED_MAX = 32, 8

OWN_REF = bytes(8)


def channel(name):
    """The ref of a channel."""
    return sha256(b"intercom/1 channel", name.encode())[:8]


def relay(name):
    """The ref of a relay."""
    return sha256(b"intercom/1 relay", name.encode())[:8]


def member(public):
    """The `who` of the station with this public key."""
    return sha256(b"intercom/1 member", public)[:16]


def _values(layout, body):
    found, place = {}, 0
    for name, size in layout:
        part = body[place:place + int(size)]
        found[name] = part if isinstance(size, str) else int.from_bytes(part, "big")
        place += int(size)
    return found


class Record(NamedTuple):
    """A record; `name` is None where its type is unknown."""

    kind: int
    body: bytes

    @property
    def name(self):
        return NAMES.get(self.kind)

    @property
    def mid(self):
        return int.from_bytes(self.body[:4], "big") if self.kind >= RELIABLE else None

    @property
    def fields(self):
        """What the body means, by name."""
        if self.name == "ACK":
            return {"mids": [int.from_bytes(self.body[i:i + 4], "big")
                             for i in range(0, len(self.body), 4)]}
        layout = LAYOUT[self.name][1]
        if self.name == "MESSAGE":
            kind, layout = list(MESSAGES.items())[self.body[0]]
            if kind == "PART":
                layout += (("data", str(len(self.body) - _MESSAGE_PART_HEAD)),)
            return {"kind": kind, **_values(layout, self.body[1:])}
        if self.name == "HEARD" and len(self.body) >= 7:
            layout += _PLAYED
        if self.name == "ROSTER" and len(self.body) > _NOTICE:
            layout += _FLAGS
        if self.name == "ROSTER_PART":
            layout += (("data", str(len(self.body) - _PART_HEAD)),)
        return _values(layout, self.body)

    @property
    def encoded(self):
        return bytes([self.kind, len(self.body)]) + self.body


def record(name, **fields):
    """A record by its name in the table of §2.4."""
    kind, layout = LAYOUT[name]
    if name == "ACK":
        return Record(kind, b"".join(mid.to_bytes(4, "big") for mid in fields["mids"]))
    head = b""
    if name == "MESSAGE":
        message = fields.pop("kind")
        head, layout = bytes([list(MESSAGES).index(message)]), MESSAGES[message]
    if "played" in fields:
        layout += _PLAYED
    if name == "ROSTER" and "flags" in fields:
        layout += _FLAGS
    if "data" in fields and (name == "ROSTER_PART" or head):
        layout += (("data", str(len(fields["data"]))),)
    assert {one for one, _ in layout} == set(fields), f"{name} has {layout}"
    return Record(kind, head + b"".join(
        bytes(fields[one]) if isinstance(size, str) else fields[one].to_bytes(size, "big")
        for one, size in layout))


def packed(*records, size=64):
    """The plaintext of a control packet."""
    text = b"".join(one.encoded for one in records)
    assert len(text) <= size, "the records do not fit"
    return text.ljust(size, b"\0")


def _is_sound(one):
    size = len(one.body)
    if one.name == "MESSAGE":
        return True
    if one.name == "ACK":
        return size % 4 == 0 and 4 <= size <= 32
    if one.name == "HEARD":
        return size >= 3
    if one.name == "ROSTER":
        return size >= _NOTICE
    if one.name == "ROSTER_PART":
        return _PART_HEAD < size <= _PART_HEAD + PART_MAX
    if one.name is None:
        return one.kind < RELIABLE or size >= 4
    return size == sum(int(part) for _, part in LAYOUT[one.name][1])


def _is_known(message):
    """Whether a MESSAGE is of a known kind, and long enough for it; others have no effect."""
    if not message or message[0] >= len(MESSAGES):
        return False
    kind, layout = list(MESSAGES.items())[message[0]]
    return len(message) >= 1 + sum(int(size) for _, size in layout) + (kind == "PART")


def parsed(plain):
    """The records of a packet: known ones, and unknown ones that are acknowledged."""
    found, place = [], 0
    while place < len(plain) and plain[place] != 0:
        if place + 2 > len(plain):
            raise Dropped("record past the end")
        kind, size = plain[place], plain[place + 1]
        place += 2 + size
        if size > BODY_MAX or place > len(plain):
            raise Dropped("record past the end")
        one = Record(kind, bytes(plain[place - size:place]))
        if not _is_sound(one):
            raise Dropped("record length")
        if one.name == "MESSAGE" and not _is_known(one.body):
            continue
        if one.name is not None or kind >= RELIABLE:
            found.append(one)
    return found


def counted(some):
    """Those of a packet's records that have an effect: "Bounds" of §2.4."""
    alone = [one for one in some if one.name == "CONFIRM"]
    if alone:
        return alone[:1]
    found, numbered, alone_of_kind = [], 0, set()
    for one in some:
        if one.kind >= RELIABLE:
            numbered += 1
        if (len(found) == COUNTED_MAX or one.kind >= RELIABLE and numbered > NUMBERED_MAX
                or one.name in alone_of_kind):
            continue
        if one.name in ("PING", "ROSTER_ASK", "MESSAGE"):
            alone_of_kind.add(one.name)
        found.append(one)
    return found


AGAIN_S = {"REJECT": (0, 0.5, 1, 1.5), "CANCEL": (0, 0.5, 1, 1.5), "BYE": (0, 0.5, 1, 1.5),
           "STREAM": (0, 0.1, 0.2, 0.5, 1, 2, 4), "SIGNAL": (0, 0.1, 0.3, 0.6, 1)}
USUALLY_S = (0, 0.5, 1, 2, 4)
WINDOW = 256
ANSWERS_OFFER = ("RINGING", "ANSWER", "REJECT")


class Letter:
    """A record under way; `is_known` once it was acknowledged."""

    def __init__(self, name, mid, fields, born):
        self.name, self.mid, self.fields, self.born = name, mid, fields, born
        self.is_known = False

    def record(self, now):
        """As it is sent now; None: an OFFER whose time is over."""
        fields = dict(self.fields)
        if self.name == "OFFER":
            fields["ttl"] -= round((now - self.born) * 1000)
            fields.setdefault("age", min(255, math.ceil((now - self.born) * 10)))
            if fields["ttl"] <= 0:
                return None
        return record(self.name, mid=self.mid, **fields)


class Letters:
    """Those a peer has sent, and the memory of those it got."""

    def __init__(self, peer):
        self._peer, self._mid = peer, secrets.randbits(32)
        self.sent, self._seen, self._highest, self._boot = {}, set(), None, None

    def new_mid(self):
        self._mid = (self._mid + 1) & 0xFFFFFFFF
        return self._mid

    def send(self, name, **fields):
        """Sends it as often as the page says, until it is acknowledged; returns the letter."""
        letter = Letter(name, self.new_mid(), fields, self._peer.clock())
        self.sent[letter.mid] = letter
        for offset in AGAIN_S.get(name, USUALLY_S):
            self._peer.at(letter.born + offset, lambda: self._send(letter))
        return letter

    def _send(self, letter):
        made = None if letter.is_known else letter.record(self._peer.clock())
        if made is not None and self._peer.slots.current is not None:
            self._peer.send(made)

    def take(self, one: Record):
        """Whether a record that came is to be acted on; what it acknowledges is noted."""
        for mid in one.fields["mids"] if one.name == "ACK" else []:
            if mid in self.sent:
                self.sent[mid].is_known = True
        if one.kind < RELIABLE:
            return True
        if self._peer.manners.acknowledges:
            self._peer.owed.append(one.mid)
        if one.name in ANSWERS_OFFER:
            for letter in self.sent.values():
                if letter.name == "OFFER" and letter.fields["id"] == one.fields["id"]:
                    letter.is_known = True
        return self._is_new(one.mid)

    def _is_new(self, mid):
        """By a window of numbers: one below it is refused for ever."""
        if self._boot != self._peer.other_boot:
            self._seen, self._highest, self._boot = set(), None, self._peer.other_boot
        highest = mid if self._highest is None else self._highest
        ahead = (mid - highest + 0x80000000 & 0xFFFFFFFF) - 0x80000000
        if ahead <= -WINDOW or mid in self._seen:
            return False
        self._highest = mid if ahead >= 0 else highest
        self._seen.add(mid)
        return True
