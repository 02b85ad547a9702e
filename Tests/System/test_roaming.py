"""A daemon and a peer of the second implementation that moves, over IPv4 and IPv6."""

import unittest

from lab import Scene, SceneTest, wait
from peer.beside import beside
from peer.live import Live
from test_second_implementation import hosts

FOLLOWED_S = 3.0
"""In virtual time it is half a second (Tests/Scenarios/roaming.py); this machine may be busy."""


class Roaming(SceneTest):
    def test_a_peer_that_moves_is_followed_without_a_handshake(self):
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
            made = kitchen.counters()["handshakes"]
            # What is sent to a former address is lost.
            one.wire.arriving.drop(lambda datagram, wire=one.wire: datagram.target != wire.address)
            for _ in range(3):
                self.move(kitchen, one)
            self.assertEqual(kitchen.counters()["handshakes"], made)

    def move(self, kitchen, peer):
        peer.wire.address = peer.wire.open()
        host, port = peer.wire.address
        place = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
        since = peer.clock()

        def is_followed():
            peer.send_cover()
            return kitchen.peer(peer.name)["endpoint"] == place

        wait(is_followed, f"{place} is followed")
        self.assertLess(peer.clock() - since, FOLLOWED_S)


if __name__ == "__main__":
    unittest.main()
