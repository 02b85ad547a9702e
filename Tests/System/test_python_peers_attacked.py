"""Two peers of the second implementation under a flood, a race and a network that holds packets:
cookies and the path challenge work as written."""

import secrets
import unittest

from lab import wait
from pairs import CAPS, ELSEWHERE, HERE, HERE6, KEM, THERE, THERE6, Pair, PairTest
from peer import cookie, handshake
from peer.gate import of_kind
from peer.handshake import COOKIE, M1, M2, M3, Initiator
from peer.live import Live
from peer.middle import Middle
from peer.peer import Peer
from peer.primitives import Dropped, public_key
from peer.records import record
from peer.wire import Wire


class Moves(PairTest):
    """Stations that move, and strangers with copies of their packets."""

    def move(self, pair):
        """Low has another address, and nothing reaches the former one."""
        pair.low.wire.address = pair.low.wire.open(*ELSEWHERE)
        del pair.network.wires[HERE]

    def chatter(self, pair, seconds):
        """Low says something every 20 ms."""
        for _ in range(round(seconds / 0.02)):
            pair.low.send_cover()
            pair.run(0.02)

    def test_a_peer_that_moved_is_followed_once_it_answers(self):
        pair = Pair().up()
        self.move(pair)
        sent = len(pair.high.wire.leaving.seen)
        pair.low.send(record("PING", data=bytes(4)))
        pair.run(0.24)
        self.assertEqual(pair.high.slots.current.endpoint, HERE)
        challenge, pong, *checks = pair.high.wire.leaving.seen[sent:]
        self.assertEqual([pong.target, challenge.target], [HERE, ELSEWHERE])
        self.assertEqual([one.target for one in checks], [HERE] * 3)
        pair.run(0.05)
        self.assertEqual(pair.high.slots.current.endpoint, ELSEWHERE)
        self.assertTrue(pair.tell(pair.high))

    def test_who_still_has_its_address_is_not_moved(self):
        pair = Pair().up()
        pair.low.wire.address = pair.low.wire.open(*ELSEWHERE)
        self.chatter(pair, 2)
        self.assertEqual(pair.high.slots.current.endpoint, HERE)
        self.assertTrue(pair.tell(pair.high))

    def test_a_racer_gets_no_more_than_it_sends_and_no_stream(self):
        pair = Pair().up()
        racer = pair.network.wire(*ELSEWHERE)
        for _ in range(3):
            taken = pair.low.wire.leaving.hold(times=1)
            pair.low.send(record("PING", data=bytes(4)))
            racer.send(taken.taken[0].data, THERE)
            pair.run(0.2)
        caught = racer.fetch()
        self.assertEqual(len(caught), 3)
        self.assertEqual({len(one.data) for one in caught}, {89})
        pair.run(3)
        self.assertEqual((racer.fetch(), pair.high.slots.current.endpoint), ([], HERE))
        # Who carries the challenge moves nothing while the true one answers.
        pair.low.send_cover()
        taken = pair.low.wire.leaving.hold(times=1)
        pair.low.send(record("PING", data=bytes(4)))
        racer.send(taken.taken[0].data, THERE)
        pair.run(0.1)
        pair.low.wire.arriving.take(racer.fetch()[0]._replace(source=THERE))
        pair.run(3)
        self.assertEqual(pair.high.slots.current.endpoint, HERE)

    def test_a_copy_that_is_faster_does_not_keep_the_moved_peer_out(self):
        pair = Pair().up()
        self.move(pair)
        racer = pair.network.wire("203.0.113.9", 9)
        for _ in range(25):
            frame = pair.low.sealed(record("PING", data=bytes(4)))
            racer.send(frame, THERE)
            pair.low.wire.send(frame, THERE)
            pair.run(0.02)
        self.assertEqual(pair.high.slots.current.endpoint, ELSEWHERE)

    def test_m2_from_elsewhere_first_ends_no_handshake(self):
        pair = Pair()
        held = pair.high.wire.leaving.hold(of_kind(M2))
        pair.low.initiate()
        pair.run(0.1)
        pair.low.wire.arriving.take(held.taken[0]._replace(source=ELSEWHERE))
        held.release()
        pair.run(1)
        self.assert_together(pair)
        self.assertEqual(pair.low.slots.current.endpoint, THERE)

    def test_m3_from_elsewhere_first_ends_no_handshake(self):
        pair = Pair()
        held = pair.low.wire.leaving.hold(of_kind(M3), times=1)
        pair.low.initiate()
        pair.run(0.1)
        pair.high.wire.arriving.take(held.taken[0]._replace(source=ELSEWHERE))
        held.release()
        pair.run(0.3)
        self.assert_together(pair)
        self.chatter(pair, 0.5)
        self.assertEqual(pair.high.slots.current.endpoint, HERE)

    def test_an_old_packet_moves_nothing_and_without_manners_there_is_no_challenge(self):
        pair = Pair().up()
        old = pair.low.sealed(record("PING", data=bytes(4)))
        self.assertTrue(pair.tell(pair.low))
        sent = len(pair.high.wire.leaving.seen)
        pair.low.wire.send(old, THERE, source=ELSEWHERE)
        pair.run(1)
        self.assertEqual([one.target for one in pair.high.wire.leaving.seen[sent:]], [HERE])
        pair.high.manners.challenges = False
        pair.low.wire.address = ELSEWHERE
        self.assertTrue(pair.tell(pair.low))
        self.assertEqual(pair.high.slots.current.endpoint, HERE)
        self.assertEqual(pair.high.paths.other_source, 2)


