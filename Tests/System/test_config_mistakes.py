"""A mistake in the settings ends the daemon with the file, the line and the nearest word."""

import os
import unittest

from lab import Scene, SceneTest, place, process


class ConfigMistakes(SceneTest):
    @classmethod
    def setUpClass(cls):
        cls.scene = cls.enterClassContext(Scene("kitchen", "garage"))
        cls.kitchen, cls.garage = cls.scene.stations
        cls.scene.introduce(cls.kitchen, cls.garage)

    def setUp(self):
        # Mistakes are made in a section of their own.
        self.kitchen.sections.pop("talk", None)
        self.kitchen.write_config()
        self.path = os.path.join(self.kitchen.etc, "intercomd.conf")
        with open(self.path, encoding="utf-8") as file:
            self.lines = file.read().splitlines()
        self.peer = os.path.join(self.kitchen.etc, "peers.d/garage.conf")

    def tearDown(self):
        self.kitchen.knows(self.garage)

    def run_daemon(self):
        return process.run([place.program("intercomd"), "--config", self.kitchen.etc])

    def assert_refused(self, *parts):
        """The daemon ends with 1 and says all of it; so does `intercomctl config check`."""
        code, out, errors = self.run_daemon()
        self.assertEqual(code, 1, out + errors)
        for part in parts:
            self.assertIn(part, out + errors)
        code, out, errors = self.kitchen.ctl("config", "check")
        self.assertEqual(code, 1)
        for part in parts:
            self.assertIn(part, out + errors)

    def with_line(self, text):
        """Adds a line to the file; returns file:line of it."""
        with open(self.path, "w", encoding="utf-8") as file:
            file.write("\n".join([*self.lines, text]) + "\n")
        return f"{self.path}:{len(self.lines) + text.count(chr(10)) + 1}"

    def test_a_line_of_another_case_is_shown_as_it_is_here(self):
        self.kitchen.lines.start()
        self.with_line("[lamp x]\nline = gpio4\nshow = fault")
        code, _, errors = self.kitchen.ctl("config", "check")
        self.assertEqual(code, 4)
        self.assertIn('there is no line "gpio4" on this machine; did you mean "GPIO4"?', errors)
        self.with_line("[lamp x]\nline = GPIO4\nshow = fault")
        self.assertEqual(self.kitchen.ctl("config", "check")[0], 0)

    def test_unknown_key_with_the_nearest(self):
        place = self.with_line("[talk]\nprerol = 60ms")
        self.assert_refused(place, "prerol", "preroll")

    def test_unknown_section_with_the_nearest(self):
        place = self.with_line("[taalk]")
        self.assert_refused(place, "taalk", "talk")

    def test_value_out_of_range(self):
        place = self.with_line("[talk]\ntail = 9s")
        self.assert_refused(place, "tail")

    def test_value_without_its_unit(self):
        place = self.with_line("[talk]\npreroll = 60")
        self.assert_refused(place, "preroll")

    def test_card_by_number(self):
        place = self.with_line("[audio]\ninput = hw:1")
        self.lines = [line for line in self.lines if not line.startswith(("input", "[audio]"))]
        place = self.with_line("[audio]\ninput = hw:1")
        self.assert_refused(place, "card:")

    def test_button_to_nobody_with_the_nearest(self):
        place = self.with_line("[button two]\nline = GPIO5\ntalk = garrage")
        self.assert_refused(place, "garrage", "garage")

    def test_two_buttons_on_one_line(self):
        self.with_line("[button two]\nline = GPIO17\ntalk = house")
        self.assert_refused(self.path, "GPIO17")

    def test_peer_key_with_a_typing_mistake(self):
        text = self.garage.public_key
        wrong = text[:20] + ("a" if text[20] != "a" else "b") + text[21:]
        self.kitchen.write_peer("garage", wrong, "127.0.0.1:5577")
        code, out, errors = self.run_daemon()
        self.assertEqual(code, 1, out + errors)
        self.assertIn(f"{self.peer}:3", out + errors)
        self.assertIn("check characters do not fit", out + errors)

    def test_own_key_as_a_peers(self):
        self.kitchen.write_peer("garage", self.kitchen.public_key, "127.0.0.1:5577")
        code, out, errors = self.run_daemon()
        self.assertEqual(code, 1, out + errors)
        self.assertIn(f"{self.peer}:3", out + errors)

    def test_a_good_file_is_accepted(self):
        code, out, errors = self.kitchen.ctl("config", "check")
        self.assertEqual(code, 0, out + errors)


