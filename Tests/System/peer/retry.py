"""When a handshake is tried again, rule 7 of §1.7."""

from .primitives import sha256

BASES_S = (1, 2, 4, 8, 16, 30)
_MASK = (1 << 64) - 1


class Waits:
    """The waits of one station towards one peer."""

    def __init__(self, own, other):
        self._state = int.from_bytes(sha256(b"intercom/1 jitter", own, other)[:8], "big")
        self._tries = 0

    def _draw(self):
        self._state = (self._state + 0x9E3779B97F4A7C15) & _MASK
        z = self._state
        z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9 & _MASK
        z = (z ^ z >> 27) * 0x94D049BB133111EB & _MASK
        return z ^ z >> 31

    def restart(self):
        """Begins the bases anew; what was drawn stays drawn."""
        self._tries = 0

    def next_ms(self):
        base = BASES_S[min(self._tries, len(BASES_S) - 1)] * 1000
        self._tries += 1
        return base * (800 + self._draw() % 401) // 1000

    def heartbeat_ms(self):
        """Rule 8."""
        return 14_000 + self._draw() % 2001
