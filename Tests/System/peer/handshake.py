"""The handshake of §1.2 to §1.5: three messages, and the keys that follow from them."""

import copy
import secrets
from typing import NamedTuple

from . import mlkem
from .primitives import SUITES, Dropped, expand, hmac, public_key, sha256, x25519

M1, M2, M3, COOKIE = 1, 2, 3, 4
SIZES = {M1: 1232, M2: 1188, M3: 96, COOKIE: 56}
VERSION, NO_PSK = 1, bytes(32)
KEYED = 1
"""The flag of an M1 whose mac has a cookie in its key."""


def mac_key(responder):
    """K_mac of §1.6: all three messages have it from the responder's public key."""
    return sha256(b"intercom/1 mac1", responder)


def with_mac(responder, head, cookie=b""):
    """A message with its last 8 bytes."""
    return head + hmac(mac_key(responder) + cookie, head)[:8]


def capabilities(boot, least=1, most=1, flags=0, features=0):
    """caps of §1.3; `boot` is 8 bytes."""
    return bytes([least, most]) + flags.to_bytes(2, "big") + features.to_bytes(4, "big") + boot


def new_index():
    """§1.3: four random bytes, the first at least 0x10."""
    return bytes([secrets.randbelow(0xF0) + 0x10]) + secrets.token_bytes(3)


class Direction(NamedTuple):
    key: bytes
    hp: bytes
    iv: bytes


class Keys:
    """What §1.5 makes of a transcript."""

    def __init__(self, ck, h):
        self._prk = hmac(h, ck)
        self.i2r, self.r2i = self._direction(b"i2r"), self._direction(b"r2i")
        self.exporter = expand(self._prk, b"intercom/1 exporter", 32)

    def _direction(self, name):
        def made(what, size):
            return expand(self._prk, b"intercom/1 " + name + what, size)
        return Direction(made(b" key", 32), made(b" hp", 32), made(b" iv", 12))


class Symmetric:
    """SymmetricState of §1.2; `h` is for tests."""

    def __init__(self, suite, responder):
        self.suite = SUITES[suite]
        self.h = self.ck = sha256(self.suite.name)
        self.k, self.n = None, 0
        self.mix_hash(b"intercom" + bytes([VERSION, suite]))
        self.mix_hash(responder)

    def mix_hash(self, data):
        self.h = sha256(self.h, data)

    def mix_key(self, data):
        t = hmac(self.ck, data)
        self.ck = hmac(t, b"\1")
        self.k, self.n = hmac(t, self.ck, b"\2"), 0

    def mix_key_and_hash(self, data):
        t = hmac(self.ck, data)
        self.ck = hmac(t, b"\1")
        u = hmac(t, self.ck, b"\2")
        self.k, self.n = hmac(t, u, b"\3"), 0
        self.mix_hash(u)

    def encrypt(self, plain):
        sealed = self.suite.encrypt(self.k, self.suite.nonce(self.n), plain, self.h)
        self.n += 1
        self.mix_hash(sealed)
        return sealed

    def decrypt(self, sealed):
        plain = self.suite.decrypt(self.k, self.suite.nonce(self.n), sealed, self.h)
        self.n += 1
        self.mix_hash(sealed)
        return plain


def check_header(message, kind):
    """Length and header of a message of that kind, before any cryptography (§1.3)."""
    if len(message) != SIZES[kind]:
        raise Dropped("length")
    if message[0] != kind:
        raise Dropped("type")
    if message[1] != VERSION:
        raise Dropped("version")
    if message[2] not in SUITES:
        raise Dropped("suite")
    if message[3] & ~(KEYED if kind == M1 else 0):
        raise Dropped("flags")
    if kind in (M1, M2) and message[4] < 0x10:
        raise Dropped("index")


def check_mac(responder, message, cookies=(b"",)):
    """Whether the mac is right, with no cookie or with one of those accepted."""
    if all(message[-8:] != with_mac(responder, message[:-8], one)[-8:] for one in cookies):
        raise Dropped("mac")


