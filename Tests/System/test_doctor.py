"""`intercomctl doctor` tried as a new user would: each fault, and the screen that tells of it.

The screens are whole, but for what differs from run to run: folders, ports, ages, levels, processes.
"""

import json
import os
import re
import shutil
import subprocess
import unittest

import numpy
from lab import Scene, SceneTest, place, process, random_psk, wait

NOBODY = 65534
"""A user with no rights at all."""

UNTOLD = ("config", "keys", "daemon", "audio", "gpio", "peers", "xruns")
"""What does not depend on the machine that the tests run on."""


def normalised(text, scene):
    """The screen without what differs from run to run."""
    text = text.replace(str(scene.folder), "DIR")
    for one in scene.stations:
        text = text.replace(f"127.0.0.1:{one.port}", f"{one.name.upper()}")
        text = text.replace(f"port {one.port}", "port PORT").replace(f":{one.port}", ":PORT")
    for pattern, word in (
            (r"up \d+[smh]( \d+s)?, process \d+", "up AGE, process N"),
            (r"round trip [\d.-]+ ms", "round trip N ms"),
            (r"-?\d+ dBFS", "N dBFS"), (r"\d+ samples at", "N samples at"),
            (r"\d+ xruns? in [\dsmh ]+", "N xruns in AGE"),
            (r"intercomd \d+\.\d+\.\d+", "intercomd VERSION"),
            (r"pressed [\d.smh ]+ ago", "pressed AGE ago")):
        text = re.sub(pattern, word, text)
    return text


class DoctorTest(SceneTest):
    maxDiff = None

    def assert_screen(self, station, screen, *topics, code=4):
        """What the doctor says of these topics, and how it ends."""
        ended, text, errors = station.ctl("doctor", *topics)
        self.assertEqual(normalised(text, self.scene), screen.lstrip("\n"), errors)
        self.assertEqual((ended, errors), (code, ""))


