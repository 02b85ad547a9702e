"""The handshakes of one peer, §1.4, §1.6 and §1.7: asked for, answered, repeated, refused."""

from . import cookie, handshake
from .cookie import Doorman
from .handshake import COOKIE, KEYED, M1, M2, M3, Initiator, Responder
from .primitives import Dropped
from .session import Session

HALF_OPEN_MAX, KEPT_S, TRIES_MAX, REPEATS_MAX = 64, 5, 16, 4
CONFIRMS_S = (0, 0.2, 0.4, 0.6, 0.8)
NAMELESS = handshake.capabilities(bytes(8))
"""The caps of M2: a stranger can read them."""

M3_REPEATS_S = (0.2, 0.4, 0.6, 0.8, 1.0)


class HalfOpen:
    """A handshake that was answered with M2 and waits for M3."""

    def __init__(self, responder, source, now):
        self.responder, self.source, self.since, self.tries = responder, source, now, []
        self.session = self.m3 = None
        self.accepted_at = None
        self._repeats = []

    def send_m2(self, peer, now):
        """M2 again, for a repeat of M1."""
        self._repeats = [at for at in self._repeats if now - at < 1]
        if len(self._repeats) >= REPEATS_MAX:
            raise Dropped("tries")
        self._repeats.append(now)
        peer.wire.send(self.responder.m2, self.source)


class Handshakes:
    """Takes handshake messages; installs sessions into the peer's slots."""

    def __init__(self, peer):
        self._peer = peer
        self.doorman = Doorman(peer.public, peer.clock(), peers=(peer.address,))
        # The last two M1 of ours, and what we have answered, oldest first.
        self.asked, self.half_open = [], []
        self.finished = self.finished_at = None
        self.other_caps = None

    # --- as initiator ---

    def ask(self, to=None, **made):
        """Sends an M1; `made` goes to `Initiator`."""
        peer = self._peer
        made = {"caps": peer.caps, **made}
        one = Initiator(peer.secret, peer.other, peer.suite, peer.psk, **made)
        one.target = to or peer.address
        self.asked = [*self.asked[-1:], one]
        peer.wire.send(one.m1, one.target)
        return one

    def give_up(self):
        """Waits for no answer any more."""
        self.asked, self.finished = [], None

    def _take_m2(self, message):
        handshake.check_header(message, M2)
        for one in self.asked:
            if one.index == message[8:12]:
                break
        else:
            raise Dropped("index")
        keys = one.finish(message)
        peer, now = self._peer, self._peer.clock()
        self.asked = []
        self.finished, self.finished_at, self.other_caps = one, now, one.other_caps
        session = Session(one.suite, keys, initiator=True, own_index=one.index,
                          other_index=one.other_index, endpoint=one.target, now=now,
                          other_born=now, boot=None)
        peer.slots.install(session)
        # Not to where M2 came from: somebody may have been faster with a copy of it.
        peer.wire.send(one.m3, one.target)

        def again():
            if peer.slots.next is session and self.finished is one:
                peer.wire.send(one.m3, one.target)

        for offset in M3_REPEATS_S:
            peer.at(now + offset, again)

    def _take_cookie(self, message):
        if not self.asked or self.asked[-1].cookie:
            raise Dropped("cookie")
        one = self.asked[-1]
        self.ask(one.target, cookie=cookie.opened(self._peer.other, one.m1, message))

    # --- as responder ---

    def _half_open(self):
        """Those that still count; the accepted ones stay as long, for a repeat of their M3."""
        now = self._peer.clock()
        self.half_open = [one for one in self.half_open if now - (one.accepted_at or one.since)
                          < KEPT_S][-HALF_OPEN_MAX:]
        return self.half_open

    def _take_m1(self, message, source):
        peer, now = self._peer, self._peer.clock()
        known = self._half_open()
        kept = [one for one in known if one.responder.m1 == message and one.source == source
                and now - one.since < KEPT_S]
        if kept and (message[3] & KEYED or not self.doorman.under_load(now)):
            kept[0].send_m2(peer, now)
            return
        waiting = sum(one.session is None for one in known)
        reply = self.doorman.judge(message, source, waiting, now)
        if reply is not None:
            peer.wire.send(reply, source)
            return
        # Of another suite, too: only M3 says who calls.
        cookies = self.doorman.oven.accepted(source, now) if message[3] & KEYED else ()
        made = Responder(peer.secret, message, caps=NAMELESS, cookies=cookies)
        own = [one for one in known if one.session is None and one.source == source]
        for one in own[:-1]:
            self.half_open.remove(one)
        self.half_open.append(HalfOpen(made, source, now))
        peer.wire.send(made.m2, source)

    def _take_m3(self, message, source):
        handshake.check_header(message, M3)
        peer, now = self._peer, self._peer.clock()
        for one in self._half_open():
            if one.responder.index == message[4:8]:
                break
        else:
            raise Dropped("index")
        if one.session is not None:
            if message != one.m3:
                raise Dropped("index")
            self._confirm(one.session, source)
            return
        one.tries = [at for at in one.tries if now - at < 1]
        if len(one.tries) >= TRIES_MAX:
            raise Dropped("tries")
        one.tries.append(now)
        keys = one.responder.finish(message, {peer.other: (peer.suite, peer.psk)}.get)
        if self._own_wins(now):
            raise Dropped("both at once")
        # Rule 4: our own handshake ends, and its unconfirmed session.
        self.give_up()
        peer.slots.drop_next()
        self._accept(one, message, keys, now)

    def _own_wins(self, now):
        """Rule 4 of §1.7: our M3 is out, unconfirmed, and our public key is the lower one."""
        return (self.finished is not None and now - self.finished_at < KEPT_S
                and self._peer.slots.next is not None and self._peer.slots.next.initiator
                and self._peer.public < self._peer.other)

    def _accept(self, one, message, keys, now):
        """M1 says where the session is: M3 may say that it comes from anywhere."""
        peer, made = self._peer, one.responder
        one.m3, one.accepted_at, self.other_caps = message, now, made.other_caps
        session = one.session = Session(
            made.suite, keys, initiator=False, own_index=made.index,
            other_index=made.other_index, endpoint=one.source, now=now, other_born=one.since,
            boot=made.other_caps[8:])
        peer.slots.install(session)

        def again():
            if peer.slots.next is session:
                self._confirm(session)

        for offset in CONFIRMS_S:
            peer.at(now + offset, again)
        peer.at(now + KEPT_S, lambda: peer.slots.next is session and peer.slots.drop_next(session))

    def _confirm(self, session, to=None):
        self._peer.confirm(0, session, to)

    # --- both ---

    def take(self, datagram):
        """A datagram whose first byte is below 0x10."""
        kind, message, source = datagram.data[0], datagram.data, datagram.source
        if kind == M1:
            self._take_m1(message, source)
        elif kind == M2:
            self._take_m2(message)
        elif kind == M3:
            self._take_m3(message, source)
        elif kind == COOKIE:
            self._take_cookie(message)
        else:
            raise Dropped("type")

    def confirmed(self, session):
        """A session of ours has switched: both sides have its keys."""
        if session.initiator and self.finished is not None:
            if session.own_index == self.finished.index:
                self.finished = None