class Initiator:
    """One handshake of the station that asks; what is not given is of chance."""

    def __init__(self, secret, responder, suite=1, psk=None, *, caps, index=None, e=None,
                 kem=None, cookie=b""):
        self.secret, self.responder, self.suite = secret, responder, suite
        self.psk, self.caps = psk or NO_PSK, caps
        self.index, self.e = index or new_index(), e or secrets.token_bytes(32)
        self._ek, self._dk = kem or mlkem.generate(secrets.token_bytes(64))
        self.cookie = cookie
        self.state = Symmetric(suite, responder)
        head = bytes([M1, VERSION, suite, KEYED if cookie else 0]) + self.index
        for part in (head, public_key(self.e), self._ek, b""):
            self.state.mix_hash(part)
        self.h1 = self.state.h
        self.m1 = with_mac(responder, head + public_key(self.e) + self._ek, cookie)
        self.h2 = self.m3 = self.other_index = self.other_caps = None

    def finish(self, m2):
        """Takes M2; returns the keys, and `m3` is there. A bad M2 changes nothing (§1.4, 6)."""
        check_header(m2, M2)
        if m2[2] != self.suite:
            raise Dropped("suite")
        if m2[8:12] != self.index:
            raise Dropped("index")
        check_mac(self.responder, m2)
        state, e_r = copy.copy(self.state), m2[12:44]
        state.mix_hash(m2[:12])
        state.mix_hash(e_r)
        state.mix_key(x25519(self.e, e_r))
        ciphertext = state.decrypt(m2[44:1148])
        state.mix_key(mlkem.decapsulate(self._dk, ciphertext))
        state.mix_key(x25519(self.e, self.responder))
        caps = state.decrypt(m2[1148:1180])
        h2 = state.h

        head = bytes([M3, VERSION, self.suite, 0]) + m2[4:8]
        state.mix_hash(head)
        body = state.encrypt(public_key(self.secret))
        state.mix_key(x25519(self.secret, e_r))
        state.mix_key_and_hash(self.psk)
        body += state.encrypt(self.caps)
        self.state, self.h2, self.other_index, self.other_caps = state, h2, m2[4:8], caps
        self.m3 = with_mac(self.responder, head + body)
        return Keys(state.ck, state.h)


class Responder:
    """One handshake of the station that is asked: made of an M1, whose answer is `m2`."""

    def __init__(self, secret, m1, *, caps, index=None, e=None, m=None, cookies=()):
        self.secret, self.public = secret, public_key(secret)
        check_header(m1, M1)
        check_mac(self.public, m1, cookies if m1[3] & KEYED else (b"",))
        self.m1, self.suite, self.other_index = m1, m1[2], m1[4:8]
        e_i, ek = m1[8:40], m1[40:1224]
        if not mlkem.is_sound(ek):
            raise Dropped("modulus")
        state = Symmetric(self.suite, self.public)
        for part in (m1[:8], e_i, ek, b""):
            state.mix_hash(part)
        self.h1 = state.h

        self.index, self.e = index or new_index(), e or secrets.token_bytes(32)
        e_r = public_key(self.e)
        shared, ciphertext = mlkem.encapsulate(ek, m or secrets.token_bytes(32))
        head = bytes([M2, VERSION, self.suite, 0]) + self.index + self.other_index
        state.mix_hash(head)
        state.mix_hash(e_r)
        state.mix_key(x25519(self.e, e_i))
        body = state.encrypt(ciphertext)
        state.mix_key(shared)
        state.mix_key(x25519(secret, e_i))
        body += state.encrypt(caps)
        self.state, self.h2 = state, state.h
        self.m2 = with_mac(self.public, head + e_r + body)
        self.other_public = self.other_caps = None

    def finish(self, m3, find):
        """Takes M3; returns the keys. `find` makes (suite, psk) of a public key, or None."""
        check_header(m3, M3)
        if m3[2] != self.suite:
            raise Dropped("suite")
        if m3[4:8] != self.index:
            raise Dropped("index")
        check_mac(self.public, m3)
        state = copy.copy(self.state)
        state.mix_hash(m3[:8])
        public = state.decrypt(m3[8:56])
        known = find(public)
        state.mix_key(x25519(self.e, public))
        state.mix_key_and_hash((known and known[1]) or NO_PSK)
        try:
            caps = state.decrypt(m3[56:88])
        except Dropped:
            raise Dropped("psk" if known else "unknown key") from None
        if not known:
            raise Dropped("unknown key")
        if known[0] != self.suite:
            raise Dropped("pinned suite")
        self.state, self.other_public, self.other_caps = state, public, caps
        return Keys(state.ck, state.h)
