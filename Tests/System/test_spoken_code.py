"""A code in the words that `tools/voices` makes: what the loudspeaker plays is judged by ear alone.

The judge has the words at the card's rate, from another resampler than the station's.
"""

import collections
import pathlib
import shutil
import subprocess
import time
import unittest

import words
from buttons import AtButtons

ROOT = pathlib.Path(__file__).parents[2]
LANGUAGES = ("en", "it")
READINGS_S = 48.0
"""Two readings of a code in words that people understand, and some more: a gap may make of one
digit another."""


@unittest.skipUnless(shutil.which("espeak-ng"), "needs espeak-ng")
class SpokenCode(AtButtons):
    def make(self, folder, language):
        """The words of a language, and the same for the judge."""
        subprocess.run([ROOT / "tools/voices", "--to", f"{folder}/spoken", language], check=True,
                       capture_output=True)
        judged = pathlib.Path(folder, "judged", language)
        judged.mkdir(parents=True)
        for path in pathlib.Path(folder, "spoken", language).glob("*.wav"):
            subprocess.run(["sox", "-G", path, "-r", "48000", "-b", "16", judged / path.name],
                           check=True, capture_output=True)

    def test_a_code_is_understood_and_pairs(self):
        for language in LANGUAGES:
            with self.subTest(language):
                kitchen, garage = self.boxes("kitchen", "garage")
                folder = kitchen.folder + "/voices"
                self.make(folder, language)
                kitchen.sections["sounds"] = {
                    "folder": f"{folder}/spoken", "language": language}
                self.start(kitchen, garage)
                kitchen.record()
                self.hold(kitchen)
                time.sleep(READINGS_S)
                recording = kitchen.recorded()
                # One who does not know these words hears no code.
                self.assertIsNone(words.Said(words.heard(self.words, recording)).code())
                said = words.Said(words.heard(f"{folder}/judged", recording, language))
                code, times = max(
                    collections.Counter(said.codes()).items(), default=("", 0),
                    key=lambda found: found[1])
                self.assertGreater(times, 1, said)
                ended, _, complaint = garage.ctl("pair", code)
                self.assertEqual(ended, 0, complaint)
                kitchen.wait_for(garage)
                for one in (kitchen, garage):
                    one.end()


if __name__ == "__main__":
    unittest.main()
