"""What the system tests share: the stage of tools/lab, and the judges of what is heard."""

import contextlib
import os
import pathlib
import sys
import unittest

import numpy

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools/lab"))

# pylint: disable=wrong-import-position,unused-import
from stage import measure, place, process, sanitizer, sound, wav
from stage.judged import Unheard, Watched, judged
from stage.people import PATIENCE, Scene, listen, random_psk, unjudged, wait

longer = unittest.skipUnless(os.environ.get("INTERCOM_ALL"), "tools/system-tests --all runs it")


class SceneTest(unittest.TestCase):
    """A test of who hears what: judges of sound and of silence.

    The world around a daemon may be kept from running where the machine is busy: what it did not
    say or record in time is no fault of the daemon, and is left out. Nor is it a fault of the
    daemon when the kernel keeps its media thread waiting (`judged`): then what is not heard in time
    is no verdict. All else counts, and silence always.
    """

    def __init_subclass__(cls, **keywords):
        super().__init_subclass__(**keywords)
        for name, test in list(vars(cls).items()):
            if name.startswith("test_"):
                setattr(cls, name, judged(test))

    @contextlib.contextmanager
    def subTest(self, *words, **facts):
        """As unittest's; but what was not heard in one may be no verdict, and ends the test."""
        unheard = None
        with super().subTest(*words, **facts):
            try:
                yield
            except Unheard as error:
                unheard = error
        if unheard is not None:
            raise Unheard(f"{words or ''}{facts or ''}: {unheard}", unheard.reason) from unheard

    def judge(self, holds, what):
        self.assertTrue(holds, what if holds else what + Scene.last.circumstances())

    def judge_in_time(self, holds, what, reason=None):
        """The same of what may be missing where the machine is busy, or for that reason."""
        if not holds:
            raise Unheard(what + (Scene.last.circumstances() if Scene.last else ""), reason)

    def assert_long_enough(self, samples):
        self.assertGreaterEqual(len(samples), wav.RATE // 5, "the recording is too short")

    def assert_heard(self, samples, hertz, least=-30.0):
        self.assert_long_enough(samples)
        level = sound.tone_level(samples, hertz)
        self.judge_in_time(level > least, f"{hertz} Hz not heard: {level:.1f} dBFS")

    def assert_no_heap_calls(self, station):
        """Its media loop has not called the heap; under a sanitizer nobody counts that."""
        self.assertEqual(station.status()["media"]["heap_calls"], None if sanitizer.NAME else 0)

    def assert_not_heard(self, samples, hertz):
        """A tone is not there; beside others, whose splices are heard in every pitch, 35 dB under
        them is as good as silence: a voice would be as loud as they are."""
        self.assert_long_enough(samples)
        level = sound.tone_level(samples, hertz)
        beside = measure.level(samples) - 35
        limit = max(sound.SILENCE, beside)
        said = f"{hertz} Hz was heard: {level:.1f} dBFS"
        if beside <= sound.SILENCE:
            self.judge(level < limit, said)
            return
        # A splice is short, and a tone goes on.
        parts = sorted(sound.tone_level(part, hertz) for part in numpy.array_split(samples, 8))
        spliced = parts[4] < limit and Scene.last and any(
            one.card.status()["playback"]["xruns"] for one in Scene.last.stations)
        self.judge_in_time(level < limit, said, "a card ran empty meanwhile" if spliced else None)

    def assert_silent(self, samples):
        self.assert_long_enough(samples)
        level = measure.level(samples)
        self.judge(level < sound.SILENCE, f"something was heard: {level:.1f} dBFS")

    def assert_steady(self, heard, span, hertz, least, what):
        """A tone of -12 dBFS is there for more than a share of the span."""
        track = sound.tone_track(heard.span(*span), hertz)
        if numpy.mean(track > -18) <= least:
            track = sound.without(track, unjudged(heard, span[0]))
            self.assertGreater(len(track), 25, "too little was said and recorded in time")
        share = numpy.mean(track > -18)
        self.judge_in_time(share > least, f"{what}: {share:.1%} was heard")
        return share
