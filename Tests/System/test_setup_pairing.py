"""A station nobody has configured runs and says what to do; `intercomctl setup` ends with pairing:
the daemon takes what was written, or is started.
"""

import contextlib
import os
import pathlib
import shutil
import signal

import test_install
from codes import CODE, ShownCode, converse
from lab import place, process, wait
from neighbours import OnOneLan

ROOT = pathlib.Path(__file__).parents[2]


class SetupPairs(OnOneLan):
    """From a fresh box to a peer in one conversation, on one LAN."""

    def setUp(self):
        self.box, self.garage = self.enter("kitchen", "garage", known=False)
        # As it is on a fresh system: no settings, and the port that all stations have.
        self.box.port = 5577
        self.box.environment = {
            "STATE_DIRECTORY": self.box.state, "RUNTIME_DIRECTORY": self.box.run}
        self.box.write_config = lambda: None
        self.etc = self.box.etc
        self.start(self.garage)

    @property
    def path(self):
        return pathlib.Path(self.box.etc, "intercomd.conf")

    def set_up(self, *answers, watch=None):
        """Five returns, as the daemon has the card, and these answers."""
        return converse(self.box, [place.program("intercomctl"), "--config", self.etc],
                        ["\n", "\n", "\n", "\n", "\n", *answers], watch=watch)

    def assert_paired(self):
        for one, other in ((self.box, "garage"), (self.garage, "kitchen")):
            self.assertEqual([peer["name"] for peer in one.status()["peers"]], [other])


class WithTheDaemon(SetupPairs):
    """The daemon runs already."""

    def setUp(self):
        super().setUp()
        self.path.write_text("[station]\nname = before\n", encoding="ascii")
        self.start(self.box)
        self.path.unlink()

    def test_it_shows_a_code_and_is_paired(self):
        done = []

        def type_it_there(screen):
            found = CODE.search(screen)
            if found:
                done.extend(self.garage.ctl("pair", found[1]))
            return found
        code, screen = self.set_up("yes\n", watch=type_it_there)
        self.assertEqual((code, done[0]), (0, 0), (screen, done))
        self.assertIn("paired with garage", screen)
        self.assert_paired()

    def test_it_takes_the_code_that_the_other_shows_and_what_is_mistyped_is_asked_for_again(self):
        shown = ShownCode(self.garage.folder, self.garage.etc)
        self.addCleanup(shown.end)
        address = f"{self.place(self.garage).address}:{self.garage.port}"
        code, screen = self.set_up("1234-5678-9\n", f"{address} {shown.code}\n")
        self.assertEqual(code, 0, screen)
        self.assertIn('"1234-5678-9" is no code', screen)
        self.assertEqual(screen.count("pair with another station now?"), 2)
        self.assert_paired()

    def test_it_joins_the_site_of_a_station_that_introduces_it(self):
        def site(one):
            return one.status()["site"]["name"]
        self.assertEqual(self.garage.ctl("site", "init", "house")[0], 0)
        for answer, said, name in (("no\n", "later: intercomctl site join", None),
                                   ("\n", "joined the site house, from", "house")):
            shown = ShownCode(self.garage.folder, self.garage.etc, "--join")
            self.addCleanup(shown.end)
            code, screen = self.set_up(f"{shown.code}\n", answer)
            self.assertEqual((code, shown.ended()), (0, 0), screen + shown.text)
            self.assertIn("garage shows the site house, with 2 stations; the digits of its key: ",
                          screen)
            self.assertIn(said, screen)
            self.assertEqual((site(self.box), site(self.garage)), (name, "house"))
            if name is None:
                self.assertEqual(self.garage.ctl("site", "remove", "kitchen")[0], 0)
                self.assertEqual(self.box.ctl("peer", "remove", "garage")[0], 0)
                self.path.unlink()

    def test_no_leaves_pairing_for_later_and_so_does_one_that_fails(self):
        self.garage.stop()
        for answers in ([" NO \n"], ["1234-5678-9\n", "no\n"]):
            with self.subTest(answers):
                code, screen = self.set_up(*answers)
                self.assertEqual(code, 0, screen)
                self.assertTrue(screen.endswith("later: intercomctl pair\n"), screen)
                self.assertIn("name = kitchen\n", self.path.read_text("ascii"))
                self.assertEqual(self.box.status()["name"], "kitchen")
                self.assertEqual(self.box.status()["peers"], [])
                self.path.unlink()

    def test_what_needs_a_restart_comes_before_a_pairing(self):
        self.path.write_text(
            f"[station]\nname = before\n[network]\nport = {self.garage.port + 1}\n",
            encoding="ascii")
        self.box.stop()
        self.start(self.box)
        self.path.unlink()
        code, screen = self.set_up()
        self.assertEqual(code, 4, screen)
        self.assertTrue(screen.endswith(
            "sudo systemctl restart intercomd\n"
            "pair: intercomctl pair; it shows a code to type at the other station\n"), screen)

    def test_a_daemon_with_other_settings_pairs_nobody(self):
        other = pathlib.Path(self.box.folder, "other")
        other.mkdir()
        self.path.write_text("[station]\nname = before\n", encoding="ascii")
        self.etc = str(other)
        code, screen = self.set_up()
        self.assertEqual(code, 0)
        self.assertTrue(screen.endswith(
            "the intercomd that runs has other settings than these\n"), screen)


