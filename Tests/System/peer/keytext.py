"""Keys as text, §4.2."""

import base64

from .primitives import Dropped, sha256


def base32(data):
    return base64.b32encode(data).decode().lower().rstrip("=")


def written(public):
    """A public key as people paste it."""
    return f"intercom1:{base32(public)}:{base32(sha256(b'intercom1:', public))[:4]}"


def read(text):
    """The public key of such a text."""
    parts = text.lower().split(":")
    if len(parts) != 3 or parts[0] != "intercom1" or len(parts[1]) != 52:
        raise Dropped("form")
    try:
        public = base64.b32decode(parts[1].upper() + "====")
    except ValueError:
        raise Dropped("letters") from None
    # Writing it again shows unused bits as well as a wrong check.
    if written(public) != text.lower():
        raise Dropped("check")
    return public


def fingerprint(public, label=b"intercom/1 fpr"):
    """The digits by which people compare keys."""
    digits = int.from_bytes(sha256(label, public), "big") % 10**24
    text = f"{digits:024}"
    return " ".join(text[i:i + 4] for i in range(0, 24, 4))
