"""What is said of a peer is so, on both sides: one that is away, at a wrong address, in the files
alone, or with another station's key, as after the copy of a memory card. A peer out of reach or
without an address is tried for ever, and soon heard once it can be.

How long until a silent peer is stale, down and called is the scenario peer_powered_off.
"""

import json
import os
import re
import subprocess
import time
import unittest

from faults import FaultTest, may
from lab import Scene, SceneTest, place, process, wait
from stage.identity import Identity
from stage.wire import BadNet
from test_diagnosis import DiagnosisTest

NAME = "garage.intercom.test"
MOVED = 5.0
"""Seconds until a peer of another address is heard by its name, which is asked for every 2 s."""
NETWORK, MOUNTS = ("unshare", "--net"), ("unshare", "--mount")
ADD = "no peers; add one: intercomctl pair, or sudo intercomctl peer add NAME ADDRESS KEY"
SCREENS = (("status",), ("peers",), ("stats",))


class Silence(FaultTest):
    """The network swallows all there is, without a word."""

    def test_of_three_seconds_is_over_when_it_is_over(self):
        scene = self.enterContext(Scene("kitchen", "garage"))
        self.kitchen, self.garage = scene.stations
        badnet = BadNet(scene, self.kitchen, self.garage)
        scene.introduce(self.kitchen, self.garage, via=badnet)
        scene.start()
        self.kitchen.speak(self.tone)

        def seen():
            wait(lambda: not self.garage.hears("kitchen"), "garage hears nothing")
            time.sleep(3)
            self.assertTrue(self.kitchen.is_talking())

        self.through(lambda: badnet.do("drop", "both", "any"), seen,
                     lambda: badnet.do("drop", "both", "off"))


class Unreachable(FaultTest):
    """The network says that there is no way, or no one."""

    @unittest.skipUnless(may(*NETWORK), "needs the right to unshare(1) a network: root")
    def test_an_address_that_goes_mid_talk_and_comes_again(self):
        with Scene("kitchen", "garage") as self.scene:
            self.kitchen, self.garage = self.scene.stations
            holder = process.launch([*NETWORK, "sleep", "1000"])
            try:
                inside = ["nsenter", f"--net=/proc/{holder.pid}/ns/net"]

                def address(*words):
                    code, _, errors = process.run([*inside, "ip", *words])
                    self.assertEqual(code, 0, errors)

                own_address = ("127.0.0.1/8", "dev", "lo")
                own = os.readlink("/proc/self/ns/net")
                wait(lambda: os.readlink(f"/proc/{holder.pid}/ns/net") != own, "the network is")
                address("link", "set", "lo", "up")
                for one in self.scene.stations:
                    one.launcher = inside
                self.scene.introduce(self.kitchen, self.garage)
                self.scene.start()
                self.kitchen.speak(self.tone)

                def seen():
                    before = self.kitchen.counters()
                    self.kitchen.moved("unsent_unreachable", before, 50)
                    self.assertTrue(self.kitchen.is_talking())

                self.through(lambda: address("address", "del", *own_address), seen,
                             lambda: address("address", "add", *own_address))
            finally:
                process.end(holder)


class Names(FaultTest):
    """A peer is known by a name that nobody knows, at first."""

    @unittest.skipUnless(may(*MOUNTS), "needs the right to unshare(1) mounts: root")
    def test_a_name_is_asked_for_until_it_is_known(self):
        with Scene("kitchen", "garage") as self.scene:
            self.kitchen, self.garage = self.scene.stations
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
            self.garage.start()
            self.garage.ready()
            self.kitchen.press()
            self.garage.record()

            def move():
                hosts.write_text(f"127.0.0.2 {NAME}\n", encoding="ascii")

            self.assert_back(self.kitchen, self.garage, self.ended(move), soon=MOVED)
            self.kitchen.release()