class WithoutTheDaemon(SetupPairs):
    """`setup` starts the service, by a systemctl that is a script in a namespace of mounts."""

    def setUp(self):
        super().setUp()
        self.folder = pathlib.Path(self.box.folder, "system")
        self.folder.mkdir()
        shutil.copytree("/etc", self.folder / "etc", symlinks=True)
        # It is there where the program is installed.
        (self.folder / "etc/intercomd").mkdir(exist_ok=True)
        unit = self.folder / "etc/systemd/system/intercomd.service"
        shutil.copy(ROOT / "systemd/intercomd.service", unit)
        self.do(f"mount --bind {self.folder}/etc /etc", test_install.FRESH,
                f"mount --bind {self.box.etc} /etc/intercomd",
                "mount -t tmpfs tmpfs /run", "mkdir -p /run/systemd/system")
        self.etc = "/etc/intercomd"
        self.addCleanup(self.end_daemon)

    def do(self, *lines):
        for line in lines:
            self.place(self.box).space.shell(line)

    def systemctl(self, *lines):
        """Makes these lines systemctl(1)."""
        script = self.folder / "systemctl"
        script.write_text("\n".join(["#!/bin/sh", f'echo "$*" >>{self.folder}/asked', *lines, ""]))
        script.chmod(0o755)
        self.do(f"mount --bind {script} /usr/bin/systemctl")

    def starting(self):
        """What the real one does: it starts the daemon and waits until that is ready."""
        self.box.lines.start()
        environment = self.box._environment()  # pylint: disable=protected-access
        names = ("ALSA_CONFIG_PATH", "SIMCARD_LIB", "SIMCARD_DIR", "GPIOSIM_SOCKET", "LD_PRELOAD",
                 "STATE_DIRECTORY", "RUNTIME_DIRECTORY")
        return [*(f"export {name}='{environment[name]}'" for name in names),
                f"setsid {place.program('intercomd')} >{self.box.log_path} 2>&1 </dev/null &",
                f"echo $! >{self.folder}/pid", "unset LD_PRELOAD",
                f"until [ -e {self.box.run}/control.sock ]; do sleep 0.05; done"]

    def end_daemon(self):
        """Ends it, so that its card is free."""
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            number = int((self.folder / "pid").read_text())
            os.kill(number, signal.SIGTERM)
            wait(lambda: not os.path.exists(f"/proc/{number}"), "the daemon ends")

    def set_up(self, *answers, watch=None):
        # The card is free, so that one question is about the tone.
        return converse(self.box, [*self.box.launcher, place.program("intercomctl")],
                        ["\n", "\n", "\n", "\n", "\n", "\n", *answers], watch=watch)

    def test_it_starts_the_service_and_pairs(self):
        self.systemctl(*self.starting())
        shown = ShownCode(self.garage.folder, self.garage.etc)
        self.addCleanup(shown.end)
        code, screen = self.set_up("\n", f"{shown.code}\n")
        self.assertEqual(code, 0, screen)
        self.assertIn("start intercomd now, and at each start of this machine? [yes]: \n"
                      "intercomd runs; intercomctl status shows how it is\n"
                      "pair with another station now?", screen)
        self.assertEqual((self.folder / "asked").read_text(), "--quiet enable --now intercomd\n")
        self.assert_paired()

    def test_who_types_sudo_is_asked_whether_to_do_without(self):
        self.systemctl(*self.starting())
        self.do("useradd ada")
        ask = "may ada use intercomctl without sudo? [yes]: "
        program = [*self.box.launcher, "env", "SUDO_USER=ada", place.program("intercomctl")]
        # Without such groups there is nothing to ask.
        self.do("sed -i '/^intercom/d' /etc/group")
        code, screen = converse(self.box, program, ["\n"] * 7 + ["no\n"])
        self.assertEqual((code, ask in screen), (0, False), screen)
        groups = self.folder / "etc/group"
        for answers, said, is_asked, is_member in (
                (["no\n"], "later: sudo usermod -aG intercom,intercom-admin ada\n", True, False),
                (["\n"], "from the next login on\n", True, True), ([], "", False, True)):
            with self.subTest(answers=answers):
                self.end_daemon()
                self.path.unlink()
                self.do("getent group intercom || groupadd intercom",
                        "getent group intercom-admin || groupadd intercom-admin")
                text = process.run([*program, "setup", "--yes"])[1]
                self.assertEqual("to do without sudo from the next login: sudo usermod -aG "
                                 "intercom,intercom-admin ada\n" in text, is_asked, text)
                self.path.unlink()
                code, screen = converse(self.box, program, ["\n"] * 7 + answers + ["no\n"])
                self.assertEqual((code, ask in screen), (0, is_asked), screen)
                self.assertIn(said, screen)
                members = [line.split(":")[3] for line in groups.read_text("utf-8").splitlines()
                           if line.startswith("intercom")]
                self.assertEqual(members, ["ada" if is_member else ""] * 2)

    def test_one_that_was_started_by_hand_starts_with_the_machine_if_wanted(self):
        self.do("\n".join(self.starting()))
        self.systemctl("exit 0")
        asked = self.folder / "asked"
        later = "later: sudo systemctl enable intercomd\n"
        # The second time the daemon has the card, so no question is about the tone.
        for returns, answer, said, count in ((6, "no\n", later, 0), (5, "\n", "", 1)):
            with self.subTest(answer):
                code, screen = converse(
                    self.box, [*self.box.launcher, place.program("intercomctl")],
                    ["\n"] * returns + [answer, "no\n"])
                self.assertEqual(code, 0, screen)
                self.assertIn("start it at each start of this machine, too? [yes]: ", screen)
                self.assertIn(said, screen)
                self.assertTrue(screen.endswith("later: intercomctl pair\n"), screen)
                self.assertEqual(asked.exists() and asked.read_text() or "",
                                 count * "--quiet enable --now intercomd\n")
                self.path.unlink()
                wait(self.box.has_card, "the daemon has the card")

    def test_a_service_that_does_not_start_or_ends_at_once_is_not_said_to_run(self):
        for status, said in (
                (3, "systemctl enable --now intercomd ended with status 3; the reason: "
                    "journalctl -u intercomd -n 20\n"),
                (0, "intercomd was started, but does not answer; the reason: journalctl")):
            with self.subTest(status):
                self.systemctl(f"exit {status}")
                code, screen = self.set_up("\n")
                self.assertEqual(code, 1)
                self.assertNotIn("intercomd runs", screen)
                self.assertIn(said, screen)
                self.path.unlink()

    def test_no_starts_nothing_nor_is_a_service_started_that_is_of_others_or_not_there(self):
        self.systemctl("exit 3")
        code, screen = self.set_up("later\n", "no\n")
        self.assertEqual(code, 0)
        self.assertTrue(screen.endswith(
            "[yes]: later\n  the answer is yes or no\n"
            "start intercomd now, and at each start of this machine? [yes]: no\n"
            "later: sudo systemctl enable --now intercomd, then sudo intercomctl pair\n"), screen)
        # Other settings than the service has; then there is no systemd.
        code, screen = converse(
            self.box, [*self.box.launcher, place.program("intercomctl"), "--config",
                       f"{self.folder}/elsewhere"], ["\n"] * 6)
        self.assertEqual(code, 0)
        self.assertIn("\nnext: sudo systemctl enable --now intercomd\n", screen)
        self.path.unlink()
        self.do("rmdir /run/systemd/system")
        code, screen = self.set_up()
        self.assertEqual(code, 0)
        self.assertIn("\nnext: sudo systemctl enable --now intercomd\n", screen)
        self.assertFalse((self.folder / "asked").exists())


