"""Two peers of the second implementation on a network without time."""

import secrets
import unittest

from peer import handshake, mlkem
from peer.peer import Peer
from peer.primitives import public_key
from peer.records import record
from peer.virtual import VirtualNetwork

HERE, THERE = ("192.0.2.1", 5577), ("192.0.2.2", 5577)
HERE6, THERE6 = ("2001:db8::1", 5577), ("2001:db8::2", 5577)
ELSEWHERE = ("198.51.100.7", 40_000)
CAPS = handshake.capabilities(bytes(8))
KEM = mlkem.generate(bytes(64))
"""A key pair that serves where any will do."""


class Pair:
    """Two peers on a network of their own."""

    def __init__(self, suite=1, psk=None, addresses=(HERE, THERE), **how):
        self.network = VirtualNetwork()
        # In the order of their public keys, so that a test knows which is the lower one.
        one, other = sorted((secrets.token_bytes(32) for _ in range(2)), key=public_key)
        self.low = Peer(one, public_key(other), self.network.wire(*addresses[0]), suite=suite,
                        psk=psk, address=addresses[1], **how)
        self.high = Peer(other, public_key(one), self.network.wire(*addresses[1]), suite=suite,
                         psk=psk, address=addresses[0], **how)

    def run(self, seconds):
        self.network.run(seconds, self.low, self.high)

    def up(self):
        self.low.initiate()
        self.run(1)
        return self

    def tell(self, sender, name="PING", **fields):
        """Whether a record is acted on over there."""
        receiver = self.high if sender is self.low else self.low
        before = len(receiver.arrivals)
        sender.send(record(name, **(fields or {"data": secrets.token_bytes(4)})))
        self.run(0.1)
        return len(receiver.got(name, before)) == 1


class PairTest(unittest.TestCase):
    def assert_together(self, pair):
        """Both have one session, and it is the same."""
        one, other = pair.low.slots, pair.high.slots
        self.assertEqual((one.next, other.next), (None, None))
        self.assertIsNotNone(one.current)
        self.assertEqual(one.current.keys.exporter, other.current.keys.exporter)
        self.assertNotEqual(one.current.initiator, other.current.initiator)
        self.assertTrue(pair.tell(pair.low) and pair.tell(pair.high))
