"""Pairing by a short code, §4.1: both sides of it at once, as a test's values need."""

import hashlib
import re
from typing import NamedTuple

from . import mlkem, p256
from .primitives import SUITES, Dropped, expand, hmac, public_key, sha256

# RFC 9382, section 6.
POINT_M = p256.unpacked(bytes.fromhex(
    "02886e2f97ace46e55ba9dd7242579f2993b64e16ef3dcab95afd497333d8fa12f"))
POINT_N = p256.unpacked(bytes.fromhex(
    "03d8bbd6c639c62937b04d997f38c3770719c629d7014d49a24b4f98baa1292b49"))
ROUNDS, VERSION = 100_000, 1


def normal(typed):
    """A code as it is used, or None where it is none."""
    code = re.sub("[ -]", "", typed).upper()
    code = code.replace("O", "0").replace("I", "1").replace("L", "1")
    return code if re.fullmatch("[0-9]{6}|[0-9A-HJKMNP-TV-Z]{8}", code) else None


def card(public, caps, name):
    """What each side tells of itself once the code is proved."""
    if not re.fullmatch("[a-z0-9][a-z0-9-]{0,30}", name):
        raise Dropped("name")
    return public + caps + bytes([len(name)]) + name.encode().ljust(31, b"\0")


def framed(kind, body):
    """A message on the stream: its length, its type, its body."""
    return (len(body) + 1).to_bytes(2, "big") + bytes([kind]) + body


def chosen(suites_a, suites_b):
    """The suite of two offers."""
    both = suites_a & suites_b
    if not both & 3:
        raise Dropped("suites")
    return 1 if both & 1 else 2


class Side(NamedTuple):
    """What one of the two brings."""

    scalar: int
    nonce: bytes
    suites: int
    secret: bytes
    caps: bytes
    name: str

    @property
    def card(self):
        return card(public_key(self.secret), self.caps, self.name)


def password(code, nonce):
    made = hashlib.pbkdf2_hmac(
        "sha256", code.encode(), b"intercom/1 pair" + nonce, ROUNDS, 40)
    return int.from_bytes(made, "big") % p256.ORDER


def transcript(code, a, b, seed, m):
    """All values of a pairing, by the names of §4.1."""
    w = password(code, a.nonce)
    point_a = p256.plus(p256.times(a.scalar, p256.G), p256.times(w, POINT_M))
    point_b = p256.plus(p256.times(b.scalar, p256.G), p256.times(w, POINT_N))
    assert p256.is_on_curve(point_a) and p256.is_on_curve(point_b)
    shared = p256.times(a.scalar, p256.minus(point_b, p256.times(w, POINT_N)))
    assert shared == p256.times(b.scalar, p256.minus(point_a, p256.times(w, POINT_M)))
    ek, _ = mlkem.generate(seed)
    ss, ct = mlkem.encapsulate(ek, m)
    p_a, p_b, k = map(p256.packed, (point_a, point_b, shared))
    suite = chosen(a.suites, b.suites)

    parts = (b"intercom/1 A", b"intercom/1 B", p_a, p_b, k, w.to_bytes(32, "big"))
    tt = b"".join(len(part).to_bytes(8, "little") + part for part in parts)
    first = bytes([VERSION, a.suites]) + a.nonce + p_a + ek
    second = bytes([VERSION, suite]) + b.nonce + p_b + ct
    t = sha256(tt, first, second)
    prk = hmac(t, sha256(tt)[:16], ss)

    def key(name):
        return expand(prk, b"intercom/1 pair " + name, 32)

    def sealed(name, plain):
        return SUITES[1].encrypt(key(name), bytes(12), plain, t)

    c_a, c_b = hmac(key(b"cA"), t), hmac(key(b"cB"), t)
    psk = expand(prk, b"intercom/1 pair psk" + public_key(a.secret) + public_key(b.secret), 32)
    return {
        "code": code, "w": w.to_bytes(32, "big"), "pA": p_a, "pB": p_b, "K": k,
        "TT_hash": sha256(tt), "T": t, "ss": ss, "prk": prk,
        # By these names the file has the keys of the two proofs, not the proofs.
        "cA": key(b"cA"), "cB": key(b"cB"),
        "KA": key(b"KA"), "KB": key(b"KB"), "suite": suite, "p1": framed(5, first),
        "p2": framed(6, second + c_b), "p3": framed(7, c_a + sealed(b"KA", a.card)),
        "p4": framed(8, sealed(b"KB", b.card)), "psk": psk,
    }


