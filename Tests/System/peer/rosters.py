"""Rosters of a site, made and checked as docs/protocol.md §4.3 says, by no code of the program."""

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from . import keytext
from .p256 import G, ORDER, times
from .primitives import hmac, sha256

LABEL = b"intercom/1 site"


def _number(secret, digest):
    """k of RFC 6979 §3.2; that its first value is no number below the order is out of reach."""
    key, value = bytes(32), bytes([1] * 32)
    given = secret.to_bytes(32, "big") + (digest % ORDER).to_bytes(32, "big")
    for step in (b"\0", b"\1"):
        key = hmac(key, value, step, given)
        value = hmac(key, value)
    return int.from_bytes(hmac(key, value), "big")


def signed(secret, body):
    """Any lines, signed by a site's secret, 64 digits."""
    secret, digest = int(secret, 16), int.from_bytes(sha256(body.encode()), "big")
    k = _number(secret, digest)
    r = times(k, G)[0] % ORDER
    s = pow(k, -1, ORDER) * (digest + r * secret) % ORDER
    return f"{body}signature {r:064x}{min(s, ORDER - s):064x}\n"


def make(secret, counter, stations, name="house", channels=()):
    """A roster; of each kind of line, pairs of a name and the rest of its line."""
    x, y = times(int(secret, 16), G)
    lines = ["intercom-roster-1", f"site {name} {x:064x}{y:064x}",
             f"counter {counter}"]
    lines += [f"station {station} {rest}" for station, rest in sorted(stations)]
    lines += [f"channel {channel} {rest}" for channel, rest in sorted(channels)]
    return signed(secret, "".join(f"{line}\n" for line in lines))


def verify(text):
    """The words of the lines of a roster; raises an error if it is not signed by its key."""
    body, _, signature = text.rpartition("signature ")
    lines = [line.split(" ") for line in body.splitlines()]
    assert lines[0] == ["intercom-roster-1"] and text.endswith("\n"), lines[0]
    point, numbers = bytes.fromhex(lines[1][2]), bytes.fromhex(signature.strip())
    key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), b"\x04" + point)
    r, s = (int.from_bytes(half, "big") for half in (numbers[:32], numbers[32:]))
    assert s <= ORDER // 2
    key.verify(encode_dss_signature(r, s), body.encode(), ec.ECDSA(hashes.SHA256()))
    return lines


def _key(text):
    """The key in a roster, its 64 bytes."""
    return bytes.fromhex(text.splitlines()[1].split(" ")[2])


def reference(text):
    """The eight bytes by which stations speak of the site of a roster."""
    return sha256(LABEL, _key(text))[:8]


def digits(text):
    """The digits of its site, for people."""
    return keytext.fingerprint(_key(text), LABEL)
