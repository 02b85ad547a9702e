"""A recording that the program sealed is opened by the second implementation, and the other way."""

import json
import os
import pathlib
import secrets
import subprocess
import tempfile
import unittest

import numpy

from lab import place, sound
from peer import opus, recording
from stage import measure, wav

NAMES = {0: "office", 1: "kitchen"}
START_MS = 1_763_625_600_000
FRAME_MS = 10


def probe():
    """The program that seals for tests, where `swift build` has put it."""
    folders = [place.PROGRAMS, *(place.ROOT + f"/.build/{kind}" for kind in ("release", "debug"))]
    found = [path for path in (f"{folder}/SealProbe" for folder in folders)
             if os.access(path, os.X_OK)]
    return found[0] if found else None


def talk():
    """Entries as they are sealed: two talkers, some of it at once, with a pause of 5.5 s."""
    found = [(0, 255, json.dumps({str(key): name for key, name in NAMES.items()}).encode())]
    for source, hertz, start in ((0, 500, 0), (1, 800, 1_500), (0, 600, 9_000)):
        packets = opus.encoded(sound.tone(hertz, 2.0, -12), length=58, frame_ms=FRAME_MS)
        found += [(start + FRAME_MS * number, source, packet)
                  for number, packet in enumerate(packets)]
    return sorted(found, key=lambda one: one[0])


class Recordings(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.entries = talk()
        self.plain = b"".join(recording.entry(*one) for one in self.entries)

    def run_ctl(self, *words, code=0):
        """What `intercomctl recording` prints."""
        done = subprocess.run([place.program("intercomctl"), "recording", *map(str, words)],
                              capture_output=True, text=True, timeout=60, check=False)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return done.stdout

    def reader(self, name):
        """A new key of the program's, as the second implementation reads it; and as text."""
        key = self.run_ctl("keygen", self.folder / name).strip()
        words = (self.folder / name).read_text(encoding="ascii").split()
        self.assertEqual(words[0], "intercom-recording-1")
        bare = bytes.fromhex(words[1])
        reader = recording.Reader(bare[:32], bare[32:], b"", b"")
        self.assertEqual(recording.key_text(reader.public), key)
        return reader, key

    def sealed(self, suite, start, *keys):
        program = probe()
        if program is None:
            self.skipTest("SealProbe is not built: swift build")
        return subprocess.run([program, str(suite), str(start), *keys], input=self.plain,
                              capture_output=True, timeout=60, check=True).stdout

    def test_the_second_implementation_opens_what_the_program_sealed(self):
        readers = [self.reader(f"{number}.key") for number in range(3)]
        for suite in (1, 2):
            file = self.sealed(suite, START_MS, *(key for _, key in readers))
            for reader, _ in readers:
                chunks, whole = recording.read(file, reader)
                self.assertTrue(whole)
                self.assertEqual(b"".join(chunks), self.plain)
                self.assertEqual(len(chunks), 2, "talk until 3.5 s, and from 9 s on")
            # Without the last chunk's mark, and cut in the middle of a chunk.
            endless = self.sealed(suite, -START_MS, readers[0][1])
            self.assertEqual(recording.read(endless, readers[0][0]), (chunks, False))
            self.assertEqual(recording.read(file[:-1], readers[0][0]), (chunks[:-1], False))

    def test_the_program_opens_what_the_second_implementation_sealed(self):
        reader, _ = self.reader("a.key")
        reader = reader._replace(e=secrets.token_bytes(32), m=secrets.token_bytes(32))
        chunks = [self.entries[start:start + 200] for start in range(0, len(self.entries), 200)]
        path = self.folder / "talk.icrec"
        key = ("--key-file", self.folder / "a.key")
        for suite in (1, 2):
            path.write_bytes(recording.written(
                suite, START_MS, secrets.token_bytes(7), secrets.token_bytes(32), [reader], chunks))
            self.assertEqual(json.loads(self.run_ctl("verify", path, "--json"))["faults"], [])
            out = self.folder / str(suite)
            shown = json.loads(self.run_ctl("show", path, *key, "--json"))
            self.assertEqual((shown["seconds"], shown["chunks"]), (11.0, len(chunks)))
            self.run_ctl("open", path, *key, "--out", out)
            self.assertEqual(sorted(os.listdir(out)), ["kitchen.wav", "office.wav"])
            for source, name in NAMES.items():
                self.assert_track(shown["talkers"][source], wav.read(str(out / f"{name}.wav")),
                                  source)

    def assert_track(self, shown, samples, source):
        """The sound is what libopus decodes, at its time; the figures are those of the sound."""
        own = [one for one in self.entries if one[1] == source]
        spurts = [[one for one in own if one[0] < 9_000], [one for one in own if one[0] >= 9_000]]
        said = []
        for spurt in filter(None, spurts):
            wanted = opus.decoded([packet for _, _, packet in spurt])
            start = spurt[0][0] * wav.RATE // 1000
            numpy.testing.assert_array_equal(samples[start:start + len(wanted)], wanted)
            said.append(wanted)
        said = numpy.concatenate(said)
        self.assertEqual(len(samples) * 1000 // wav.RATE, own[-1][0] + FRAME_MS)
        self.assertEqual(numpy.count_nonzero(samples), numpy.count_nonzero(said))
        peak = 20 * numpy.log10(numpy.abs(said.astype(float)).max() / 32768)
        self.assertAlmostEqual(shown["peak_dbfs"], peak, delta=0.1)
        self.assertAlmostEqual(shown["level_dbfs"], measure.level(said), delta=0.1)
        self.assertEqual(shown["packets"], len(own))
