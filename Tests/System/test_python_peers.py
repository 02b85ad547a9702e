"""The second implementation by itself: its values are those of the test vectors, and its
peers follow the page in virtual time.

That it meets the program is shown by test_second_implementation and test_protocol_sessions.
"""

import copy
import itertools
import secrets
import unittest

import numpy

from lab import sound
from peer import opus, oracle, records
from peer.peer import Peer
from peer.primitives import SUITES, Suite, public_key
from peer.records import AGAIN_S, record
from peer.wire import VirtualNetwork, of_kind

HERE, THERE = ("192.0.2.1", 5577), ("192.0.2.2", 5577)


class Pair:
    """Two peers on a network of their own."""

    def __init__(self):
        self.network = VirtualNetwork()
        # In the order of their public keys, so that a test knows which is the lower one.
        one, other = sorted((secrets.token_bytes(32) for _ in range(2)), key=public_key)
        self.low = Peer(one, public_key(other), self.network.wire(*HERE), address=THERE)
        self.high = Peer(other, public_key(one), self.network.wire(*THERE), address=HERE)

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


class Peers(unittest.TestCase):
    """Two peers on a network without time."""

    def assert_together(self, pair):
        """Both have one session, and it is the same."""
        one, other = pair.low.slots, pair.high.slots
        self.assertEqual((one.next, other.next), (None, None))
        self.assertIsNotNone(one.current)
        self.assertEqual(one.current.keys.exporter, other.current.keys.exporter)
        self.assertNotEqual(one.current.initiator, other.current.initiator)
        self.assertTrue(pair.tell(pair.low) and pair.tell(pair.high))

    def test_half_an_hour_without_a_word_has_new_keys_every_two_minutes(self):
        pair = Pair()
        pair.high.address = None
        pair.low.keep_up()
        pair.high.keep_up()
        pair.run(1800)
        self.assert_together(pair)
        self.assertIn(pair.low.slots.switches, range(14, 17))
        self.assertEqual(pair.low.dropped + pair.high.dropped, {})
        covers = [one for one in pair.low.wire.leaving.seen if one.kind == 16]
        gaps = [after.at - one.at for one, after in itertools.pairwise(covers)]
        self.assertLessEqual(max(gaps), 16.001)
        # The responder does it where the initiator does not.
        session = pair.low.slots.current
        initiator = pair.low if session.initiator else pair.high
        initiator.manners.upkeep = False
        pair.run(151 - (pair.network.now - session.born))
        self.assert_together(pair)
        self.assertIsNot(pair.low.slots.current, session)

    def test_in_mid_spurt_nothing_is_lost_and_only_two_sessions_open(self):
        pair = Pair().up()
        pair.low.bind(1, records.OWN_REF)
        pair.low.talk(1, [opus.SILENCE] * 100)
        pair.run(0.5)
        held = pair.low.wire.leaving.hold(of_kind(16), times=3)
        pair.run(0.1)
        for initiator in (pair.low, pair.high):
            initiator.initiate()
            pair.run(0.5)
        self.assertEqual((pair.low.slots.switches, pair.high.slots.switches), (3, 3))
        held.release()
        pair.run(1)
        # Those three were of the session before the previous one.
        self.assertEqual(pair.high.dropped["index"], 3)
        self.assertEqual(len(pair.high.ear[1].frames), 97)

    def repeats(self, name, fields, seconds=9):
        """How a record without an acknowledgement is sent again: (moments, bodies)."""
        pair = Pair().up()
        pair.high.manners.acknowledges = False
        since = pair.network.now
        pair.low.post(name, **fields)
        pair.run(seconds)
        found = pair.high.got(name)
        delay = pair.network.delay
        self.assertEqual(sum(one.is_new for one in found), 1, "it is acted on once")
        return ([round(one.at - since - delay, 3) for one in found],
                [one.record.body for one in found])

    def test_repeats_come_when_they_should(self):
        call, ref = bytes(range(16)), bytes(8)
        self.assertEqual(self.repeats("RESULT", {"of": 1, "status": 0})[0], [0, 0.5, 1, 2, 4])
        # No copy later: it could be acted on after its asker was told "no answer".
        self.assertEqual(self.repeats("SIGNAL", {"what": 1, "ref": ref, "time": 30})[0],
                         [0, 0.1, 0.3, 0.6, 1])
        for name in ("REJECT", "CANCEL", "BYE"):
            moments, bodies = self.repeats(name, {"id": call, "cause": 0})
            self.assertEqual(moments, list(AGAIN_S[name]))
            self.assertEqual(len(set(bodies)), 1)
        stream = {"stream": 1, "purpose": 0, "priority": 0, "ref": ref}
        self.assertEqual(self.repeats("STREAM", stream)[0], [0, 0.1, 0.2, 0.5, 1, 2, 4])
        offer = {"id": call, "mode": 0, "priority": 0, "ttl": 1500, "ref": ref}
        moments, bodies = self.repeats("OFFER", offer)
        self.assertEqual(moments, [0, 0.5, 1])
        self.assertEqual([int.from_bytes(one[22:24], "big") for one in bodies], [1500, 1000, 500])
        self.assertEqual([one[32] for one in bodies], [0, 5, 10])


