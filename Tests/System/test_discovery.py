"""Stations without addresses of each other, each in a namespace of its own, on one LAN: they find
each other and talk; what strangers, liars and floods do there changes nothing.
"""

import os
import socket
import threading
import time

import numpy

from lab import listen, process, sound, wait
from neighbours import M1, OnOneLan
from peer import finding
from stage.identity import Identity
from stage.lan import MDNS

QUIET_S = 4.0
"""How long is waited for what must not come: longer than anything takes that comes."""
FAMILIES = 2
"""A station asks over IPv4 and IPv6."""
FLOOD_PER_S, FLOOD_S = 5000, 5.0
"""Datagrams a second, and for how long."""
DATA = 89
TOGETHER_S = 1.0
"""Seconds until two that have just started are up, and until two that have moved hear each other:
0.25 until they announce themselves, 0.5 until a silent peer is in doubt, and a handshake."""
FOLLOWED_S = 0.5
"""Seconds until one that has moved alone has told its peer."""
AGAIN_S = 0.9
"""Seconds until it hears again: 0.25 in which its address before is asked, and 0.5 more if that one
has answered a last time, as it may, since the new one comes before it goes."""
TO_ALL = 7
"""Messages for each family of addresses that a station may send to all at the start and after each
move: two beacons, and some questions and answers."""
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

    def test_both_get_other_addresses_in_a_talk_and_in_silence(self):
        for family in ("IPv4", "IPv6"):
            with self.subTest(family):
                self.both_move(family, *self.enter("kitchen", "garage"))

    def both_move(self, family, *stations):
        kitchen, garage = stations
        self.leave_only(family, *stations)
        since = time.monotonic()
        self.start(*stations)
        kitchen.wait_for(garage)
        garage.wait_for(kitchen)
        self.within_a_second(since, f"{family}: found and up")
        self.assertRegex(kitchen.peer("garage")["endpoint"],
                         r"^192\.0\.2\." if family == "IPv4" else r"^\[fe80::.*%eth0\]:")
        kitchen.speak(500)
        garage.speak(700)
        with kitchen.talking(), garage.talking():
            for one in stations:
                one.record()
            listen(0.5)
            moved = self.move(family, 20, *stations)
            time.sleep(2.5)
            for one, hertz in ((kitchen, 700), (garage, 500)):
                again = self.heard_again(one, hertz, moved)
                self.assertTrue(again <= TOGETHER_S, f"{family}: {one} hears after {again:.2f} s")
        moved = self.move(family, 40, *stations) / 1e9
        for one, other in ((kitchen, garage), (garage, kitchen)):
            first = wait(lambda one=one, other=other: self.spoken(one, other, moved),
                         f"{one} speaks to {other}")[0]
            self.within_a_second(moved, f"{family}: in silence {one} speaks to it", first.at)
        self.assert_talk(kitchen, garage)
        for one, other in ((kitchen, garage), (garage, kitchen)):
            said = [packet for packet in self.lan.announced() if packet.sender == str(one)]
            self.assertLessEqual(len(said), 3 * TO_ALL, f"{one} says so much to all")
            called = {packet.target for packet in list(self.lan.packets)
                      if packet.sender == str(one) and len(packet.data) == M1}
            self.assertLessEqual(called, self.had[str(other)])

    def test_one_that_moves_is_heard_all_the_time_and_soon_hears(self):
        for family in ("IPv4", "IPv6"):
            with self.subTest(family):
                self.one_moves(family, *self.enter("kitchen", "garage"))

    def one_moves(self, family, kitchen, garage):
        self.leave_only(family, kitchen, garage)
        self.start(kitchen, garage)
        kitchen.wait_for(garage)
        garage.wait_for(kitchen)
        kitchen.speak(500)
        garage.speak(700)
        made = kitchen.counters()["handshakes"]
        with kitchen.talking(), garage.talking():
            for one in (kitchen, garage):
                one.record()
            listen(0.5)
            moved = self.move(family, 20, garage)
            time.sleep(2.5)
            self.assertEqual(self.heard_again(kitchen, 700, moved), 0)
            again = self.heard_again(garage, 500, moved)
            self.assertTrue(again <= AGAIN_S, f"{family}: garage hears again after {again:.2f} s")
        self.assertEqual(kitchen.counters()["handshakes"], made)
        # In silence it tells its peer at once: no packet of the talk is left by then.
        time.sleep(3)
        moved = self.move(family, 40, garage) / 1e9
        now = self.addresses(garage)
        told = wait(lambda: [one for one in self.spoken(garage, kitchen, moved)
                             if one.source in now], "garage tells of its move")[0]
        self.assertLessEqual(told.at - moved, FOLLOWED_S, "it tells of it so many seconds later")
        wait(lambda: told.source in kitchen.peer("garage")["endpoint"], "kitchen follows")

    def heard_again(self, one, hertz, moved):
        """Seconds from a move until a station hears a tone again, and goes on to."""
        track = sound.tone_track(one.recorded().span(moved, moved + 2_000_000_000), hertz) > -18
        again = 0 if track.all() else (len(track) - numpy.argmin(track[::-1])) * 0.02
        print(f"{one} hears again {again:.2f} s after a move")
        return again

    def within_a_second(self, since, what, at=None):
        took = (at or time.monotonic()) - since
        print(f"{what} after {took:.2f} s")
        self.assertTrue(took <= TOGETHER_S, f"{what} after {took:.2f} s")

    def move(self, family, by, *stations):
        """All get other addresses at one moment, which is returned, in ns."""
        if by == 20:
            self.had = {str(one): set(self.addresses(one)) for one in stations}
        moment = time.monotonic_ns()
        for number, one in enumerate(stations, 1):
            place_ = self.place(one)
            if family == "IPv4":
                place_.move(by + number)
                continue
            former, = self.addresses(one)
            for words in (["add", f"fe80::{by + number}/64"], ["del", f"{former}/64"]):
                place_.space.do("ip", "address", *words, "dev", "eth0")
        for one in stations:
            self.had[str(one)] |= set(self.addresses(one))
        return moment

    def spoken(self, one, other, since):
        """What a station has sent to where the other is now."""
        now = self.addresses(other)
        return [packet for packet in list(self.lan.packets)
                if packet.sender == str(one) and packet.at > since and packet.target in now
                and len(packet.data) == DATA]

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
        self.assertIn("does not announce itself", garage.peer("kitchen")["fault"]["text"])
        self.assertIn("there is no address", kitchen.peer("garage")["fault"]["text"])
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

    def test_it_says_farewell_at_its_end(self):
        kitchen, = self.enter("kitchen")
        self.start(kitchen)
        last = finding.announced(self.beacon_of(kitchen))
        kitchen.stop()
        wait(lambda: finding.announced(self.beacons(kitchen)[-1]).ttl == 0, "farewell")
        self.assertEqual(finding.announced(self.beacons(kitchen)[-1]).instance, last.instance)


