"""Hashes, X25519 and the two cipher suites, §1.2 and §2.1."""

import hashlib
import hmac as hmac_module

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM, ChaCha20Poly1305
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat


class Dropped(Exception):
    """What arrived is ignored; the text is the reason, one word or a few."""


def sha256(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def hmac(key, *parts):
    return hmac_module.digest(key, b"".join(parts), "sha256")


def expand(prk, info, size):
    """HKDF-Expand over SHA-256, RFC 5869."""
    made, block = b"", b""
    while len(made) < size:
        block = hmac(prk, block, info, bytes([len(made) // 32 + 1]))
        made += block
    return made[:size]


def public_key(secret):
    key = X25519PrivateKey.from_private_bytes(secret).public_key()
    return key.public_bytes(Encoding.Raw, PublicFormat.Raw)


def x25519(secret, point):
    """The shared secret; one of zeros is refused (§1.4, 4)."""
    try:
        return X25519PrivateKey.from_private_bytes(secret).exchange(
            X25519PublicKey.from_public_bytes(point))
    except ValueError:
        raise Dropped("zero") from None


class Suite:
    """One of the two cipher suites."""

    def __init__(self, number, name, cipher, order, mask):
        self.number, self._cipher, self._order, self._mask = number, cipher, order, mask
        self.name = f"Noise_XK1hfs_25519+MLKEM768_{name}_SHA256".encode()

    def nonce(self, number):
        """The nonce of the handshake: its byte order is the suite's."""
        return bytes(4) + number.to_bytes(8, self._order)

    def encrypt(self, key, nonce, data, extra):
        return self._cipher(key).encrypt(nonce, data, extra)

    def decrypt(self, key, nonce, data, extra):
        try:
            return self._cipher(key).decrypt(nonce, data, extra)
        except InvalidTag:
            raise Dropped("tag") from None

    def mask(self, key, tag):
        """Five bytes over a frame's header, from the key `hp` and the frame's tag."""
        return self._mask(key, tag)[:5]


def _aes_mask(key, tag):
    return Cipher(algorithms.AES(key), modes.ECB()).encryptor().update(tag)


def _chacha_mask(key, tag):
    # The library's 16 bytes of nonce begin with the block counter, as the tag does here.
    return Cipher(algorithms.ChaCha20(key, tag), None).encryptor().update(bytes(5))


SUITES = {
    1: Suite(1, "AESGCM", AESGCM, "big", _aes_mask),
    2: Suite(2, "ChaChaPoly", ChaCha20Poly1305, "little", _chacha_mask),
}
