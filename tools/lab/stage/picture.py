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
LETTERS = {
    "a": "00000 00000 01110 00001 01111 10001 01111",
    "d": "00001 00001 01111 10001 10001 10001 01111",
    "e": "00000 00000 01110 10001 11111 10000 01110",
    "h": "10000 10000 11110 10001 10001 10001 10001",
    "i": "00100 00000 01100 00100 00100 00100 01110",
    "n": "00000 00000 11110 10001 10001 10001 10001",
    "o": "00000 00000 01110 10001 10001 10001 01110",
    "r": "00000 00000 10110 11001 10000 10000 10000",
    "s": "00000 00000 01111 10000 01110 00001 11110",
    "t": "01000 01000 11110 01000 01000 01001 00110",
    "w": "00000 00000 10001 10001 10101 10101 01010",
    " ": "00000 00000 00000 00000 00000 00000 00000",
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
        bits = numpy.array([[int(bit) for bit in row] for row in LETTERS[letter].split()])
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