class TwoStations(DiagnosisTest):
    def setUp(self):
        self.scene = self.enterContext(Scene("kitchen", "garage"))
        self.kitchen, self.garage = self.scene.stations


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
        code, _, error = kitchen.ctl("config", "check")
        self.assertEqual(code, 0, error)
        kitchen.knows(garage)
        kitchen.reload()
        for one in self.scene.stations:
            self.assert_well(one)

    def test_a_peer_that_calls_is_up_and_shown_at_the_port_it_has(self):
        kitchen, garage = self.kitchen, self.garage
        kitchen.knows(garage, port=self.wrong)
        garage.knows(kitchen)
        self.scene.start()
        for one, other in ((kitchen, garage), (garage, kitchen)):
            self.assert_well(one)
            place_ = f"127.0.0.1:{other.port}"
            self.assertEqual(one.peer(other.name)["endpoint"], place_)
            self.assertNotIn(str(self.wrong), one.ctl("peers")[1] + one.ctl("status")[1])
        # And it is heard.
        kitchen.speak(500)
        code, text, _ = kitchen.ctl("talk", "garage", "--seconds", "2")
        self.assertEqual(code, 0, text)
        self.assertIn("heard by garage", text)

    def test_a_session_of_before_is_not_up_for_long_where_the_port_is_wrong_now(self):
        kitchen, garage = self.kitchen, self.garage
        kitchen.knows(garage)
        garage.knows(kitchen, calls=False)
        self.scene.start()
        # As a power cut, after which the file has another port: no goodbye.
        kitchen.kill()
        kitchen.knows(garage, port=self.wrong)
        kitchen.start()
        kitchen.ready()
        self.wait_reason(kitchen, garage, "port_closed", f"127.0.0.1:{self.wrong}")
        # Garage sends on a session that kitchen has no more, and sees that nothing comes back.
        wait(lambda: garage.peer("kitchen")["state"] != "up", "garage has doubts", 45, 0.2)
        silent = garage.peer("kitchen")["heard_age_s"]
        self.assertGreater(silent, 10)
        self.assertRegex(garage.ctl("peers")[1], r"(?m)^kitchen +stale +\d+s")
        code, text, _ = garage.ctl("talk", "kitchen", "--seconds", "2")
        self.assertNotIn("heard by kitchen\n", text.replace("whether heard by", "whether"))
        self.assertEqual(code, 1, text)


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
            kitchen.start()
            kitchen.ready()
            self.wait_reason(kitchen, garage, "own_address")
        kitchen.write_peer("garage", garage.public_key,
                           f"127.0.0.1:{place.closed_port()}, 127.0.0.1:{kitchen.port}")
        kitchen.reload()
        self.wait_reason(kitchen, garage, "own_address", f"127.0.0.1:{kitchen.port}")
        kitchen.knows(garage)
        kitchen.reload()
        self.assert_well(kitchen)

    def test_a_name_that_is_not_found_is_told_and_not_the_address_of_before(self):
        kitchen, garage = self.kitchen, self.garage
        garage.knows(kitchen, calls=False)
        for port, before in ((garage.port, "port_closed"), (place.closed_port(), "port_closed"),
                             (kitchen.port, "own_address")):
            kitchen.knows(garage, port=port)
            if port == garage.port:
                # It was up there.
                self.scene.start()
                garage.stop()
            kitchen.reload()
            self.wait_reason(kitchen, garage, before, str(port))
            # Such a name is never found (RFC 6761 §6.4).
            kitchen.write_peer("garage", garage.public_key, "garage.invalid")
            kitchen.reload()
            self.wait_reason(kitchen, garage, "unresolved", "garage.invalid")
            self.assertNotIn("127.0.0.1", kitchen.peer("garage")["fault"]["text"])


class OneFolder(SceneTest):
    """Stations that all have the same peers.d, and so an entry of their own key."""

    def test_each_leaves_itself_out(self):
        scene = self.enterContext(Scene("kitchen", "garage"))
        for one in scene.stations:
            for peer in scene.stations:
                one.write_peer(peer.name, peer.public_key, f"127.0.0.1:{peer.port}")
            one.sections["channel house"] = {"members": "kitchen, garage"}
        kitchen, garage = scene.stations
        scene.start()
        for one, other in ((kitchen, garage), (garage, kitchen)):
            one.wait_for(other)
            self.assertEqual([peer["name"] for peer in one.status()["peers"]], [str(other)])
            self.assertNotIn("own name", one.log)
            code, text, complaint = one.ctl("config", "check")
            self.assertEqual((code, complaint), (0, ""), text)
            self.assertIn("1 peer", text)
            self.assertNotIn("not yet known", one.ctl("doctor", "peers")[1])
            self.assertNotIn(f"{one} ", one.ctl("peer", "list")[1].splitlines()[1])