class Strangers(OnOneLan):
    def test_the_second_implementation_and_the_daemon_recognise_each_other(self):
        kitchen, = self.enter("kitchen")
        friend, stranger = Identity(), Identity()
        kitchen.write_peer("friend", friend.text)
        there = self.lan.join("friend")
        self.start(kitchen)
        seen = finding.announced(self.beacon_of(kitchen))
        own = kitchen.identity.public
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

    def test_a_flood_leaves_the_talk_alone_and_the_control_loop_idle(self):
        for burst in (FLOOD_PER_S // 100, 1):
            with self.subTest(burst=burst):
                self.flood(burst)

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
        self.assertTrue(flood.sent > FLOOD_PER_S, f"the flood has {flood.sent} datagrams")
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


MUTATIONS = (
    # A station calls no peer that it sees.
    ("Sources/Intercomd/Peers/Neighbourhood.swift",
     "table.sighted(peer, at: address, mark: mark, at: now)",
     "_ = (peer, address, mark)", "Found.test_two_without_addresses_find_each_other_and_talk"),
    # Other addresses of this machine are not announced.
    ("Sources/Intercomd/Loop/ControlLoop.swift",
     "neighbourhood.look(&table, at: now)\n                table.hostMoved(at: now)",
     "_ = neighbourhood\n                table.hostMoved(at: now)",
     "Found.test_both_get_other_addresses_in_a_talk_and_in_silence"),
    # A peer is called where it was first.
    ("Sources/Peering/Session/PeerPaths.swift",
     "if let elsewhere { _ = association.sightings.call(elsewhere, at: now) }", "_ = elsewhere",
     "Found.test_both_get_other_addresses_in_a_talk_and_in_silence"),
    # The stream follows late.
    ("Sources/Peering/Session/PeerPaths.swift", "static let checkTime = Duration.milliseconds(250)",
     "static let checkTime = Duration.milliseconds(1250)",
     "Found.test_one_that_moves_is_heard_all_the_time_and_soon_hears"),
    # A station does not tell that it has moved.
    ("Sources/Intercomd/Loop/ControlLoop.swift", "table.hostMoved(at: now)", "",
     "Found.test_one_that_moves_is_heard_all_the_time_and_soon_hears"),
)
