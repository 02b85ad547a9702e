"""The picture of a talk: one strip for each sound, time to the right, pitch upwards."""

import struct
import zlib

import numpy

from .wav import RATE

WIDTH, HEIGHT, TITLE = 1200, 180, 22
HIGHEST = 8_000
BLOCK = 1_024
# Dark to bright: silence, breath, voice, as stops of a ramp.
COLOURS = [(8, 10, 24), (52, 24, 92), (152, 40, 96), (236, 110, 52), (252, 232, 150)]
# Seven rows of five dots, the bits of a number each.
LETTERS = {
    "a": "00 00 0e 01 0f 11 0f",
    "d": "01 01 0f 11 11 11 0f",
    "e": "00 00 0e 11 1f 10 0e",
    "h": "10 10 1e 11 11 11 11",
    "i": "04 00 0c 04 04 04 0e",
    "n": "00 00 1e 11 11 11 11",
    "o": "00 00 0e 11 11 11 0e",
    "r": "00 00 16 19 10 10 10",
    "s": "00 00 0f 10 0e 01 1e",
    "t": "08 08 1e 08 08 09 06",
    "w": "00 00 11 11 15 15 0a",
    " ": "00 00 00 00 00 00 00",
}


def _strip(samples):
    """A spectrogram of HEIGHT by WIDTH by 3; 70 dB from dark to bright."""
    samples = numpy.asarray(samples, dtype=numpy.float64)
    if len(samples) < BLOCK:
        samples = numpy.pad(samples, (0, BLOCK - len(samples)))
    starts = numpy.linspace(0, len(samples) - BLOCK, WIDTH).astype(int)
    blocks = samples[starts[:, None] + numpy.arange(BLOCK)] * numpy.hanning(BLOCK)
    power = numpy.square(numpy.abs(numpy.fft.rfft(blocks, axis=1)))
    rows = numpy.linspace(HIGHEST, 0, HEIGHT) * BLOCK / RATE
    loudness = 10 * numpy.log10(power[:, rows.astype(int)].T + 1e-3)
    bright = numpy.clip((loudness - numpy.percentile(loudness, 99.5)) / 70 + 1, 0, 1)
    stops = numpy.linspace(0, 1, len(COLOURS))
    return numpy.stack(
        [numpy.interp(bright, stops, channel) for channel in zip(*COLOURS)], axis=-1)


def _title(text):
    """A line of text in twice-as-large 5 by 7 letters."""
    image = numpy.full((TITLE, WIDTH, 3), 255.0)
    for place, letter in enumerate(text):
        rows = [int(row, 16) for row in LETTERS[letter].split()]
        bits = numpy.array([[row >> column & 1 for column in (4, 3, 2, 1, 0)] for row in rows])
        large = numpy.kron(bits, numpy.ones((2, 2)))
        left = 4 + 12 * place
        image[4:18, left:left + 10][large > 0] = (32, 32, 32)
    return image


def write(path, strips):
    """Writes a PNG of (title, samples) strips, one under the other."""
    image = numpy.concatenate(
        [part for title, samples in strips for part in (_title(title), _strip(samples))])
    rows = image.astype(numpy.uint8).reshape(len(image), -1)
    raw = numpy.concatenate([numpy.zeros((len(rows), 1), numpy.uint8), rows], axis=1).tobytes()
    header = struct.pack("!IIBBBBB", WIDTH, len(rows), 8, 2, 0, 0, 0)
    with open(path, "wb") as file:
        file.write(b"\x89PNG\r\n\x1a\n")
        for kind, data in ((b"IHDR", header), (b"IDAT", zlib.compress(raw, 6)), (b"IEND", b"")):
            checksum = zlib.crc32(kind + data)
            file.write(struct.pack("!I", len(data)) + kind + data + struct.pack("!I", checksum))
