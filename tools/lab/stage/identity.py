"""Station keys and the mac of a handshake message, from protocol.md, without the daemon's code."""

import base64
import hashlib
import hmac
import secrets

P = 2**255 - 19


def x25519(secret, point=9):
    """RFC 7748 §5, not in constant time: these keys protect nothing."""
    k = bytearray(secret)
    k[0] &= 248
    k[31] = k[31] & 127 | 64
    k = int.from_bytes(k, "little")
    x2, z2, x3, z3, swap = 1, 0, point, 1, 0
    for bit in reversed(range(255)):
        digit = k >> bit & 1
        if swap ^ digit:
            x2, x3, z2, z3 = x3, x2, z3, z2
        swap = digit
        a, b, c, d = x2 + z2, x2 - z2, x3 + z3, x3 - z3
        da, cb, aa, bb = d * a, c * b, a * a, b * b
        x3, z3 = (da + cb) ** 2 % P, point * (da - cb) ** 2 % P
        x2, z2 = aa * bb % P, (aa - bb) * (aa + 121665 * (aa - bb)) % P
    if swap:
        x2, z2 = x3, z3
    return (x2 * pow(z2, P - 2, P) % P).to_bytes(32, "little")


def base32(data):
    return base64.b32encode(data).decode().lower().rstrip("=")


class Identity:
    """A station's key pair; of chance, unless a secret of 32 bytes is given."""

    def __init__(self, secret=None):
        self.secret = secret or secrets.token_bytes(32)
        self.public = x25519(self.secret)

    @property
    def file(self):
        return f"intercom-identity-1 {self.secret.hex()}\n"

    @property
    def text(self):
        check = base32(hashlib.sha256(b"intercom1:" + self.public).digest())[:4]
        return f"intercom1:{base32(self.public)}:{check}"

    def mac(self, message):
        """What ends a handshake message to this station; `message` comes without it."""
        return hmac.digest(self.mac_key, message, "sha256")[:8]

    @property
    def mac_key(self):
        """The key of the mac of messages to this station, which follows from its public key."""
        return hashlib.sha256(b"intercom/1 mac1" + self.public).digest()