class Flood(PairTest):
    """Cookies and tokens."""

    def flood(self, pair, count=11, source=ELSEWHERE):
        """M1s from a source that knows the public key, or has recorded them."""
        for _ in range(count):
            m1 = Initiator(bytes([9] * 32), pair.high.public, caps=CAPS, kem=KEM).m1
            pair.low.wire.send(m1, THERE, source=source)

    def answers(self, pair, kind):
        return [one for one in pair.high.wire.leaving.seen if one.kind == kind]

    def test_an_honest_peer_comes_in_with_its_cookie(self):
        for addresses in ((HERE, THERE), (HERE6, THERE6)):
            pair = Pair(addresses=addresses)
            stranger = ELSEWHERE if addresses[0] == HERE else ("2001:db8:1::7", 40_000)
            for _ in range(11):
                m1 = Initiator(bytes([9] * 32), pair.high.public, caps=CAPS, kem=KEM).m1
                pair.network.wire(*stranger).send(m1, addresses[1])
            pair.run(0.1)
            pair.up()
            self.assert_together(pair)
            own = [one for one in self.answers(pair, COOKIE) if one.target == addresses[0]]
            self.assertEqual(len(own), 1)
            self.assertLess(len(self.answers(pair, M2)), 12)
            self.assertLess(len(own[0].data), handshake.SIZES[M1])

    def test_a_cookie_is_for_its_source_and_its_time(self):
        pair = Pair()
        doorman = pair.high.handshakes.doorman
        now = pair.network.now
        baked = doorman.oven.bake(HERE, now)

        def judged(source, after):
            m1 = Initiator(pair.low.secret, pair.high.public, caps=CAPS, kem=KEM, cookie=baked).m1
            return doorman.judge(m1, source, 0, now + after)

        self.assertIsNone(judged(HERE, 0))
        for other in (ELSEWHERE, (HERE[0], 5578), ("::ffff:c000:202", 5577)):
            self.assertRaisesRegex(Dropped, "mac", judged, other, 0)
        # IPv4 within IPv6 is the same source.
        self.assertIsNone(judged(("::ffff:192.0.2.1", 5577), 1))
        self.assertIsNone(judged(HERE, 239))
        self.assertRaisesRegex(Dropped, "mac", judged, HERE, 241)

    def test_only_a_true_reply_to_the_latest_m1_counts(self):
        pair = Pair()
        pair.low.wire.leaving.drop(of_kind(M1))
        first, latest = pair.low.initiate(), pair.low.initiate()
        good = cookie.reply(pair.high.public, latest.m1, bytes(range(16)))
        for bad in (cookie.reply(pair.high.public, first.m1, bytes(16)),
                    cookie.reply(pair.low.public, latest.m1, bytes(16)),
                    good[:-1] + bytes([good[-1] ^ 1]), good[:2] + b"\2" + good[3:]):
            pair.high.wire.send(bad, HERE)
        pair.run(0.1)
        self.assertEqual(pair.low.dropped.total(), 4)
        for _ in range(2):
            pair.high.wire.send(good, HERE)
        pair.run(0.1)
        self.assertEqual(pair.low.handshakes.asked[-1].cookie, bytes(range(16)))
        sent = pair.low.wire.leaving.seen
        self.assertEqual([one.data[3] for one in sent], [0, 0, 1])
        # The cookie is good for that one M1.
        pair.low.initiate()
        self.assertEqual([one.data[3] for one in sent], [0, 0, 1, 0])

    def test_one_source_gets_five_and_then_two_a_second(self):
        pair = Pair()
        doorman, now = pair.high.handshakes.doorman, pair.network.now

        def answered(count, source, at):
            baked, found = doorman.oven.bake(source, at), 0
            for _ in range(count):
                m1 = Initiator(bytes([9] * 32), pair.high.public, caps=CAPS, kem=KEM,
                               cookie=baked).m1
                try:
                    found += doorman.judge(m1, source, 9, at) is None
                except Dropped:
                    pass
            return found

        self.assertEqual(answered(20, HERE, now), 5)
        self.assertEqual(answered(20, HERE, now + 1), 2)
        self.assertEqual(answered(20, ELSEWHERE, now + 1), 5)
        # A /56 of IPv6 is one source.
        self.assertEqual(answered(20, ("2001:db8:0:1::1", 1), now + 1), 5)
        self.assertEqual(answered(20, ("2001:db8:0:2::2", 2), now + 1), 0)
        sources = [(f"10.0.{n}.1", 1) for n in range(40)]
        self.assertEqual(sum(answered(6, one, now + 20) for one in sources), 50)
        # Those of peers have their own.
        doorman.peers = [("10.0.99.1", 1)]
        self.assertEqual(answered(6, ("10.0.99.1", 1), now + 20), 5)

    def test_an_m1_with_a_cookie_is_answered_once(self):
        pair = Pair()
        doorman, now = pair.high.handshakes.doorman, pair.network.now
        baked = doorman.oven.bake(HERE, now)
        m1 = Initiator(bytes([9] * 32), pair.high.public, caps=CAPS, kem=KEM, cookie=baked).m1
        self.assertIsNone(doorman.judge(m1, HERE, 9, now))
        self.assertRaisesRegex(Dropped, "repeated", doorman.judge, m1, HERE, 9, now + 6)

    def test_half_open_handshakes_have_their_places_and_their_time(self):
        pair = Pair()
        for _ in range(12):
            self.flood(pair, 10)
            pair.run(1.05)
        self.assertLessEqual(len(pair.high.handshakes.half_open), 64)
        self.assertGreater(len(self.answers(pair, COOKIE)), 40)
        self.assertLess(len(self.answers(pair, M2)), 40)
        pair.run(6)
        pair.up()
        self.assert_together(pair)