class Refusals(SceneTest):
    def setUp(self):
        self.scene = self.enterContext(Scene("kitchen", "garage"))
        self.kitchen, self.garage = self.scene.stations
        self.keys = os.path.join(self.kitchen.state, "keys")

    def assert_ends(self, station, *parts):
        station.start()
        self.assertEqual(station.ended(), 1)
        for part in parts:
            self.assertIn(part, station.log)

    def test_key_files_with_rights_for_others(self):
        identity = os.path.join(self.keys, "identity")
        os.chmod(identity, 0o640)
        self.assert_ends(self.kitchen, identity, "chmod 600 " + identity)
        os.chmod(identity, 0o600)
        self.kitchen.knows(self.garage, psk="ab" * 32)
        psk = os.path.join(self.keys, "garage.psk")
        os.chmod(psk, 0o604)
        self.assert_ends(self.kitchen, psk, "chmod 600 " + psk)
        os.chmod(psk, 0o600)
        with open(psk, "w", encoding="ascii") as file:
            file.write("ab" * 31 + "\n")
        self.assert_ends(self.kitchen, psk)
        self.assertNotIn("abab", self.kitchen.log, "a secret in the log")

    def test_a_key_folder_with_rights_for_others(self):
        os.chmod(self.keys, 0o770)
        self.assert_ends(self.kitchen, "chmod 700 " + self.keys)
        code, _, errors = self.kitchen.ctl("config", "check")
        self.assertEqual(code, 1)
        self.assertIn("chmod 700 " + self.keys, errors)
        os.chmod(self.keys, 0o700)

    def test_a_psk_file_that_is_not_there(self):
        self.kitchen.knows(self.garage, psk="ab" * 32)
        os.remove(os.path.join(self.keys, "garage.psk"))
        self.assert_ends(self.kitchen, "peers.d/garage.conf:", "psk = file:garage.psk")

    def test_no_configuration_at_all(self):
        code, out, errors = process.run([place.program("intercomd"), "--config", "/nowhere"])
        self.assertEqual(code, 1)
        self.assertIn("/nowhere/intercomd.conf", out + errors)
        self.assertIn("intercomctl setup writes it", out + errors)

    def test_a_second_daemon_on_the_same_folder_or_port(self):
        self.kitchen.start()
        self.kitchen.ready()
        code, out, errors = process.run([place.program("intercomd"), "--config", self.kitchen.etc])
        self.assertEqual(code, 1, out + errors)
        # On another port it is still the same runtime folder.
        self.kitchen.sections["network"]["port"] = self.garage.port
        self.kitchen.write_config()
        code, out, errors = process.run([place.program("intercomd"), "--config", self.kitchen.etc])
        self.assertEqual(code, 1, out + errors)
        self.assertIn("control.sock", out + errors)
        self.garage.sections["network"]["port"] = self.kitchen.port
        self.assert_ends(self.garage, str(self.kitchen.port))
        # The first is none the worse.
        self.assertTrue(self.kitchen.is_up())

    def test_usage(self):
        for words in (["--nosuch"], ["--config"]):
            code, _, errors = process.run([place.program("intercomd"), *words])
            self.assertEqual(code, 2)
            self.assertIn("intercomd", errors)


if __name__ == "__main__":
    unittest.main()
