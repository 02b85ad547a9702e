"""Two peers of the second implementation in virtual time: loss, reordering, crossing handshakes,
flipped bytes, new keys, repeats of records, and half an hour without a word."""

import itertools
import secrets
import unittest

from lab import longer
from pairs import CAPS, ELSEWHERE, HERE, HERE6, KEM, THERE, THERE6, Pair, PairTest
from peer import handshake, opus, records
from peer.frames import CONTROL
from peer.gate import of_kind
from peer.handshake import M1, M2, M3, Initiator, Responder
from peer.letters import AGAIN_S
from peer.primitives import Dropped, public_key
from peer.records import record
from peer.retry import Waits


class Meeting(PairTest):
    def test_every_suite_psk_and_family(self):
        for suite, psk, addresses in itertools.product(
                (1, 2), (None, bytes(range(32))), ((HERE, THERE), (HERE6, THERE6))):
            with self.subTest(suite=suite, psk=bool(psk), address=addresses[0]):
                pair = Pair(suite, psk, addresses).up()
                self.assert_together(pair)
                self.assertEqual(pair.low.dropped + pair.high.dropped, {})

    def test_nothing_without_the_same_suite_psk_and_key(self):
        for spoil, reason in ((lambda peer: setattr(peer, "psk", bytes([7] * 32)), "psk"),
                              (lambda peer: setattr(peer, "suite", 2), "suite"),
                              (lambda peer: setattr(peer, "other", KEM[0][:32]), "unknown key")):
            with self.subTest(reason):
                pair = Pair()
                spoil(pair.high)
                pair.up()
                self.assertFalse(pair.low.is_up or pair.high.is_up)
                self.assertGreater(pair.high.dropped[reason], 0)

    def test_both_at_once_leaves_one_session(self):
        for late in (0, 0.004, 0.006, 0.012):
            for first in ("low", "high"):
                with self.subTest(late=late, first=first):
                    pair = Pair()
                    one, other = pair.low, pair.high
                    if first == "high":
                        one, other = other, one
                    one.initiate()
                    pair.run(late)
                    other.initiate()
                    pair.run(2)
                    self.assert_together(pair)

    def test_each_message_may_be_lost(self):
        for kind, sender in ((M3, "low"), (16, "high"), (16, "low")):
            for count in (1, 3):
                with self.subTest(kind=kind, sender=sender, count=count):
                    pair = Pair()
                    getattr(pair, sender).wire.leaving.drop(of_kind(kind), times=count)
                    pair.up()
                    pair.run(1)
                    self.assert_together(pair)

    def test_repeats_are_answered_as_the_first(self):
        pair = Pair().up()
        m1, m3 = (next(one for one in pair.low.wire.leaving.seen if one.kind == kind)
                  for kind in (M1, M3))
        answers = pair.high.wire.leaving.seen
        m2 = next(one.data for one in answers if one.kind == M2)
        # M1. From elsewhere it is another one.
        pair.low.wire.send(m1.data, THERE)
        pair.run(0.1)
        self.assertEqual((answers[-1].data, answers[-1].target), (m2, HERE))
        pair.low.wire.send(m1.data, THERE, source=ELSEWHERE)
        pair.run(0.1)
        self.assertEqual((answers[-1].kind, answers[-1].target), (M2, ELSEWHERE))
        self.assertNotEqual(answers[-1].data, m2)
        # M3, to where the repeat came from.
        before = len(pair.low.got("CONFIRM"))
        pair.low.wire.send(m3.data, THERE, source=ELSEWHERE)
        pair.run(0.1)
        self.assertEqual(len(pair.low.got("CONFIRM")), before + 1)
        self.assertEqual(answers[-1].target, ELSEWHERE)
        spoilt = m3.data[:-1] + bytes([m3.data[-1] ^ 1])
        for late in (spoilt, *([m3.data] if pair.run(5) is None else [])):
            pair.low.wire.send(late, THERE)
            pair.run(0.1)
            self.assertEqual(len(pair.low.got("CONFIRM")), before + 1)
        pair.low.wire.send(m1.data, THERE)
        pair.run(0.1)
        self.assertEqual(answers[-1].kind, M2)
        self.assertNotEqual(answers[-1].data, m2, "after 5 s it is a new M1")


class Flips(unittest.TestCase):
    """Every byte of every message, with the mac repaired: no session, and nothing is changed."""

    def check(self, suite, step):
        secret, other = secrets.token_bytes(32), secrets.token_bytes(32)
        responder = public_key(other)
        find = {public_key(secret): (suite, None)}.get
        i = Initiator(secret, responder, suite, caps=CAPS, kem=KEM)
        r = Responder(other, i.m1, caps=CAPS)

        def flipped(message, place):
            head = bytearray(message[:-8])
            if place < len(head):
                head[place] ^= 1 << place % 8
                return handshake.with_mac(responder, bytes(head))
            whole = bytearray(message)
            whole[place] ^= 1
            return bytes(whole)

        for place in range(0, handshake.SIZES[M1], step):
            with self.assertRaises(Dropped):
                i.finish(Responder(other, flipped(i.m1, place), caps=CAPS).m2)
        for place in range(0, handshake.SIZES[M2], step):
            with self.assertRaises(Dropped):
                i.finish(flipped(r.m2, place))
        keys = i.finish(r.m2)
        for place in range(handshake.SIZES[M3]):
            with self.assertRaises(Dropped):
                r.finish(flipped(i.m3, place), find)
        self.assertEqual(r.finish(i.m3, find).exporter, keys.exporter)

    def test_some_bytes(self):
        for suite in (1, 2):
            self.check(suite, 97)

    @longer
    def test_all_bytes(self):
        for suite in (1, 2):
            self.check(suite, 1)


