"""`config show`, `diff`, `check` and `reload`, as whoever changes settings meets them."""

import copy
import json
import os
import unittest

from lab import Scene, SceneTest, wait


class ConfigCommands(SceneTest):
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
        self.assert_said(["config", "diff"], 0, "nothing has changed\n")
        self.assert_said(["reload"], 0, "nothing has changed\n")
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
        self.assert_said(["config", "diff"], 0, """\
~ [audio] jitter: normal -> robust
not applied yet: intercomctl reload
""")
        # To ask is not to apply.
        code, text, _ = self.kitchen.ctl("config", "diff", "--json")
        self.assertEqual((code, json.loads(text)), (0, {
            "schema": 1, "check": True, "difference": [
                {"text": "~ [audio] jitter: normal -> robust", "section": "audio",
                 "restart": False}]}))
        self.assert_said(["reload"], 0, "~ [audio] jitter: normal -> robust\napplied\n")
        self.assert_said(["reload"], 0, "nothing has changed\n")

    def test_what_needs_a_restart_is_told_as_long_as_it_waits(self):
        self.write(network={"dscp": "cs0"}, talk={"tail": "1s"})
        self.assert_said(["config", "diff"], 0, """\
~ [network] dscp: ef -> cs0  (needs a restart)
~ [talk] tail: 150ms -> 1s
not applied yet: intercomctl reload, then sudo systemctl restart intercomd
""")
        self.assert_said(["reload"], 4, """\
~ [network] dscp: ef -> cs0  (needs a restart)
~ [talk] tail: 150ms -> 1s
applied; for the rest: sudo systemctl restart intercomd
""")
        self.assert_said(["config", "diff"], 0, """\
~ [network] dscp: ef -> cs0  (needs a restart)
not applied yet: sudo systemctl restart intercomd
""")
        self.assert_said(["reload"], 4, """\
~ [network] dscp: ef -> cs0  (needs a restart)
not applied: sudo systemctl restart intercomd
""")

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
        self.assert_said(["config", "diff"], 0, """\
~ [audio] jitter-max: 240ms -> 120ms
not applied yet: intercomctl reload
""")

    def test_without_settings_there_is_something_to_begin_with(self):
        os.rename(os.path.join(self.kitchen.etc, "intercomd.conf"),
                  os.path.join(self.kitchen.etc, "away"))
        for words in (["config", "show"], ["config", "check"]):
            code, text, errors = self.kitchen.ctl(*words)
            self.assertEqual((code, text), (1, ""))
            self.assertIn("intercomctl setup", errors)


class DaemonDown(SceneTest):
    def test_files_are_shown_and_checked_but_there_is_nothing_to_compare_them_with(self):
        with Scene("kitchen") as scene:
            (kitchen,) = scene.stations
            kitchen.write_config()
            self.assertEqual(kitchen.ctl("config", "show")[0], 0)
            self.assertEqual(kitchen.ctl("config", "check")[0], 0)
            for words in (["config", "diff"], ["reload"]):
                code, text, errors = kitchen.ctl(*words)
                self.assertEqual((code, text), (3, ""))
                self.assertIn("intercomd is not running", errors)
            kitchen.start()
            kitchen.ready()
            wait(lambda: kitchen.ctl("reload")[0] == 0, "it can be asked")


if __name__ == "__main__":
    unittest.main()