class Path(unittest.TestCase):
    """Real sockets, and an attacker between them."""

    class Place:
        def __init__(self, wire):
            self.port = wire.address[1]

    def test_what_is_between_two_holds_reorders_repeats_and_drops(self):
        secrets_ = [secrets.token_bytes(32) for _ in range(2)]
        wires = [Wire(), Wire()]
        places = [self.Place(one) for one in wires]
        middle = Middle(*places)
        self.addCleanup(middle.end)
        here, there = (
            Peer(secret, public_key(other), wire, address=("127.0.0.1", middle.port_for(place)))
            for secret, other, wire, place in zip(secrets_, reversed(secrets_), wires, places))
        way = middle.way(places[0])
        with Live(here, there):
            held = way.hold(of_kind(M1))
            here.initiate()
            wait(lambda: held.taken, "M1 is held")
            self.assertFalse(here.is_up)
            held.release()
            wait(lambda: here.is_up and there.is_up, "they have a session")
            held = way.hold(of_kind(16))
            for number in range(4):
                here.send(record("PING", data=bytes([number] * 4)))
            wait(lambda: len(held.taken) == 4, "all are held")
            held.release(3, 1, again=True)
            wait(lambda: len(here.got("PONG")) == 2, "two are let go")
            held.release(3, 2, 0)
            wait(lambda: len(here.got("PONG")) == 4, "and two more, and one again")
            self.assertEqual([one.record.fields["data"][0] for one in there.got("PING")],
                             [3, 1, 2, 0])
            self.assertEqual(there.dropped, {"replay": 1})
            dropped = way.drop(of_kind(16), times=1)
            twice = way.repeat(of_kind(16), times=1)
            for number in range(4, 7):
                here.send(record("PING", data=bytes([number] * 4)))
            wait(lambda: len(here.got("PONG")) == 6, "one of three was dropped")
            self.assertEqual((len(dropped.taken), len(twice.taken)), (1, 1))
            self.assertEqual(there.dropped, {"replay": 2})


if __name__ == "__main__":
    unittest.main()
