"""Stations without addresses of each other, each in a namespace of its own, on one LAN: they find
each other and talk; what strangers, liars and floods do there changes nothing.

Times are in the scenario `both_move`; here they are printed.
"""

import os
import socket
import threading
import time
import unittest

from lab import listen, place, process, wait
from neighbours import OnOneLan
from peer import finding
from peer.keytext import read as key_of
from stage.identity import Identity
from stage.lan import MDNS

QUIET_S = 4.0
"""How long is waited for what must not come: longer than anything takes that comes."""
FAMILIES = 2
"""A station asks over IPv4 and IPv6."""
FLOOD_PER_S, FLOOD_S = 5000, 5.0
"""Datagrams a second, and for how long."""
WAKES_PER_S = 50
"""So often the control thread wakes in a flood at most: it takes 320 datagrams in 20 turns."""


class Found(OnOneLan):
    def test_two_without_addresses_find_each_other_and_talk(self):
        kitchen, garage = self.enter("kitchen", "garage")
        self.start(kitchen)
        since = time.monotonic()
        self.start(garage)
        kitchen.wait_for(garage)
        print(f"found and up {time.monotonic() - since:.2f} s after the start")
        garage.wait_for(kitchen)
        sources = {one.peer(str(other))["endpoint_source"]
                   for one, other in ((kitchen, garage), (garage, kitchen))}
        self.assertIn("lan", sources)
        self.assertLessEqual(sources, {"lan", "peer"})
        self.assert_talk(kitchen, garage)
        self.assert_talk(garage, kitchen, 700)
        # Nothing goes to anybody else.
        peers = {address for one in (kitchen, garage) for address in self.addresses(one)}
        sent = {packet.target for packet in list(self.lan.packets)}
        self.assertLessEqual(sent, peers | set(finding.GROUPS.values()))

    def addresses(self, one):
        """All of a station."""
        lines = self.place(one).space.do("ip", "-o", "address", "show", "dev", "eth0").splitlines()
        return [line.split()[3].split("/")[0] for line in lines]

    def test_with_ipv6_alone_they_meet_at_link_local_addresses(self):
        kitchen, garage = self.enter("kitchen", "garage")
        for one in (kitchen, garage):
            self.place(one).drop_ipv4()
        self.start(kitchen, garage)
        kitchen.wait_for(garage)
        self.assertRegex(kitchen.peer("garage")["endpoint"], r"^\[fe80::.*%eth0\]:")
        self.assert_talk(kitchen, garage)

    def test_with_ipv4_alone_they_meet_too(self):
        kitchen, garage = self.enter("kitchen", "garage")
        for one in (kitchen, garage):
            self.place(one).drop_ipv6()
        self.start(kitchen, garage)
        kitchen.wait_for(garage)
        self.assertRegex(kitchen.peer("garage")["endpoint"], r"^192\.0\.2\.")

    def test_one_that_starts_again_is_back_at_once(self):
        kitchen, garage = self.enter("kitchen", "garage")
        self.start(kitchen, garage)
        kitchen.wait_for(garage)
        garage.kill()
        since = time.monotonic()
        self.start(garage)
        garage.wait_for(kitchen)
        print(f"up {time.monotonic() - since:.2f} s after it was killed and started")

    def test_both_get_other_addresses(self):
        kitchen, garage = self.enter("kitchen", "garage")
        for one in (kitchen, garage):
            self.place(one).drop_ipv6()
        self.start(kitchen, garage)
        kitchen.wait_for(garage)
        garage.wait_for(kitchen)
        for one in (kitchen, garage):
            self.place(one).move(self.place(one).host + 20)
        since = time.monotonic()
        wait(lambda: kitchen.peer("garage")["endpoint"].startswith("192.0.2.22:")
             and garage.peer("kitchen")["endpoint"].startswith("192.0.2.21:"),
             "both follow each other")
        print(f"both have moved: together again after {time.monotonic() - since:.2f} s")
        self.assert_talk(kitchen, garage)

    def test_a_station_that_has_one_address_announces_that_alone(self):
        kitchen, garage = self.enter("kitchen", "garage")
        second = "192.0.2.77"
        self.place(kitchen).space.do("ip", "address", "add", f"{second}/24", "dev", "eth0")
        kitchen.sections["network"]["listen"] = second
        self.start(kitchen, garage)
        garage.wait_for(kitchen)
        self.assertTrue(garage.peer("kitchen")["endpoint"].startswith(f"{second}:"))
        self.beacon_of(kitchen)
        packets = [packet for packet in self.lan.announced() if packet.sender == "kitchen"]
        self.assertEqual({packet.source for packet in packets}, {second})
        told = {one.data for packet in packets if packet.data[2] & 0x80
                for one in finding.records(packet.data) if one.kind in (finding.A, finding.AAAA)}
        self.assertEqual(told, {socket.inet_aton(second)})

    def test_switched_off_it_neither_says_nor_finds_anything(self):
        kitchen, garage = self.enter("kitchen", "garage")
        kitchen.sections["network"]["discovery"] = "no"
        self.start(kitchen, garage)
        self.beacon_of(garage)
        time.sleep(QUIET_S)
        sent = [packet for packet in self.lan.announced() if packet.sender == "kitchen"]
        self.assertEqual(sent, [])
        self.assertEqual(kitchen.counters()["discovery_received"], 0)
        for one, other in ((kitchen, garage), (garage, kitchen)):
            self.assertEqual(one.peer(str(other))["down_reason"], "no_address")
        self.assertIn("is not found on the LAN", garage.peer("kitchen")["down_text"])
        self.assertIn("there is no address", kitchen.peer("garage")["down_text"])
        code, output, _ = kitchen.ctl("config", "show")
        self.assertEqual(code, 0)
        self.assertIn("discovery = no", output)

    def test_a_press_asks_for_a_peer_that_is_missing(self):
        kitchen, _ = self.enter("kitchen", "garage")
        self.start(kitchen)
        # The first questions come at 0, 1 and 4 s; the next one at 13 s.
        wait(lambda: kitchen.counters()["discovery_questions"] >= 3 * FAMILIES, "questions")
        before = kitchen.counters()["discovery_questions"]
        with kitchen.talking():
            time.sleep(2.0)
        self.assertGreater(kitchen.counters()["discovery_questions"], before)

    def test_at_its_end_it_says_farewell(self):
        kitchen, = self.enter("kitchen")
        self.start(kitchen)
        last = finding.announced(self.beacon_of(kitchen))
        kitchen.stop()
        wait(lambda: finding.announced(self.beacons(kitchen)[-1]).ttl == 0, "farewell")
        self.assertEqual(finding.announced(self.beacons(kitchen)[-1]).instance, last.instance)

    def test_the_doctor_tells_where_it_looks(self):
        kitchen, = self.enter("kitchen")
        self.start(kitchen)
        code, output, _ = process.run(
            [*kitchen.launcher, place.program("intercomctl"), "--config", kitchen.etc, "doctor",
             "network"], environment=kitchen._environment())  # pylint: disable=protected-access
        self.assertIn("peers are found on eth0 (UDP 5353, multicast)", output)
        self.assertIn(code, (0, 4))


