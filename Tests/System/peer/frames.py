"""Frames of §2.1: sealing, opening, the counter and the window."""

from .primitives import SUITES, Dropped

AUDIO, CONTROL, COVER = 0x00, 0x40, 0x80
"""Kinds, as they stand in the flags."""
START = 0x20
LENGTHS = range(89, 1233)
"""Of a datagram, in bytes."""
COUNTER_END, WINDOW = 1 << 22, 1024


def counter_of(highest, low):
    """The counter that `low`, its low 16 bits, stands for; None: there is none."""
    first = highest + 2 - (1 << 15)
    counter = first + (low - first) % (1 << 16)
    return counter if 0 <= counter < COUNTER_END else None


class Repeated(Dropped):
    """A counter that has come; `is_newest`: it is the highest one."""

    def __init__(self, is_newest):
        super().__init__("replay")
        self.is_newest = is_newest


class Window:
    """Which counters have come: `highest`, and those of the last 1024."""

    def __init__(self):
        self.highest, self._seen = -1, set()

    def is_new(self, counter):
        return counter > self.highest or (
            self.highest - counter < WINDOW and counter not in self._seen)

    def note(self, counter):
        self.highest = max(self.highest, counter)
        self._seen.add(counter)
        if len(self._seen) > 4 * WINDOW:
            self._seen = {one for one in self._seen if self.highest - one < WINDOW}


def _nonce(iv, counter):
    return (int.from_bytes(iv, "big") ^ counter).to_bytes(12, "big")


class Sealer:
    """One direction of a session, as its sender has it; `counter` is the next one."""

    def __init__(self, suite, keys, index):
        self.suite, self._keys, self.index, self.counter = SUITES[suite], keys, index, 0

    def seal(self, flags, plain, counter=None, time=0):
        """The datagram; a counter that is given leaves the own one where it is. `time` is the age
        of the session, in steps."""
        if counter is None:
            counter, self.counter = self.counter, self.counter + 1
        header = (self.index + bytes([flags]) + (counter & 0xFFFF).to_bytes(2, "big")
                  + time.to_bytes(2, "big"))
        sealed = self.suite.encrypt(
            self._keys.key, _nonce(self._keys.iv, counter), plain, header)
        mask = self.suite.mask(self._keys.hp, sealed[-16:])
        return header[:4] + bytes(a ^ b for a, b in zip(header[4:], mask)) + sealed


class Opener:
    """One direction of a session, as its receiver has it."""

    def __init__(self, suite, keys, index):
        self._suite, self._keys, self.index, self.window = SUITES[suite], keys, index, Window()

    def open(self, datagram):
        """(counter, flags, time, plaintext); what is no frame of this session is `Dropped`."""
        if len(datagram) not in LENGTHS:
            raise Dropped("length")
        if datagram[:4] != self.index:
            raise Dropped("index")
        mask = self._suite.mask(self._keys.hp, datagram[-16:])
        true = bytes(a ^ b for a, b in zip(datagram[4:9], mask))
        counter = counter_of(self.window.highest, int.from_bytes(true[1:3], "big"))
        if counter is None:
            raise Dropped("counter")
        plain = self._suite.decrypt(
            self._keys.key, _nonce(self._keys.iv, counter), datagram[9:], datagram[:4] + true)
        if not self.window.is_new(counter):
            raise Repeated(counter == self.window.highest)
        self.window.note(counter)
        return counter, true[0], int.from_bytes(true[3:], "big"), plain