class FirstRun(SetupPairs):
    """A station nobody has configured yet runs, says what to do, and takes settings when they come.
    """

    def test_without_settings_it_runs_unpaired_and_takes_them_when_they_come(self):
        kitchen, garage = self.box, self.garage
        errors = kitchen.complains("status", code=3)
        self.assertIn("not set up yet, and intercomd is not running: sudo intercomctl setup",
                      errors)
        self.start(kitchen)
        kitchen.said("no settings yet")
        status = kitchen.status()
        self.assertEqual(status["peers"], [])
        self.assertEqual(status["audio"]["input"]["state"], "none")
        self.assertIn("intercomctl setup", status["notes"][0]["fix"])
        self.assertIn("no settings yet", kitchen.ctl("status")[1])
        text = kitchen.prints("doctor", "config", code=4)
        self.assertIn("intercomd.conf yet  -> sudo intercomctl setup\n", text)
        # It holds no card that setup would want to try.
        self.assertEqual(kitchen.card.status()["capture"]["opens"], 0)
        # Its key is there to be shown to the others, and it pairs.
        self.assertEqual(kitchen.ctl("key", "show")[1].split()[0], kitchen.public_key)
        shown = ShownCode(garage.folder, garage.etc)
        self.addCleanup(shown.end)
        self.assertEqual(kitchen.ctl("pair", shown.code)[0], 0)
        self.path.write_text(
            "[station]\nname = kitchen\n[audio]\n"
            "input = pcm:simcard:kitchen\noutput = pcm:simcard:kitchen\n"
            "[button ptt]\nline = GPIO17\ntalk = house\n[channel house]\nmembers = *\n",
            encoding="ascii")
        text = kitchen.prints("reload")
        self.assertIn("+ [button ptt]", text)
        self.assertNotIn("restart", text)
        wait(kitchen.has_card, "it has its card")
        self.assertEqual(kitchen.notes(), [])
        kitchen.wait_for(garage)
        self.assert_talk(kitchen, garage)

    def test_a_folder_that_is_not_there_is_a_mistake(self):
        shutil.rmtree(self.box.etc)
        self.box.start()
        self.assertEqual(self.box.ended(), 1)
        self.box.said("name another folder with --config")
