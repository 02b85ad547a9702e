"""Real speech to send: the prompts of Debian's asterisk-core-sounds-en-g722, one speaker.

They are 16 kHz wideband in G.722; ffmpeg decodes them and brings them to 48 kHz.
"""

import os
import subprocess

import numpy

from . import wav
from .place import StageError

FOLDER = "/usr/share/asterisk/sounds/en_US_f_Allison"
# Whole sentences, about 2.5 minutes.
PROMPTS = ["demo-congrats", "demo-instruct", "demo-abouttotry", "demo-moreinfo",
           "priv-callee-options", "demo-echotest"]


def prompt(name):
    """One prompt, from its first sound to its last."""
    path = os.path.join(FOLDER, f"{name}.g722")
    if not os.path.exists(path):
        raise StageError(f"{path} is missing; tools/packages installs it")
    done = subprocess.run(
        ["ffmpeg", "-nostdin", "-v", "error", "-f", "g722", "-i", path, "-f", "s16le", "-ac", "1",
         "-ar", str(wav.RATE), "-"], capture_output=True, timeout=60, check=False)
    if done.returncode != 0:
        raise StageError(f"ffmpeg cannot decode {path}: {done.stderr.decode().strip()}")
    return _trimmed(numpy.frombuffer(done.stdout, dtype="<i2"))


def _trimmed(samples):
    """Without the silence around it; the first sound is one a person would notice."""
    block = wav.RATE // 200
    blocks = samples[: len(samples) // block * block].reshape(-1, block).astype(numpy.float64)
    loudness = numpy.sqrt(numpy.mean(numpy.square(blocks), axis=1))
    loud = numpy.flatnonzero(loudness > 0.05 * loudness.max())
    return samples[loud[0] * block:(loud[-1] + 1) * block]


def talk(seconds, peak=0.5):
    """So many seconds of speech; it begins with the first sample."""
    parts, have, turn = [], 0, 0
    while have < seconds * wav.RATE:
        part = prompt(PROMPTS[turn % len(PROMPTS)])
        parts += [part, wav.silence(0.3)]
        have += len(part) + int(0.3 * wav.RATE)
        turn += 1
    samples = numpy.concatenate(parts)[: int(seconds * wav.RATE)].astype(numpy.float64)
    return numpy.rint(samples * (peak * 32767 / numpy.max(numpy.abs(samples)))).astype(numpy.int16)
