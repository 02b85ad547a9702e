"""On two whole arm64 machines a station is installed, set up, heard, and talked with by its button.

Whether it works, not how fast: QEMU plays the machines' processors, so sound may have gaps.
"""

import os
import pathlib
import shutil
import tempfile
import time
import unittest

import numpy

from lab import ROOT, longer, measure, sound, wait, wav
from machine import board
from machine.system import System
from packing.versions import made

REAL = "it boots other machines in QEMU"

RELEASE = 13
PATIENCE_S = 400
KEY, TALK_S = 1, 12
"""The line of the button, and how long it is held."""
TONE, LEVEL, SHARE = 500, -50, 0.005
"""Where a card runs dry every moment, a tone is heard in shreds: its level in dB of full scale is
above this in such a share of the time. Without a talk there is silence."""


@longer
@unittest.skipUnless(os.geteuid() == 0, "needs root, for a root of its own")
class Machines(unittest.TestCase):
    """With the package for arm64 that tools/package made; of INTERCOM_PACKAGES, if that is set."""

    @classmethod
    def setUpClass(cls):
        found = made(RELEASE, "arm64")
        if not found:
            raise unittest.SkipTest("tools/package has made no package for arm64")
        if board.missing():
            raise unittest.SkipTest(f"needs {', '.join(board.missing())}")
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="intercom-"))
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        guest = ROOT / "tools/lab/guest"
        share = cls.folder / "share"
        share.mkdir()
        shutil.copy(found[-1], share / "intercomd.deb")
        shutil.copy(guest / "machine-claims", share / "claims")
        shutil.copy(guest / "judge", share)
        system = System(RELEASE, found[-1], cls.folder)
        system.write(guest / "machine.service")
        wire = cls.folder / "wire"
        cls.kitchen = cls.machine(
            "kitchen", system, f"stream,server=on,addr.type=unix,addr.path={wire}",
            "peer=garage own=10.7.0.1 its=10.7.0.2")
        wait(wire.exists, "the cable is there")
        cls.garage = cls.machine(
            "garage", system, f"stream,server=off,addr.type=unix,addr.path={wire}",
            "peer=kitchen own=10.7.0.2 its=10.7.0.1")

    @classmethod
    def machine(cls, name, system, cable, words):
        one = board.Board(name, system, cls.folder, cable, words)
        cls.addClassCleanup(one.end)
        return one

    def wait_for(self, one, line):
        """Until a line is in its report, or it has come to its end."""
        wait(lambda: f"\n{line}\n" in one.report() or not one.is_on(), f"{one.name} says {line}",
             PATIENCE_S, 0.5)
        self.assertIn(f"\n{line}\n", one.report(), one.report() + one.console())

    def heard(self, talker, listener, hold):
        """What a listener plays while somebody speaks at the talker, whose button is held or not.
        """
        said, heard = (str(self.folder / name) for name in ("said.wav", "heard.wav"))
        wav.write(said, sound.tone(TONE))
        speech = talker.card.play(said, loop=True)
        recording = listener.card.record(heard)
        if hold:
            talker.set_line(KEY, 0)
        time.sleep(TALK_S)
        talker.set_line(KEY, 1)
        time.sleep(1)
        recording.stop()
        speech.stop()
        track = sound.tone_track(wav.read(heard), TONE)
        return sum(level > LEVEL for level in track) / len(track)

    def assert_tried(self, heard):
        """The tone of `test speaker` came out of the card: short, after long silence."""
        loud = [measure.level(part) > LEVEL for part in numpy.array_split(
            heard, len(heard) * 50 // wav.RATE)]
        print(f"the speaker was heard for {sum(loud) / 50:.2f} s of {len(loud) / 50:.0f} s")
        self.assertTrue(0 < sum(loud) < len(loud) / 10)

    def test_a_station_is_installed_set_up_and_talks_by_its_button(self):
        both = self.kitchen, self.garage
        recordings = [one.card.record(str(self.folder / f"{one.name}.wav")) for one in both]
        for one, recording in zip(both, recordings):
            one.set_line(KEY, 1)
            self.wait_for(one, "ready")
            recording.stop()
            self.assert_tried(wav.read(str(self.folder / f"{one.name}.wav")))
        shares = [self.heard(*way, hold) for way in (both, both[::-1]) for hold in (False, True)]
        (self.folder / "share/over").touch()
        for one in both:
            self.wait_for(one, "all claims hold")
            print(f"--- {one.name}", one.report(), sep="\n")
        print("heard of a tone:", ", ".join(f"{share:.0%}" for share in shares))
        for closed, held in zip(shares[::2], shares[1::2]):
            self.assertEqual(closed, 0, "nobody held the button")
            self.assertGreater(held, SHARE, "the button was held")


if __name__ == "__main__":
    unittest.main()
