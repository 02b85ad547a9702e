"""Sessions of §1.7: one, and the three slots in which they live."""

from .frames import COUNTER_END, LENGTHS, Opener, Repeated, Sealer
from .primitives import Dropped

LIFE_S = 180
STEP_S = 0.01
"""What one step of a frame's time stands for."""
FRESH_S = 2
"""A frame that may be older was held back."""


class Copied(Dropped):
    """The newest packet of a session once more."""

    def __init__(self, session):
        super().__init__("replay")
        self.session = session


class Clock:
    """How old a frame is at most, §2.1 "Time": `other_born` is the earliest moment at which the
    other side can have begun to count."""

    def __init__(self, born, other_born):
        self.born, self.other_born, self._asked = born, other_born, {}

    def time(self, now):
        return min(int((now - self.born) / STEP_S), 0xFFFF)

    def age(self, time, now):
        return max(0.0, now - self.other_born - time * STEP_S)

    def asked(self, data, now):
        """A PING with these bytes left."""
        self._asked[data] = now

    def answered(self, data, time):
        """Its PONG was made later than the PING."""
        if data in self._asked:
            self.other_born = max(self.other_born, self._asked.pop(data) - (time + 1) * STEP_S)


class Session:
    """One side of a session, with everything a test may want to misuse."""

    def __init__(self, suite, keys, *, initiator, own_index, other_index, endpoint, now,
                 other_born, boot):
        self.suite, self.keys, self.initiator = suite, keys, initiator
        self.own_index, self.other_index = own_index, other_index
        self.endpoint, self.born, self.clock = endpoint, now, Clock(now, other_born)
        # The run of the other side that has it; None until its CONFIRM(0) has told.
        self.boot = boot
        mine, theirs = (keys.i2r, keys.r2i) if initiator else (keys.r2i, keys.i2r)
        self.sealer = Sealer(suite, mine, other_index)
        self.opener = Opener(suite, theirs, own_index)

    def seal(self, flags, plain, now, counter=None):
        return self.sealer.seal(flags, plain, counter, self.clock.time(now))

    def is_over(self, now):
        return now - self.born >= LIFE_S or self.sealer.counter >= COUNTER_END


class Slots:
    """`previous`, `current` and `next`; `all` remembers every session there ever was."""

    def __init__(self):
        self.previous = self.current = self.next = None
        self.all, self.switches = [], 0

    def live(self):
        return [one for one in (self.next, self.current, self.previous) if one is not None]

    def install(self, session):
        """Rule 3: a new `next` replaces an older one."""
        self.next = session
        self.all.append(session)

    def drop_next(self, session=None):
        """Ends an unconfirmed session: that one, or any."""
        if session in (None, self.next):
            self.next = None

    def open(self, datagram):
        """(session, counter, flags, time, plaintext), and rule 2."""
        for session in self.live():
            if session.own_index == datagram[:4]:
                try:
                    opened = session.opener.open(datagram)
                except Repeated as repeated:
                    if repeated.is_newest:
                        raise Copied(session) from repeated
                    raise
                if session is self.next:
                    self.previous, self.current, self.next = self.current, self.next, None
                    self.switches += 1
                return session, *opened
        raise Dropped("length" if len(datagram) < LENGTHS.start else "index")

    def expire(self, now):
        for name in ("previous", "current", "next"):
            session = getattr(self, name)
            if session is not None and session.is_over(now):
                setattr(self, name, None)

    def erase(self, one=None):
        """That session and those with the same run of the other station, or all."""
        for name in ("previous", "current", "next"):
            session = getattr(self, name)
            if one in (None, session) or session and session.boot and session.boot == one.boot:
                setattr(self, name, None)
