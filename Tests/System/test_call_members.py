"""Into a call of a channel comes nobody but those of whom its caller says that they are in it."""

import secrets
import time
import unittest

from conduct import ConductTest, set_up
from lab import listen, sound, wait
from peer import opus, records
from storm import FULL, Storm
from test_protocol_records import call_id

CALL, STREAM, FOR_A_CALL = 0, 31, 2
OVER = 14
"""Why a listener does not hear the stream of a call that the talker is not in."""
HOUSE = records.channel("house")
STORM_S = 3

setUpModule = set_up


class Members(ConductTest):
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
                                  if line.startswith("refused: ")))
        self.assertEqual(self.calls()["peers"], ["friend", "other"])
        self.assertEqual(low.ear[STREAM].packets, 0)
        # Nor did it learn from kitchen that there is a call.
        self.assertEqual([one for one in low.got("STREAM", since[low])
                          if one.record.fields["ref"] == call[-8:]], [])

    def test_whom_the_caller_puts_out_is_out(self):
        call = self.called_by_friend()
        self.says(self.friend, call, self.other)
        self.comes_in(self.other, call)
        wait(lambda: self.calls()["peers"] == ["friend", "other"], "other is in it")
        self.says(self.friend, call, self.other, state=0)
        self.assertEqual(self.calls()["peers"], ["friend"])
        self.says(self.friend, call, self.other)
        self.comes_in(self.other, call)
        self.assertEqual(self.calls()["peers"], ["friend"])

    def test_a_caller_that_names_others_without_end_holds_nobody_up(self):
        call = self.called_by_friend()[-8:]

        def names():
            """A full packet of members that nobody knows."""
            return [records.record("MEMBER", mid=self.friend.letters.new_mid(), ref=call, state=1,
                                   who=secrets.token_bytes(16)) for _ in range(FULL // 33)]

        with Storm(self.friend, names) as storm:
            end, longest = time.monotonic() + STORM_S, 0.0
            while time.monotonic() < end:
                asked = time.monotonic()
                self.kitchen.status()
                self.assert_answered(self.other)
                time.sleep(0.01)
                longest = max(longest, time.monotonic() - asked)
        self.judge(longest < 0.5, f"{storm.sent} packets: {longest:.2f} s")
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