class Strangers(OnOneLan):
    def test_the_second_implementation_and_the_daemon_recognise_each_other(self):
        kitchen, = self.enter("kitchen")
        friend, stranger = Identity(), Identity()
        kitchen.write_peer("friend", friend.text)
        there = self.lan.join("friend")
        self.start(kitchen)
        seen = finding.announced(self.beacon_of(kitchen))
        own = key_of(kitchen.public_key)
        self.assertEqual(seen.port, kitchen.port)
        self.assertTrue(seen.is_of(finding.key(friend.secret, own), own))
        self.assertFalse(seen.is_of(finding.key(stranger.secret, own), own))
        # Now it is told of its friend, and of one it does not know.
        group = there.group()

        def announce(who, number):
            nonce = os.urandom(finding.NONCE)
            tags = [os.urandom(finding.TAG) for _ in range(finding.TAGS - 1)]
            tags.insert(number, finding.tag(finding.key(who.secret, own), nonce, who.public))
            group.sendto(finding.message("some", "where", 5600, finding.text(nonce, tags),
                                         [there.address]), ("224.0.0.251", MDNS))

        announce(stranger, 3)
        time.sleep(1.0)
        self.assertEqual(self.calls(kitchen, there.address), [])
        announce(friend, 7)
        wait(lambda: self.calls(kitchen, there.address), "it calls its friend")
        self.assertEqual(self.calls(kitchen, there.address)[0].port, 5600)

    def test_a_liar_gets_a_call_now_and_then_and_changes_nothing(self):
        kitchen, garage = self.enter("kitchen", "garage")
        liar = self.lan.join("liar")
        self.start(kitchen, garage)
        kitchen.wait_for(garage)
        garage.wait_for(kitchen)
        recorded = self.beacon_of(garage)
        group, before = liar.group(), kitchen.counters()
        endpoint = kitchen.peer("garage")["endpoint"]
        for _ in range(20):
            group.sendto(recorded, ("224.0.0.251", MDNS))
        kitchen.moved("discovery_sightings", before, 20)
        self.assert_talk(kitchen, garage)
        self.assertEqual(kitchen.peer("garage")["endpoint"], endpoint)
        self.assertEqual(kitchen.counters()["handshakes"], before["handshakes"])
        self.assertEqual(self.calls(kitchen, liar.address), [])
        # Without a session the liar is called, and that is all.
        garage.kill()
        kitchen.kill()
        self.start(kitchen)
        since = time.monotonic()
        while time.monotonic() - since < QUIET_S:
            group.sendto(recorded, ("224.0.0.251", MDNS))
            time.sleep(0.05)
        calls = len(self.calls(kitchen, liar.address))
        print(f"{calls} calls to a liar in {QUIET_S:g} s")
        self.assertGreater(calls, 0)
        self.assertLessEqual(calls, 2 + QUIET_S)
        self.start(garage)
        garage.wait_for(kitchen)

    def test_what_a_router_has_passed_on_is_not_read(self):
        kitchen, garage = self.enter("kitchen", "garage")
        afar = self.lan.join("afar")
        self.start(garage)
        recorded = self.beacon_of(garage)
        garage.kill()
        self.start(kitchen)
        wait(lambda: self.beacons(kitchen), "it is there")
        far, near = afar.group(ttl=254), afar.group()
        before = kitchen.counters()
        far.sendto(recorded, ("224.0.0.251", MDNS))
        kitchen.moved("discovery_dropped_off_link", before)
        self.assertEqual(kitchen.counters()["discovery_sightings"], 0)
        self.assertEqual(self.calls(kitchen, afar.address), [])
        near.sendto(recorded, ("224.0.0.251", MDNS))
        kitchen.moved("discovery_sightings", before)
        wait(lambda: self.calls(kitchen, afar.address), "the control: it is called")

    def test_a_flood_leaves_the_talk_alone(self):
        self.flood(burst=FLOOD_PER_S // 100)

    def test_nor_does_one_without_bursts_keep_the_control_loop_busy(self):
        self.flood(burst=1)

    def flood(self, burst):
        kitchen, garage = self.enter("kitchen", "garage")
        stranger = self.lan.join("stranger")
        self.start(kitchen, garage)
        kitchen.wait_for(garage)
        wait(lambda: kitchen.has_card() and garage.has_card(), "they have their cards")
        recorded = self.beacon_of(kitchen)
        kinds = (recorded, finding.question(), os.urandom(300), recorded[:200])
        before, woken = garage.counters(), process.sleeps(garage.pid, "intercomd")
        kitchen.speak(500)
        garage.record()
        with kitchen.talking():
            with Flood(stranger, kinds, burst) as flood:
                span = listen(FLOOD_S)
            woken = process.sleeps(garage.pid, "intercomd") - woken
        heard = garage.recorded()
        after = garage.counters()
        grown = {name: after[name] - before[name] for name in after if "discovery" in name}
        print(f"{flood.sent} datagrams in {flood.took:.1f} s; {grown}; the control thread woke "
              f"{woken} times")
        self.judge(flood.sent > FLOOD_PER_S, f"the flood has {flood.sent} datagrams")
        self.assertGreater(grown["discovery_dropped_flood"], 100)
        self.assertLess(grown["discovery_sightings"], 100 * (flood.took + 2))
        self.assertLess(grown["discovery_beacons"], 2 * (flood.took + 3))
        self.assertLess(woken, WAKES_PER_S * flood.took)
        self.assert_steady(heard, span, 500, 0.98, "in the flood")


class Flood:
    """A context: a place sends these datagrams to the group, over and over, some 5,000 a second, so
    many at once."""

    def __init__(self, where, kinds, burst):
        self._group, self._kinds, self._burst = where.group(), kinds, burst
        self._is_over, self.sent, self.took = False, 0, 0.0
        self._thread = threading.Thread(target=self._run, daemon=True)

    def _run(self):
        since = time.monotonic()
        while not self._is_over:
            for _ in range(self._burst):
                self._group.sendto(self._kinds[self.sent % len(self._kinds)],
                                   ("224.0.0.251", MDNS))
                self.sent += 1
            time.sleep(max(0.0, since + self.sent / FLOOD_PER_S - time.monotonic()))
            self.took = time.monotonic() - since

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._is_over = True
        self._thread.join(5)


if __name__ == "__main__":
    unittest.main()