class Entering:
    """The side that has typed the code, message by message."""

    def __init__(self, code, scalar, nonce, suites, secret, caps, name, seed):
        self._scalar, self._card, self._public = scalar, card(
            public_key(secret), caps, name), public_key(secret)
        self._w = password(code, nonce)
        point = p256.plus(p256.times(scalar, p256.G), p256.times(self._w, POINT_M))
        self._point = p256.packed(point)
        ek, self._dk = mlkem.generate(seed)
        self._opening = bytes([VERSION, suites]) + nonce + self._point + ek
        self._prk = self._t = None
        self.first = framed(5, self._opening)

    def _key(self, name):
        return expand(self._prk, b"intercom/1 pair " + name, 32)

    def answer(self, second):
        """P3 for a P2; None where the other side has another code."""
        body = second[3:]
        theirs = body[18:83]
        shared = p256.times(self._scalar, p256.minus(
            p256.unpacked(theirs), p256.times(self._w, POINT_N)))
        parts = (b"intercom/1 A", b"intercom/1 B", self._point, theirs, p256.packed(shared),
                 self._w.to_bytes(32, "big"))
        tt = b"".join(len(part).to_bytes(8, "little") + part for part in parts)
        self._t = sha256(tt, self._opening, body[:1171])
        ss = mlkem.decapsulate(self._dk, body[83:1171])
        self._prk = hmac(self._t, sha256(tt)[:16], ss)
        if hmac(self._key(b"cB"), self._t) != body[1171:]:
            return None
        sealed = SUITES[1].encrypt(self._key(b"KA"), bytes(12), self._card, self._t)
        return framed(7, hmac(self._key(b"cA"), self._t) + sealed)

    def finish(self, fourth):
        """The other side's card, and the psk of both."""
        plain = SUITES[1].decrypt(self._key(b"KB"), bytes(12), fourth[3:], self._t)
        other = {"public": plain[:32], "name": plain[49:49 + plain[48]].decode()}
        return other, expand(
            self._prk, b"intercom/1 pair psk" + self._public + other["public"], 32)


class Showing:
    """The side that shows the code, message by message."""

    def __init__(self, code, scalar, nonce, suites, secret, caps, name, randomness):
        self._code, self._scalar, self._nonce, self._suites = code, scalar, nonce, suites
        self._card, self._public = card(public_key(secret), caps, name), public_key(secret)
        self._randomness = randomness
        self._prk = self._t = None
        self.psk = None

    def _key(self, name):
        return expand(self._prk, b"intercom/1 pair " + name, 32)

    def answer(self, first):
        """P2 for a P1."""
        body = first[3:]
        w = password(self._code, body[2:18])
        theirs, ek = body[18:83], body[83:]
        point = p256.packed(p256.plus(p256.times(self._scalar, p256.G), p256.times(w, POINT_N)))
        shared = p256.times(self._scalar, p256.minus(
            p256.unpacked(theirs), p256.times(w, POINT_M)))
        ss, ct = mlkem.encapsulate(ek, self._randomness)
        parts = (b"intercom/1 A", b"intercom/1 B", theirs, point, p256.packed(shared),
                 w.to_bytes(32, "big"))
        tt = b"".join(len(part).to_bytes(8, "little") + part for part in parts)
        second = bytes([VERSION, chosen(body[1], self._suites)]) + self._nonce + point + ct
        self._t = sha256(tt, body, second)
        self._prk = hmac(self._t, sha256(tt)[:16], ss)
        return framed(6, second + hmac(self._key(b"cB"), self._t))

    def finish(self, third):
        """The other side's card and P4; None where the other side has another code."""
        if hmac(self._key(b"cA"), self._t) != third[3:35]:
            return None
        plain = SUITES[1].decrypt(self._key(b"KA"), bytes(12), third[35:], self._t)
        other = {"public": plain[:32], "name": plain[49:49 + plain[48]].decode()}
        self.psk = expand(
            self._prk, b"intercom/1 pair psk" + other["public"] + self._public, 32)
        return other, framed(8, SUITES[1].encrypt(self._key(b"KB"), bytes(12), self._card, self._t))
