"""What the system tests share: the stage of tools/lab, and the judges of what is heard."""

import os
import pathlib
import sys
import unittest

import numpy

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools/lab"))

# pylint: disable=wrong-import-position,unused-import
from stage import measure, place, process, sanitizer, sound, wav
from stage.people import PATIENCE, Scene, listen, random_psk, wait

exact = unittest.skipIf(sanitizer.NAME, "a sanitized daemon is slow")
longer = unittest.skipUnless(os.environ.get("INTERCOM_ALL"), "tools/system-tests --all runs it")


def within(seconds):
    """A bound for a guest; wide on a machine, where a program may wait for a processor."""
    return seconds if os.environ.get("INTERCOM_GUEST") else seconds + 5


def test_seed():
    """The seed of this run, printed: always the same but with --all, which draws one."""
    seed = int(os.environ.get("INTERCOM_SEED", "1"))
    print(f"seed {seed}")
    return seed


def strip(station):
    """Leaves a station no sound, no button and no lamp."""
    station.sections["audio"] = {"input": "none", "output": "none"}
    for title in ("button ptt", "lamp on-air"):
        del station.sections[title]


class SceneTest(unittest.TestCase):
    """A test of who hears what: judges of sound and of silence."""

    def enter(self, *names):
        """Stations that are there until the test is over."""
        self.scene = self.enterContext(Scene(*names))
        return self.scene.stations

    def met(self, *names):
        """The same, and they know each other; they are not started yet."""
        # Some tests have stations enter otherwise.
        SceneTest.enter(self, *names)
        self.scene.introduce(*self.scene.stations)
        return self.scene.stations

    def up(self, *names, **settings):
        """The same, and they run; `settings` are for all."""
        self.met(*names)
        for station in self.scene.stations:
            for title, entries in settings.items():
                station.sections.setdefault(title, {}).update(entries)
        self.scene.start()
        return self.scene.stations

    start = staticmethod(Scene.begin)

    def plays(self, station, seconds=0.6):
        """What the speaker of a station plays from now on."""
        station.record()
        span = listen(seconds)
        return station.recorded().span(*span)

    def assert_long_enough(self, samples):
        self.assertGreaterEqual(len(samples), wav.RATE // 5, "the recording is too short")

    def assert_heard(self, samples, hertz, least=-30.0):
        self.assert_long_enough(samples)
        level = sound.tone_level(samples, hertz)
        self.assertTrue(level > least, f"{hertz} Hz not heard: {level:.1f} dBFS")

    def assert_talk(self, talker, listener, hertz=500, line="GPIO17"):
        """Somebody holds a button, and the tone that is said there is heard."""
        listener.record()
        with talker.talking(line):
            wait(lambda: listener.hears(talker), f"{listener} hears {talker}")
            span = listen()
        self.assert_heard(listener.recorded().span(*span), hertz)

    def assert_no_heap_calls(self, station):
        """Its media loop has not called the heap; under a sanitizer nobody counts that."""
        self.assertEqual(station.status()["media"]["heap_calls"], None if sanitizer.NAME else 0)

    def assert_not_heard(self, samples, hertz):
        """A tone is not there; beside others, whose splices are heard in every pitch, 35 dB under
        them is as good as silence: a voice would be as loud as they are."""
        self.assert_long_enough(samples)
        level = sound.tone_level(samples, hertz)
        beside = measure.level(samples) - 35
        self.assertLess(level, max(sound.SILENCE, beside), f"{hertz} Hz was heard")

    def assert_silent(self, samples):
        self.assert_long_enough(samples)
        level = measure.level(samples)
        self.assertTrue(level < sound.SILENCE, f"something was heard: {level:.1f} dBFS")

    def assert_steady(self, heard, span, hertz, least, what):
        """A tone of -12 dBFS is there for more than a share of the span."""
        share = numpy.mean(sound.tone_track(heard.span(*span), hertz) > -18)
        self.assertTrue(share > least, f"{what}: {share:.1%} was heard")
        return share
