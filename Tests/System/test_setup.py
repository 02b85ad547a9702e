"""`intercomctl setup` as a new user meets it: what it finds, writes, and leaves alone; and what it
asks, doubts and plays at a terminal.

The screens are whole, but for folders. Where the machine has a sound card of its own it would be
chosen, so this is for machines without.
"""

import json
import os
import pathlib
import re
import shutil
import subprocess
import unittest

import numpy

from codes import converse
from lab import SceneTest, place, process, wait
from stage import wav

NOBODY = 65534
"""A user with no rights at all."""
WRITTEN = """# Written by intercomctl setup; intercomd.conf(5) describes every setting.
[station]
name = kitchen

[button ptt]
line = GPIO17
talk = house

[channel house]
members = *
"""


@unittest.skipIf(os.path.exists("/dev/snd/controlC0"), "this machine has a sound card")
class FreshBox(SceneTest):
    """A machine with GPIO and a card that alsa-lib calls default, and no configuration."""

    maxDiff = None

    def setUp(self):
        self.box, = self.enter("default")
        self.box.environment = {
            "STATE_DIRECTORY": self.box.state, "RUNTIME_DIRECTORY": self.box.run}
        self.box.lines.start()
        self.path = pathlib.Path(self.box.etc, "intercomd.conf")

    def shown(self, text):
        return text.replace(str(self.scene.folder), "DIR")

    def copy_for_all(self):
        """A copy of intercomctl that every user may run."""
        program = os.path.join(self.scene.folder, "intercomctl")
        shutil.copy(place.program("intercomctl"), program)
        for folder in (self.scene.folder, self.box.folder, self.box.etc):
            os.chmod(folder, 0o755)
        return program


