"""Cookies of §1.6, and what a responder under load does with an M1."""

import collections
import ipaddress
import secrets

from .handshake import COOKIE, KEYED, M1, VERSION, check_header, check_mac
from .primitives import SUITES, Dropped, hmac, sha256

SECRET_AGE_S = 120
CALM_BURST, CALM_RATE, HALF_OPEN_MAX = 10, 1, 8
"""M1 at once and then in a second, and handshakes that wait for M3: more are a load."""
CALM_S = 5
"""So long after the last of them it is over."""


def source_bytes(address):
    """ip ‖ port of a source, IPv4 within IPv6."""
    ip, port = ipaddress.ip_address(address[0].split("%")[0]), address[1]
    packed = ip.packed if ip.version == 6 else bytes(10) + b"\xff\xff" + ip.packed
    return packed + port.to_bytes(2, "big")


def cookie_for(secret, address):
    return hmac(secret, source_bytes(address))[:16]


def _reply_key(responder, n):
    return hmac(sha256(b"intercom/1 cookie", responder), n)


def reply(responder, m1, cookie, n=None):
    """The cookie reply to an M1."""
    n, suite = n or secrets.token_bytes(16), m1[2]
    sealed = SUITES[suite].encrypt(_reply_key(responder, n), bytes(12), cookie, m1[-8:])
    return bytes([COOKIE, VERSION, suite, 0]) + m1[4:8] + n + sealed


def opened(responder, m1, message):
    """The cookie of a reply to this M1, which is the last that was sent."""
    check_header(message, COOKIE)
    if message[2] != m1[2]:
        raise Dropped("suite")
    if message[4:8] != m1[4:8]:
        raise Dropped("index")
    return SUITES[m1[2]].decrypt(
        _reply_key(responder, message[8:24]), bytes(12), message[24:], m1[-8:])


class Bucket:
    """A token bucket."""

    def __init__(self, rate, burst, now):
        self.rate, self.burst, self.tokens, self._then = rate, burst, burst, now

    def take(self, now):
        self.tokens = min(self.burst, self.tokens + (now - self._then) * self.rate)
        self._then = now
        if self.tokens < 1:
            return False
        self.tokens -= 1
        return True


class Oven:
    """Q of §1.6: new every 120 s, the last two accepted."""

    def __init__(self, now, secret=None):
        self._secrets, self._since = [secret or secrets.token_bytes(32)], now

    def _renew(self, now):
        while now - self._since >= SECRET_AGE_S:
            self._secrets = [secrets.token_bytes(32), *self._secrets[:1]]
            self._since += SECRET_AGE_S

    def bake(self, address, now):
        self._renew(now)
        return cookie_for(self._secrets[0], address)

    def accepted(self, address, now):
        self._renew(now)
        return [cookie_for(one, address) for one in self._secrets]


class Doorman:
    """Says what becomes of an M1: "answer", a cookie reply, or nothing.

    `peers` are the addresses of configured peers, which have tokens of their own.
    """

    RATE, BURST, RATE_OF_ALL = 2, 5, 50

    def __init__(self, public, now, oven=None, peers=()):
        self.public, self.oven, self.peers = public, oven or Oven(now), peers
        self._buckets, self._answered, self._loaded_until = {}, collections.deque([], 1024), now
        self._calm = Bucket(CALM_RATE, CALM_BURST, now)
        self._all = Bucket(self.RATE_OF_ALL, self.RATE_OF_ALL, now)

    def _note(self, half_open, now):
        if not self._calm.take(now) or half_open > HALF_OPEN_MAX:
            self._loaded_until = now + CALM_S

    def under_load(self, now):
        return now < self._loaded_until

    @staticmethod
    def _prefix(address):
        ip = ipaddress.ip_address(address[0].split("%")[0])
        return ip.packed if ip.version == 4 else ip.packed[:7]

    def _pays(self, address, now):
        if address in self.peers:
            return self._buckets.setdefault(
                address, Bucket(self.RATE, self.BURST, now)).take(now)
        own = self._buckets.setdefault(
            self._prefix(address), Bucket(self.RATE, self.BURST, now))
        return own.take(now) and self._all.take(now)

    def judge(self, m1, address, half_open, now):
        """None: answer it. Bytes: send them instead. What is ignored is `Dropped`."""
        check_header(m1, M1)
        keyed = m1[3] & KEYED
        check_mac(self.public, m1, self.oven.accepted(address, now) if keyed else (b"",))
        self._note(half_open, now)
        if not keyed:
            if not self.under_load(now):
                return None
            return reply(self.public, m1, self.oven.bake(address, now))
        if m1 in self._answered:
            raise Dropped("repeated")
        if self.under_load(now) and not self._pays(address, now):
            raise Dropped("bucket")
        self._answered.append(m1)
        return None