class Vectors(unittest.TestCase):
    """Tests/Vectors/intercom_v1.json."""

    @classmethod
    def setUpClass(cls):
        cls.known = oracle.read()
        cls.made = oracle.values(cls.known["inputs"])

    def test_the_file_is_what_its_inputs_make(self):
        self.assertEqual(list(oracle.differences(self.known, self.made)), [])
        # `tools/vectors --write` would change no byte.
        self.assertEqual(oracle.text(self.known, self.made),
                         oracle.FILE.read_text(encoding="utf-8"))

    def test_a_false_value_is_told_by_its_place(self):
        false = copy.deepcopy(self.made)
        false["frames"][3]["frame"] = "00"
        del false["window"]
        self.assertEqual(sorted(oracle.differences(self.known, false)), [
            ("frames", "case 3 differs"), ("window", "is in the file alone")])

    def test_another_input_or_another_cipher_makes_other_values(self):
        right = self.made["handshake"]
        changed = copy.deepcopy(self.known["inputs"])
        changed["psk"] = "78" * 32
        self.compare(right, changed, [["m3"], ["m3"]])
        # With n = 0 both orders of its bytes are the same: s_I is the first with n = 1.
        true = SUITES[2]
        # pylint: disable=protected-access
        SUITES[2] = Suite(2, "ChaChaPoly", true._cipher, "big", true._mask)
        try:
            self.compare(right, self.known["inputs"], [[], ["m3"]])
        finally:
            SUITES[2] = true

    def compare(self, right, given, different):
        """Which messages of each suite are others."""
        inputs = oracle.Inputs(given)
        for one, expected in zip(right, different):
            made = oracle.handshake(inputs, one["suite"])
            self.assertEqual([name for name in ("m1", "m2", "m3") if made[name].hex() != one[name]],
                             expected)


class Ears(unittest.TestCase):
    """The peer's own ear: what it says of a tone is so, and of a gap."""

    def test_what_is_encoded_is_heard(self):
        packets = opus.encoded(sound.tone(700, 1, -18))
        self.assertEqual({len(one) for one in packets}, {59})
        self.assertEqual({opus.duration_ms(one) for one in packets}, {20})
        heard = opus.decoded(packets)
        self.assertGreater(sound.tone_level(heard, 700), -20)
        self.assertLess(sound.tone_level(heard, 1400), -40)
        self.assertEqual(len(opus.decoded([*packets[:5], None, *packets[6:]])), len(heard))
        self.assertLess(numpy.abs(opus.decoded([opus.SILENCE] * 10)).max(), 3)
