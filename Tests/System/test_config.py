"""Settings as whoever changes them meets them: shown, compared, applied, and refused by the line.

What each mistake is called is claimed by the unit tests of Config and Settings, and the lines of
`reload` by those of intercomctl.
"""

import copy
import os

from lab import Scene, SceneTest, place, process


def daemon(*words):
    """Runs intercomd until it ends by itself; returns its exit code and what it said."""
    code, text, errors = process.run([place.program("intercomd"), *words])
    return code, text + errors


class Commands(SceneTest):
    """A daemon that runs, and `config show`, `check` and `reload`."""

    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.scene = cls.enterClassContext(Scene("kitchen", "garage"))
        cls.kitchen, cls.garage = cls.scene.stations
        cls.kitchen.knows(cls.garage, psk="5a" * 32)
        cls.kitchen.begin()

    def setUp(self):
        self.addCleanup(self.go_back, copy.deepcopy(self.kitchen.sections))
        self.kitchen.write_config()

    def go_back(self, sections):
        """Lets the daemon have what it had."""
        self.kitchen.sections = sections
        self.kitchen.reload()

    def write(self, **sections):
        """Writes the settings, some of them other than the daemon has them."""
        for title, entries in sections.items():
            self.kitchen.sections[title] = {**self.kitchen.sections.get(title, {}), **entries}
        self.kitchen.write_config()

    def assert_said(self, words, code, output, errors=""):
        """What a command prints, and how it ends."""
        ended, text, complaints = self.kitchen.ctl(*words)
        folder = str(self.scene.folder)
        self.assertEqual(text.replace(folder, "DIR"), output, complaints)
        self.assertEqual(complaints.replace(folder, "DIR"), errors)
        self.assertEqual(ended, code)

    def test_the_difference_is_applied_and_shown(self):
        self.write(audio={"jitter": "robust"})
        self.kitchen.write_peer("attic", self.garage.public_key.replace("intercom1:", "x:"))
        # A mistake in any file changes nothing, and is told by its line.
        wrong = ("intercomctl: DIR/kitchen/etc/peers.d/attic.conf:2: key: not a public key, which"
                 " is intercom1:, 52 characters, : and 4 more (intercomctl key show, on the other"
                 " station)\n")
        rest = "until that is mended, the settings in use stay as they are\n"
        self.assert_said(["reload"], 1, "", wrong + rest)
        self.kitchen.write_peer("attic", self.kitchen.public_key)
        errors = self.kitchen.complains("reload")
        self.assertIn("key: it is this station's own key", errors)
        told = "the last reload was refused: "
        self.kitchen.problem(told)
        self.kitchen.remove_peer("attic")
        change = "~ [audio] jitter: normal -> robust\n"
        self.assert_said(["reload"], 0, f"{change}applied\n")
        self.assertNotIn(told, "\n".join(self.kitchen.problems()))
        self.assert_said(["reload"], 0, "nothing has changed\n")

    def test_what_needs_a_restart_is_told_as_long_as_it_waits(self):
        self.write(network={"discovery": "yes"}, talk={"tail": "1s"})
        waits = "~ [network] discovery: no -> yes  (needs a restart)\n"
        both = f"{waits}~ [talk] tail: 150ms -> 1s\n"
        restart = "sudo systemctl restart intercomd\n"
        self.assert_said(["reload"], 4, f"{both}applied; for the rest: {restart}")
        self.assert_said(["reload"], 4, f"{waits}not applied: {restart}")
        self.assertIn("waits for a restart", "\n".join(self.kitchen.notes()))
        self.write(network={"discovery": "no"})
        self.assertEqual(self.kitchen.ctl("reload")[0], 0)
        self.assertNotIn("waits for a restart", "\n".join(self.kitchen.notes()))

    def test_the_effective_settings_hold_no_secret_and_are_settings(self):
        self.write(audio={"rx-hold": "120ms"})
        code, text, errors = self.kitchen.ctl("config", "show")
        self.assertEqual((code, errors), (0, ""))
        for line in ("rx-hold = 120ms", "preroll = 200ms", "[peer garage]",
                     f"key = {self.garage.public_key}", "psk = file:garage.psk"):
            self.assertIn(line + "\n", text)
        said = text
        for words in (["config", "show", "--json"], ["config", "check"]):
            said += "".join(map(str, self.kitchen.ctl(*words)))
        self.assertNotIn("5a5a", said)
        self.assertNotIn(self.kitchen.identity.secret.hex()[:8], said)
        # Negative control: the secrets are there to be found.
        with open(os.path.join(self.kitchen.state, "keys/garage.psk"), encoding="ascii") as file:
            self.assertIn("5a5a", file.read())
        # What was shown is a configuration of one file, and says the same.
        self.kitchen.remove_peer("garage")
        self.addCleanup(self.kitchen.knows, self.garage, psk="5a" * 32)
        with open(os.path.join(self.kitchen.etc, "intercomd.conf"), "w",
                  encoding="ascii") as file:
            file.write(text)
        self.assert_said(["reload"], 0, "~ [audio] rx-hold: 150ms -> 120ms\napplied\n")


class Refusals(SceneTest):
    """What ends a daemon as soon as it starts; `intercomctl config check` says the same."""

    def setUp(self):
        self.kitchen, self.garage = self.enter("kitchen", "garage")
        self.scene.introduce(self.kitchen, self.garage, psk="ab" * 32)
        self.kitchen.write_config()
        self.path = os.path.join(self.kitchen.etc, "intercomd.conf")
        self.keys = os.path.join(self.kitchen.state, "keys")

    def assert_refused(self, *parts):
        """Both end with 1 and say all of it, and no secret."""
        checked, *said = self.kitchen.ctl("config", "check")
        for code, text in (daemon("--config", self.kitchen.etc), (checked, "".join(said))):
            self.assertEqual(code, 1, text)
            for part in parts:
                self.assertIn(part, text)
            self.assertNotIn("abab", text, "a secret is told")

    def test_a_mistake_is_told_with_the_file_the_line_and_the_nearest_word(self):
        del self.kitchen.sections["talk"]
        self.kitchen.write_config()
        with open(self.path, encoding="utf-8") as file:
            settings = file.read()
        for text, parts in (("[talk]\nprerol = 60ms", ("prerol", '"preroll"')),
                            ("[taalk]", ("taalk", '"talk"'))):
            with self.subTest(text):
                wrong = f"{settings}{text}\n"
                with open(self.path, "w", encoding="utf-8") as file:
                    file.write(wrong)
                self.assert_refused(f"{self.path}:{wrong.count(chr(10))}: ", *parts)
        self.kitchen.write_config()
        self.assertEqual(self.kitchen.ctl("config", "check")[0], 0, "it accepts what is right")

    def test_a_second_daemon_on_the_same_folder_or_port(self):
        self.kitchen.begin()
        code, said = daemon("--config", self.kitchen.etc)
        self.assertEqual(code, 1, said)
        self.assertIn(str(self.kitchen.port), said)
        self.assertIn("another intercomd", said)
        # On another port it is still the same runtime folder.
        self.kitchen.sections["network"]["port"] = self.garage.port
        self.kitchen.write_config()
        code, said = daemon("--config", self.kitchen.etc)
        self.assertEqual(code, 1, said)
        self.assertIn("control.sock", said)
        self.garage.sections["network"]["port"] = self.kitchen.port
        self.garage.start()
        self.assertEqual(self.garage.ended(), 1)
        self.assertIn(str(self.kitchen.port), self.garage.log)
        # The first is none the worse.
        self.assertTrue(self.kitchen.is_up())
