"""`intercomctl setup` at a terminal: what it asks, doubts and plays."""

import os
import pathlib
import unittest

import numpy

from fresh_box import NOBODY, WRITTEN, FreshBox
from lab import place, process
from stage import wav
from terminal import converse


class AtATerminal(FreshBox):
    """One question at a time, the answer most people give in brackets."""

    def converse(self, *answers, user=None):
        """Answers what is asked; returns (exit code, the whole screen)."""
        program, rights = place.program("intercomctl"), {}
        if user is not None:
            program = self.copy_for_all()
            rights = {"user": user, "group": user, "extra_groups": []}
        code, screen = converse(
            self.box, [program, "--config", self.box.etc], answers, **rights)
        return code, self.shown(screen)

    def assert_written(self, *lines):
        """The file has these lines, and the daemon runs with it."""
        text = self.path.read_text("ascii")
        for line in lines:
            self.assertIn(line + "\n", text)
        self.assertEqual(self.box.ctl("config", "check")[0], 0)

    def test_six_returns_are_enough(self):
        code, screen = self.converse("\n", "\n", "\n", "\n", "\n", "\n")
        self.assertEqual(screen, f"""\
NO  CARD  INPUT  OUTPUT
1   auto  yes    yes     ALSA's default
name of this station [kitchen]:\x20
microphone: number, value or none [auto]:\x20
loudspeaker: number, value or none [auto]:\x20
playing a rising tone three times on auto (default)
did you hear it? yes, no or again [yes]:\x20
free: GPIO 0 to 27
talk button's GPIO: number, line or none [GPIO17]:\x20

{WRITTEN}
write this to DIR/default/etc/intercomd.conf? [yes]\x20
wrote DIR/default/etc/intercomd.conf
try:  intercomctl test speaker, test mic, test button
next: sudo systemctl enable --now intercomd
pair: intercomctl pair; it shows a code to type at the other station
""")
        self.assertEqual(code, 0)
        self.assertEqual(self.path.read_text("ascii"), WRITTEN)

    def test_the_tone_is_played(self):
        path = os.path.join(self.scene.folder, "tone.wav")
        heard = self.box.card.record(path)
        self.converse("\n", "\n", "\n", "\n", "\n", "\n")
        heard.stop()
        self.assertGreater(float(numpy.abs(wav.read(path)).max()), 0.1)

    def test_a_wrong_answer_is_explained_and_asked_again(self):
        code, screen = self.converse("Kitchen 2\n", "ATTIC\n", "attic\n", "hw:1\n", "none\n",
                                     "none\n", "517\n", "GPIO27\n", "\n")
        self.assertIn("name of this station [kitchen]: Kitchen 2\n"
                      '  name: "Kitchen 2" is not a name: 1 to 31 of a-z, 0-9 and -, no - first; '
                      'did you mean "kitchen-2"?\n'
                      "name of this station [kitchen]: ATTIC\n"
                      '  name: "ATTIC" is not a name: 1 to 31 of a-z, 0-9 and -, no - first; '
                      'did you mean "attic"?\n'
                      "name of this station [kitchen]: attic\n", screen)
        self.assertIn('"hw:1" is refused: card numbers change at boot', screen)
        self.assertIn('"517" is a bare number, which differs by kernel', screen)
        self.assertEqual(code, 0)
        self.assert_written("name = attic", "input = none", "output = none", "line = GPIO27")

    def test_what_is_perhaps_not_meant_is_said_and_taken_the_second_time(self):
        self.box.lines.do("claim", "GPIO4", "w1")
        code, screen = self.converse(
            "raspberrypi\n", " raspberrypi\n", "card:Nope\n", "\n", "card:No\n", "none\n",
            "pin 11\n", "4\n", "63\n", "gpio4\n", "4\n", " yes \n")
        self.assertEqual(code, 0)
        self.assertIn("""\
name of this station [kitchen]: raspberrypi
  many machines are called raspberrypi: better is its room; the same again takes it
name of this station [raspberrypi]:  raspberrypi
""", screen)
        self.assertRegex(screen, r"card:Nope\n  [^\n]*card:Nope[^\n]*; the same again takes it\n")
        self.assertRegex(screen, r"card:No\n  [^\n]*card:No[^\n]*; the same again takes it\n")
        self.assertIn("free: GPIO 0 to 3, 5 to 27; 4 is in use by w1\n", screen)
        self.assertIn("  no line has the name pin 11; the same again takes it\n", screen)
        self.assertIn("  GPIO4 is in use by w1; the same again takes it\n", screen)
        self.assertIn("  no line has the name GPIO63; the same again takes it\n", screen)
        self.assert_written("name = raspberrypi", "input = card:Nope", "line = GPIO4")

    def test_an_unheard_tone_is_played_again_or_another_speaker_asked_for(self):
        code, screen = self.converse(
            "\n", "\n", "\n", "again\n", "no\n", "none\n", "\n", "\n")
        self.assertEqual(code, 0)
        self.assertEqual(screen.count("playing a rising tone"), 2, screen)
        self.assertIn("again [yes]: no\n"
                      "  check its cable and its volume (alsamixer), or choose another\n"
                      "loudspeaker: number, value or none [auto]: none\n", screen)
        self.assert_written("output = none")

    def test_a_speaker_that_stays_unheard_is_kept_where_one_wants_it(self):
        code, screen = self.converse("\n", "\n", "\n", "no\n", "\n", "\n", "\n")
        self.assertEqual(code, 0)
        self.assertEqual(screen.count("playing a rising tone"), 1, screen)
        self.assertIn("loudspeaker: number, value or none [auto]: \n"
                      "  it stays; try it again later: intercomctl test speaker\n", screen)
        self.assertEqual(self.path.read_text("ascii"), WRITTEN)

    def test_a_speaker_in_use_is_not_tried(self):
        holder = self.box.card.hold("playback", 60)
        self.addCleanup(process.end, holder)
        code, screen = self.converse("\n", "\n", "\n", "\n", "\n")
        self.assertEqual(code, 0)
        self.assertIn("  not tried now: ", screen)
        self.assertNotIn("did you hear it", screen)

    def test_cards_and_lines_are_chosen_by_number(self):
        code, screen = self.converse("\n", "none\n", "2\n", "1\n", "\n", "27\n", "\n")
        self.assertEqual(code, 0)
        # There is no second card.
        self.assertEqual(screen.count("loudspeaker: "), 2, screen)
        self.assert_written("input = none", "output = auto", "line = GPIO27")

    def test_a_link_that_comes_while_it_asks_is_not_followed(self):
        secret = pathlib.Path(self.scene.folder, "secret")
        secret.write_text("not for others\n", encoding="ascii")
        secret.chmod(0o600)

        def swap(screen):
            if not screen.endswith("[yes] "):
                return False
            self.path.symlink_to(secret)
            return True
        code, _ = converse(
            self.box, [place.program("intercomctl"), "--config", self.box.etc], ["\n"] * 6,
            watch=swap)
        self.assertEqual(code, 0)
        self.assertEqual(self.path.read_text("ascii"), WRITTEN)
        self.assertEqual(secret.read_text("ascii"), "not for others\n")
        kept = self.path.with_name("intercomd.conf.bak")
        self.assertTrue(kept.is_symlink())

    def test_no_and_the_end_of_the_input_write_nothing(self):
        for answers in (["\n", "\n", "\n", "\n", "\n", "no\n"], ["\n", "\x04"],
                        ["\n", "\n", "\n", "\x04"]):
            code, screen = self.converse(*answers)
            self.assertEqual(code, 1)
            self.assertTrue(screen.endswith("nothing was written\n"), screen)
            self.assertFalse(self.path.exists())

    def test_what_other_files_hold_against_it_is_said_before_a_question(self):
        self.box.write_peer("house", self.box.public_key)
        code, screen = self.converse()
        self.assertEqual(code, 1)
        self.assertIn("[channel house] has the name of the peer at", screen)
        self.assertNotIn("]: ", screen)

    @unittest.skipIf(os.geteuid() != 0, "only root may become another user")
    def test_without_the_right_to_write_nothing_is_asked(self):
        code, screen = self.converse(user=NOBODY)
        self.assertEqual((code, screen), (1, """\
intercomctl: no right to write DIR/default/etc/intercomd.conf: sudo intercomctl setup \
(without a right to write, intercomctl setup | cat shows what it would write)
"""))


if __name__ == "__main__":
    unittest.main()
