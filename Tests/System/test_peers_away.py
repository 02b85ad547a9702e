"""A peer off, out of reach or without an address is tried for ever, and soon heard once it can be.
"""

import os
import time
import unittest

from faults import FaultTest, may
from lab import Scene, longer, process, wait
from stage.wire import BadNet

NAME = "garage.intercom.test"


class Silence(FaultTest):
    """The network swallows all there is, without a word."""

    def scene_through_a_bad_network(self):
        scene = self.enterContext(Scene("kitchen", "garage"))
        self.scene, (self.kitchen, self.garage) = scene, scene.stations
        badnet = BadNet(scene, self.kitchen, self.garage)
        scene.introduce(self.kitchen, self.garage, via=badnet)
        scene.start()
        self.kitchen.speak(self.tone)
        return badnet

    def test_of_three_seconds_is_over_when_it_is_over(self):
        badnet = self.scene_through_a_bad_network()

        def seen():
            wait(lambda: not self.garage.hears("kitchen"), "garage hears nothing")
            time.sleep(3)
            self.assertTrue(self.kitchen.is_talking())

        self.through(lambda: badnet.do("drop", "both", "any"), seen,
                     lambda: badnet.do("drop", "both", "off"))

    @longer
    def test_of_a_minute_is_shown_and_over_when_it_is_over(self):
        badnet = self.scene_through_a_bad_network()
        peer = lambda: self.kitchen.peer("garage")

        def seen():
            # Three heartbeats and a little (protocol.md §1.7), with the key down all the while.
            wait(lambda: peer()["state"] == "stale", "garage is stale", 40)
            self.assertGreater(peer()["heard_age_s"], 18)
            wait(lambda: peer()["state"] == "down", "garage is down", 60)
            self.assertGreater(peer()["heard_age_s"], 48)
            wait(lambda: self.garage.peer("kitchen")["state"] == "down", "kitchen is down")
            _, text, _ = self.kitchen.ctl("status")
            self.assertRegex(text, r"garage +down.* [56][0-9]s")
            # By now the waits between two calls have grown, but for one who holds a key.
            calls = badnet.sent_by(self.kitchen)["received"]
            wait(lambda: badnet.sent_by(self.kitchen)["received"] - calls >= 4, "kitchen calls", 12)

        self.through(lambda: badnet.do("drop", "both", "any"), seen,
                     lambda: badnet.do("drop", "both", "off"))

    @longer
    def test_of_a_minute_in_which_nobody_talks_ends_with_the_next_press(self):
        badnet = self.scene_through_a_bad_network()
        badnet.do("drop", "both", "any")
        for one, other in ((self.kitchen, self.garage), (self.garage, self.kitchen)):
            wait(lambda o=one, t=other: not o.is_with(t), "the peer is stale", 40)
            wait(lambda o=one, t=other: o.peer(t.name)["state"] == "down", "the peer is down", 60)
        badnet.do("drop", "both", "off")
        self.garage.record()
        self.assert_back(self.kitchen, self.garage, self.ended(self.kitchen.press))
        self.kitchen.release()


NETWORK = ("unshare", "--net")


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

    def test_a_peer_that_is_off_is_called_until_it_answers(self):
        with Scene("kitchen", "garage") as self.scene:
            self.kitchen, self.garage = self.scene.stations
            # Garage cannot call: it has to be found. Where it will be, nobody listens (ICMP).
            self.kitchen.knows(self.garage)
            self.garage.knows(self.kitchen, calls=False)
            self.kitchen.start()
            self.kitchen.ready()
            self.kitchen.speak(self.tone)
            self.kitchen.press()
            # As long as it takes for the waits between two calls to grow.
            time.sleep(4)
            self.assertEqual(self.kitchen.peer("garage")["state"], "down")

            def end():
                self.garage.start()
                self.garage.ready()
                self.garage.record()

            self.assert_back(self.kitchen, self.garage, self.ended(end))
            self.kitchen.release()


MOUNTS = ("unshare", "--mount")


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
            wait(lambda: not self.kitchen.status()["problems"], "nothing is the matter")


if __name__ == "__main__":
    unittest.main()