class Setup(FreshBox):
    """What is chosen and written, and what is left alone."""

    def assert_setup(self, words, code, output, errors=""):
        """What setup prints, and how it ends."""
        ended, text, complaints = self.box.ctl("setup", *words)
        self.assertEqual(self.shown(text), output)
        self.assertEqual(self.shown(complaints), errors)
        self.assertEqual(ended, code)

    def assert_checked(self):
        """What was written is right, and the daemon runs with it."""
        self.assertEqual(self.box.ctl("config", "check")[0], 0)

    def test_takes_what_it_finds_and_writes_it(self):
        self.assert_setup(["--yes", "--name", "kitchen"], 0, """\
name    kitchen  as given
input   auto     ALSA's default, opens at 48 kHz
output  auto     the same card
button  GPIO17   gpiochip0/17, free
wrote DIR/default/etc/intercomd.conf
next: sudo systemctl enable --now intercomd
try:  intercomctl test speaker, test mic, test button
pair: intercomctl pair; it shows a code to type at the other station
""")
        self.assertEqual(self.path.read_text("ascii"), WRITTEN)
        self.assertEqual(self.path.stat().st_mode & 0o777, 0o644)
        self.assert_checked()

    def test_without_a_terminal_it_prints_the_file_and_writes_nothing(self):
        self.assert_setup(["--name", "kitchen"], 0, WRITTEN, """\
name    kitchen  as given
input   auto     ALSA's default, opens at 48 kHz
output  auto     the same card
button  GPIO17   gpiochip0/17, free
nothing was written; this is for DIR/default/etc/intercomd.conf, which sudo intercomctl setup \
--name kitchen --yes writes
""")
        self.assertFalse(self.path.exists())
        self.path.write_text("[station]\nname = before\n", encoding="ascii")
        errors = self.box.complains("setup", code=0)
        self.assertIn("which is there already (intercomctl config show): sudo intercomctl setup "
                      "--yes --force writes it anew\n", errors)
        errors = self.box.complains("setup", "--name", "loft", code=0)
        self.assertIn("setup --name loft --yes --force writes it anew; for that name alone: name = "
                      "loft in its [station], then intercomctl reload\n", errors)
        self.path.unlink()

    def test_what_is_not_there_or_in_use_is_said_and_written_all_the_same(self):
        card, lines = self.box.card.do, self.box.lines.do
        # What happens to the machine, how that ends, and what setup says meanwhile.
        for do, words, undo, said in (
                (card, ["unplug"], ["replug"], (
                    "input auto no sound card found", "output auto no sound card found",
                    "! no sound card: plug one in, and intercomd opens it")),
                (lines, ["claim", "GPIO17", "gpio-keys"], ["claim", "GPIO17"], (
                    "button GPIO17 in use by gpio-keys",
                    "! GPIO17 is in use by gpio-keys: free it, or write another line "
                    "(intercomctl gpio list)")),
                (lines, ["deny", "gpiochip0", "on"], ["deny", "gpiochip0", "off"], (
                    "button none the GPIO lines cannot be listed",
                    "! line gpiochip0: no permission to open /dev/gpiochip0; the user that runs "
                    "this program must be in group gpio; talk with: intercomctl talk house")),
                (lines, ["unplug", "gpiochip0"], ["replug", "gpiochip0"], (
                    "button none no GPIO on this machine",
                    "! no talk button; talk with: intercomctl talk house",
                    "try: intercomctl test speaker, test mic"))):
            with self.subTest(words):
                do(*words)
                self.assert_says(*said)
                do(*undo)
        holder = self.box.card.hold("capture", 60)
        self.addCleanup(process.end, holder)
        self.assert_says("input auto ALSA's default, in use now")

    def assert_says(self, *said):
        """These are lines of what setup says, and what it writes is right."""
        code, text, errors = self.box.ctl("setup", "--yes", "--name", "kitchen")
        self.assertEqual((code, errors), (0, ""))
        self.assertLessEqual(set(said), set(re.sub(" +", " ", text).splitlines()))
        self.assertEqual("[button" in self.path.read_text("ascii"), "button  GPIO17" in text)
        self.assert_checked()
        self.path.unlink()

    def test_what_is_there_stays_unless_forced_and_is_kept_then(self):
        self.path.write_text("# mine\n[station]\nname = mine\n", encoding="ascii")
        self.path.chmod(0o640)
        self.assert_setup(["--yes"], 1, "", """\
intercomctl: DIR/default/etc/intercomd.conf is there already and stays as it is \
(intercomctl config show); --force writes it anew and keeps the old one as \
intercomd.conf.bak; to go on after a setup that was cut off: sudo systemctl enable --now \
intercomd, then intercomctl pair
""")
        self.assertEqual(self.path.read_text("ascii"), "# mine\n[station]\nname = mine\n")
        self.assertIn("intercomd.conf.bak; for that name alone: name = loft in its [station]",
                      self.box.complains("setup", "--yes", "--name", "loft"))
        text = self.box.prints("setup", "--yes", "--force", "--name", "kitchen")
        self.assertIn("kept the old one as DIR/default/etc/intercomd.conf.bak\n", self.shown(text))
        self.assertEqual(self.path.read_text("ascii"), WRITTEN)
        kept = self.path.with_name("intercomd.conf.bak")
        self.assertEqual(kept.read_text("ascii"), "# mine\n[station]\nname = mine\n")
        self.assertEqual(kept.stat().st_mode & 0o777, 0o640)
        # The first is the one worth keeping.
        self.box.ctl("setup", "--yes", "--force", "--name", "attic")
        self.assertEqual(kept.read_text("ascii"), "# mine\n[station]\nname = mine\n")
        # It keeps its name.
        self.assertIn("name    attic   its name now\n",
                      self.box.ctl("setup", "--yes", "--force")[1])
        self.assertEqual(self.path.with_name("intercomd.conf.bak2").read_text("ascii"), WRITTEN)

    def test_a_link_is_never_replaced(self):
        elsewhere = pathlib.Path(self.scene.folder, "elsewhere.conf")
        self.path.symlink_to(elsewhere)
        for text in (None, "# mine\n[station]\nname = mine\n"):
            if text:
                elsewhere.write_text(text, encoding="ascii")
            for words in (["--yes"], ["--yes", "--force"]):
                with self.subTest(words=words, leads_nowhere=text is None):
                    self.assert_setup(words, 1, "", """\
intercomctl: DIR/default/etc/intercomd.conf is a symbolic link and stays as it is: remove the \
link, or put the text that intercomctl setup prints into the file it points to
""")
                    self.assertTrue(self.path.is_symlink())
                    self.assertEqual(elsewhere.exists(), text is not None)
        self.assertEqual(elsewhere.read_text("ascii"), text)
        self.assertEqual([path.name for path in self.path.parent.glob("*.bak*")], [])

    def test_a_name_that_is_none_is_refused_with_one_that_is(self):
        self.assert_setup(["--yes", "--name", "Küche 1"], 2, "", """\
intercomctl: "Küche 1" is not a name: 1 to 31 of a-z, 0-9 and -, no - first; try "k-che-1"
""")
        self.assertFalse(self.path.exists())

    def test_a_folder_is_made_but_where_there_can_be_none_that_is_said(self):
        folder = os.path.join(self.scene.folder, "new")
        code, _, errors = self.box.ctl("setup", "--yes", "--config", folder)
        self.assertEqual((code, errors), (0, ""))
        self.assertTrue(os.path.exists(os.path.join(folder, "intercomd.conf")))
        pathlib.Path(self.scene.folder, "file").touch()
        errors = self.box.complains(
            "setup", "--yes", "--config", os.path.join(self.scene.folder, "file"))
        self.assertIn("Not a directory", errors)

    @unittest.skipIf(os.geteuid() != 0, "only root may become another user")
    def test_without_the_right_to_write_it_says_what_would_help(self):
        program = self.copy_for_all()

        def type_as_nobody(*words):
            return subprocess.run(
                [program, "--config", self.box.etc, *words], capture_output=True, text=True,
                check=False, user=NOBODY, group=NOBODY, extra_groups=[],
                env={**os.environ, **self.box.environment}, timeout=place.PATIENCE)

        done = type_as_nobody("setup", "--yes")
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertEqual(self.shown(done.stderr), "intercomctl: make DIR/default/etc/"
                         "intercomd.conf.new: Permission denied; try it with sudo\n")
        # The peers are not for this user; that there are no settings is seen all the same.
        os.makedirs(os.path.join(self.box.state, "peers.d"), exist_ok=True)
        os.chmod(self.box.state, 0o700)
        said = type_as_nobody("doctor", "config", "daemon").stdout
        self.assertEqual(said.count("-> sudo intercomctl setup\n"), 2, said)
        self.assertNotIn("Permission denied", said)

    def test_json_says_all_of_it(self):
        code, text, errors = self.box.ctl("setup", "--yes", "--name", "kitchen", "--json")
        self.assertEqual((code, errors), (0, ""))
        self.assertEqual(json.loads(self.shown(text)), {
            "schema": 1, "path": "DIR/default/etc/intercomd.conf", "written": True,
            "backup": None, "name": "kitchen", "input": "auto", "output": "auto",
            "key": "GPIO17", "warnings": [], "text": WRITTEN})
        code, text, _ = self.box.ctl("setup", "--json")
        self.assertEqual((code, json.loads(text)["written"]), (0, False))

    def test_the_running_daemon_is_to_take_it_over(self):
        self.box.write_config = lambda: None
        self.path.write_text(
            f"[station]\nname = before\n[network]\nport = {self.box.port}\n", encoding="ascii")
        self.box.begin()
        text = self.box.prints("setup", "--yes", "--force", "--name", "kitchen")
        self.assertIn("next: intercomctl reload\n", text)
        self.assertEqual(self.box.ctl("reload")[0], 4)
        wait(lambda: self.box.status()["buttons"], "there is a talk key")
        self.assertEqual(self.box.status()["name"], "kitchen")


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

    def test_six_returns_are_enough_and_a_tone_is_played(self):
        path = os.path.join(self.scene.folder, "tone.wav")
        heard = self.box.card.record(path)
        code, screen = self.converse("\n", "\n", "\n", "\n", "\n", "\n")
        self.assertEqual(screen, f"""\
NO  CARD  INPUT  OUTPUT
1   auto  yes    yes     ALSA's default
name of this station [kitchen]:\x20
microphone: number, value or none [auto]:\x20
loudspeaker: number, value or none [auto]:\x20
playing a rising tone three times on auto (default)
did you hear it? yes, no or again [yes]:\x20
talk button's GPIO: number, line or none [GPIO17]:\x20

{WRITTEN}
write this to DIR/default/etc/intercomd.conf? [yes]\x20
wrote DIR/default/etc/intercomd.conf
next: sudo systemctl enable --now intercomd
try:  intercomctl test speaker, test mic, test button
pair: intercomctl pair; it shows a code to type at the other station
""")
        self.assertEqual(code, 0)
        self.assertEqual(self.path.read_text("ascii"), WRITTEN)
        heard.stop()
        self.assertGreater(float(numpy.abs(wav.read(path)).max()), 0.1)

    def test_what_is_perhaps_not_meant_is_said_and_taken_the_second_time(self):
        self.box.lines.do("claim", "GPIO4", "w1")
        code, screen = self.converse(
            "ATTIC\n", "raspberrypi\n", " raspberrypi\n", "card:Nope\n", "\n", "card:No\n",
            "none\n", "pin 11\n", "4\n", "63\n", "63\n", "gpio4\n", " yes \n")
        self.assertEqual(code, 0)
        # A wrong answer is explained and asked for again.
        self.assertIn("""\
name of this station [kitchen]: ATTIC
  name: "ATTIC" is not a name: 1 to 31 of a-z, 0-9 and -, no - first; did you mean "attic"?
name of this station [kitchen]: raspberrypi
  many machines are called raspberrypi: better is its room; the same again takes it
name of this station [raspberrypi]:  raspberrypi
""", screen)
        self.assertRegex(screen, r"card:Nope\n  [^\n]*card:Nope[^\n]*; the same again takes it\n")
        self.assertRegex(screen, r"card:No\n  [^\n]*card:No[^\n]*; the same again takes it\n")
        self.assertIn("  no line has the name pin 11: intercomctl gpio list, or none\n", screen)
        self.assertIn("  GPIO4 is in use by w1; the same again takes it\n", screen)
        # A button at a line that is not there would never talk.
        self.assertEqual(screen.count("  no line has the name GPIO63"), 2, screen)
        self.assert_written("name = raspberrypi", "input = card:Nope", "line = GPIO4")

    def test_an_unheard_tone_is_played_again_or_another_speaker_asked_for(self):
        code, screen = self.converse(
            "\n", "\n", "\n", "again\n", "maybe\n", "no\n", "none\n", "\n", "x\n", "Y\n")
        self.assertEqual(code, 0)
        # Neither yes nor no is asked again.
        self.assertEqual(screen.count("  the answer is yes or no or again\n"), 1, screen)
        self.assertEqual(screen.count("  the answer is yes or no\n"), 1, screen)
        self.assertEqual(screen.count("playing a rising tone"), 2, screen)
        self.assertIn("again [yes]: no\n"
                      "  check its cable and its volume (alsamixer), or choose another\n"
                      "loudspeaker: number, value or none [auto]: none\n", screen)
        self.assert_written("output = none")

    def test_a_speaker_in_use_is_not_tried(self):
        holder = self.box.card.hold("playback", 60)
        self.addCleanup(process.end, holder)
        code, screen = self.converse("\n", "\n", "\n", "\n", "\n")
        self.assertEqual(code, 0)
        self.assertRegex(screen, "  not tried now: .* is in use; if intercomd has it: "
                         "intercomctl test speaker")
        self.assertNotIn("did you hear it", screen)

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
        errors = self.box.complains("setup", "--yes")
        self.assertIn("[channel house] has the name of the peer at", errors)
        self.assertFalse(self.path.exists())
        self.assertNotIn("]: ", screen)

    def test_one_that_was_cut_off_goes_on_with_what_it_has_written(self):
        self.path.write_text(WRITTEN, encoding="ascii")
        code, screen = self.converse()
        self.assertEqual((code, screen), (0, """\
DIR/default/etc/intercomd.conf is there already and stays as it is (intercomctl config show); \
--force writes it anew and keeps the old one as intercomd.conf.bak
next: sudo systemctl enable --now intercomd
try:  intercomctl test speaker, test mic, test button
pair: intercomctl pair; it shows a code to type at the other station
"""))
        self.assertEqual(self.path.read_text("ascii"), WRITTEN)
        # The control: settings that are wrong are not gone on with.
        self.path.write_text("[station]\nnom = kitchen\n", encoding="ascii")
        code, screen = self.converse()
        self.assertEqual(code, 1)
        self.assertIn("is there already and stays as it is", screen)

    @unittest.skipIf(os.geteuid() != 0, "only root may become another user")
    def test_without_the_right_to_write_nothing_is_asked(self):
        code, screen = self.converse(user=NOBODY)
        self.assertEqual((code, screen), (1, """\
intercomctl: no right to write DIR/default/etc/intercomd.conf: sudo intercomctl setup \
(without a right to write, intercomctl setup | cat shows what it would write)
"""))