class PeerFiles(SceneTest):
    def setUp(self):
        self.scene = self.enterContext(Scene("kitchen"))
        self.kitchen, = self.scene.stations
        self.scene.start()

    def last_line(self, *words):
        code, text, error = self.kitchen.ctl(*words)
        self.assertIn(code, (0, 4), error)
        return text.splitlines()[-1]

    def add(self, name, *options):
        code, text, error = self.kitchen.ctl("peer", "add", name, "-", Identity().text, *options)
        self.assertEqual(code, 0, error)
        return text

    def test_peers_of_the_files_alone_are_counted_with_the_command_that_applies_them(self):
        # The negative control: there are none at all.
        self.assertEqual(self.last_line("peers"), ADD)
        for words in (("status",), ("stats",)):
            self.assertEqual(self.last_line(*words), "no peers", words)
        self.assertIn("to apply it: intercomctl reload", self.add("garage", "--no-reload"))
        for count in ("1 peer", "2 peers"):
            said = f"no peers yet; the files have {count}: intercomctl reload applies them"
            for words in SCREENS:
                self.assertEqual(self.last_line(*words), said, words)
            if count == "1 peer":
                self.add("attic", "--no-reload")
        code, text, _ = self.kitchen.ctl("doctor", "peers")
        self.assertEqual(code, 4)
        for name in ("garage", "attic"):
            self.assertRegex(
                text, rf"(?m)^WARN  peer {name} +is in the files, and not yet known to the running "
                      "daemon  -> .*intercomctl reload$")
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
        scene = self.enterContext(Scene("kitchen", "garage", "copy"))
        kitchen, garage, copy = scene.stations
        copy.identity, copy.public_key = kitchen.identity, kitchen.public_key
        copy.write_identity(kitchen.identity.secret.hex())
        for one, other in ((garage, kitchen), (kitchen, garage), (copy, garage)):
            one.knows(other)
        for one in (garage, kitchen):
            one.start()
            one.ready()
        kitchen.wait_for(garage)
        copy.start()
        copy.ready()
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
        code, text, _ = garage.ctl("status")
        self.assertEqual(code, 4)
        self.assertRegex(text, "(?m)^! kitchen: two stations use its key, at .*"
                               "memory card was probably copied")
        _, text, _ = garage.ctl("peers")
        self.assertIn("! kitchen: two stations use its key", text)
        code, text, _ = garage.ctl("doctor", "status")
        self.assertEqual(code, 4)
        self.assertRegex(text, "(?m)^FAIL  status +kitchen: two stations use its key")
        garage.said("two stations use its key")
        # Each of the two is told by garage, and how one of them becomes another station.
        with kitchen.talking(), copy.talking():
            for one in (kitchen, copy):
                one.problem("another station uses this station's own key, as garage reports")
        for one in (kitchen, copy):
            code, text, _ = one.ctl("doctor", "status")
            self.assertEqual(code, 4)
            self.assertIn("another station uses this station's own key", text)
            self.assertIn(f"sudo find {one.state} -mindepth 1 -delete, sudo", text)
        advice = garage.peer("kitchen")["fault"]["fix"]
        found = re.search("stop intercomd, sudo (find \\S+ -mindepth 1 -delete), sudo systemctl "
                          "start intercomd, then intercomctl pair", advice)
        self.assertTrue(found, advice)
        copy.stop()
        # Each station of a test has folders of its own.
        subprocess.run(found[1].replace(garage.state, copy.state).split(), check=False)
        copy.forgets(garage)
        copy.start()
        copy.ready()
        key = json.loads(copy.ctl("key", "show", "--json")[1])["key"]
        self.assertNotEqual(key, kitchen.public_key)
        code, said, _ = garage.ctl("peer", "add", "copy", f"127.0.0.1:{copy.port}", key)
        self.assertEqual(code, 0, said)
        copy.knows(garage)
        copy.reload()
        copy.wait_for(garage)
        kitchen.wait_for(garage)


MUTATIONS = (
    # A name is asked for once.
    ("Sources/Intercomd/Loop/ControlLoop+Session.swift",
     "case .resolve(let peer):\n            resolve(peer)", "case .resolve: break",
     "Names.test_a_name_is_asked_for_until_it_is_known"),
)


if __name__ == "__main__":
    unittest.main()
