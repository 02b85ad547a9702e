"""`intercomctl doctor` tried as a new user would, the daemon down or up.

What it says of each fault is claimed by the unit tests of its facts.

The screens are those of screens/doctor, whole but for what differs from run to run: folders, ports,
ages, processes.
"""

import json
import os
import pathlib
import re
import shutil
import subprocess
import unittest

from lab import Scene, SceneTest, place, random_psk, wait

SCREENS = pathlib.Path(__file__).parent / "screens/doctor"

NOBODY = 65534
"""A user with no rights at all."""

UNTOLD = ("config", "daemon", "status", "peers")
"""What does not depend on the machine that the tests run on."""


def normalised(text, scene):
    """The screen without what differs from run to run."""
    for one in scene.stations:
        text = text.replace(one.run, f"DIR/{one.name}/run")
    text = text.replace(str(scene.folder), "DIR")
    for one in scene.stations:
        text = text.replace(f"127.0.0.1:{one.port}", f"{one.name.upper()}")
        text = text.replace(f"port {one.port}", "port PORT").replace(f":{one.port}", ":PORT")
    for pattern, word in (
            (r"up \d+[smh]( \d+s)?, process \d+", "up AGE, process N"),
            (r"conf:\d+", "conf:N"), (r"intercomd \d+\.\d+\.\d+", "intercomd VERSION")):
        text = re.sub(pattern, word, text)
    return text


class DoctorTest(SceneTest):
    maxDiff = None

    def assert_text(self, text, screen):
        """The text is that of screens/doctor."""
        self.assertEqual(
            normalised(text, self.scene),
            (SCREENS / f"{screen}.txt").read_text(encoding="utf-8"))

    def assert_screen(self, station, screen, *topics, code=4):
        """What the doctor says of these topics, and how it ends."""
        ended, text, errors = station.ctl("doctor", *topics)
        self.assert_text(text, screen)
        self.assertEqual((ended, errors), (code, ""))


class DaemonDown(DoctorTest):
    """Nothing runs yet."""

    @classmethod
    def setUpClass(cls):
        cls.scene = cls.enterClassContext(Scene("kitchen", "garage"))
        cls.kitchen, cls.garage = cls.scene.stations

    def setUp(self):
        self.kitchen.knows(self.garage, psk="ab" * 32)
        self.kitchen.write_config()

    def test_all_is_well_but_the_daemon(self):
        self.assert_screen(self.kitchen, "not-running", *UNTOLD)

    def test_rights_for_others_on_the_keys(self):
        keys = os.path.join(self.kitchen.state, "keys")
        for name in ("identity", "garage.psk"):
            os.chmod(os.path.join(keys, name), 0o644)
            self.addCleanup(os.chmod, os.path.join(keys, name), 0o600)
        self.assert_screen(self.kitchen, "open-keys", "config")
        os.chmod(keys, 0o755)
        self.addCleanup(os.chmod, keys, 0o700)
        text = self.kitchen.prints("doctor", "config", code=4)
        self.assertIn(
            f"FAIL  config          look into {keys}: others have rights on it: chmod 700",
            text)

    def test_a_pre_shared_key_that_is_torn_is_not_shown(self):
        path = os.path.join(self.kitchen.state, "keys/garage.psk")
        with open(path, "w", encoding="ascii") as file:
            file.write("ab" * 31 + "\n")
        text = self.kitchen.prints("doctor", "config", code=4)
        self.assertRegex(text, r"(?m)^FAIL  config .*psk = file:garage\.psk: ")
        self.assertNotIn("abab", text, "a secret on the screen")

    def test_every_topic_has_its_line_and_json_says_the_same(self):
        text = self.kitchen.prints("doctor", code=4)
        for topic in ("config", "daemon", "status", "service", "self-test", "peers", "wifi",
                      "disk"):
            self.assertRegex(text, rf"(?m)^(ok  |WARN|FAIL)  {topic} ")
        _, lines, _ = self.kitchen.ctl("doctor", "--json")
        found = json.loads(lines)
        self.assertEqual(found["schema"], 1)
        self.assertEqual(len(found["checks"]), len(text.splitlines()) - 1)
        self.assertEqual(found["failures"], text.count("\nFAIL"))
        for check in found["checks"]:
            self.assertEqual(set(check), {"topic", "name", "verdict", "text", "fix"})
            self.assertTrue(check["verdict"] == "ok" or check["fix"])


