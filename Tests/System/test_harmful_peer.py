"""A paired peer that means harm: storms of full packets, handshakes that name a third party, calls
again and again, and words to a call to which nobody has called it."""

import itertools
import secrets
import threading
import time
import unittest

from conduct import ConductTest, call_id, set_up
from lab import listen, sound, wait
from peer import opus, records
from peer.handshake import M1, M2, M3
from peer.records import Record, record
from peer.wire import of_kind

CALL = 0
BUSY = 486
IN_A_ROW = 16
STREAM, FOR_A_CALL = 31, 2
OVER = 14
"""Why a listener does not hear the stream of a call that the talker is not in."""
HOUSE = records.channel("house")
FULL = 1207
"""The greatest plaintext of a packet."""
UNREAD = 1000
"""Of so many answers one is read."""
STORM_S = 3

setUpModule = set_up


class Storm:
    """A context: a peer sends 5,000 full packets a second, of records that it makes anew. It reads
    few of the answers, since that would take its time."""

    def __init__(self, peer, made):
        self._peer, self._made, self._is_over, self.sent = peer, made, False, 0
        self._deaf, self._answers = None, itertools.count(1)
        self._thread = threading.Thread(target=self._run, daemon=True)

    def _run(self):
        while not self._is_over and self._peer.is_up:
            plain = records.packed(*self._made(), size=FULL)
            with self._peer.lock:
                for _ in range(50 if self._peer.is_up else 0):
                    self._peer.send_frame(64, plain)
            self.sent += 50
            time.sleep(0.01)

    def _is_unread(self, datagram):
        """Some are read: after 32,768 others a frame's counter cannot be told (section 2.1)."""
        return datagram.kind == 16 and next(self._answers) % UNREAD != 0

    def __enter__(self):
        self._deaf = self._peer.wire.arriving.drop(self._is_unread)
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._is_over = True
        self._thread.join(5)
        self._deaf.end()


class StormTest(ConductTest):
    """What the daemon does in a storm."""

    def assert_holds_nobody_up(self, made):
        """While friend sends full packets of these records, the daemon answers a person and others.
        """
        with Storm(self.friend, made) as storm:
            end, longest = time.monotonic() + STORM_S, 0.0
            while time.monotonic() < end:
                asked = time.monotonic()
                self.kitchen.status()
                self.assert_answered(self.other)
                time.sleep(0.01)
                longest = max(longest, time.monotonic() - asked)
        self.judge(longest < 0.5, f"{storm.sent} packets: {longest:.2f} s")


def pings():
    return [record("PING", data=bytes([number, 0, 0, 0])) for number in range(200)]


class Harm(StormTest):
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
                     if line.startswith("refused since")), "")

    def test_a_storm_holds_nobody_up(self):
        for made in (self.pages, pings):
            with self.subTest(made.__name__):
                self.assert_holds_nobody_up(made)
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


class Calls(ConductTest):
    def offer(self, peer):
        """Calls kitchen; returns the call's id, and what came of it: an answer's name and cause."""
        since, call = len(peer.arrivals), call_id()
        peer.post("OFFER", id=call, mode=CALL, priority=0, ttl=30_000, ref=bytes(8))

        def answer():
            return [one.record for name in ("RINGING", "ANSWER", "REJECT")
                    for one in peer.got(name, since) if one.record.fields["id"] == call]

        came = wait(answer, f"{peer.name} gets an answer")[0]
        return call, came.name, came.fields.get("cause")

    def is_idle(self):
        return self.kitchen.status()["call"]["state"] == "idle"

    def cancel(self, peer, call):
        peer.post("CANCEL", id=call, cause=0)
        wait(self.is_idle, "kitchen rings no more")

    def test_after_many_calls_in_a_row_another_is_rung_for(self):
        before = len(self.history())
        names = []
        for _ in range(IN_A_ROW + 4):
            call, name, cause = self.offer(self.friend)
            names.append((name, cause))
            if name == "RINGING":
                self.cancel(self.friend, call)
        self.assertEqual(names[0], ("RINGING", None))
        self.assertEqual(names[IN_A_ROW:], [("REJECT", BUSY)] * 4)
        # Of those nobody keeps a line, but status names who it was.
        self.assertLessEqual(len(self.history()) - before, IN_A_ROW)
        self.assertIn("friend", "\n".join(
            line for line in self.kitchen.ctl("status")[1].splitlines() if "refused" in line))
        call, name, _ = self.offer(self.other)
        self.assertEqual(name, "RINGING")
        self.cancel(self.other, call)

    def history(self):
        return self.kitchen.ctl("history")[1].splitlines()


