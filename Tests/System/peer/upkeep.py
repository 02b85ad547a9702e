"""What a station does by the clock, rules 5, 7 and 8 of §1.7, and where its packets go
("Endpoint"): a peer that moved must answer where its packets come from, and the address in use must
not answer.
"""

import secrets
from dataclasses import dataclass

from .records import record

INITIATOR_S, RESPONDER_S, PACKETS = 120, 150, 1 << 20
BASES_S = (1, 2, 4, 8, 16, 30)


class Waits:
    """The waits of one station towards one peer; each draws z anew."""

    def __init__(self, draw=lambda: secrets.randbits(64)):
        self._draw, self._tries = draw, 0

    def restart(self):
        """Begins the bases anew."""
        self._tries = 0

    def next_ms(self):
        base = BASES_S[min(self._tries, len(BASES_S) - 1)] * 1000
        self._tries += 1
        return base * (800 + self._draw() % 401) // 1000

    def heartbeat_ms(self):
        """Rule 8."""
        return 14_000 + self._draw() % 2001


class Upkeep:
    """Begun once, it goes on for as long as `manners.upkeep` holds."""

    def __init__(self, peer):
        self._peer, self._waits = peer, Waits()
        self._renewed, self._is_trying, self._beaten = None, False, None
        self._not_before = 0.0

    def begin(self):
        self._try()
        self._watch()

    def closed(self):
        """The other side has left: the next M1 after the first wait of rule 7."""
        self._waits.restart()
        self._not_before = self._peer.clock() + self._waits.next_ms() / 1000

    def _try(self):
        """Rule 7: M1 again and again while there is no session, or none that is young enough."""
        peer = self._peer
        self._is_trying = self._wants()
        if self._is_trying:
            self._renewed = peer.slots.current
            if peer.slots.next is None:
                peer.initiate(peer.slots.current and peer.slots.current.endpoint)
            peer.at(peer.clock() + self._waits.next_ms() / 1000, self._try)
        else:
            self._waits.restart()

    def _wants(self):
        peer, session = self._peer, self._peer.slots.current
        if not peer.manners.upkeep or (session is None and peer.address is None):
            return False
        if peer.clock() < self._not_before:
            return False
        if session is None:
            return True
        age = peer.clock() - session.born
        return age >= (INITIATOR_S if session.initiator else RESPONDER_S) \
            or session.sealer.counter >= PACKETS

    def _watch(self):
        """Begins to try when it must; a new session gets its heartbeats."""
        peer = self._peer
        if peer.slots.current is not None and peer.slots.current is not self._beaten:
            self._beaten = peer.slots.current
            self._beat(self._beaten)
        if not self._is_trying and self._wants():
            self._try()
        peer.at(peer.clock() + 0.5, self._watch)

    def _beat(self, session):
        """Rule 8: a cover packet when nothing was sent for a while."""
        peer, wait = self._peer, self._waits.heartbeat_ms() / 1000

        def due(silent_since):
            if peer.slots.current is not session:
                return
            if peer.sent_at > silent_since:
                peer.at(peer.sent_at + wait, lambda: due(peer.sent_at))
                return
            if peer.manners.upkeep:
                peer.send_cover()
            self._beat(session)

        # Who keeps nothing up looks again as much later.
        since = peer.sent_at if peer.manners.upkeep else peer.clock()
        peer.at(since + wait, lambda: due(since))


SIZE = 64
"""P of what goes to an address that may not be the peer's."""
CANDIDATES, SPACING_S, LIFE_S = 64, 0.08, 2
"""Addresses that are challenged at once; between two challenges to one; how long an answer
counts."""
CHECKS_S, CHECK_S, REST_S = (0, 0.08, 0.16), 0.25, 0.5
"""When the address in use is asked, how long it has, and how long the other one is left alone."""


@dataclass
class Challenge:
    address: tuple
    data: bytes
    begun: float
    sent: float


class Paths:
    """Where packets to the other station go."""

    def __init__(self, peer):
        self._peer, self.other_source = peer, 0
        self._candidates, self._check, self._former = [], None, None
        self._resting = (None, 0)

    def note(self, session, is_newest, source):
        """A fresh packet, or a copy of the newest one, came from there."""
        if session is not self._peer.slots.current or source == session.endpoint:
            return
        self.other_source += 1
        if is_newest:
            self._see(session, source)

    def _see(self, session, source):
        now = self._peer.clock()
        if self._check and self._check[0].address == source:
            return
        if self._resting[0] == source and now < self._resting[1]:
            return
        self._candidates = [one for one in self._candidates if now < one.begun + LIFE_S]
        for one in self._candidates:
            if one.address == source:
                if now >= one.sent + SPACING_S:
                    one.sent = now
                    self._challenge(session, one)
                return
        if len(self._candidates) == CANDIDATES:
            del self._candidates[secrets.randbelow(CANDIDATES)]
        one = Challenge(source, secrets.token_bytes(8), now, now)
        self._candidates.append(one)
        self._challenge(session, one)

    def _challenge(self, session, one):
        self._peer.send(record("PATH_CHALLENGE", data=one.data), session=session, to=one.address,
                        size=SIZE)

    def take(self, session, one, source):
        """PATH_CHALLENGE or PATH_RESPONSE."""
        data = one.fields["data"]
        if one.name == "PATH_CHALLENGE":
            self._peer.send(record("PATH_RESPONSE", data=data), session=session, to=source,
                            size=SIZE)
        else:
            self._answered(data)

    def _answered(self, data):
        now = self._peer.clock()
        if self._check and self._check[1].data == data:
            candidate, self._check = self._check[0], None
            self._resting = (candidate.address, now + REST_S)
            self._candidates = [one for one in self._candidates if one is not candidate]
        elif self._former and self._former.data == data and now < self._former.begun + LIFE_S:
            self._resting = (self._peer.slots.current.endpoint, now + REST_S)
            self._move(self._former.address)
        elif not self._check:
            for one in self._candidates:
                if one.data == data and now < one.begun + LIFE_S:
                    self._ask(one, now)

    def _ask(self, candidate, now):
        """Is the other station still where it was?"""
        asked = Challenge(self._peer.slots.current.endpoint, secrets.token_bytes(8), now, now)
        check = self._check = (candidate, asked)

        def again():
            if self._check is check and self._peer.is_up:
                self._challenge(self._peer.slots.current, asked)

        def give_up():
            if self._check is check and self._peer.is_up:
                self._move(candidate.address)
                self._former = asked

        for offset in CHECKS_S:
            self._peer.at(now + offset, again)
        self._peer.at(now + CHECK_S, give_up)

    def _move(self, address):
        self._candidates = [one for one in self._candidates if one.address != address]
        self._check = self._former = None
        for each in self._peer.slots.live():
            each.endpoint = address
