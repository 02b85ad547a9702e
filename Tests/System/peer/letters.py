"""Records that must arrive, §2.4 "Reliability": repeats, acknowledgements, and once only."""

import math
import secrets

from .records import RELIABLE, Record, record

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
