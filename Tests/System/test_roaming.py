"""A daemon and a peer of the second implementation that moves, over IPv4 and IPv6."""

import unittest

from lab import Scene, SceneTest, wait
from peer.beside import beside
from peer.live import Live
from peer.records import record
from peer.wire import Wire
from test_second_implementation import hosts

FOLLOWED_S = 1.0
"""Mostly it takes half a second (Tests/Scenarios/roaming.py)."""


COPIES = 12
"""Of each packet of a peer that has moved, from as many addresses, all faster than the peer."""
RACED_S = 8.0
"""In 100 ms four of the addresses are asked at once, and others by lot: half of the moves take
half a second."""


class Roaming(SceneTest):
    def up(self):
        """A daemon, and its peers with sessions, one for each kind of address."""
        scene = self.enterContext(Scene("kitchen"))
        kitchen, = scene.stations
        del kitchen.sections["network"]["listen"]
        peers = [beside(kitchen, f"friend{number}", called=False, host=host)
                 for number, host in enumerate(hosts())]
        self.enterContext(Live(*peers))
        kitchen.start()
        kitchen.ready()
        for one in peers:
            one.keep_up()
        wait(lambda: all(one.is_up for one in peers), "they have sessions")
        for one in peers:
            one.manners.upkeep = False
            # What is sent to a former address is lost.
            one.wire.arriving.drop(lambda datagram, wire=one.wire: datagram.target != wire.address)
        return kitchen, peers

    def test_a_peer_that_moves_is_followed_without_a_handshake(self):
        kitchen, peers = self.up()
        for one in peers:
            made = kitchen.counters()["handshakes"]
            for _ in range(3):
                self.assertLess(self.move(kitchen, one), FOLLOWED_S)
            self.assertEqual(kitchen.counters()["handshakes"], made)

    def test_a_peer_that_moves_is_followed_past_faster_copies_from_many_addresses(self):
        kitchen, peers = self.up()
        for one in peers:
            host, _ = one.wire.address
            racers = [Wire(host) for _ in range(COPIES)]
            for racer in racers:
                self.addCleanup(racer.close)
            for _ in range(3):
                took = self.move(kitchen, one, racers)
                print(f"{host}: followed past {COPIES} copies after {took:.2f} s")
                self.judge(took < RACED_S, f"followed within {RACED_S} s")

    def move(self, kitchen, peer, racers=()):
        """Seconds until the daemon sends to where the peer is now."""
        peer.wire.address = peer.wire.open()
        host, port = peer.wire.address
        place = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
        since = peer.clock()

        def is_followed():
            packet = peer.sealed(record("PING", data=bytes(4)))
            for one in (*racers, peer.wire):
                one.send(packet, peer.address)
            return kitchen.peer(peer.name)["endpoint"] == place

        wait(is_followed, f"{place} is followed", RACED_S)
        return peer.clock() - since


if __name__ == "__main__":
    unittest.main()
