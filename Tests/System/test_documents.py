"""What documents claim of the program is what it does, and what they show is what was meant."""

import re

import examples
from callers import CallersTest
from lab import Scene, SceneTest, listen, process, wait
from stage.identity import Identity

NAME = "raspberrypi"


class Words(SceneTest):
    """Commands and options as they stand there."""

    def secret(self, command, folder):
        """Types the command that makes a psk; returns (mode of the file, its text, umask after)."""
        script = f"cd '{folder}' && rm -f house.psk && umask 022 && {command}\n" \
                 "stat -c %a house.psk && cat house.psk && echo && umask"
        code, text, error = process.run(["sh", "-c", script])
        self.assertEqual(code, 0, error)
        return text.splitlines()

    def test_the_pre_shared_key_of_operate_is_the_owners_alone_and_leaves_the_shell_as_it_was(self):
        (command,) = re.findall(r"`([^`\n]*/dev/urandom[^`\n]*)`", examples.read("docs/operate.md"))
        with Scene("kitchen") as scene:
            mode, secret, umask = self.secret(command, scene.folder)
            self.assertEqual((mode, umask), ("600", "0022"))
            self.assertRegex(secret, "^[0-9a-f]{64}$")
            self.assertNotEqual(self.secret(command, scene.folder)[1], secret)
            # The negative control: without the brackets the shell keeps it.
            bare = command.strip("( )")
            self.assertEqual(self.secret(bare, scene.folder)[2], "0077")

    def test_each_option_that_help_has_is_in_the_manual_page(self):
        manual = examples.read("docs/intercomctl.1").replace("\\-", "-")
        options = set()
        with Scene("kitchen") as scene:
            (kitchen,) = scene.stations
            _, text, _ = kitchen.ctl("help")
            for line in re.findall(r"(?m)^  ([a-z].*?)(?:  |$)", text):
                words = [word for word in line.split() if re.fullmatch("[a-z-]+", word)]
                for name in (words[:2], words[:1]):
                    code, said, _ = kitchen.ctl("help", *name)
                    if code == 0:
                        options |= set(re.findall(r"--[a-z-]+", said))
                        break
        self.assertGreater(len(options), 20)
        section = manual.split(".SH OPTIONS\n")[1].split("\n.SH ")[0]
        # The negative control: what is none is not there.
        self.assertNotIn("--files", re.findall(r"--[a-z-]+", section))
        self.assertEqual(options - set(re.findall(r"--[a-z-]+", section)), set())

    def test_a_value_that_ends_in_a_backslash_is_refused_once_with_its_line(self):
        kitchen, = self.enter("kitchen")
        kitchen.sections["channel house"]["members"] = "garage, \\\n  attic"
        kitchen.write_config()
        error = kitchen.complains("config", "check")
        found = [line for line in error.splitlines() if "intercomd.conf:" in line]
        self.assertEqual(len(found), 1, error)
        self.assertRegex(found[0], r'intercomd\.conf:\d+: "members" ends in \\, and lines are '
                                   "not continued: write the whole value on one line")


class Names(SceneTest):
    def test_the_own_name_is_not_sent_and_two_stations_may_have_the_same(self):
        manual = re.sub(r"\s+", " ", examples.read("docs/intercomd.conf.5"))
        self.assertIn("The name is not sent: other stations call this one by the name in their",
                      manual)
        for page in ("docs/intercomd.conf.5", "etc/intercomd.conf"):
            self.assertNotIn("others see this station", examples.read(page))
        kitchen, garage = self.met("kitchen", "garage")
        for one in self.scene.stations:
            one.sections["station"]["name"] = NAME
        self.scene.start()
        kitchen.speak(500)
        self.assert_talk(kitchen, garage)
        for one, other in ((kitchen, "garage"), (garage, "kitchen")):
            self.assertEqual(one.status()["name"], NAME)
            text = one.ctl("peers")[1] + one.log.replace(f"{NAME} ", "", 1)
            self.assertIn(other, text)
            self.assertEqual([peer["name"] for peer in one.status()["peers"]], [other])
        error = kitchen.complains("peer", "add", NAME, "-", Identity().text)
        self.assertIn(f"{NAME} is this station's own name; call the peer something else: the "
                      "name is for", error)


class ThreatModel(CallersTest):
    TEXT = examples.read("docs/security/threat-model.md")
    OPENS = {"drop-in": "drop-in", "monitor": "listen", "call": "call"}
    """What a peer does for which the policy has a word."""

    def assert_opens(self, policy, does):
        """With this policy alone a peer opens the microphone, and without it does not."""
        kitchen, garage = self.scene("kitchen", "garage")
        for is_allowed in (False, True):
            if is_allowed:
                kitchen.sections["policy"] = policy
                kitchen.reload()
            garage.ctl(does, "kitchen", "--no-wait")
            if is_allowed:
                wait(kitchen.is_talking, f"{does} opens the microphone")
                wait(kitchen.is_lit, "its lamp is lit")
            elif does == "call":
                self.stands(kitchen, "ringing")
                self.assertFalse(kitchen.is_talking())
            else:
                self.watches[kitchen].saw("refused", peer="garage")
                self.assertFalse(kitchen.is_talking())
            garage.ctl("hangup")
            self.stands(kitchen, "idle")
            wait(lambda: not kitchen.is_talking(), "the microphone closes")

    def test_a_peer_opens_the_microphone_by_what_it_names_and_by_nothing_else(self):
        self.assertNotIn("Nothing from the network can open", self.TEXT)
        (line,) = [line for line in self.TEXT.splitlines()
                   if "A peer may open it over the network if `[policy]` allows it" in line]
        named = dict(re.findall(r"`([a-z-]+) = (\w+)`", line.split(". ")[0]))
        self.assertEqual(set(named), set(self.OPENS))
        for key, value in named.items():
            with self.subTest(policy=f"{key} = {value}"):
                self.assert_opens({key: value}, self.OPENS[key])

    def test_it_names_the_modes_in_which_no_finger_opens_it(self):
        section = self.TEXT.split("## Microphone\n")[1].split("\n## ")[0]
        for mode in ("vox", "open"):
            self.assertIn(f"`mode = {mode}`", section)

    def test_a_former_peer_is_shut_out_from_the_command_or_reload_that_removes_it(self):
        (line,) = [line for line in self.TEXT.splitlines() if line.startswith("| was a peer |")]
        self.assertIn("`intercomctl peer remove`, or the reload after its file was removed", line)
        for is_command in (True, False):
            with self.subTest(is_command=is_command):
                kitchen, garage = self.scene("kitchen", "garage")
                if is_command:
                    # As `peer add` has written it.
                    kitchen.forgets(garage)
                    self.do(kitchen, "peer", "add", "garage", f"127.0.0.1:{garage.port}",
                            garage.public_key)
                    kitchen.known.append(garage)
                    kitchen.wait_for(garage)
                garage.speak(500)
                with garage.talking():
                    wait(lambda: kitchen.hears("garage"), "kitchen hears garage")
                    kitchen.record()
                    span = listen()
                    self.assert_heard(kitchen.recorded().span(*span), 500)
                    if is_command:
                        self.do(kitchen, "peer", "remove", "garage")
                    else:
                        kitchen.forgets(garage)
                        kitchen.reload()
                    self.assertEqual(kitchen.status()["peers"], [])
                    kitchen.record()
                    span = listen()
                    self.assert_silent(kitchen.recorded().span(*span))
                wait(lambda: garage.peer("kitchen")["down_reason"] == "not_accepted",
                     "garage is not let in again", 30)
                self.assertEqual(kitchen.status()["peers"], [])
