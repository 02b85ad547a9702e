"""Rosters of a site, made and checked as docs/protocol.md §4.3 says, by no code of the program."""

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import (
    decode_dss_signature, encode_dss_signature)

ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
SIGNED = ec.ECDSA(hashes.SHA256())


def signed(secret, body):
    """Any lines, signed by a site's secret, 64 digits."""
    key = ec.derive_private_key(int(secret, 16), ec.SECP256R1())
    r, s = decode_dss_signature(key.sign(body.encode(), SIGNED))
    return f"{body}signature {r:064x}{min(s, ORDER - s):064x}\n"


def make(secret, counter, stations, name="house", channels=()):
    """A roster; of each kind of line, pairs of a name and the rest of its line."""
    point = ec.derive_private_key(int(secret, 16), ec.SECP256R1()).public_key().public_numbers()
    lines = ["intercom-roster-1", f"site {name} {point.x:064x}{point.y:064x}",
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
    key.verify(encode_dss_signature(r, s), body.encode(), SIGNED)
    return lines
