"""Settings as whoever changes them meets them: shown, compared, applied, and refused by the line.

What each mistake is called is claimed by the unit tests of Config and Settings, and the lines of
`config diff` and `reload` by those of intercomctl.
"""

import copy
import os
import unittest

from lab import Scene, SceneTest, place, process


def daemon(*words):
    """Runs intercomd until it ends by itself; returns its exit code and what it said."""
    code, text, errors = process.run([place.program("intercomd"), *words])
    return code, text + errors


class Commands(SceneTest):
    """A daemon that runs, and `config show`, `diff`, `check` and `reload`."""

    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.scene = cls.enterClassContext(Scene("kitchen", "garage"))
        cls.kitchen, cls.garage = cls.scene.stations
        cls.kitchen.knows(cls.garage, psk="5a" * 32)
        cls.kitchen.start()
        cls.kitchen.ready()

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

    def test_nothing_has_changed(self):
        for words in (["config", "diff"], ["reload"]):
            self.assert_said(words, 0, "nothing has changed\n")
        # What is written otherwise but means the same is no change.
        self.write(talk={"tail": "0.15s"})
        self.assert_said(["config", "diff"], 0, "nothing has changed\n")

    def test_the_difference_is_shown_then_applied(self):
        self.write(audio={"jitter": "robust"})
        self.kitchen.write_peer("attic", self.garage.public_key.replace("intercom1:", "x:"))
        # A mistake in any file changes nothing, and is told by its line.
        wrong = ("intercomctl: DIR/kitchen/etc/peers.d/attic.conf:2: key: not a public key, which"
                 " is intercom1:, 52 characters, : and 4 more (intercomctl key show, on the other"
                 " station)\n")
        self.assert_said(["config", "diff"], 1, "", wrong)
        self.assert_said(["reload"], 1, "", wrong)
        self.kitchen.write_peer("attic", self.kitchen.public_key)
        code, _, errors = self.kitchen.ctl("reload")
        self.assertEqual(code, 1)
        self.assertIn("key: it is this station's own key", errors)
        self.kitchen.remove_peer("attic")
        change = "~ [audio] jitter: normal -> robust\n"
        # To ask is not to apply.
        self.assert_said(["config", "diff"], 0, f"{change}not applied yet: intercomctl reload\n")
        self.assert_said(["reload"], 0, f"{change}applied\n")
        self.assert_said(["reload"], 0, "nothing has changed\n")

    def test_what_needs_a_restart_is_told_as_long_as_it_waits(self):
        self.write(network={"dscp": "cs0"}, talk={"tail": "1s"})
        waits = "~ [network] dscp: ef -> cs0  (needs a restart)\n"
        both = f"{waits}~ [talk] tail: 150ms -> 1s\n"
        restart = "sudo systemctl restart intercomd\n"
        self.assert_said(["config", "diff"], 0,
                         f"{both}not applied yet: intercomctl reload, then {restart}")
        self.assert_said(["reload"], 4, f"{both}applied; for the rest: {restart}")
        self.assert_said(["config", "diff"], 0, f"{waits}not applied yet: {restart}")
        self.assert_said(["reload"], 4, f"{waits}not applied: {restart}")
        self.assertIn("waits for a restart", "\n".join(self.kitchen.notes()))
        self.write(network={"dscp": "ef"})
        self.assertEqual(self.kitchen.ctl("reload")[0], 0)
        self.assertNotIn("waits for a restart", "\n".join(self.kitchen.notes()))

    def test_the_effective_settings_hold_no_secret_and_are_settings(self):
        self.write(audio={"jitter-max": "120ms"})
        code, text, errors = self.kitchen.ctl("config", "show", "--effective")
        self.assertEqual((code, errors), (0, ""))
        for line in ("jitter-max = 120ms", "preroll = 200ms", "[peer garage]",
                     f"key = {self.garage.public_key}", "psk = file:garage.psk"):
            self.assertIn(line + "\n", text)
        said = text
        for words in (["config", "show", "--json"], ["config", "check"], ["config", "diff"]):
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
        self.assert_said(["config", "diff"], 0, "~ [audio] jitter-max: 240ms -> 120ms\n"
                         "not applied yet: intercomctl reload\n")

    def test_without_settings_there_is_something_to_begin_with(self):
        os.rename(os.path.join(self.kitchen.etc, "intercomd.conf"),
                  os.path.join(self.kitchen.etc, "away"))
        for words in (["config", "show"], ["config", "check"]):
            code, text, errors = self.kitchen.ctl(*words)
            self.assertEqual((code, text), (1, ""))
            self.assertIn("intercomctl setup", errors)


class Refusals(SceneTest):
    """What ends a daemon as soon as it starts; `intercomctl config check` says the same."""

    def setUp(self):
        self.scene = self.enterContext(Scene("kitchen", "garage"))
        self.kitchen, self.garage = self.scene.stations
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

    def test_a_key_with_a_typing_mistake_is_told_with_its_line(self):
        text = self.garage.public_key
        wrong = text[:20] + ("a" if text[20] != "a" else "b") + text[21:]
        self.kitchen.write_peer("garage", wrong, "127.0.0.1:5577")
        self.assert_refused("peers.d/garage.conf:3", "check characters do not fit")

    def test_a_line_of_another_case_is_shown_as_it_is_here(self):
        self.kitchen.lines.start()
        for line, code in (("gpio4", 4), ("GPIO4", 0)):
            self.kitchen.sections["lamp x"] = {"line": line, "show": "fault"}
            self.kitchen.write_config()
            ended, _, errors = self.kitchen.ctl("config", "check")
            self.assertEqual(ended, code, errors)
            self.assertEqual(code == 4, 'there is no line "gpio4" on this machine; did you mean '
                             '"GPIO4"?' in errors)

    def test_keys_that_others_may_read_and_keys_that_are_none(self):
        identity, psk = (os.path.join(self.keys, name) for name in ("identity", "garage.psk"))
        for path, mode, wide in ((identity, 0o600, 0o640), (psk, 0o600, 0o604),
                                 (self.keys, 0o700, 0o770)):
            with self.subTest(path):
                os.chmod(path, wide)
                self.assert_refused(f"chmod {mode:o} {path}")
                os.chmod(path, mode)
        with open(psk, "w", encoding="ascii") as file:
            file.write("ab" * 31 + "\n")
        self.assert_refused(psk)
        os.remove(psk)
        self.assert_refused("peers.d/garage.conf:", "garage.psk")

    def test_no_configuration_at_all_and_wrong_words(self):
        code, said = daemon("--config", "/nowhere")
        self.assertEqual(code, 1)
        self.assertIn("/nowhere/intercomd.conf", said)
        self.assertIn("intercomctl setup writes it", said)
        code, said = daemon("--nosuch")
        self.assertEqual(code, 2)
        self.assertIn("intercomd", said)

    def test_a_second_daemon_on_the_same_folder_or_port(self):
        self.kitchen.start()
        self.kitchen.ready()
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


if __name__ == "__main__":
    unittest.main()