class DaemonDown(DoctorTest):
    """Nothing runs yet: the devices are opened and listened to."""

    @classmethod
    def setUpClass(cls):
        cls.scene = cls.enterClassContext(Scene("kitchen", "garage"))
        cls.kitchen, cls.garage = cls.scene.stations
        cls.kitchen.lines.start()

    def setUp(self):
        self.kitchen.knows(self.garage, psk="ab" * 32)
        self.kitchen.write_config()
        self.kitchen.card.do("noise", 30)

    def test_all_is_well_but_the_daemon(self):
        self.assert_screen(self.kitchen, """
ok    config          DIR/kitchen/etc/intercomd.conf + 1 peer
ok    keys            identity 0600 in DIR/kitchen/state/keys 0700, 1 pre-shared key
FAIL  daemon          intercomd is not running  -> sudo systemctl start intercomd
ok    audio input     pcm:simcard:kitchen  48000/mono 480/1920, noise floor N dBFS, peak N dBFS
ok    audio output    pcm:simcard:kitchen  48000/mono 480/1440, not heard now  -> intercomctl test speaker
ok    gpio GPIO17     ptt, free, reads released; a press is not tested  -> intercomctl test button
ok    gpio GPIO23     lamp on-air, free
ok    peer garage     at GARAGE; not called now  -> sudo systemctl start intercomd
ok    xruns           counted while intercomd runs
1 failure, 0 warnings
""", *UNTOLD)
        # Nothing is left open, and nothing was played.
        self.assertFalse(self.kitchen.card.status()["playback"]["running"])
        self.assertFalse(self.kitchen.card.status()["capture"]["running"])

    def test_a_silent_microphone(self):
        self.kitchen.card.do("noise", 0)
        self.assert_screen(self.kitchen, """
WARN  audio input     pcm:simcard:kitchen  48000/mono 480/1920, digital silence: muted, or no microphone  -> alsamixer, F4: unmute and raise the capture channel
ok    audio output    pcm:simcard:kitchen  48000/mono 480/1440, not heard now  -> intercomctl test speaker
0 failures, 1 warning
""", "audio")

    def test_a_clipping_microphone(self):
        # Shouting with pauses, in which the room is heard.
        shout = 40_000 * numpy.sin(numpy.arange(24_000) / 20) * (numpy.arange(24_000) < 12_000)
        self.kitchen.speak(shout)
        self.addCleanup(self.kitchen.hush)
        self.assert_screen(self.kitchen, """
ok    audio input     pcm:simcard:kitchen  48000/mono 480/1920, noise floor N dBFS, peak N dBFS
WARN  audio input     clipping: N samples at full scale in 1 s  -> alsamixer, F4: lower the capture channel
ok    audio output    pcm:simcard:kitchen  48000/mono 480/1440, not heard now  -> intercomctl test speaker
0 failures, 1 warning
""", "audio")

    def test_no_card(self):
        self.kitchen.card.do("unplug")
        self.addCleanup(self.kitchen.card.do, "replug")
        self.assert_screen(self.kitchen, """
FAIL  audio input     pcm:simcard:kitchen: no such card now  -> plug it in, or intercomctl audio list: input in [audio]
FAIL  audio output    pcm:simcard:kitchen: no such card now  -> plug it in, or intercomctl audio list: output in [audio]
2 failures, 0 warnings
""", "audio")

    def test_a_card_that_another_program_has(self):
        other = self.kitchen.card.hold("capture", 60)
        self.addCleanup(process.end, other)
        self.assert_screen(self.kitchen, """
FAIL  audio input     pcm:simcard:kitchen: in use by another program  -> sudo fuser -v /dev/snd/*
ok    audio output    pcm:simcard:kitchen  48000/mono 480/1440, not heard now  -> intercomctl test speaker
1 failure, 0 warnings
""", "audio")

    def test_a_card_by_its_number(self):
        self.kitchen.sections["audio"].update(input="pcm:simcard:0", output="none")
        self.addCleanup(self.kitchen.sections["audio"].update, input="pcm:simcard:kitchen",
                        output="pcm:simcard:kitchen")
        self.kitchen.write_config()
        _, text, _ = self.kitchen.ctl("doctor", "audio")
        self.assertIn("WARN  audio input     pcm:simcard:0 names a card by its number, which "
                      "changes  -> intercomctl audio list: input = card:ID in [audio]\n", text)
        self.assertIn("ok    audio output    none, as configured\n", text)

    def test_a_wrong_line(self):
        self.kitchen.sections["button ptt"]["line"] = "GPIO99"
        self.addCleanup(self.kitchen.sections["button ptt"].update, line="GPIO17")
        self.kitchen.write_config()
        self.assert_screen(self.kitchen, """
FAIL  gpio GPIO99     no GPIO chip has a line of this name  -> intercomctl gpio list: `line` in the section of ptt
ok    gpio GPIO23     lamp on-air, free
1 failure, 0 warnings
""", "gpio")

    def test_a_line_that_a_driver_holds(self):
        self.kitchen.lines.do("claim", "GPIO17", "gpio-keys")
        self.addCleanup(self.kitchen.lines.do, "claim", "GPIO17")
        self.assert_screen(self.kitchen, """
FAIL  gpio GPIO17     held by "gpio-keys"  -> remove its dtoverlay from /boot/firmware/config.txt, or another `line` in [button ptt]
ok    gpio GPIO23     lamp on-air, free
1 failure, 0 warnings
""", "gpio")

    def test_no_right_to_the_lines(self):
        self.kitchen.lines.do("deny", "gpiochip0", "on")
        self.addCleanup(self.kitchen.lines.do, "deny", "gpiochip0", "off")
        self.assert_screen(self.kitchen, """
FAIL  gpio GPIO17     no permission to open /dev/gpiochip0: the user must be in group gpio  -> sudo adduser $USER gpio, or sudo intercomctl doctor
FAIL  gpio GPIO23     no permission to open /dev/gpiochip0: the user must be in group gpio  -> sudo adduser $USER gpio, or sudo intercomctl doctor
2 failures, 0 warnings
""", "gpio")

    def test_a_key_wired_the_other_way_round(self):
        self.kitchen.sections["button ptt"]["active"] = "high"
        self.addCleanup(self.kitchen.sections["button ptt"].pop, "active")
        self.kitchen.write_config()
        self.assert_screen(self.kitchen, """
WARN  gpio GPIO17     ptt, reads pressed at rest: its pull-up holds it at `active`  -> active = low in [button ptt]
ok    gpio GPIO23     lamp on-air, free
0 failures, 1 warning
""", "gpio")

    def test_rights_for_others_on_the_keys(self):
        keys = os.path.join(self.kitchen.state, "keys")
        os.chmod(keys, 0o755)
        self.addCleanup(os.chmod, keys, 0o700)
        for name in ("identity", "garage.psk"):
            os.chmod(os.path.join(keys, name), 0o644)
            self.addCleanup(os.chmod, os.path.join(keys, name), 0o600)
        self.assert_screen(self.kitchen, """
FAIL  keys            DIR/kitchen/state/keys is 0755: others have rights on it  -> sudo chmod 700 DIR/kitchen/state/keys
FAIL  keys            DIR/kitchen/state/keys/identity is 0644: others have rights on it  -> sudo chmod 600 DIR/kitchen/state/keys/identity
FAIL  keys            DIR/kitchen/state/keys/garage.psk is 0644: others have rights on it  -> sudo chmod 600 DIR/kitchen/state/keys/garage.psk
3 failures, 0 warnings
""", "keys")

    def test_a_pre_shared_key_that_is_torn_or_gone(self):
        path = os.path.join(self.kitchen.state, "keys/garage.psk")
        with open(path, "w", encoding="ascii") as file:
            file.write("ab" * 31 + "\n")
        code, text, _ = self.kitchen.ctl("doctor", "keys")
        self.assertEqual(code, 4)
        self.assertIn("FAIL  keys garage     ", text)
        self.assertNotIn("abab", text, "a secret on the screen")
        os.unlink(path)
        self.assert_screen(self.kitchen, """
FAIL  keys garage     there is no DIR/kitchen/state/keys/garage.psk  -> sudo intercomctl peer add --psk-file FILE garage ADDRESS KEY
1 failure, 0 warnings
""", "keys")

    def test_no_configuration(self):
        conf = os.path.join(self.kitchen.etc, "intercomd.conf")
        os.unlink(conf)
        code, text, _ = self.kitchen.ctl("doctor", "config")
        self.assertEqual(code, 4)
        self.assertEqual(normalised(text, self.scene), """\
FAIL  config          there is no DIR/kitchen/etc/intercomd.conf yet  -> sudo intercomctl setup
1 failure, 0 warnings
""")

    def test_a_mistake_in_the_configuration(self):
        self.kitchen.extra = "[talk]\nprerol = 60ms\n"
        self.addCleanup(setattr, self.kitchen, "extra", "")
        self.kitchen.write_config()
        _, text, _ = self.kitchen.ctl("doctor", "config", "audio", "gpio", "peers")
        text = re.sub(r"conf:\d+", "conf:N", normalised(text, self.scene))
        self.assertEqual(text, """\
FAIL  config          DIR/kitchen/etc/intercomd.conf:N: "prerol" is not a key of [talk]  -> did you mean "preroll"?
WARN  audio           not looked at: the settings are wrong  -> intercomctl config check
WARN  gpio            not looked at: the settings are wrong  -> intercomctl config check
WARN  peer            not looked at: the settings are wrong  -> intercomctl config check
1 failure, 3 warnings
""")

    def test_no_peer_and_a_name_that_leads_nowhere(self):
        path = os.path.join(self.kitchen.etc, "peers.d/garage.conf")
        self.kitchen.write_peer("garage", self.garage.public_key, "garage.invalid")
        code, text, _ = self.kitchen.ctl("doctor", "peers")
        self.assertEqual(code, 4)
        # Where there is no name server, nobody can say that the name is wrong.
        self.assertRegex(text, r"(FAIL|WARN)  peer garage     address of garage.invalid: .*"
                         r"  -> getent hosts garage.invalid; ")
        os.unlink(path)
        self.assert_screen(self.kitchen, """
WARN  peer            none: there is nobody to talk to  -> sudo intercomctl peer add NAME ADDRESS KEY
0 failures, 1 warning
""", "peers")

    def test_the_port_is_taken(self):
        other = place.socket.socket(place.socket.AF_INET, place.socket.SOCK_DGRAM)
        self.addCleanup(other.close)
        other.bind(("127.0.0.1", self.kitchen.port))
        self.assert_screen(self.kitchen, """
FAIL  daemon          intercomd is not running  -> sudo systemctl start intercomd
FAIL  daemon port     UDP port PORT is taken by another program  -> sudo ss -lunp "sport = :PORT"
2 failures, 0 warnings
""", "daemon")

    def test_every_topic_has_its_line_and_json_says_the_same(self):
        code, text, _ = self.kitchen.ctl("doctor")
        self.assertEqual(code, 4)
        for noun in ("config", "keys", "daemon", "service", "audio input", "gpio GPIO17",
                     "realtime", "memory", "peer garage", "wifi", "clock", "xruns", "disk"):
            self.assertRegex(text, rf"(?m)^(ok  |WARN|FAIL)  {noun}")
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
        self.scene = self.enterContext(Scene("kitchen", "garage"))
        self.kitchen, self.garage = self.scene.stations

    def test_all_is_well_and_no_device_is_touched(self):
        self.scene.introduce(self.kitchen, self.garage, psk=random_psk())
        self.scene.start()
        # Else the round trip is not known yet.
        wait(lambda: self.kitchen.peer("garage")["rtt_ms"] is not None, "the round trip is known")
        opens = self.kitchen.card.status()["capture"]["opens"]
        self.assert_screen(self.kitchen, """
ok    config          DIR/kitchen/etc/intercomd.conf + 1 peer
ok    keys            identity 0600 in DIR/kitchen/state/keys 0700, 1 pre-shared key
ok    daemon          intercomd VERSION, up AGE, process N
ok    audio input     pcm:simcard:kitchen  in use by intercomd, 48000 Hz  -> intercomctl test mic
ok    audio output    pcm:simcard:kitchen  in use by intercomd, 48000 Hz  -> intercomctl test speaker
ok    gpio GPIO17     ptt, released; no press seen since the start  -> intercomctl test button
ok    gpio GPIO23     lamp on-air, off
ok    peer garage     up at GARAGE, round trip N ms, AES-256-GCM, psk
0 failures, 0 warnings
""", *UNTOLD[:-1], code=0)
        self.assertEqual(self.kitchen.card.status()["capture"]["opens"], opens)
        with self.kitchen.talking():
            pass
        self.assert_screen(self.kitchen, """
ok    gpio GPIO17     ptt, released, last pressed AGE ago
ok    gpio GPIO23     lamp on-air, off
0 failures, 0 warnings
""", "gpio", code=0)
        # What else may be wrong: the key jams, the peer goes, the card goes, the line goes.
        self.garage.stop()
        wait(lambda: not self.kitchen.is_with(self.garage), "garage is gone")
        self.kitchen.card.do("unplug")
        wait(lambda: self.kitchen.has_card("absent"), "the card is told to be gone")
        self.kitchen.lines.do("unplug", "gpiochip0")
        wait(lambda: self.kitchen.status()["buttons"][0]["state"] == "unreadable", "no key")
        code, text, _ = self.kitchen.ctl("doctor", "audio", "peers", "gpio")
        self.assertEqual(code, 4)
        self.assertIn("""
WARN  peer garage     no answer from GARAGE  -> see whether intercomd runs there and UDP gets through: ping, firewall
""", normalised(text, self.scene))
        self.assertIn("FAIL  audio input     pcm:simcard:kitchen: no such card now  -> ", text)
        self.assertIn("FAIL  gpio GPIO17     ", text)

    def test_pre_shared_keys_that_differ(self):
        self.scene.introduce(self.kitchen, self.garage, psk=[random_psk(), random_psk()])
        self.scene.start(together=False)
        pairs = [(self.kitchen, self.garage), (self.garage, self.kitchen)]
        # One side is told at once; the other, whose call has precedence, after its third.
        one, other = wait(
            lambda: next((pair for pair in pairs if pair[0].peer(pair[1].name)["problem"]), None),
            "a misfit is seen")
        self.assert_screen(one, f"""
FAIL  peer {other.name:10} answers, but its keys do not fit ours  -> compare key, psk and suite in the peer files of both sides
1 failure, 0 warnings
""", "peers")

    def test_lines_held_by_another_and_a_peer_who_is_new(self):
        self.kitchen.write_config()
        self.kitchen.lines.start()
        self.kitchen.lines.do("claim", "GPIO17", "gpio-keys")
        self.kitchen.start()
        self.kitchen.ready()
        self.kitchen.knows(self.garage)
        self.assert_screen(self.kitchen, """
FAIL  gpio GPIO17     held by "gpio-keys"  -> remove its dtoverlay from /boot/firmware/config.txt, or another `line` in [button ptt]
ok    gpio GPIO23     lamp on-air, off
WARN  peer garage     is in the files, and not yet known to the running daemon  -> sudo systemctl restart intercomd
1 failure, 1 warning
""", "gpio", "peers")

    @unittest.skipUnless(os.geteuid() == 0, "only root can be somebody else")
    def test_a_user_who_may_not_ask(self):
        self.kitchen.start()
        self.kitchen.ready()
        program = os.path.join(self.scene.folder, "intercomctl")
        shutil.copy(place.program("intercomctl"), program)
        for folder in (self.scene.folder, self.kitchen.folder, self.kitchen.etc,
                       os.path.join(self.kitchen.etc, "peers.d"), self.kitchen.run):
            os.chmod(folder, 0o755)
        os.chmod(os.path.join(self.kitchen.run, "control.sock"), 0o660)
        os.chmod(self.kitchen.state, 0o750)
        done = subprocess.run(
            [program, "--config", self.kitchen.etc, "doctor", "config", "keys", "daemon", "audio",
             "disk"], capture_output=True, text=True, check=False, user=NOBODY, group=NOBODY,
            extra_groups=[], timeout=place.PATIENCE)
        self.assertEqual((done.returncode, done.stderr), (4, ""))
        text = re.sub(r"\d+ MB", "N MB", normalised(done.stdout, self.scene))
        self.assertEqual(text, """\
WARN  config          list DIR/kitchen/state/peers.d: Permission denied  -> sudo intercomctl doctor
ok    keys            not for this user to look into, which is right  -> sudo intercomctl doctor keys
FAIL  daemon          connect to DIR/kitchen/run/control.sock: Permission denied  -> only members of group intercom may: sudo adduser $USER intercom
WARN  audio           not looked at: the settings cannot be read  -> sudo intercomctl doctor
ok    disk            N MB free at DIR/kitchen/state
1 failure, 2 warnings
""")


if __name__ == "__main__":
    unittest.main()
