"""`intercomctl setup` as a new user meets it: what it finds, asks, writes, and leaves alone.

The screens are whole, but for folders. Where the machine has a sound card of its own it would be
chosen, so these tests are for machines without.
"""

import contextlib
import json
import os
import pathlib
import pty
import shutil
import subprocess
import unittest

from lab import Scene, SceneTest, place, process, wait

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
        self.scene = self.enterContext(Scene("default"))
        (self.box,) = self.scene.stations
        self.box.environment = {
            "STATE_DIRECTORY": self.box.state, "RUNTIME_DIRECTORY": self.box.run}
        self.box.lines.start()
        self.path = pathlib.Path(self.box.etc, "intercomd.conf")


class Setup(FreshBox):
    """What is chosen and written, and what is left alone."""

    def shown(self, text):
        return text.replace(str(self.scene.folder), "DIR")

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
try:  intercomctl test speaker, test mic, test button
next: sudo systemctl enable --now intercomd
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
nothing was written; this is for DIR/default/etc/intercomd.conf: sudo intercomctl setup --yes \
writes it
""")
        self.assertFalse(self.path.exists())

    def test_no_card(self):
        self.box.card.do("unplug")
        self.assert_setup(["--yes", "--name", "kitchen"], 0, """\
name    kitchen  as given
input   auto     no sound card found
output  auto     no sound card found
button  GPIO17   gpiochip0/17, free
! no sound card: plug one in, and intercomd opens it
wrote DIR/default/etc/intercomd.conf
try:  intercomctl test speaker, test mic, test button
next: sudo systemctl enable --now intercomd
pair: intercomctl pair; it shows a code to type at the other station
""")
        self.assertEqual(self.path.read_text("ascii"), WRITTEN)
        self.assert_checked()

    def test_a_card_in_use_is_taken_all_the_same(self):
        holder = self.box.card.hold("capture", 60)
        self.addCleanup(process.end, holder)
        code, text, errors = self.box.ctl("setup", "--yes")
        self.assertEqual((code, errors), (0, ""))
        self.assertIn("input   auto    ALSA's default, in use now\n", text)

    def test_no_gpio(self):
        self.box.lines.do("unplug", "gpiochip0")
        code, text, errors = self.box.ctl("setup", "--yes")
        self.assertEqual((code, errors), (0, ""))
        self.assertIn("button  none  no GPIO on this machine\n", text)
        self.assertIn("! no talk button; talk with: intercomctl ptt down house\n", text)
        self.assertIn("try:  intercomctl test speaker, test mic\n", text)
        self.assertNotIn("[button", self.path.read_text("ascii"))
        self.assert_checked()

    def test_no_right_to_the_gpio_chip(self):
        self.box.lines.do("deny", "gpiochip0", "on")
        _, text, _ = self.box.ctl("setup", "--yes")
        self.assertIn("button  none  the GPIO lines cannot be listed\n", text)
        self.assertIn("no permission to open /dev/gpiochip0: the user must be in group gpio; "
                      "talk with: intercomctl ptt down house\n", text)
        self.assert_checked()

    def test_a_line_that_a_driver_holds(self):
        self.box.lines.do("claim", "GPIO17", "gpio-keys")
        _, text, _ = self.box.ctl("setup", "--yes")
        self.assertIn("button  GPIO17  in use by gpio-keys\n", text)
        self.assertIn("! GPIO17 is in use by gpio-keys: free it, or write another line "
                      "(intercomctl gpio list)\n", text)
        self.assert_checked()

    def test_what_is_there_stays_unless_forced_and_is_kept_then(self):
        self.path.write_text("# mine\n[station]\nname = mine\n", encoding="ascii")
        self.assert_setup(["--yes"], 1, "", """\
intercomctl: DIR/default/etc/intercomd.conf is there already and stays as it is \
(intercomctl config show); --force writes it anew and keeps the old one as intercomd.conf.bak
""")
        self.assertEqual(self.path.read_text("ascii"), "# mine\n[station]\nname = mine\n")
        code, text, _ = self.box.ctl("setup", "--yes", "--force", "--name", "kitchen")
        self.assertEqual(code, 0)
        self.assertIn("kept the old one as DIR/default/etc/intercomd.conf.bak\n", self.shown(text))
        self.assertEqual(self.path.read_text("ascii"), WRITTEN)
        kept = self.path.with_name("intercomd.conf.bak")
        self.assertEqual(kept.read_text("ascii"), "# mine\n[station]\nname = mine\n")
        # The first is the one worth keeping.
        self.box.ctl("setup", "--yes", "--force", "--name", "attic")
        self.assertEqual(kept.read_text("ascii"), "# mine\n[station]\nname = mine\n")
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

    def test_a_peer_of_the_channels_name_is_a_mistake_and_nothing_is_written(self):
        self.box.write_peer("house", self.box.public_key)
        code, _, errors = self.box.ctl("setup", "--yes")
        self.assertEqual(code, 1)
        self.assertIn("[channel house] has the name of the peer at", errors)
        self.assertFalse(self.path.exists())

    def test_a_folder_is_made_but_where_there_can_be_none_that_is_said(self):
        folder = os.path.join(self.scene.folder, "new")
        code, _, errors = self.box.ctl("setup", "--yes", "--config", folder)
        self.assertEqual((code, errors), (0, ""))
        self.assertTrue(os.path.exists(os.path.join(folder, "intercomd.conf")))
        pathlib.Path(self.scene.folder, "file").touch()
        code, _, errors = self.box.ctl(
            "setup", "--yes", "--config", os.path.join(self.scene.folder, "file"))
        self.assertEqual(code, 1)
        self.assertIn("Not a directory", errors)

    @unittest.skipIf(os.geteuid() != 0, "only root may become another user")
    def test_without_the_right_to_write_it_says_what_would_help(self):
        program = os.path.join(self.scene.folder, "intercomctl")
        shutil.copy(place.program("intercomctl"), program)
        for folder in (self.scene.folder, self.box.folder, self.box.etc):
            os.chmod(folder, 0o755)
        done = subprocess.run(
            [program, "--config", self.box.etc, "setup", "--yes"], capture_output=True, text=True,
            check=False, user=NOBODY, group=NOBODY, extra_groups=[], timeout=place.PATIENCE)
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertEqual(self.shown(done.stderr), "intercomctl: make DIR/default/etc/"
                         "intercomd.conf.new: Permission denied; try it with sudo\n")

    def test_json_says_all_of_it(self):
        code, text, errors = self.box.ctl("setup", "--yes", "--name", "kitchen", "--json")
        self.assertEqual((code, errors), (0, ""))
        self.assertEqual(json.loads(self.shown(text)), {
            "schema": 1, "path": "DIR/default/etc/intercomd.conf", "written": True,
            "backup": None, "name": "kitchen", "input": "auto", "output": "auto",
            "key": "GPIO17", "warnings": [], "text": WRITTEN})
        code, text, _ = self.box.ctl("setup", "--json")
        self.assertEqual((code, json.loads(text)["written"]), (0, False))

    def test_the_running_daemon_takes_it_over(self):
        self.box.write_config = lambda: None
        self.path.write_text(
            f"[station]\nname = before\n[network]\nport = {self.box.port}\n", encoding="ascii")
        self.box.start()
        self.box.ready()
        code, text, _ = self.box.ctl("setup", "--yes", "--force", "--name", "kitchen")
        self.assertEqual(code, 0)
        self.assertIn("next: intercomctl reload\n", text)
        code, text, _ = self.box.ctl("reload")
        self.assertEqual(code, 4)
        self.assertEqual(text, f"""\
