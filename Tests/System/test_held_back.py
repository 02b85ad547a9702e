"""Whoever can hold packets back opens no door and no microphone later: a request is acted on once,
at once, or never."""

import secrets
import time
import unittest

from conduct import ConductTest, set_up
from lab import Scene, SceneTest, wait
from peer import records
from peer.records import Record, record
from stage.wire import BadNet

DOOR = "GPIO24"
SLACK_S = 1.0
"""As long as a daemon is given to do what it must not do."""
UNKNOWN = 99
"""A kind of record that is acknowledged, and means nothing."""

setUpModule = set_up


class Held(SceneTest):
    """Two daemons, and somebody between them who stops what one of them sends."""

    def test_a_door_and_a_drop_in_are_not_opened_after_no_answer(self):
        scene = self.enterContext(Scene("kitchen", "garage"))
        kitchen, garage = scene.stations
        garage.sections["relay door"] = {"line": DOOR, "pulse": "300ms"}
        garage.sections["policy"] = {"relay": "door", "drop-in": "allow"}
        network = BadNet(scene, kitchen, garage)
        kitchen.knows(garage, network.port_for(kitchen))
        garage.knows(kitchen, calls=False)
        scene.start()
        held = network.capture()
        network.do("drop", network.way(kitchen), "data")
        code, _, error = kitchen.ctl("drop-in", "garage", "--no-wait")
        self.assertEqual(code, 0, error)
        code, said, _ = kitchen.ctl("relay", "door", "garage")
        self.assertEqual(code, 1)
        self.assertIn("no answer", said)
        wait(lambda: kitchen.status()["call"]["state"] == "idle", "the call is over")
        network.do("capture", "off")
        network.do("clear", network.way(kitchen))
        before = garage.counters()
        network.do("replay", network.way(kitchen), held, "data", 1)
        garage.moved("packets_opened", before, 10)
        opened, end = set(), time.monotonic() + SLACK_S
        while time.monotonic() < end:
            opened |= {"door"} if garage.level(DOOR) else set()
            opened |= {"microphone"} if garage.is_talking() else set()
            time.sleep(0.005)
        self.assertEqual(opened, set())
        self.assertNotIn("relay door: on", garage.log)
        # What is not held back is done.
        self.assertEqual(kitchen.ctl("relay", "door", "garage")[0], 0)
        garage.said("relay door: on")
        self.assertEqual(kitchen.ctl("drop-in", "garage", "--no-wait")[0], 0)
        wait(garage.is_talking, "the microphone opens")
        kitchen.ctl("hangup")


class Copies(ConductTest):
    """One request in several packets, as it is sent when no acknowledgement comes."""

    def opened(self):
        return self.kitchen.log.count("relay door: on")

    def sealed(self, count):
        """So many packets of one request for the door."""
        peer = self.friend
        ask = record("SIGNAL", mid=peer.letters.new_mid(), what=2, ref=records.relay("door"),
                     time=0)
        return ask, [peer.sealed(ask) for _ in range(count)]

    def done(self, ask, packet):
        """The first of them opens it."""
        peer, since, before = self.friend, len(self.friend.arrivals), self.opened()
        peer.wire.send(packet, peer.address)
        self.came(peer, "RESULT", since, of=ask.mid, status=0)
        wait(lambda: self.opened() == before + 1, "the door opens")
        wait(lambda: self.kitchen.level(DOOR) == 0, "and shuts")

    def assert_stays_shut(self, packets):
        peer, before = self.friend, self.opened()
        for packet in packets:
            peer.wire.send(packet, peer.address)
        self.assert_answered(peer)
        end = time.monotonic() + SLACK_S
        while time.monotonic() < end:
            self.assertEqual(self.kitchen.level(DOOR), 0)
            time.sleep(0.005)
        self.assertEqual(self.opened(), before)

    def crowd(self, count):
        """So many other requests, each of its own number."""
        peer, counted = self.friend, self.kitchen.counters()
        for _ in range(count):
            mid = peer.letters.new_mid().to_bytes(4, "big")
            peer.send(*[Record(UNKNOWN, mid + secrets.token_bytes(4))])
        self.kitchen.moved("packets_opened", counted, count)

    def test_a_door_does_not_open_twice_however_many_others_ask_meanwhile(self):
        for others in (0, 100, 300):
            with self.subTest(others):
                ask, packets = self.sealed(3)
                self.done(ask, packets[0])
                self.crowd(others)
                self.assert_stays_shut(packets[1:])

    def test_nor_after_new_keys_nor_after_a_restart_of_who_asked(self):
        peer = self.friend
        ask, packets = self.sealed(3)
        self.done(ask, packets[0])
        self.renew(peer)
        self.assert_stays_shut(packets[1:2])
        ask, packets = self.sealed(3)
        self.done(ask, packets[0])
        peer.restart()
        self.renew(peer)
        # Another run of the peer: what was said in the one before is over.
        self.assert_stays_shut(packets[1:])
        _, packets = self.sealed(2)
        peer.restart()
        self.renew(peer)
        self.assert_stays_shut(packets)


if __name__ == "__main__":
    unittest.main()
