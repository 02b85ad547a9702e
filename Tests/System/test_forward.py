"""Two stations behind routers that take another port for each way, and a third one that passes on
what they send each other.
"""

import shutil
import time
import unittest

from beyond import Beyond
from lab import wait
from stage.namespace import is_allowed

DOWN_S = 180
"""Until a peer that was killed is down, and the one behind it, too."""
BACK_S = 120
"""Until a station calls again, and is called through the one that is back."""
DIRECT_S = 60
"""Until the addresses are tried again, and one that answers has taken over."""


@unittest.skipUnless(is_allowed() and shutil.which("mosquitto") and shutil.which("nft"),
                     "needs root, mosquitto and nftables")
class Forward(Beyond):
    def enter_with_relay(self, cabin="symmetric", relays=("relay",)):
        """A kitchen and a cabin in houses, and relays outside, without sound."""
        stations = self.enter("kitchen", "cabin", *relays, outside=relays,
                              kinds={"kitchen": "symmetric", "cabin": cabin})
        for relay in stations[2:]:
            relay.sections["audio"] = {"input": "none", "output": "none"}
            for one in stations[:2]:
                one.write_peer(relay.name, relay.public_key,
                               f"{self.places[relay.name].address}:{relay.port}")
        self.broker.start()
        return stations

    def wait_until_forwarded(self, one, other, seconds=BACK_S):
        wait(lambda: one.peer(str(other))["path"] == "forwarded",
             f"{one} reaches {other} by the relay", seconds=seconds)

    def test_they_talk_through_it_and_say_so_when_it_is_gone(self):
        kitchen, cabin, relay = self.enter_with_relay()
        self.start(kitchen, cabin, relay)
        for one in (kitchen, cabin):
            one.wait_for(relay)
        # The control: with a relay that passes nothing on they do not meet.
        time.sleep(20)
        self.assertEqual(kitchen.peer("cabin")["state"], "down")
        relay.sections["forward"] = {"for": "kitchen, cabin"}
        relay.reload()
        for one, other in ((kitchen, cabin), (cabin, kitchen)):
            self.wait_until_forwarded(one, other, seconds=30)
            peer = one.peer(str(other))
            self.assertEqual((peer["state"], peer["forwarded_by"], peer["endpoint"]),
                             ("up", "relay", None))
            self.assertRegex(peer["path_reason"], "^none of its [0-9]+ addresses answers$")
            self.assertIn(f"* {other} is reached by relay: none of its", one.prints("peers"))
            self.assertEqual(one.peer("relay")["path_reason"], None)
        self.assert_talk(kitchen, cabin)
        self.assert_talk(cabin, kitchen)
        # More than two minutes: new keys come that way, too.
        time.sleep(150)
        self.assert_talk(kitchen, cabin)
        for one in (kitchen, cabin, relay):
            self.assert_no_heap_calls(one)
        for name in ("kitchen", "cabin"):
            peer = relay.peer(name)
            self.assertTrue(peer["forwards"])
            self.assertGreater(peer["forwarded_bytes"], 50 * 89)
        counters = relay.counters()
        self.assertGreater(counters["forwarded"], 100)
        self.assertEqual(counters["forward_limited"], 0)
        self.assertRegex(relay.ctl("status")[1], r"(?m)^forward cabin .*MB, kitchen ")

        relay.kill()
        for one, other in ((kitchen, cabin), (cabin, kitchen)):
            wait(lambda one=one, other=other:
                 one.peer(str(other))["down_reason"] == "forwarder_down",
                 f"{one} says why {other} is down", seconds=DOWN_S)
            self.assertIn("relay, which passed its packets on, is down",
                          one.peer(str(other))["fault"]["text"])
        relay.start()
        relay.ready()
        self.wait_until_forwarded(kitchen, cabin)
        self.wait_until_forwarded(cabin, kitchen)
        self.assert_talk(cabin, kitchen)

    def test_a_path_of_their_own_takes_over(self):
        kitchen, cabin, relay = self.enter_with_relay(cabin="router")
        relay.sections["forward"] = {"for": "kitchen, cabin"}
        self.start(kitchen, cabin, relay)
        self.wait_until_forwarded(kitchen, cabin)
        self.wait_until_forwarded(cabin, kitchen)
        handshakes = kitchen.counters()["handshakes"]
        # Somebody opens the port of the cabin.
        self.houses["cabin"].open(cabin.port)
        for one, other in ((kitchen, cabin), (cabin, kitchen)):
            wait(lambda one=one, other=other:
                 one.peer(str(other))["path"] == "direct",
                 f"{one} reaches {other} directly", seconds=DIRECT_S)
            self.assertEqual(one.peer(str(other))["forwarded_by"], None)
        # Of three sessions, at most one each was renewed meanwhile.
        self.assertLessEqual(kitchen.counters()["handshakes"] - handshakes, 2)
        passed = relay.counters()["forwarded"]
        self.assert_talk(kitchen, cabin)
        self.assertLess(relay.counters()["forwarded"] - passed, 20)
        # And without the relay they stay together.
        relay.stop()
        self.assert_talk(cabin, kitchen)

    def test_another_one_takes_over_when_it_is_gone(self):
        kitchen, cabin, *relays = self.enter_with_relay(relays=("relay", "barn"))
        for relay in relays:
            relay.sections["forward"] = {"for": "kitchen, cabin"}
        self.start(kitchen, cabin, *relays)
        self.wait_until_forwarded(kitchen, cabin)
        self.wait_until_forwarded(cabin, kitchen)
        by = kitchen.peer("cabin")["forwarded_by"]
        gone, other = sorted(relays, key=lambda relay: relay.name != by)
        gone.kill()
        for one, peer in ((kitchen, "cabin"), (cabin, "kitchen")):
            wait(lambda one=one, peer=peer: one.peer(peer)["forwarded_by"] == other.name
                 and one.peer(peer)["state"] == "up",
                 f"{other} passes on to {peer}", seconds=DOWN_S)
        self.assert_talk(kitchen, cabin)
        self.assert_talk(cabin, kitchen)

    def test_nothing_is_passed_on_for_others(self):
        kitchen, cabin, relay = self.enter_with_relay()
        relay.sections["forward"] = {"for": "kitchen, barn"}
        self.start(kitchen, cabin, relay)
        for one in (kitchen, cabin):
            one.wait_for(relay)
        time.sleep(45)
        self.assertEqual(kitchen.peer("cabin")["state"], "down")
        self.assertEqual(relay.counters()["forwarded"], 0)
        self.assertFalse(relay.peer("cabin")["forwards"])
        # The control: for these two it does.
        relay.sections["forward"] = {"for": "kitchen, cabin"}
        relay.reload()
        kitchen.wait_for(cabin)
        self.assertGreater(relay.counters()["forwarded"], 0)
