"""A paired peer that means harm: storms of full packets, and handshakes that name a third party."""

import time
import unittest

from conduct import ConductTest, set_up
from lab import wait
from peer import records
from peer.gate import of_kind
from peer.handshake import M1, M2, M3
from peer.records import Record, record
from storm import FULL, Storm

STORM_S = 3

setUpModule = set_up


def pings():
    return [record("PING", data=bytes([number, 0, 0, 0])) for number in range(200)]


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
                    time.sleep(0.01)
                    longest = max(longest, time.monotonic() - asked)
            self.judge(longest < 0.5, f"{storm.sent} packets: {longest:.2f} s")
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


    def test_nor_does_an_m1_that_names_somebody_else(self):
        peer = self.friend
        victim = peer.wire.open()
        lost = peer.wire.arriving.drop(lambda one: one.target == victim)
        held = peer.wire.leaving.hold(of_kind(M1), times=1)
        index = peer.initiate().index
        wait(lambda: held.taken, "M1 is held")
        for source in (victim, peer.wire.address):
            peer.wire.send(held.taken[0].data, peer.address, source=source)
        wait(lambda: peer.slots.current.own_index == index, "the session is in use")
        self.assert_answered(peer)
        lost.end()
        self.assertEqual([one.kind for one in peer.wire.arriving.seen if one.target == victim],
                         [M2])


class Listener(ConductTest):
    """Of three who listen one says that it hears nearly nothing."""

    SAID_S = 7

    def sizes(self, peer, since):
        """The sizes of the frames that came lately, of the only stream."""
        (one,) = peer.ear.streams.values()
        return {len(one.frames[number]) for number, at in one.moments.items() if at > since}

    def complain(self, until):
        """Reports of 40 % lost, and answers that are late, as behind a queue that is full."""
        peer, since, answers = self.friend, len(self.friend.arrivals), []
        next_report = peer.clock()
        while peer.clock() < until:
            for one in peer.got("PING", since):
                answers.append((one.at + 0.25, one.record.fields["data"]))
            since, now = len(peer.arrivals), peer.clock()
            for _, data in [one for one in answers if one[0] <= now]:
                peer.send(record("PONG", data=data))
            answers = [one for one in answers if one[0] > now]
            if now >= next_report:
                next_report += 1
                (stream,) = peer.ear.streams
                highest = max(peer.ear[stream].frames) & 0xFFFF
                peer.send(record("REPORT", stream=stream, highest=highest, loss=102, burst=24,
                                 jitter=900, delay=200, concealed=400, received=30))
            time.sleep(0.02)

    def test_whoever_says_that_it_hears_nothing_makes_nobody_hear_worse(self):
        self.friend.manners.reports = self.friend.manners.pongs = False
        for peer in (self.friend, self.other, self.low):
            peer.ear.streams.clear()
        self.kitchen.speak(500)
        with self.kitchen.talking():
            wait(lambda: self.friend.ear.streams and self.other.ear.streams, "it talks")
            begun = self.other.clock()
            self.complain(begun + self.SAID_S)
            now = self.other.clock()
        self.kitchen.hush()
        self.friend.manners.reports = self.friend.manners.pongs = True
        first = {len(one) for one in list(next(iter(
            self.other.ear.streams.values())).frames.values())[:10]}
        (complaints,) = self.friend.ear.streams.values()
        # What it said was believed: it gets more copies, or shorter frames, than the others.
        # Which of them depends on whether its answers were late before its first report came.
        if max(complaints.depths) == 0:
            self.assertLess(max(self.sizes(self.friend, now - 3)), min(first))
        last = self.sizes(self.other, now - 3)
        self.judge(last == first, f"frames of {last} bytes after those of {first}")


class Stop(ConductTest):
    """Runs last: its daemon is gone then."""

    def test_a_storm_does_not_keep_it_from_stopping(self):
        with Storm(self.friend, pings):
            time.sleep(1)
            asked = time.monotonic()
            self.kitchen.stop()
            self.judge(time.monotonic() - asked < 2.5, "it stops in time")


if __name__ == "__main__":
    unittest.main()
