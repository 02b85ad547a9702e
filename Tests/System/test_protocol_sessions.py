"""What a daemon does with repeated, crossed and forbidden handshakes, old sessions and moves."""


from conduct import ConductTest, set_up
from lab import SceneTest, wait, within
from peer import handshake, mlkem, records
from peer.frames import CONTROL, Sealer
from peer.handshake import COOKIE, M1, M2, M3, Initiator
from peer.live import Live, beside
from peer.primitives import SUITES, ChaCha20Poly1305, Suite
from peer.records import record
from peer.wire import Wire, of_kind
from test_second_implementation import hosts

KEM = mlkem.generate(bytes(64))

FOLLOWED_S = within(0.3)
"""Seconds from the first packet of a new address to the first packet to it."""
COPIES = 12
"""Of each packet of a peer that has moved, from as many addresses, all faster than the peer."""
RACED_S = 8.0
"""In 100 ms four of the addresses are asked at once, and others by lot: half of the moves take
half a second."""

setUpModule = set_up


class Handshakes(ConductTest):
    def test_one_detail_that_differs_is_not_understood(self):
        peer, true, before = self.other, SUITES[2], self.kitchen.counters()
        # The byte order of the handshake's nonces shows from the second one on, in M3.
        SUITES[2] = Suite(2, "ChaChaPoly", ChaCha20Poly1305, "big", true.mask)
        try:
            peer.initiate()
            self.kitchen.moved("handshake_dropped_decrypt", before)
        finally:
            SUITES[2] = true
        self.renew(peer)
        # And a mask that is none, in a frame.
        bare = Suite(2, "ChaChaPoly", ChaCha20Poly1305, "little", lambda key, tag: bytes(5))
        keys = peer.slots.current.keys
        sealer = Sealer(2, keys.i2r, peer.slots.current.other_index)
        sealer.suite = bare
        before = self.kitchen.counters()
        for counter in range(1000, 1020):
            plain = records.packed(record("PING", data=bytes(4)))
            peer.wire.send(sealer.seal(CONTROL, plain, counter), peer.address)
        wait(lambda: sum(self.kitchen.counters()[name] - before[name] for name in (
            "dropped_authentication", "dropped_counter")) == 20, "none is opened")
        self.assert_answered(peer)

    def test_repeats_are_answered_with_the_same_or_not_at_all(self):
        peer = self.friend
        made = len(peer.wire.leaving.seen)
        self.renew(peer)
        m1, m3 = (next(one.data for one in peer.wire.leaving.seen[made:] if one.kind == kind)
                  for kind in (M1, M3))
        m2 = peer.messages(M2)[-1].data
        peer.wire.send(m1, peer.address)
        wait(lambda: [one.data for one in peer.messages(M2)[-2:]] == [m2, m2], "the same M2")
        # From elsewhere it is another M1: of the session that is where this M2 is sent.
        source = peer.wire.open()
        peer.wire.send(m1, peer.address, source=source)
        wait(lambda: self.at(source), "an M2 of its own, there")
        self.assertNotEqual(self.at(source), [m2])
        since = len(peer.arrivals)
        peer.wire.send(m3, peer.address, source=source)
        self.came(peer, "CONFIRM", since, what=0)
        # To where the repeat came from, after the M2, and nothing else.
        self.assertEqual(len([one for one in peer.wire.arriving.seen if one.target == source]), 2)
        since, before = len(peer.arrivals), self.kitchen.counters()
        spoilt = m3[:-9] + bytes([m3[-9] ^ 1])
        peer.wire.send(handshake.with_mac(peer.other, spoilt), peer.address)
        self.assert_nothing_came(peer, "CONFIRM", since)
        dropped = [name for name, count in self.kitchen.counters().items()
                   if name.startswith("handshake_dropped") and count > before[name]]
        self.assertEqual(dropped, ["handshake_dropped_repeated"])

    def test_both_at_once_leaves_the_session_of_the_lower_key(self):
        for peer, lower in ((self.other, False), (self.low, True)):
            with self.subTest(peer.name, lower=lower):
                before = self.kitchen.counters()
                m3 = peer.wire.arriving.hold(of_kind(M3))
                m2 = peer.wire.arriving.hold(of_kind(M2))
                peer.close()
                wait(lambda: m3.taken, "kitchen has called, and sent its M3")
                peer.initiate()
                wait(lambda: m2.taken, "kitchen has answered with M2")
                # At once: the peer sends its M3, and then takes kitchen's.
                with peer.lock:
                    m2.release()
                    m3.release(0)
                wait(lambda: peer.is_up and self.kitchen.peer(peer.name)["state"] == "up",
                     "they have a session")
                self.assert_answered(peer)
                self.assertEqual(peer.slots.current.initiator, lower)
                crossed = self.kitchen.counters()["handshake_dropped_crossed"]
                self.assertEqual(crossed > before["handshake_dropped_crossed"], not lower)
                self.assertEqual(peer.dropped["both at once"] > 0, lower)


