"""Pairing without a screen: a button is held or pressed, and the speaker answers in words.

The words are files of the test's own, or those that `tools/voices` makes. What a box says is judged
by its loudspeaker alone.
"""

import collections
import pathlib
import shutil
import socket
import subprocess
import time
import unittest

import words
from codes import connects
from lab import wait
from neighbours import OnOneLan

HOLD_S = 5.0
TAP_S = 0.08
DIGIT_S = 1.6
READING_S = 8.0
"""One reading of a code, and the pause before the next one."""
SEARCH_S, PAIRED_S = 2.0, 40.0
""""A second or two" after the last digit, "half a minute" in all, of docs/operate.md: a person who
types six zeros needs 19 s for them."""
RELAY = "GPIO24"
ROOT = pathlib.Path(__file__).parents[2]
LANGUAGES = ("en", "it")
READINGS_S = 48.0
"""Two readings of a code in words that people understand, and some more: a gap may make of one
digit another."""


class AtButtons(words.WordsTest, OnOneLan):
    """Boxes that a person pairs by their talk buttons."""

    def boxes(self, *names):
        """Boxes that have a button, a speaker and a microphone."""
        stations = self.enter(*names, known=False)
        self.words = stations[0].folder + "/words"
        words.make(self.words)
        for one in stations:
            one.sections["sounds"] = {"folder": self.words}
            # As setup leaves it: half duplex, and words are heard all the same.
            del one.sections["audio"]["duplex"]
        return stations

    def start(self, *stations):
        super().start(*stations)
        for one in stations:
            wait(one.has_card, f"{one} has its card")
            wait(lambda one=one: one.status()["buttons"][0]["state"] == "released",
                 f"{one} has its button")

    def hold(self, one, seconds=HOLD_S + 0.2):
        one.press()
        time.sleep(seconds)
        one.release()

    def tap(self, one, times=1):
        for _ in range(times):
            one.press()
            time.sleep(TAP_S)
            one.release()
            time.sleep(TAP_S)

    def type(self, one, digits):
        for digit in digits:
            self.tap(one, int(digit) or 10)
            time.sleep(DIGIT_S)

    def code_of(self, one):
        """Holds its button; the code that it says."""
        one.record()
        self.hold(one)
        return self.code_said(one)

    def code_said(self, one):
        """The code that it says since it was recorded: it says it again and again."""
        said = self.said(one, READING_S + 3)
        code = said.code()
        self.assertIsNotNone(code, f"no code in {said}")
        return code

    def is_listening(self, one, seen_by):
        """Whether a stranger on the LAN can connect to its pairing port."""
        with seen_by.space.socket(socket.AF_INET, socket.SOCK_STREAM) as stream:
            stream.settimeout(2)
            return connects(stream, (self.place(one).address, one.port))

    def paired(self, one):
        return [peer["name"] for peer in one.status()["peers"]]


