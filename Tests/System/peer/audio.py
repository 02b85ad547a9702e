"""Audio packets of §2.2 and §2.3: what is inside a packet of kind 0."""

from typing import NamedTuple

from .primitives import Dropped

SIZE_MIN = 64
ORDINARY, LAST = 0, 1


class Audio(NamedTuple):
    """What a packet holds: (seq, Opus packet) of the frame itself, then of each copy."""

    kind: int
    frames: list


def size_for(length, depth=0):
    """P of §2.2, for frames of so many bytes."""
    return max(SIZE_MIN, 5 + length * (1 + depth))


def packed(seq, frames, *, kind=ORDINARY, offset=1, size=None):
    """The plaintext; `frames` are the frame itself and then its copies, the newest first."""
    depth, length = len(frames) - 1, len(frames[0])
    assert all(len(one) == length for one in frames), "frames of one packet have one length"
    form = depth << 5 | (offset - 1 if depth else 0) << 3 | kind
    head = (seq & 0xFFFF).to_bytes(2, "big") + bytes([form]) + length.to_bytes(2, "big")
    return (head + b"".join(frames)).ljust(size or size_for(length, depth), b"\0")


def parsed(plain):
    """What a receiver makes of a plaintext."""
    seq, form = int.from_bytes(plain[:2], "big"), plain[2]
    depth, offset, kind = form >> 5, (form >> 3 & 3) + 1, form & 7
    length = int.from_bytes(plain[3:5], "big")
    if kind not in (ORDINARY, LAST):
        raise Dropped("kind")
    if length < 1 or 5 + length * (1 + depth) > len(plain):
        raise Dropped("frames")
    places = range(5, 5 + length * (1 + depth), length)
    return Audio(kind, [((seq - i * offset) & 0xFFFF, plain[place:place + length])
                        for i, place in enumerate(places)])


class Speech:
    """The packets of a stream, one after the other: a Python sender's part of §2.3."""

    def __init__(self, seq, depth=0, offset=1, size=None):
        self.seq, self.depth, self.offset, self.size = seq & 0xFFFF, depth, offset, size
        self._spurt = []

    def packet(self, frame, last=False):
        """(seq, plaintext) of the next frame; the last one ends the talkspurt."""
        self._spurt.append(frame)
        number = len(self._spurt) - 1
        depth = min(self.depth, number // self.offset)
        frames = [self._spurt[number - i * self.offset] for i in range(depth + 1)]
        size = self.size or size_for(len(frame), self.depth)
        plain = packed(self.seq, frames, kind=LAST if last else ORDINARY, offset=self.offset,
                       size=size)
        seq, self.seq = self.seq, (self.seq + 1) & 0xFFFF
        if last:
            self._spurt = []
        return seq, plain
