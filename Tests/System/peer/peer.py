"""A station in Python, and the one other station it knows."""

import collections
import heapq
import itertools
import secrets
import threading
from dataclasses import dataclass
from typing import NamedTuple

from . import audio, handshake, opus, records
from .frames import AUDIO, CONTROL, COVER
from .handshakes import Handshakes
from .primitives import Dropped, public_key
from .records import RELIABLE, Letters, Record, record
from .session import FRESH_S, Copied, Slots
from .talk import Ear, Talk
from .upkeep import Paths, Upkeep

CLOSES_S = (0, 0.02, 0.04)
KINDS = 0xC0
TIMELESS = ("CONFIRM", "ACK", "PATH_CHALLENGE", "PATH_RESPONSE", "PING", "PONG", "CLOSE",
            "MESSAGE")
"""Records that are true whenever they come."""


@dataclass
class Manners:
    """What a peer does without being told; an attack turns off what is in its way."""

    acknowledges: bool = True
    pongs: bool = True
    reports: bool = True
    upkeep: bool = True
    """What `keep_up` has begun."""


class Arrival(NamedTuple):
    """A record that came, and how."""

    at: float
    record: Record
    session: object
    counter: int
    source: tuple
    is_new: bool
    """False for a repeat, which is not acted on."""


class Peer:
    """Nothing happens but in `poll` and in the verbs, under `lock`; `Live` polls in a thread.

    `other` is the public key of the other station, `address` where it listens (None: it calls).
    What arrived is in `arrivals` and `ear`, what was ignored in `dropped` by its reason, all
    datagrams in `wire`, and every session there ever was in `slots.all`.
    """

    def __init__(self, secret, other, wire, *, suite=1, psk=None, address=None, boot=None,
                 manners=None):
        self.secret, self.public, self.other = secret, public_key(secret), other
        self.wire, self.suite, self.psk, self.address = wire, suite, psk, address
        self.clock, self.manners = wire.clock, manners or Manners()
        self.boot = boot or secrets.token_bytes(8)
        self.lock = threading.RLock()
        self._due, self._numbers = [], itertools.count()
        self.slots, self.dropped, self.arrivals = Slots(), collections.Counter(), []
        self.handshakes, self.letters = Handshakes(self), Letters(self)
        self.paths, self.ear, self.upkeep = Paths(self), Ear(self), Upkeep(self)
        # Mids of the packet that is being read, and its answers.
        self.owed, self._pongs = [], []
        self.size, self._speeches, self.sent_at = audio.SIZE_MIN, {}, self.clock()

    @property
    def caps(self):
        return handshake.capabilities(self.boot)

    @property
    def other_boot(self):
        """The run of the other station that is in use."""
        return self.slots.current and self.slots.current.boot

    @property
    def is_up(self):
        return self.slots.current is not None

    # --- time ---

    def at(self, moment, do):
        """Has something done in `poll`, not before that moment of the clock."""
        heapq.heappush(self._due, (moment, next(self._numbers), do))

    def next_due(self):
        return self._due[0][0] if self._due else None

    def poll(self):
        """Takes what has arrived and does what is due."""
        with self.lock:
            for datagram in self.wire.fetch():
                try:
                    self._take(datagram)
                except Dropped as reason:
                    self.dropped[str(reason)] += 1
            while self._due and self._due[0][0] <= self.clock():
                heapq.heappop(self._due)[2]()
            self.slots.expire(self.clock())

    def _take(self, datagram):
        if not datagram.data:
            raise Dropped("empty")
        if datagram.data[0] < 0x10:
            self.handshakes.take(datagram)
            return
        try:
            session, counter, flags, time, plain = self.slots.open(datagram.data)
        except Copied as copied:
            self.paths.note(copied.session, True, datagram.source)
            raise
        if session is self.slots.current:
            self.handshakes.confirmed(session)
        is_fresh = session.clock.age(time, datagram.at) <= FRESH_S
        if is_fresh:
            is_newest = counter == session.opener.window.highest
            self.paths.note(session, is_newest, datagram.source)
        if not is_fresh and flags & KINDS != CONTROL:
            raise Dropped("stale")
        if flags & KINDS == AUDIO:
            self.ear.note(audio.parsed(plain), session, flags)
        elif flags & KINDS == CONTROL:
            for one in records.counted(records.parsed(plain)):
                if not is_fresh and one.name not in TIMELESS:
                    self.dropped["stale"] += 1
                elif one.kind >= RELIABLE and not self._is_in_use(session):
                    self.dropped["run"] += 1
                else:
                    self._act(one, session, counter, time, datagram.source)
            self._answer()
        elif flags & KINDS != COVER:
            raise Dropped("kind")

    def _act(self, one, session, counter, time, source):
        is_new = self.letters.take(one)
        self.arrivals.append(Arrival(self.clock(), one, session, counter, source, is_new))
        if one.name == "CONFIRM" and one.fields["what"] == 0 and session.initiator:
            session.boot = session.boot or one.fields["boot"]
            self.confirm(1, session)
        elif one.name == "PING" and self.manners.pongs:
            self._pongs.append(record("PONG", data=one.fields["data"]))
        elif one.name == "PONG":
            session.clock.answered(one.fields["data"], time)
        elif one.name in ("PATH_CHALLENGE", "PATH_RESPONSE"):
            self.paths.take(session, one, source)
        elif one.name == "CLOSE":
            self.slots.erase(session)
            if self.slots.next is None:
                self.handshakes.give_up()
                self.upkeep.closed()

    def _is_in_use(self, session):
        """Whether it is known to be with the run of the other station that is in use."""
        return session.boot is not None and session.boot == self.other_boot

    def _answer(self):
        """What a packet is answered with, in one: ACK and PONG."""
        acks = [record("ACK", mids=self.owed)] if self.owed else []
        some, self.owed, self._pongs = acks + self._pongs, [], []
        if some:
            self.send_if_up(*some)

    # --- verbs ---

    def initiate(self, to=None, **made):
        """Asks for a session, or for new keys of the one there is."""
        with self.lock:
            return self.handshakes.ask(to, **made)

    def keep_up(self):
        """Does from now on what a station does by the clock: tries again, new keys, heartbeats."""
        with self.lock:
            self.upkeep.begin()

    def send_frame(self, flags, plain, *, session=None, to=None, source=None, counter=None):
        """Seals a plaintext and sends it; returns the datagram, to be sent again or elsewhere."""
        with self.lock:
            session = session or self.slots.current
            self.sent_at = self.clock()
            datagram = session.seal(flags, plain, self.sent_at, counter)
            self.wire.send(datagram, to or session.endpoint, source)
            return datagram

    def send(self, *some, size=None, **how):
        """Sends records in one frame, once; `how` as of `send_frame`."""
        with self.lock:
            session = how["session"] = how.get("session") or self.slots.current
            for one in some:
                if one.name == "PING":
                    session.clock.asked(one.fields["data"], self.clock())
            return self.send_frame(CONTROL, records.packed(*some, size=size or self.size), **how)

    def confirm(self, what, session, to=None):
        """CONFIRM(0) tells the initiator which run this is."""
        return self.send(record("CONFIRM", what=what, boot=self.boot), session=session, to=to)

    def send_if_up(self, *some):
        """The same, or nothing where there is no session."""
        with self.lock:
            return self.send(*some) if self.is_up else None

    def send_cover(self, **how):
        return self.send_frame(COVER, bytes(self.size), **how)

    def sealed(self, *some, session=None, counter=None):
        """A frame of records that is not sent yet."""
        with self.lock:
            plain = records.packed(*some, size=self.size)
            return (session or self.slots.current).seal(CONTROL, plain, self.clock(), counter)

    def post(self, name, **fields):
        """Sends a record with a mid until it is acknowledged; returns the letter."""
        with self.lock:
            return self.letters.send(name, **fields)

    def bind(self, stream, ref, purpose=0, priority=0):
        return self.post("STREAM", stream=stream, purpose=purpose, priority=priority, ref=ref)

    def talk(self, stream, sound, *, depth=0, offset=1, length=59, frame_ms=20, lost=()):
        """Says a sound: samples, or Opus packets of one length, if need be without an end."""
        frames = iter(opus.encoded(sound, length, frame_ms) if hasattr(sound, "dtype") else sound)
        first = next(frames)
        with self.lock:
            speech = self._speeches.setdefault(stream, audio.Speech(secrets.randbits(16)))
            speech.depth, speech.offset = depth, offset
            self.size = audio.size_for(len(first), depth)
            speech.size = self.size
            whole = itertools.chain([first], frames)
            return Talk(self, stream, whole, speech, frame_ms / 1000, lost)

    def close(self, why=0):
        """Says goodbye three times and forgets the sessions."""
        with self.lock:
            if self.is_up:
                frames = [self.sealed(record("CLOSE", why=why)) for _ in CLOSES_S]
                to = self.slots.current.endpoint
                for offset, frame in zip(CLOSES_S, frames):
                    self.at(self.clock() + offset, lambda one=frame: self.wire.send(one, to))
            self.slots.erase()

    def restart(self):
        """Forgets all but its keys and says nothing, as a station whose power was cut."""
        with self.lock:
            self.boot = secrets.token_bytes(8)
            self._due.clear()
            self.slots.erase()
            self.handshakes, self.letters = Handshakes(self), Letters(self)
            self._speeches.clear()

    # --- what came ---

    def got(self, name, since=0):
        """The arrivals of one sort; `since` is how many arrivals of all sorts to leave out."""
        with self.lock:
            return [one for one in self.arrivals[since:] if one.record.name == name]

    def messages(self, kind, source=None):
        """The datagrams of a kind (M1 to COOKIE, 16) that came, from one address or from any."""
        return [one for one in list(self.wire.arriving.seen)
                if one.kind == kind and source in (None, one.source)]

    def bindings(self):
        """The streams of the other side: number to fields."""
        return {one.record.fields["stream"]: one.record.fields for one in self.got("STREAM")}