class PairingByButton(AtButtons):
    def test_two_boxes_with_buttons_alone_pair_and_talk(self):
        kitchen, garage = self.boxes("kitchen", "garage")
        self.start(kitchen, garage)
        since = time.monotonic()
        code = self.code_of(kitchen)
        garage.record()
        kitchen.record()
        self.type(garage, code)
        typed = time.monotonic()
        wait(lambda: kitchen.status()["peers"] and garage.status()["peers"], "they are paired")
        kitchen.wait_for(garage)
        garage.wait_for(kitchen)
        up = time.monotonic()
        print(f"paired {up - since:.1f} s after the button was held, {up - typed:.1f} s after the "
              "last digit")
        self.assertLess(up - typed, SEARCH_S)
        self.assertLess(up - since, PAIRED_S)
        self.assert_says(garage, [*code, "searching", "paired"], 1)
        self.assert_ends_by(kitchen, "paired")
        self.assert_talk(kitchen, garage)
        self.assert_talk(garage, kitchen, 700)
        self.assert_no_heap_calls(kitchen)
        self.assert_no_heap_calls(garage)

    def test_digits_that_are_heard_are_typed_at_a_terminal(self):
        kitchen, garage = self.boxes("kitchen", "garage")
        self.start(kitchen, garage)
        code = self.code_of(kitchen)
        kitchen.record()
        garage.prints("pair", code)
        kitchen.wait_for(garage)
        self.assert_ends_by(kitchen, "paired", 1)
        self.assertFalse(self.is_listening(kitchen, self.place(garage)))

    def test_three_wrong_codes_burn_the_window(self):
        kitchen, garage = self.boxes("kitchen", "garage")
        self.start(kitchen, garage)
        code = self.code_of(kitchen)
        wrong = "111111" if code != "111111" else "211111"
        kitchen.record()
        garage.record()
        self.type(garage, wrong)
        said = self.said(kitchen, READING_S + 4)
        self.assert_ends_by(garage, "wrong-code")
        self.assertIn("wrong-code", said)
        # The window goes on, and its code with it.
        kitchen.record()
        self.assertEqual(said.after("wrong-code").code(), code, said)
        self.assertTrue(self.is_listening(kitchen, self.place(garage)))
        for _ in range(2):
            self.assertEqual(garage.ctl("pair", wrong)[0], 1)
        self.assert_ends_by(kitchen, "code-burnt", 1)
        self.assertFalse(self.is_listening(kitchen, self.place(garage)))
        self.assertEqual(garage.ctl("pair", code)[0], 1)
        # Another hold opens none for a minute.
        kitchen.record()
        self.hold(kitchen)
        self.assert_says(kitchen, ["please-wait"], 1)
        self.assertRegex(kitchen.ctl("status")[1], r"no button shows one for another \d+ s")
        self.assertNotIn("no button shows", garage.ctl("status")[1])
        self.assertFalse(self.is_listening(kitchen, self.place(garage)))
        self.assertEqual(self.paired(kitchen) + self.paired(garage), [])

    def test_a_speaker_that_comes_back_goes_on_with_the_code(self):
        kitchen, = self.boxes("kitchen")
        self.start(kitchen)
        code = self.code_of(kitchen)
        kitchen.card.do("unplug")
        wait(lambda: not kitchen.has_card(), "the card is gone")
        kitchen.card.do("replug")
        wait(kitchen.has_card, "the card is back")
        kitchen.record()
        self.assertEqual(self.code_said(kitchen), code)

    def test_presses_before_the_first_peer_open_no_microphone_and_no_door(self):
        kitchen, garage = self.boxes("kitchen", "garage")
        kitchen.sections["relay door"] = {"line": RELAY, "pulse": "1s"}
        for name, line, more in (("latch", "GPIO5", {"mode": "latch"}), ("held", "GPIO6", {})):
            kitchen.sections[f"button {name}"] = {"line": line, "talk": "house", **more}
        kitchen.sections["button ptt"] |= {"press": "relay door", "hold": "talk house"}
        del kitchen.sections["button ptt"]["talk"]
        self.start(kitchen, garage)
        self.tap(kitchen)
        kitchen.press("GPIO6")
        kitchen.press("GPIO5")
        kitchen.release("GPIO5")
        time.sleep(1.5)
        self.assertFalse(kitchen.is_lit(RELAY))
        kitchen.prints("pair", self.code_of(garage))
        kitchen.wait_for(garage)
        time.sleep(0.5)
        self.assertFalse(kitchen.is_talking())
        # From now on they mean what they are for.
        kitchen.release("GPIO6")
        kitchen.press("GPIO6")
        wait(kitchen.is_talking, "the button talks")
        kitchen.release("GPIO6")
        self.tap(kitchen)
        wait(lambda: kitchen.is_lit(RELAY), "the door opens")

    def test_without_the_setting_the_button_opens_nothing(self):
        kitchen, garage = self.boxes("kitchen", "garage")
        kitchen.sections["pairing"] = {"button": "no"}
        self.start(kitchen, garage)
        kitchen.record()
        self.hold(kitchen)
        time.sleep(1)
        self.assertFalse(self.is_listening(kitchen, self.place(garage)))
        self.tap(kitchen)
        self.assertEqual(self.said(kitchen, 7), [])


@unittest.skipUnless(shutil.which("espeak-ng"), "needs espeak-ng")
class SpokenCode(AtButtons):
    """The judge has the words at the card's rate, from another resampler than the station's."""

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
                garage.prints("pair", code)
                kitchen.wait_for(garage)
                for one in (kitchen, garage):
                    one.end()