class DaemonUp(DoctorTest):
    """The daemon runs, and is asked."""

    def setUp(self):
        self.kitchen, self.garage = self.enter("kitchen", "garage")

    def test_all_is_well_and_no_device_is_touched(self):
        self.scene.introduce(self.kitchen, self.garage, psk=random_psk())
        self.scene.start()
        opens = self.kitchen.card.status()["capture"]["opens"]
        self.assert_screen(self.kitchen, "running", *UNTOLD, code=0)
        self.assertEqual(self.kitchen.card.status()["capture"]["opens"], opens)
        # What else may be wrong: the peer goes, the card goes, the line goes.
        self.garage.stop()
        reason = lambda: self.kitchen.peer("garage")["down_reason"]
        wait(lambda: reason() == "port_closed", "garage is gone")
        self.assert_screen(self.kitchen, "unreachable-peer", "status", "peers")
        self.kitchen.card.do("unplug")
        wait(lambda: self.kitchen.has_card("absent"), "the card is told to be gone")
        self.kitchen.lines.do("unplug", "gpiochip0")
        wait(lambda: self.kitchen.status()["buttons"][0]["state"] == "unreadable", "no key")
        _, text, _ = self.kitchen.ctl("doctor", "status")
        self.assertRegex(text, r"(?m)^FAIL  status          audio input pcm:simcard:kitchen: ")
        self.assertRegex(text, r"(?m)^FAIL  status          button ptt on GPIO17: ")

    def test_pre_shared_keys_that_differ(self):
        self.scene.introduce(self.kitchen, self.garage, psk=[random_psk(), random_psk()])
        self.scene.start(together=False)
        pairs = [(self.kitchen, self.garage), (self.garage, self.kitchen)]
        # Both are told, each by the call of the other.
        one, other = wait(
            lambda: next((pair for pair in pairs if pair[0].peer(pair[1].name)["problem"]), None),
            "a misfit is seen")
        code, text, _ = one.ctl("doctor", "status")
        text = text.replace(f"{other.name}: ", "OTHER: ")
        self.assert_text(text.replace(f"FILE {other.name}", "FILE OTHER"), "psk-mismatch")
        self.assertEqual(code, 4)

    def test_lines_held_by_another_and_a_peer_who_is_new(self):
        self.kitchen.write_config()
        self.kitchen.lines.start()
        self.kitchen.lines.do("claim", "GPIO17", "gpio-keys")
        self.kitchen.begin()
        self.kitchen.knows(self.garage)
        self.assert_screen(self.kitchen, "held-line-and-new-peer", "status", "peers")

    @unittest.skipUnless(os.geteuid() == 0, "only root can be somebody else")
    def test_a_user_who_may_not_ask(self):
        self.kitchen.begin()
        program = os.path.join(self.scene.folder, "intercomctl")
        shutil.copy(place.program("intercomctl"), program)
        for folder in (self.scene.folder, self.kitchen.folder, self.kitchen.etc,
                       os.path.join(self.kitchen.etc, "peers.d"), self.kitchen.run):
            os.chmod(folder, 0o755)
        os.chmod(os.path.join(self.kitchen.run, "control.sock"), 0o660)
        os.chmod(self.kitchen.state, 0o750)
        done = subprocess.run(
            [program, "--config", self.kitchen.etc, "doctor", "config", "daemon"],
            capture_output=True, text=True, check=False, user=NOBODY, group=NOBODY,
            extra_groups=[], timeout=place.PATIENCE)
        self.assertEqual((done.returncode, done.stderr), (4, ""))
        self.assert_text(done.stdout, "no-rights")


MUTATIONS = (
    # What is wrong with the keys is not told of.
    ("Sources/Intercomctl/Setup/ConfigCommands.swift",
     "(config, errors, isWhole) = (found.config, found.errors, found.isWhole)",
     "(config, isWhole) = (found.config, found.isWhole)",
     "DaemonDown.test_rights_for_others_on_the_keys"),
    # A peer that waits for a reload is taken for one in use.
    ("Sources/Intercomctl/Doctor/DoctorCommand.swift",
     "for name in here where !there.contains(name) {",
     "for name in here where there.contains(name) {",
     "DaemonUp.test_lines_held_by_another_and_a_peer_who_is_new"),
)
