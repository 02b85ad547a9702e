"""Why a peer is down: told truly, on both sides, in `status`, `peers`, `doctor` and `--json`, and
no longer than it is so. Callers that nobody knows.
"""

import json
import os
import re
import signal
import subprocess
import time
import unittest

from faults import may
from lab import SceneTest, place, process, random_psk, wait, within
from stage.identity import Identity
from tones import NOBODY, PERMIT, has_tone


class DiagnosisTest(SceneTest):
    def reason(self, one, other):
        return one.peer(str(other))["down_reason"]

    def wait_reason(self, one, other, reason, *words):
        """Waits for it, and looks that every place where a person may look tells it."""
        wait(lambda: self.reason(one, other) == reason,
             f"{one} tells of {other}: {reason} and not {self.reason(one, other)}", 30)
        line = one.peer(str(other))["fault"]["text"]
        for word in words:
            self.assertIn(word, line)
        for command in ("status", "peers"):
            _, text, _ = one.ctl(command)
            self.assertIn(f"{other}: {line} -> ", text, command)
        _, text, _ = one.ctl("doctor", "status")
        self.assertRegex(text, rf"(?m)^(WARN|FAIL)  status +{other}: {re.escape(line)}  -> ")

    def assert_well(self, one):
        """Nothing is left of what was wrong."""
        wait(lambda: all(peer["state"] == "up" for peer in one.status()["peers"]),
             f"all are up at {one}", 40)
        for peer in one.status()["peers"]:
            for key in ("down_reason", "down_age_s", "fault"):
                self.assertIsNone(peer[key])
            self.assertFalse(peer["problem"])
        one.prints("doctor", "status", "peers")

    def assert_no_problem(self, one):
        """`status` knows none."""
        code, text, errors = one.ctl("status")
        problems = [line for line in text.splitlines() if line.startswith("! ")]
        self.assertEqual((code, problems, errors), (0, [], ""), text)
        return text


class Faults(DiagnosisTest):
    """Each fault of two stations, from both sides, and that it is gone when it is mended."""

    def test_key_psk_and_suite_are_told_apart_on_both_sides(self):
        kitchen, thief, fossil, forger = self.enter("kitchen", "thief", "fossil", "forger")
        self.scene.introduce(kitchen, thief, psk=[random_psk(), random_psk()])
        kitchen.knows(fossil, suite=1)
        fossil.knows(kitchen, suite=2)
        # Kitchen knows a forger by a key that is not its own.
        own, forger.public_key = forger.public_key, Identity().text
        kitchen.knows(forger)
        forger.public_key = own
        forger.knows(kitchen)
        self.scene.start(together=False)

        self.wait_reason(kitchen, thief, "psk", "another psk")
        self.wait_reason(thief, kitchen, "psk", "another psk")
        self.wait_reason(kitchen, fossil, "suite", "suite 2", "suite 1")
        self.wait_reason(fossil, kitchen, "suite", "suite 1", "suite 2")
        self.wait_reason(kitchen, forger, "other_key", own)
        self.wait_reason(forger, kitchen, "told_other_key", "made for another key")
        self.assertNotIn("an unknown station", kitchen.ctl("status")[1])  # That is told.
        text = kitchen.prints("status", code=4)
        for name in ("thief", "fossil", "forger"):
            self.assertRegex(text, rf"(?m)^! {name}: .* -> ")

        # Mended on one side each, everything goes.
        psk = random_psk()
        kitchen.knows(thief, psk=psk)
        thief.knows(kitchen, psk=psk)
        kitchen.knows(fossil, suite=2)
        kitchen.knows(forger)
        for one in (thief, kitchen):
            one.reload()
        for one in self.scene.stations:
            self.assert_well(one)

    def test_a_station_that_was_not_added_is_told_and_added_by_the_line_that_is_shown(self):
        kitchen, garage = self.enter("kitchen", "garage")
        # Garage has nobody yet, and so no suite to expect.
        kitchen.knows(garage)
        self.scene.start(together=False)
        self.wait_reason(kitchen, garage, "not_accepted", "does not accept this station")
        fix = kitchen.peer("garage")["fault"]["fix"]
        self.assertIn(f"peer add kitchen ADDRESS {kitchen.public_key}", fix)

        callers = wait(lambda: garage.status()["callers"], "garage tells who calls")
        self.assertEqual([one["key"] for one in callers], [kitchen.public_key])
        self.assertEqual(callers[0]["address"], f"127.0.0.1:{kitchen.port}")
        self.assertTrue(callers[0]["proven"])
        self.assertLess(callers[0]["age_s"], within(1))
        command = f"peer add NAME 127.0.0.1:{kitchen.port} {kitchen.public_key}"
        digits = callers[0]["fingerprint"].split()[0]
        for words in (("status",), ("peers",), ("doctor", "status")):
            _, text, _ = garage.ctl(*words)
            self.assertIn(f"intercomctl {command}\n", text, words)
            self.assertIn(f"key {digits} ", text, words)
        garage.said(f"unknown key {kitchen.public_key} called from 127.0.0.1:{kitchen.port}")
        # What a stranger does is no fault of this station.
        self.assert_no_problem(garage)

        code, _, errors = garage.ctl(*command.replace("NAME", "kitchen").split())
        self.assertEqual((code, errors), (0, ""))
        garage.ctl("reload")
        self.assert_well(kitchen)
        self.assert_well(garage)
        self.assertEqual(garage.status()["callers"], [])

    def test_a_peer_that_is_down_for_a_minute_is_a_problem(self):
        kitchen, garage, attic = self.enter("kitchen", "garage", "attic")
        kitchen.knows(garage)
        # It has no address, and is waited for.
        kitchen.knows(attic, calls=False)
        kitchen.begin()
        self.assert_no_problem(kitchen)
        self.wait_reason(kitchen, garage, "port_closed")
        self.assert_no_problem(kitchen)
        self.assertFalse(kitchen.peer("garage")["problem"])
        wait(lambda: kitchen.peer("attic")["problem"], "the minute is over", 70, 0.5)
        self.assertGreaterEqual(kitchen.peer("attic")["down_age_s"], 59)
        text = kitchen.prints("status", code=4)
        self.assertRegex(text, "(?m)^! garage: nothing listens at .* -> ")
        self.assertRegex(text, "(?m)^! attic: has not called, .* -> ")
        # One that comes is none any more.
        garage.knows(kitchen)
        garage.start()
        wait(lambda: kitchen.is_with(garage), "garage is there", 40)
        self.assertFalse(kitchen.peer("garage")["problem"])
        # One of which nothing comes is shown so before it is down.
        garage.process.send_signal(signal.SIGSTOP)
        wait(lambda: kitchen.peer("garage")["state"] == "stale", "garage is stale", 40, 0.5)
        garage.process.send_signal(signal.SIGCONT)
        wait(lambda: kitchen.peer("garage")["state"] == "up", "garage is back", 40)


