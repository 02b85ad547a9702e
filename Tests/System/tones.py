"""The tones of `permit = tone` in what a speaker played."""

import numpy
from lab import sound

PERMIT, NOBODY = 1047, 330
"""Hertz: the channel is open, and no listener hears."""


def has_tone(samples, hertz):
    """Whether it sounds anywhere, for 40 ms or more."""
    # The steps of a track are 20 ms.
    loud = sound.tone_track(samples, hertz) > -34
    return bool(numpy.any(loud[1:] & loud[:-1]))
