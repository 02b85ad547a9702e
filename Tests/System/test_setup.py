"""`intercomctl setup` as a new user meets it: what it finds, writes, and leaves alone.

The screens are whole, but for folders.
"""

import json
import os
import pathlib
import subprocess
import unittest

from fresh_box import NOBODY, WRITTEN, FreshBox
from lab import place, process, wait


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
nothing was written; this is for DIR/default/etc/intercomd.conf, which sudo intercomctl setup \
--yes writes
""")
        self.assertFalse(self.path.exists())
        self.path.write_text("[station]\nname = before\n", encoding="ascii")
        code, _, errors = self.box.ctl("setup")
        self.assertEqual(code, 0)
        self.assertIn("which is there already (intercomctl config show): sudo intercomctl setup "
                      "--yes --force writes it anew\n", errors)
        self.path.unlink()

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
        self.assertIn("! no talk button; talk with: intercomctl talk house\n", text)
        self.assertIn("try:  intercomctl test speaker, test mic\n", text)
        self.assertNotIn("[button", self.path.read_text("ascii"))
        self.assert_checked()

    def test_no_right_to_the_gpio_chip(self):
        self.box.lines.do("deny", "gpiochip0", "on")
        _, text, _ = self.box.ctl("setup", "--yes")
        self.assertIn("button  none  the GPIO lines cannot be listed\n", text)
        self.assertIn("no permission to open /dev/gpiochip0: the user must be in group gpio; "
                      "talk with: intercomctl talk house\n", text)
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
        self.path.chmod(0o640)
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
        self.assertEqual(kept.stat().st_mode & 0o777, 0o640)
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
        done = subprocess.run(
            [self.copy_for_all(), "--config", self.box.etc, "setup", "--yes"],
            capture_output=True, text=True, check=False,
            user=NOBODY, group=NOBODY, extra_groups=[], timeout=place.PATIENCE)
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


if __name__ == "__main__":
    unittest.main()