class CallMembers(StormTest):
    """Friend and other are in a call; low is as good a member of the channel, and not called."""

    def calls(self):
        return self.kitchen.status()["call"]

    def says(self, peer, call, member, state=1):
        letter = peer.post("MEMBER", ref=call[-8:], state=state,
                           who=records.member(member.public))
        wait(lambda: letter.is_known, f"kitchen knows of {member.name}")

    def comes_in(self, peer, call):
        letter = peer.bind(STREAM, call[-8:], purpose=FOR_A_CALL)
        wait(lambda: letter.is_known, f"kitchen knows the stream of {peer.name}")

    def called_by_friend(self):
        """Friend calls the channel, that is kitchen and other; a person at kitchen answers."""
        peer, since, call = self.friend, len(self.friend.arrivals), call_id()
        peer.post("OFFER", id=call, mode=CALL, priority=0, ttl=20_000, ref=HOUSE)
        self.came(peer, "RINGING", since, id=call)
        self.assertEqual(self.kitchen.ctl("answer")[0], 0)
        self.came(peer, "ANSWER", since, id=call)
        self.comes_in(peer, call)
        wait(lambda: self.calls()["state"] == "active", "they talk")
        self.addCleanup(self.is_over, call)
        return call

    def is_over(self, call):
        self.friend.post("BYE", id=call, cause=0)
        wait(lambda: self.calls()["state"] == "idle", "the call is over")

    def say(self, peer, hertz):
        talk = peer.talk(STREAM, opus.encoded(sound.tone(hertz, 8)))
        self.addCleanup(talk.end)

    def uninvited(self, peer):
        """How often status has counted a peer that came without a word of the caller."""
        code, text, error = self.kitchen.ctl("show", "peer", peer.name)
        self.assertEqual(code, 0, error)
        words = text.replace(",", " ").split()
        return int(words[words.index("uninvited") + 1]) if "uninvited" in words else 0

    def test_who_was_not_called_neither_hears_nor_is_heard(self):
        other, low = self.other, self.low
        since = {peer: len(peer.arrivals) for peer in (other, low)}
        before = self.uninvited(low)
        call = self.called_by_friend()
        # Both know its name, low from whomever, and other from its own offer.
        self.comes_in(other, call)
        self.comes_in(low, call)
        self.assertEqual(self.calls()["peers"], ["friend"])
        self.says(self.friend, call, other)
        self.came(other, "STREAM", since[other], purpose=FOR_A_CALL, ref=call[-8:])
        # Nobody but the caller brings anybody in.
        self.says(other, call, low)
        self.comes_in(other, call)
        self.comes_in(low, call)
        wait(lambda: self.calls()["peers"] == ["friend", "other"], "other is in it")
        self.kitchen.speak(500)
        self.addCleanup(self.kitchen.hush)
        self.say(other, 700)
        self.say(low, 1100)
        self.came(low, "HEARD", since[low], stream=STREAM, why=OVER)
        wait(lambda: other.ear[STREAM].packets > 50, "other hears kitchen")
        self.kitchen.record()
        span = listen()
        heard = self.kitchen.recorded().span(*span)
        self.assert_heard(heard, 700)
        self.assert_not_heard(heard, 1100)
        wait(lambda: self.uninvited(low) > before, "kitchen counts who was not called")
        self.assertEqual(self.uninvited(other), 0)
        self.assertIn("low", next(line for line in self.kitchen.ctl("status")[1].splitlines()
                                  if line.startswith("refused since")))
        self.assertEqual(self.calls()["peers"], ["friend", "other"])
        self.assertEqual(low.ear[STREAM].packets, 0)
        # Nor did it learn from kitchen that there is a call.
        self.assertEqual([one for one in low.got("STREAM", since[low])
                          if one.record.fields["ref"] == call[-8:]], [])

    def test_a_caller_that_names_others_without_end_holds_nobody_up(self):
        call = self.called_by_friend()[-8:]

        def names():
            """A full packet of members that nobody knows."""
            return [records.record("MEMBER", mid=self.friend.letters.new_mid(), ref=call, state=1,
                                   who=secrets.token_bytes(16)) for _ in range(FULL // 33)]

        self.assert_holds_nobody_up(names)
        self.assertEqual(self.calls()["peers"], ["friend"])

    def test_kitchen_says_who_is_in_its_own_call(self):
        peers = self.friend, self.other, self.low
        friend, other, low = peers
        self.kitchen.sections.setdefault("channel house", {})["call-mode"] = "join"
        self.kitchen.reload()
        since = {peer: len(peer.arrivals) for peer in peers}
        self.assertEqual(self.kitchen.ctl("call", "house", "--no-wait")[0], 0)
        for peer in peers:
            (offer, *_) = self.came(peer, "OFFER", since[peer], mode=CALL, ref=HOUSE)
            peer.post("RINGING", id=offer["id"])
        call = offer["id"]
        for peer in (friend, other):
            peer.post("ANSWER", id=call, flags=1)
            self.comes_in(peer, call)
        for peer, member in ((friend, other), (other, friend)):
            self.came(peer, "MEMBER", since[peer], ref=call[-8:], state=1,
                      who=records.member(member.public))
        # Who has not answered is named to nobody, and nobody to it.
        self.assertEqual(low.got("MEMBER", since[low]), [])
        other.post("BYE", id=call, cause=0)
        self.came(friend, "MEMBER", since[friend], ref=call[-8:], state=0,
                  who=records.member(other.public))
        self.assertEqual({one.record.fields["who"] for one in friend.got("MEMBER", since[friend])},
                         {records.member(other.public)})
        self.assertEqual(self.kitchen.ctl("hangup")[0], 0)
        self.came(friend, "BYE", since[friend], id=call)


if __name__ == "__main__":
    unittest.main()