class Sessions(ConductTest):
    def test_the_previous_session_opens_and_the_one_before_does_not(self):
        peer = self.friend
        for _ in range(3):
            self.renew(peer)
        before_last, previous, current = peer.slots.all[-3:]
        self.assert_answered(peer, session=current)
        self.assert_answered(peer, session=previous)
        counters = self.kitchen.counters()
        self.assert_not_answered(peer, session=before_last)
        self.kitchen.moved("dropped_index", counters)
        self.assert_answered(peer)

    def test_goodbye(self):
        peer = self.friend
        peer.close()
        # Kitchen has no address of it but the session's, and does not call.
        wait(lambda: self.kitchen.peer("friend")["state"] == "down", "kitchen takes note")
        self.renew(peer)
        self.assert_answered(peer)


class Storms(ConductTest):
    def test_a_flood_gets_cookies_and_a_peer_comes_in_with_one(self):
        before = self.kitchen.counters()
        source = self.friend.wire.open()
        keyed = Initiator(self.friend.secret, self.friend.other, caps=self.friend.caps,
                          kem=KEM, cookie=bytes(16))
        self.friend.wire.send(keyed.m1, self.friend.address, source=source)
        self.kitchen.moved("handshake_dropped_cookie", before)
        self.assertEqual(self.at(source), [])

        def flood():
            for _ in range(12):
                one = Initiator(self.friend.secret, self.friend.other, caps=self.friend.caps,
                                kem=KEM)
                self.friend.wire.send(one.m1, self.friend.address, source=source)

        flood()
        wait(lambda: len(self.at(source)) == 12, "each gets an answer")
        self.assertEqual({one[0] for one in self.at(source)}, {M2, COOKIE})
        flood()
        wait(lambda: [one[0] for one in self.at(source)[12:]] == [COOKIE] * 12,
             "now each gets a cookie")
        cookies = len(self.friend.messages(COOKIE))
        self.renew(self.friend)
        wait(lambda: len(self.friend.messages(COOKIE)) > cookies, "the peer was asked for one")
        self.assert_answered(self.friend)
        self.kitchen.moved("cookies_sent", before, 13)
        # A copy of what came in with a cookie is not answered again.
        made = [one for one in self.friend.wire.leaving.seen
                if one.kind == M1 and one.data[3] == 1][-1]
        wait(lambda: self.friend.wire.clock() > made.at + 5.5, "its M2 is not kept any longer")
        answers = len(self.friend.messages(M2))
        before = self.kitchen.counters()
        self.friend.wire.send(made.data, self.friend.address)
        self.kitchen.moved("handshake_dropped_repeated", before)
        self.assertEqual(len(self.friend.messages(M2)), answers)


class Roaming(SceneTest):
    """Over IPv4 and IPv6."""

    def up(self):
        """A daemon, and its peers with sessions, one for each kind of address."""
        kitchen, = self.enter("kitchen")
        del kitchen.sections["network"]["listen"]
        peers = [beside(kitchen, f"friend{number}", called=False, host=host)
                 for number, host in enumerate(hosts())]
        self.enterContext(Live(*peers))
        kitchen.begin()
        for one in peers:
            one.keep_up()
        wait(lambda: all(one.is_up for one in peers), "they have sessions")
        for one in peers:
            one.manners.upkeep = False
            # What is sent to a former address is lost.
            one.wire.arriving.drop(lambda datagram, wire=one.wire: datagram.target != wire.address)
        return kitchen, peers

    def test_a_peer_that_moves_is_followed_without_a_handshake_and_past_faster_copies(self):
        kitchen, peers = self.up()
        for one in peers:
            made = kitchen.counters()["handshakes"]
            for _ in range(3):
                self.assertLess(self.move(kitchen, one), FOLLOWED_S)
            self.assertEqual(kitchen.counters()["handshakes"], made)
            host, _ = one.wire.address
            racers = [Wire(host) for _ in range(COPIES)]
            for racer in racers:
                self.addCleanup(racer.close)
            for _ in range(3):
                took = self.move(kitchen, one, racers)
                print(f"{host}: followed past {COPIES} copies after {took:.2f} s")
                self.assertTrue(took < RACED_S, f"followed within {RACED_S} s")

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


MUTATIONS = (
    # A listener does not look where packets come from.
    ("Sources/Media/Listen/MediaLoop+Listen.swift",
     "rings.notify(.elsewhere(peer: peer, index: index, source))", "",
     "Roaming.test_a_peer_that_moves_is_followed_without_a_handshake_and_past_faster_copies"),
    # No flood is met with cookies.
    ("Sources/Peering/Session/PeerTable+Receive.swift", "if door.asksAll(at: now) || halfOpen",
     "if false || halfOpen", "Storms.test_a_flood_gets_cookies_and_a_peer_comes_in_with_one"),
)
