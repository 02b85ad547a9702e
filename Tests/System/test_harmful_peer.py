"""A paired peer that means harm: storms of full packets, and handshakes that name a third party."""

import threading
import time
import unittest

from conduct import ConductTest, set_up
from lab import wait
from peer import records
from peer.gate import of_kind
from peer.handshake import M3
from peer.records import Record, record

FULL = 1207
"""The greatest plaintext of a packet."""
STORM_S = 3

setUpModule = set_up


def pings():
    return [record("PING", data=bytes([number, 0, 0, 0])) for number in range(200)]


class Storm:
    """A context: a peer sends full packets as fast as it can, of records that it makes anew."""

    def __init__(self, peer, made):
        self._peer, self._made, self._is_over, self.sent = peer, made, False, 0
        self._thread = threading.Thread(target=self._run, daemon=True)

    def _run(self):
        while not self._is_over and self._peer.is_up:
            plain = records.packed(*self._made(), size=FULL)
            with self._peer.lock:
                for _ in range(50 if self._peer.is_up else 0):
                    self._peer.send_frame(64, plain)
            self.sent += 50
            time.sleep(0.005)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._is_over = True
        self._thread.join(5)


class Harm(ConductTest):
    def pages(self):
        """71 numbered records: pages that begin and end."""
        return [record("STREAM", mid=self.friend.letters.new_mid(), stream=number % 32, purpose=1,
                       priority=0, ref=records.OWN_REF) for number in range(71)]

    def frames(self, peer):
        """How many frames came to any address of a peer."""
        return sum(one.kind == 16 for one in list(peer.wire.arriving.seen))

    def test_one_packet_is_answered_with_one(self):
        peer = self.friend
        self.assert_answered(peer)
        numbered = [Record(99, bytes([1, 2, 3, number])) for number in range(200)]
        confirms = [record("CONFIRM", what=0, boot=bytes(8))] * 109
        for some in (pings(), numbered, confirms, pings()[:100] + numbered[:100]):
            time.sleep(0.3)
            before = self.frames(peer)
            peer.send(*some, size=FULL)
            time.sleep(0.3)
            self.assertLessEqual(self.frames(peer) - before, 1)
        self.assertIn("friend", self.refused())

    def refused(self):
        return next((line for line in self.kitchen.ctl("status")[1].splitlines()
                     if line.startswith("refused: ")), "")

    def test_a_storm_holds_nobody_up(self):
        for made in (self.pages, pings):
            with self.subTest(made.__name__), Storm(self.friend, made) as storm:
                end, longest = time.monotonic() + STORM_S, 0.0
                while time.monotonic() < end:
                    asked = time.monotonic()
                    self.kitchen.status()
                    self.assert_answered(self.other)
                    longest = max(longest, time.monotonic() - asked)
            self.judge_in_time(longest < 1.5, f"{storm.sent} packets: {longest:.2f} s")
        self.assertIn("friend", self.refused())
        self.assertNotIn("other", self.refused())
        self.kitchen.said("friend floods with records")

    def test_m3_sends_the_sound_to_nobody_else(self):
        peer = self.friend
        victim = peer.wire.open()
        held = peer.wire.leaving.hold(of_kind(M3), times=1)
        index = peer.initiate().index
        wait(lambda: held.taken, "M3 is held")
        peer.wire.send(held.taken[0].data, peer.address, source=victim)
        wait(lambda: peer.slots.current.own_index == index, "the session is in use")
        self.assert_answered(peer)
        self.assertEqual([one for one in peer.wire.arriving.seen if one.target == victim], [])


class Stop(ConductTest):
    """Runs last: its daemon is gone then."""

    def test_a_storm_does_not_keep_it_from_stopping(self):
        with Storm(self.friend, pings):
            time.sleep(1)
            asked = time.monotonic()
            self.kitchen.stop()
            self.judge_in_time(time.monotonic() - asked < 2.5, "it stops in time")


if __name__ == "__main__":
    unittest.main()
