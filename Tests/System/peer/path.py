"""The paths of §1.7 "Endpoint": a peer that moved must answer where its packets come from, and the
address in use must not answer."""

import secrets
from dataclasses import dataclass

from .records import record

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
    """Where packets to the other station go. Without `manners.challenges` nothing moves them."""

    def __init__(self, peer):
        self._peer, self.other_source = peer, 0
        self._candidates, self._check, self._former = [], None, None
        self._resting = (None, 0)

    def note(self, session, is_newest, source):
        """A fresh packet, or a copy of the newest one, came from there."""
        if session is not self._peer.slots.current or source == session.endpoint:
            return
        self.other_source += 1
        if self._peer.manners.challenges and is_newest:
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
        if not self._peer.manners.challenges:
            return
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
