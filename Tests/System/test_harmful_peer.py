"""A paired peer that means harm: storms of full packets, and words to a call to which nobody has
called it."""

import itertools
import pathlib
import secrets
import threading
import time

from conduct import ConductTest, call_id, set_up
from lab import listen, sound, wait, within
from peer import opus, records
from peer.records import record

CALL = 0
STREAM, FOR_A_CALL = 31, 2
OVER = 14
"""Why a listener does not hear the stream of a call that the talker is not in."""
HOUSE = records.channel("house")
MESSAGE = 15
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
        before = self.kitchen.counters()
        with Storm(self.friend, made) as storm:
            end = time.monotonic() + STORM_S
            while time.monotonic() < end:
                self.kitchen.status()
                self.assert_answered(self.other)
                time.sleep(0.01)
        self.kitchen.moved("packets_opened", before, storm.sent)
        self.assertEqual(self.kitchen.counters()["dropped_full"], before["dropped_full"])


def messages():
    """That there is a message of a new id, or its first part, for which nobody has asked."""
    made, size = call_id(), secrets.choice((1, 40, 1300))
    notice = bytes([2]) + made + size.to_bytes(4, "big") + bytes(12)
    part = bytes([1]) + made[:8] + bytes(4) + secrets.token_bytes(min(size, 47))
    return [records.Record(MESSAGE, secrets.choice((notice, part)))]


def pings():
    return [record("PING", data=bytes([number, 0, 0, 0])) for number in range(200)]


class Harm(StormTest):
    def pages(self):
        """71 numbered records: pages that begin and end."""
        return [record("STREAM", mid=self.friend.letters.new_mid(), stream=number % 32, purpose=1,
                       priority=0, ref=records.OWN_REF) for number in range(71)]

    def refused(self):
        return next((line for line in self.kitchen.ctl("status")[1].splitlines()
                     if line.startswith("refused since")), "")

    def test_a_storm_of_messages_makes_no_threads_and_no_files(self):
        tasks, most = pathlib.Path(f"/proc/{self.kitchen.pid}/task"), 0
        before = len(list(tasks.iterdir()))

        def made():
            nonlocal most
            most = max(most, len(list(tasks.iterdir())))
            return messages()

        self.assert_holds_nobody_up(made)
        self.assertLess(most, before + 4)
        left = [path.name for path in pathlib.Path(self.kitchen.state, "messages").iterdir()]
        self.assertEqual([name for name in left if not name.endswith(".key")], [])

    def test_a_storm_holds_nobody_up(self):
        for made in (self.pages, pings):
            with self.subTest(made.__name__):
                self.assert_holds_nobody_up(made)
        self.assertIn("friend", self.refused())
        self.assertNotIn("other", self.refused())
        self.kitchen.said("friend floods with records")


class Stop(ConductTest):
    """Runs last: its daemon is gone then."""

    def test_a_storm_does_not_keep_it_from_stopping(self):
        with Storm(self.friend, pings):
            time.sleep(1)
            asked = time.monotonic()
            self.kitchen.stop()
            self.assertTrue(time.monotonic() - asked < within(0.1), "it stops in time")


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
        text = self.kitchen.prints("peer", "show", peer.name)
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