NETWORK = ("unshare", "--net")


@unittest.skipUnless(may(*NETWORK), "needs the right to unshare(1) a network: root")
class OwnNetwork(DiagnosisTest):
    """Two machines and a cable between them."""

    def setUp(self):
        self.kitchen, self.garage = self.enter("kitchen", "garage")
        self.inside = {}
        for one in self.scene.stations:
            holder = process.launch([*NETWORK, "sleep", "1000"])
            self.addCleanup(process.end, holder)
            own = os.readlink("/proc/self/ns/net")
            wait(lambda h=holder: os.readlink(f"/proc/{h.pid}/ns/net") != own, "the network is")
            self.inside[one] = ["nsenter", f"--net=/proc/{holder.pid}/ns/net"]
            one.launcher, one.holder = self.inside[one], holder
            one.sections["network"].pop("listen")
        self.ip(self.kitchen, "link", "add", "eth0", "type", "veth", "peer", "name", "eth0",
                "netns", str(self.garage.holder.pid))
        self.address = {self.kitchen: "10.77.0.11", self.garage: "10.77.0.12"}
        for one in self.scene.stations:
            self.ip(one, "address", "add", f"{self.address[one]}/24", "dev", "eth0")
            self.ip(one, "link", "set", "eth0", "up")
            self.ip(one, "link", "set", "lo", "up")
        self.knows(self.kitchen, self.garage)
        self.knows(self.garage, self.kitchen)

    def ip(self, one, *words):
        code, _, errors = process.run([*self.inside[one], "ip", *words])
        self.assertEqual(code, 0, errors)

    def knows(self, one, other):
        one.write_peer(other.name, other.public_key, f"{self.address[other]}:{other.port}")
        one.known.append(other)

    def type(self, one, *words):
        """Runs intercomctl on one of the machines."""
        code, text, errors = process.run(
            [*self.inside[one], place.program("intercomctl"), "--config", one.etc, *words])
        self.assertEqual(errors, "")
        return code, text

    def test_a_talk_while_the_own_cable_is_out_says_so_and_ends_with_one(self):
        self.kitchen.sections["sounds"] = {"permit": "tone"}
        self.scene.start()
        self.kitchen.speak(500)
        code, text = self.type(self.kitchen, "talk", "house", "--seconds", "1")
        self.assertEqual((code, text.splitlines()[1:]), (0, ["heard by garage"]))
        self.ip(self.garage, "link", "set", "eth0", "down")
        wait(lambda: self.kitchen.network_fault(), "kitchen notices it", 5)
        # The session is still there, and the peer was not silent for long.
        self.assertEqual(self.kitchen.peer("garage")["state"], "up")
        why = "nobody hears you: garage (this station has no network)"
        for words, code in ((("ptt", "down", "house"), 1), (("ptt", "up", "house"), 0),
                            (("talk", "garage", "--seconds", "1"), 1)):
            found, text = self.type(self.kitchen, *words)
            self.assertEqual(found, code, text)
            self.assertEqual(why in text, code == 1, text)
        _, text = self.type(self.kitchen, "talk", "house", "--seconds", "1", "--json")
        self.assertEqual(json.loads(text)["heard"], [
            {"peer": "garage", "percent": None, "reason": "no_network", "detail": None}])
        code, text = self.type(self.kitchen, "page", "house", "--seconds", "1")
        self.assertEqual((code, "heard: garage nothing (this station has no network)" in text),
                         (1, True), text)
        # No tone says that the channel is open: the two low ones say that nobody hears.
        self.kitchen.record()
        with self.kitchen.talking():
            time.sleep(0.7)
            wait(lambda: not self.kitchen.is_lit(), "the lamp is dark twice a second")
        samples = self.kitchen.recorded().samples
        self.assertFalse(has_tone(samples, PERMIT))
        self.assertTrue(has_tone(samples, NOBODY))
        # Nobody is blamed, and the cable mends it.
        self.assertNotIn("garage does not hear", self.type(self.kitchen, "status")[1])
        self.ip(self.garage, "link", "set", "eth0", "up")
        self.kitchen.wait_for(self.garage)

        def is_heard():
            return self.type(self.kitchen, "talk", "house", "--seconds", "2")[0] == 0
        wait(is_heard, "garage hears again")

    def test_an_own_cable_that_is_pulled_in_a_talk_is_told_in_it(self):
        self.scene.start()
        self.kitchen.speak(500)
        with subprocess.Popen(
                [*self.inside[self.kitchen], place.program("intercomctl"), "--config",
                 self.kitchen.etc, "talk", "house", "--seconds", "8"],
                stdout=subprocess.PIPE, text=True) as talker:
            line = ""
            while line != "heard by garage\n":
                line = talker.stdout.readline()
                self.assertNotEqual(line, "")
            self.ip(self.garage, "link", "set", "eth0", "down")
            self.assertEqual(talker.stdout.read(),
                             "nobody hears you: garage (this station has no network)\n")

    def test_the_own_cable_is_told_first_and_no_peer_is_blamed(self):
        self.scene.start()
        # The other end is pulled: kitchen's is up, and has no carrier.
        self.ip(self.garage, "link", "set", "eth0", "down")
        problems = wait(lambda: self.kitchen.problems(), "kitchen tells it", 5)
        self.assertRegex(problems[0], "^network: eth0 has no link: .* -> plug the cable in")
        self.assertNotIn("garage", "".join(problems))
        self.assertEqual(self.kitchen.network_fault(), "no_carrier")
        wait(lambda: self.garage.network_fault() == "link_down", "it is off there")
        text = self.kitchen.prints("status", code=4)
        self.assertRegex(text.splitlines()[1], "^! network: ")
        code, text = self.type(self.kitchen, "doctor", "status")
        self.assertEqual(code, 4)
        self.assertRegex(text, "(?m)^FAIL  status          network: eth0 has no link")
        self.assertNotIn("garage: ", text)
        self.kitchen.said("network: eth0 has no link")
        code, _, errors = process.run(
            [*self.inside[self.kitchen], place.program("intercomctl"), "--config",
             self.kitchen.etc, "pair", self.address[self.garage], "7K9M-QX2W"])
        self.assertEqual(code, 1)
        self.assertIn("10.77.0.12 is not reached: eth0 has no link: its cable or switch is out; "
                      "plug the cable in at both ends; then type this again", errors)
        # A handshake that was begun meanwhile blames nobody either.
        self.kitchen.restart()
        wait(lambda: self.reason(self.kitchen, "garage") == "no_network", "nobody is blamed")
        self.assertFalse(self.kitchen.peer("garage")["problem"])

        self.ip(self.garage, "link", "set", "eth0", "up")
        self.kitchen.wait_for(self.garage)
        self.kitchen.said("network: back")
        self.assert_well(self.kitchen)
        wait(lambda: self.kitchen.network_fault() is None, "the network is")


MUTATIONS = (
    # A peer that is silent is shown as up.
    ("Sources/Intercomd/Status/Snapshot+Peers.swift", "case .stale: .stale", "case .stale: .up",
     "Faults.test_a_peer_that_is_down_for_a_minute_is_a_problem"),
)
