"""Recordings of docs/recordings.md: the file, and how a recipient reads it."""

from typing import NamedTuple

from . import mlkem
from .keytext import base32
from .primitives import SUITES, Dropped, expand, hmac, public_key, sha256, x25519

MAGIC, FIXED, RECIPIENT = b"ICREC1", 24, 1176
LAST = 1 << 31


class Reader(NamedTuple):
    """A recording key, with its secrets; `e` and `m` are what a file draws for it."""

    secret: bytes
    seed: bytes
    e: bytes
    m: bytes

    @property
    def public(self):
        return public_key(self.secret) + mlkem.generate(self.seed)[0]


def _wrapping_key(shared, ss, e_public, ct, public):
    return expand(hmac(b"intercom/1 rec", shared, ss), sha256(e_public, ct, public), 32)


def _recipient(suite, fixed, reader, file_key):
    public = reader.public
    ss, ct = mlkem.encapsulate(public[32:], reader.m)
    e_public = public_key(reader.e)
    kek = _wrapping_key(x25519(reader.e, public[:32]), ss, e_public, ct, public)
    sealed = suite.encrypt(kek, bytes(12), file_key, fixed)
    return sha256(public)[:8] + e_public + ct + sealed


def entry(ms, source, data):
    return ms.to_bytes(4, "big") + bytes([source]) + len(data).to_bytes(2, "big") + data


def _nonce(prefix, index, last):
    return prefix + index.to_bytes(4, "big") + bytes([last])


def written(suite, start_ms, prefix, file_key, readers, chunks):
    """The whole file; each chunk is a list of (ms, source, bytes)."""
    cipher = SUITES[suite]
    fixed = MAGIC + bytes([suite, len(readers)]) + start_ms.to_bytes(8, "big") + prefix + b"\0"
    header = fixed + b"".join(_recipient(cipher, fixed, one, file_key) for one in readers)
    made = header
    for index, entries in enumerate(chunks):
        last = index == len(chunks) - 1
        plain = b"".join(entry(*one) for one in entries)
        sealed = cipher.encrypt(file_key, _nonce(prefix, index, last), plain, sha256(header))
        made += (len(sealed) | (LAST if last else 0)).to_bytes(4, "big") + sealed
    return made


def file_key(file, reader):
    """The key of the chunks; None where the file is not sealed to the reader."""
    fixed, cipher, public = file[:FIXED], SUITES[file[6]], reader.public
    for start in range(FIXED, FIXED + file[7] * RECIPIENT, RECIPIENT):
        one = file[start:start + RECIPIENT]
        if one[:8] == sha256(public)[:8]:
            ss = mlkem.decapsulate(mlkem.generate(reader.seed)[1], one[40:1128])
            kek = _wrapping_key(
                x25519(reader.secret, one[8:40]), ss, one[8:40], one[40:1128], public)
            return cipher.decrypt(kek, bytes(12), one[1128:], fixed)
    return None


def read(file, reader):
    """(chunks of plaintext, whether it is whole); bytes after the last chunk are `Dropped`."""
    fixed, cipher = file[:FIXED], SUITES[file[6]]
    place = FIXED + file[7] * RECIPIENT
    header, key = file[:place], file_key(file, reader)
    if key is None:
        raise Dropped("no recipient")
    found = []
    while place + 4 <= len(file):
        size = int.from_bytes(file[place:place + 4], "big")
        last, size = size >> 31, size & ~LAST
        sealed = file[place + 4:place + 4 + size]
        if len(sealed) < size:
            break
        found.append(cipher.decrypt(
            key, _nonce(fixed[16:23], len(found), last), sealed, sha256(header)))
        place += 4 + size
        if last:
            if place != len(file):
                raise Dropped("bytes after the last chunk")
            return found, True
    return found, False


def key_text(public):
    check = base32(sha256(b"intercomrec1:", public))[:4]
    return f"intercomrec1:{base32(public)}:{check}"