class Upkeep(PairTest):
    """What a station does by the clock."""

    def test_a_lost_m1_or_m2_is_tried_again_when_it_should(self):
        for kind, loser in ((M1, "low"), (M2, "high")):
            with self.subTest(kind=kind):
                pair = Pair()
                pair.high.address = None
                getattr(pair, loser).wire.leaving.drop(of_kind(kind), times=3)
                since = pair.network.now
                pair.low.keep_up()
                pair.high.keep_up()
                pair.run(15)
                self.assert_together(pair)
                moments = [one.at - since for one in pair.low.wire.leaving.seen if one.kind == M1]
                waits = Waits(pair.low.public, pair.high.public)
                due = list(itertools.accumulate((waits.next_ms() / 1000 for _ in range(3)),
                                                initial=0))
                for moment, planned in zip(moments, due, strict=True):
                    self.assertAlmostEqual(moment, planned, delta=0.01)

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


class Rekeys(PairTest):
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

        pair = Pair().up()
        pair.low.talk(1, [opus.SILENCE] * 100)
        pair.run(0.5)
        held = pair.low.wire.leaving.hold(of_kind(16), times=3)
        pair.run(0.1)
        pair.high.initiate()
        pair.run(0.5)
        held.release()
        pair.run(1)
        self.assertEqual(pair.high.ear[1].missing(), [])
        self.assertEqual(len(pair.high.ear[1].frames), 100)
        self.assertEqual(pair.high.dropped, {})

    def test_nothing_is_sent_before_the_other_has_proved_the_keys(self):
        pair = Pair().up()
        pair.low.manners.confirms = False
        before = pair.high.slots.current
        pair.high.initiate()
        pair.run(0.5)
        # The responder has installed it, and neither side uses it.
        self.assertIsNotNone(pair.low.slots.next)
        self.assertIs(pair.high.slots.current, before)
        self.assertEqual(pair.high.slots.next.sealer.counter, 0)
        self.assertEqual(pair.low.slots.next.sealer.counter, 0)
        self.assertTrue(pair.tell(pair.low) and pair.tell(pair.high))

    def test_a_session_ends_by_age_by_packets_and_by_goodbye(self):
        pair = Pair().up()
        pair.run(178)
        self.assertTrue(pair.low.is_up and pair.high.is_up)
        pair.low.at(pair.network.now + 2, lambda: None)
        pair.high.at(pair.network.now + 2, lambda: None)
        pair.run(3)
        self.assertFalse(pair.low.is_up or pair.high.is_up)
        pair.up()
        pair.low.slots.current.sealer.counter = 1 << 22
        pair.low.poll()
        self.assertFalse(pair.low.is_up)
        pair.up()
        pair.low.close()
        pair.run(0.1)
        self.assertFalse(pair.low.is_up or pair.high.is_up)
        self.assertEqual(pair.high.dropped["index"], 2, "a goodbye comes three times")

    def test_the_counter_goes_over_two_bytes(self):
        pair = Pair().up()
        for start in (65_530, 131_066):
            pair.low.slots.current.sealer.counter = start
            pair.high.slots.current.opener.window.highest = start - 1
            for _ in range(12):
                self.assertTrue(pair.tell(pair.low))


class Letters(PairTest):
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

    def test_an_acknowledgement_ends_it_and_ringing_is_one(self):
        pair = Pair().up()
        letter = pair.low.post("SIGNAL", what=1, ref=bytes(8), time=30)
        pair.run(5)
        self.assertTrue(letter.is_known)
        self.assertEqual(len(pair.high.got("SIGNAL")), 1)
        pair.high.manners.acknowledges = False
        call = bytes(range(16))
        offer = pair.low.post("OFFER", id=call, mode=0, priority=0, ttl=30_000, ref=bytes(8))
        pair.run(0.1)
        pair.high.post("RINGING", id=call)
        pair.run(5)
        self.assertTrue(offer.is_known)
        self.assertEqual(len(pair.high.got("OFFER")), 1)

    def test_a_spoilt_record_spoils_its_frame_and_an_unknown_one_is_acknowledged(self):
        pair = Pair().up()
        ping = record("PING", data=bytes(4))
        for bad in (records.Record(6, bytes(5)), records.Record(30, bytes(3)),
                    records.Record(2, bytes(5)), records.Record(9, b"")):
            pair.low.send(ping, bad)
        pair.run(0.1)
        self.assertEqual(pair.high.arrivals, pair.high.got("CONFIRM"))
        self.assertEqual(pair.high.dropped["record length"], 4)
        pair.low.send_frame(CONTROL, bytes([6, 4]) + bytes(61) + b"\6")
        pair.low.send(records.Record(11, b""), records.Record(99, bytes(7)), ping)
        pair.run(0.1)
        self.assertEqual(len(pair.low.got("PONG")), 2)
        self.assertEqual([one.record.fields["mids"] for one in pair.low.got("ACK")], [[0]])


if __name__ == "__main__":
    unittest.main()