~ [station] name: before -> kitchen
~ [network] port: {self.box.port} -> 5577  (needs a restart)
+ [button ptt]
+ [channel house]
applied; for the rest: sudo systemctl restart intercomd
""")
        wait(lambda: self.box.status()["buttons"], "there is a talk key")
        self.assertEqual(self.box.status()["name"], "kitchen")


class AtATerminal(FreshBox):
    """One question at a time, the answer most people give in brackets."""

    def converse(self, *answers):
        """Answers what is asked; returns (exit code, the whole screen)."""
        control, terminal = pty.openpty()
        environment = self.box._environment()  # pylint: disable=protected-access
        environment["LD_PRELOAD"] = place.lab("libgpiosim.so")
        words = [place.program("intercomctl"), "--config", self.box.etc, "setup"]
        screen = b""
        with subprocess.Popen(words + ["--name", "kitchen"], stdin=terminal, stdout=terminal,
                              stderr=terminal, env=environment) as program:
            os.close(terminal)
            waiting = list(answers)
            with contextlib.suppress(OSError):
                while chunk := os.read(control, 4096):
                    screen += chunk
                    if waiting and screen.endswith((b"]: ", b"[yes] ")):
                        os.write(control, waiting.pop(0).encode())
            code = program.wait(place.PATIENCE)
        os.close(control)
        text = screen.decode().replace("\r\n", "\n").replace(str(self.scene.folder), "DIR")
        self.assertEqual(waiting, [], text)
        return code, text

    def test_five_returns_are_enough(self):
        code, screen = self.converse("\n", "\n", "\n", "\n", "\n")
        self.assertEqual(screen, f"""\
NO  CARD  INPUT  OUTPUT
1   auto  yes    yes     ALSA's default
name of this station [kitchen]:\x20
microphone: number, value or none [auto]:\x20
loudspeaker: number, value or none [auto]:\x20
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

    def test_a_wrong_answer_is_explained_and_asked_again(self):
        code, screen = self.converse("Kitchen 2\n", "attic\n", "hw:1\n", "none\n",
                                     "card:Device\n", "517\n", "GPIO27\n", "\n")
        self.assertIn("name of this station [kitchen]: Kitchen 2\n"
                      '  name: "Kitchen 2" is not a name: 1 to 31 of a-z, 0-9 and -, no - first\n'
                      "name of this station [kitchen]: attic\n", screen)
        self.assertIn('"hw:1" is refused: card numbers change at boot', screen)
        self.assertIn('"517" is a bare number, which differs by kernel', screen)
        self.assertEqual(code, 0)
        text = self.path.read_text("ascii")
        for line in ("name = attic", "input = none", "output = card:Device", "line = GPIO27"):
            self.assertIn(line + "\n", text)
        self.assertEqual(self.box.ctl("config", "check")[0], 0)

    def test_cards_and_lines_are_chosen_by_number(self):
        code, screen = self.converse("\n", "none\n", "2\n", "1\n", "27\n", "\n")
        self.assertEqual(code, 0)
        # There is no second card.
        self.assertEqual(screen.count("loudspeaker: "), 2, screen)
        text = self.path.read_text("ascii")
        for line in ("input = none", "output = auto", "line = GPIO27"):
            self.assertIn(line + "\n", text)
        self.assertEqual(self.box.ctl("config", "check")[0], 0)

    def test_no_and_the_end_of_the_input_write_nothing(self):
        for answers in (["\n", "\n", "\n", "\n", "no\n"], ["\n", "\x04"]):
            code, screen = self.converse(*answers)
            self.assertEqual(code, 1)
            self.assertTrue(screen.endswith("nothing was written\n"), screen)
            self.assertFalse(self.path.exists())


if __name__ == "__main__":
    unittest.main()
