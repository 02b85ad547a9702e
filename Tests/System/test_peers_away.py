"""What is said of a peer is so, on both sides: one at a wrong address, in the files alone, or with
another station's key, as after the copy of a memory card. One whose name is not known yet is asked
for until it is.

How long until a silent peer is stale, down and called is the scenario peer_powered_off.
"""

import json
import re
import subprocess
import time
import unittest

from faults import FaultTest, may
from lab import SceneTest, place, wait
from stage.identity import Identity
from test_diagnosis import DiagnosisTest

NAME = "garage.intercom.test"
MOVED = 5.0
"""Seconds until a peer of another address is heard by its name, which is asked for every 2 s."""
MOUNTS = ("unshare", "--mount")
ADD = "no peers; add one: intercomctl pair, or sudo intercomctl peer add NAME ADDRESS KEY"
SCREENS = (("status",), ("peers",))


class Names(FaultTest):
    """A peer is known by a name that nobody knows, at first."""

    @unittest.skipUnless(may(*MOUNTS), "needs the right to unshare(1) mounts: root")
    def test_a_name_is_asked_for_until_it_is_known(self):
        self.kitchen, self.garage = self.enter("kitchen", "garage")
        hosts, order = self.scene.folder / "hosts", self.scene.folder / "nsswitch"
        hosts.write_text("127.0.0.1 localhost\n", encoding="ascii")
        order.write_text("hosts: files\n", encoding="ascii")
        self.kitchen.launcher = [
            *MOUNTS, "sh", "-c", 'mount --bind "$1" /etc/hosts && '
            'mount --bind "$2" /etc/nsswitch.conf && shift 2 && exec "$@"', "sh",
            str(hosts), str(order)]
        self.kitchen.write_peer(
            "garage", self.garage.public_key, f"{NAME}:{self.garage.port}")
        self.garage.knows(self.kitchen, calls=False)
        self.scene.start(together=False)
        self.kitchen.speak(self.tone)
        self.kitchen.problem(f"address of {NAME}")
        # Longer than any wait between two calls at the start.
        time.sleep(3)
        self.kitchen.problem(f"address of {NAME}")
        self.assertEqual(self.kitchen.log.count(NAME), 1, "it is told once, not at every try")
        self.assertEqual(self.kitchen.peer("garage")["state"], "down")
        self.kitchen.press()
        self.garage.record()

        def end():
            # In place: the daemon has this very file.
            with open(hosts, "a", encoding="ascii") as file:
                file.write(f"127.0.0.1 {NAME}\n")

        self.assert_back(self.kitchen, self.garage, self.ended(end))
        self.kitchen.release()
        wait(lambda: not self.kitchen.problems(), "nothing is the matter")
        # It has another address, and its name leads there.
        self.garage.kill()
        self.garage.sections["network"]["listen"] = "127.0.0.2"
        self.garage.begin()
        self.kitchen.press()
        self.garage.record()

        def move():
            hosts.write_text(f"127.0.0.2 {NAME}\n", encoding="ascii")

        self.assert_back(self.kitchen, self.garage, self.ended(move), soon=MOVED)
        self.kitchen.release()


class TwoStations(DiagnosisTest):
    def setUp(self):
        self.kitchen, self.garage = self.enter("kitchen", "garage")


class WrongPort(TwoStations):
    def setUp(self):
        super().setUp()
        self.wrong = place.closed_port()

    def test_where_the_peer_only_waits_the_closed_port_is_told_here_and_the_silence_there(self):
        kitchen, garage = self.kitchen, self.garage
        kitchen.knows(garage, port=self.wrong)
        garage.knows(kitchen, calls=False)
        self.scene.start(together=False)
        self.wait_reason(kitchen, garage, "port_closed", f"127.0.0.1:{self.wrong}", "closed")
        self.assertIn("whether port in its [network] is this one",
                      kitchen.peer("garage")["fault"]["fix"])
        # It was never called, and has no address to try: that is all it can know.
        line = garage.peer("kitchen")["fault"]["text"]
        self.assertEqual((self.reason(garage, kitchen), line), (
            "no_address", "has not called, and there is no address to call it at"))
        self.assertIn(f"kitchen: {line} -> ", garage.ctl("peers")[1])
        self.assertRegex(garage.ctl("status")[1], "(?m)^kitchen +down ")
        code, text, _ = kitchen.ctl("ptt", "down", "garage")
        self.assertEqual((code, text), (
            1, "talking to garage: nobody hears you: garage (it is down)\n"))
        kitchen.ctl("ptt", "up", "garage")
        # As the fix says, on one side.
        kitchen.prints("config", "check")
        kitchen.knows(garage)
        kitchen.reload()
        for one in self.scene.stations:
            self.assert_well(one)


class WrongHost(TwoStations):
    def test_an_address_that_is_the_own_one_is_told(self):
        kitchen, garage = self.kitchen, self.garage
        self.scene.introduce(kitchen, garage)
        kitchen.knows(garage, port=kitchen.port)
        garage.knows(kitchen, calls=False)
        self.scene.start(together=False)
        self.wait_reason(kitchen, garage, "own_address",
                         f"its address 127.0.0.1:{kitchen.port} is this station's own")
        self.assertIn("peer set garage --address ADDRESS", kitchen.ctl("status")[1])
        # Whatever it listens to, and among others.
        del kitchen.sections["network"]["listen"]
        for listens in ({}, {"listen": "0.0.0.0"}, {"listen": "::0"}):
            kitchen.stop()
            kitchen.sections["network"] |= listens
            kitchen.begin()
            self.wait_reason(kitchen, garage, "own_address")
        kitchen.write_peer("garage", garage.public_key,
                           f"127.0.0.1:{place.closed_port()}, 127.0.0.1:{kitchen.port}")
        kitchen.reload()
        self.wait_reason(kitchen, garage, "own_address", f"127.0.0.1:{kitchen.port}")
        # Nor is it told of an address that is taken away.
        kitchen.write_peer("garage", garage.public_key)
        kitchen.reload()
        self.wait_reason(kitchen, garage, "no_address", "there is no address to call it at")
        kitchen.knows(garage)
        kitchen.reload()
        self.assert_well(kitchen)


class PeerFiles(SceneTest):
    def setUp(self):
        self.kitchen, = self.enter("kitchen")
        self.scene.start()

    def last_line(self, *words):
        code, text, error = self.kitchen.ctl(*words)
        self.assertIn(code, (0, 4), error)
        return text.splitlines()[-1]

    def add(self, name, *options):
        text = self.kitchen.prints("peer", "add", name, "-", Identity().text, *options)
        return text

    def test_peers_of_the_files_alone_are_counted_with_the_command_that_applies_them(self):
        # The negative control: there are none at all.
        self.assertEqual(self.last_line("peers"), ADD)
        self.assertEqual(self.last_line("status"), "no peers")
        self.assertIn("to apply it: intercomctl reload", self.add("garage", "--no-reload"))
        for count in ("1 peer", "2 peers"):
            said = f"no peers yet; the files have {count}: intercomctl reload applies them"
            for words in SCREENS:
                self.assertEqual(self.last_line(*words), said, words)
            if count == "1 peer":
                self.add("attic", "--no-reload")
        text = self.kitchen.prints("doctor", "peers", code=4)
        for name in ("garage", "attic"):
            self.assertRegex(
                text, rf"(?m)^WARN  peers {name} +is in the files, and not yet known to the "
                      "running daemon  -> .*intercomctl reload$")
        # What is told to be typed does it.
        self.assertEqual(self.kitchen.ctl("reload")[0], 0)
        for words in SCREENS:
            _, text, _ = self.kitchen.ctl(*words)
            self.assertNotIn("no peers", text, words)
            self.assertRegex(text, "(?m)^garage +down", words)
        self.assertNotIn("not yet known", self.kitchen.ctl("doctor", "peers")[1])


class CopiedCard(SceneTest):
    """One identity in two stations."""

    def test_a_copied_card_is_told_and_what_is_advised_makes_it_another_station(self):
        kitchen, garage, copy = self.enter("kitchen", "garage", "copy")
        copy.identity, copy.public_key = kitchen.identity, kitchen.public_key
        copy.write_identity(kitchen.identity.secret.hex())
        for one, other in ((garage, kitchen), (kitchen, garage), (copy, garage)):
            one.knows(other)
        for one in (garage, kitchen):
            one.begin()
        kitchen.wait_for(garage)
        copy.begin()
        copy.wait_for(garage)
        # It may as well have moved: nothing is said yet.
        self.assertIsNone(garage.peer("kitchen")["fault"])
        # The first one notices that nobody hears it, and calls.
        with kitchen.talking():
            wait(lambda: garage.peer("kitchen")["problem"], "garage tells the two apart", 30)
        fault = garage.peer("kitchen")["fault"]
        self.assertEqual(fault["code"], "shared_key")
        for one in (kitchen, copy):
            self.assertIn(f"127.0.0.1:{one.port}", fault["text"])
        text = garage.prints("status", code=4)
        self.assertRegex(text, "(?m)^! kitchen: two stations use its key, at .*"
                               "memory card was probably copied")
        _, text, _ = garage.ctl("peers")
        self.assertIn("! kitchen: two stations use its key", text)
        text = garage.prints("doctor", "status", code=4)
        self.assertRegex(text, "(?m)^FAIL  status +kitchen: two stations use its key")
        garage.said("two stations use its key")
        # Each of the two is told by garage, and how one of them becomes another station.
        with kitchen.talking(), copy.talking():
            for one in (kitchen, copy):
                one.problem("another station uses this station's own key, as garage reports")
        for one in (kitchen, copy):
            text = one.prints("doctor", "status", code=4)
            self.assertIn("another station uses this station's own key", text)
            self.assertIn(f"sudo find {one.state} -mindepth 1 -delete, another name", text)
        advice = garage.peer("kitchen")["fault"]["fix"]
        found = re.search("stop intercomd, sudo (find \\S+ -mindepth 1 -delete), another name in "
                          "\\[station\\], sudo systemctl start intercomd, then intercomctl pair",
                          advice)
        self.assertTrue(found, advice)
        copy.stop()
        # Each station of a test has folders of its own.
        subprocess.run(found[1].replace(garage.state, copy.state).split(), check=False)
        copy.forgets(garage)
        copy.begin()
        key = json.loads(copy.ctl("key", "show", "--json")[1])["key"]
        self.assertNotEqual(key, kitchen.public_key)
        garage.prints("peer", "add", "copy", f"127.0.0.1:{copy.port}", key)
        copy.knows(garage)
        copy.reload()
        copy.wait_for(garage)
        kitchen.wait_for(garage)
        self.assertIsNone(garage.peer("kitchen")["fault"])


MUTATIONS = (
    # A name is asked for once.
    ("Sources/Intercomd/Loop/ControlLoop+Session.swift",
     "case .resolve(let peer):\n            resolve(peer)", "case .resolve: break",
     "Names.test_a_name_is_asked_for_until_it_is_known"),
)
