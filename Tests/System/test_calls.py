"""Calls between two: each of their ends, told alike by both sides, under one id. Of a channel: the
first answer takes the call, or all who answer are in it together.
"""

import json
import os
import time

from callers import CallersTest
from lab import listen, place, sound, wait
from terminal import Screen

RING = 784
TONES = {"kitchen": 500, "garage": 800, "attic": 1100}


class Calls(CallersTest):
    def test_ring_answer_talk_both_ways_hang_up(self):
        kitchen, garage = self.scene("kitchen", "garage")
        call = self.ring(kitchen, garage)
        self.assertFalse(kitchen.is_talking() or garage.is_talking())
        self.do(garage, "answer")
        for station in (kitchen, garage):
            self.stands(station, "active")
            wait(station.is_talking, f"the microphone of {station} opens")
        kitchen.speak(500)
        garage.speak(800)
        kitchen.record()
        garage.record()
        span = listen()
        self.assert_heard(garage.recorded().span(*span), 500)
        self.assert_heard(kitchen.recorded().span(*span), 800)
        self.do(kitchen, "hangup")
        for station in (kitchen, garage):
            # Long before the caller would find out by itself.
            wait(lambda one=station: not one.is_talking(), f"the microphone of {station} closes", 2)
            self.assert_no_heap_calls(station)
        self.ended(call, (kitchen, garage), "hung_up")
        for station, first in ((kitchen, "calling"), (garage, "ring")):
            told = self.watches[station].events(
                "ring", "calling", "answered", "call_active", "call_ended")
            self.assertEqual([event["event"] for event in told],
                             [first, "answered", "call_active", "call_ended"])
            self.assertEqual({event["call"] for event in told}, {call})

    def test_cancelled_it_is_missed(self):
        kitchen, garage = self.scene("kitchen", "garage")
        call = self.ring(kitchen, garage)
        self.do(kitchen, "hangup")
        self.ended(call, (kitchen, garage), "cancelled", missed=(garage,))
        self.assertIn("last    missed call from kitchen, ", garage.ctl("status")[1])

    def at_terminal(self, station, *words):
        """A person who types a command, and what it has said."""
        screen = Screen([place.program("intercomctl"), "--config", station.etc, *words], os.environ)

        def says(text):
            wait(lambda: screen.read(0.1) and text in screen.text, f"{words} says {text}")
        return screen, says

    def test_at_a_terminal_it_is_followed_until_it_is_answered_or_ctrl_c_hangs_up(self):
        kitchen, garage = self.scene("kitchen", "garage")
        screen, says = self.at_terminal(kitchen, "call", "garage")
        says("ringing at garage")
        self.stands(garage, "ringing")
        time.sleep(12)
        self.assertNotIn("speaking", screen.text)
        self.do(garage, "answer")
        self.assertEqual(screen.ended(), 0)
        self.assertIn("speaking with garage, the microphone is open; end: intercomctl hangup",
                      screen.text)
        self.do(garage, "hangup")
        self.do(garage, "mute", "speaker")
        screen, says = self.at_terminal(kitchen, "call", "garage")
        says("ringing at garage; not heard by garage (the speaker is muted); ")
        self.assertIn("  not heard by garage (the speaker is muted)", kitchen.ctl("status")[1])
        self.stands(garage, "ringing")
        screen.type(b"\x03")
        self.assertEqual(screen.ended(), 0)
        self.assertIn("hung up", screen.text)
        self.stands(garage, "idle")

    def rings(self, station):
        """Whether it rings there: anew every three seconds."""
        station.record()
        span = listen(3.6)
        return sound.tone_track(station.recorded().span(*span), RING).max() > -30

    def test_busy(self):
        kitchen, garage, attic = self.scene("kitchen", "garage", "attic")
        # It rings on while another is turned away.
        ringing = self.ring(kitchen, garage)
        call = self.call(attic, "call", "garage")
        self.ended(call, (attic,), "busy")
        self.assertEqual(garage.status()["call"]["call"], ringing)
        self.assertTrue(self.rings(garage), "it does not ring any more")
        self.do(garage, "answer")
        self.stands(kitchen, "active")
        self.assertTrue(not self.rings(garage), "it rings on in the call")
        call = self.call(attic, "call", "garage")
        self.ended(call, (attic,), "busy")
        [one] = self.history(garage, call)
        self.assertEqual((one["cause"], one["missed"]), ("busy", True))
        self.watches[garage].saw("missed_call", call=call)
        self.assertEqual(self.state(garage), "active")
        error = garage.complains("call", "attic")
        self.assertIn("you are speaking with kitchen; to end that: intercomctl hangup", error)

    def test_half_duplex_takes_turns_and_has_nothing_to_release(self):
        both = kitchen, garage = self.scene("kitchen", "garage", audio={"duplex": "half"})
        self.answered(kitchen, garage)
        kitchen.speak(500)
        time.sleep(2)
        for one in both:
            self.assertEqual([text for text in one.notes() if "release" in text], [])
        self.do(kitchen, "hangup")
        self.stands(garage, "idle")
        # The control: what is held down by a button is said.
        with garage.talking(), kitchen.talking():
            time.sleep(2)
            self.assertIn("release the button", " ".join(garage.notes()))

    def test_peer_gone(self):
        kitchen, garage = self.scene("kitchen", "garage")
        call = self.answered(kitchen, garage)
        garage.kill()
        self.watches[kitchen].saw("call_weak")
        self.ended(call, (kitchen,), "media_timeout")
        self.assertFalse(kitchen.is_talking())
        # Nobody there at all.
        other = self.call(kitchen, "call", "garage")
        self.assertEqual(self.state(kitchen), "trying")
        self.ended(other, (kitchen,), "unreachable")
        # Back again, it knows that it fell in the middle.
        garage.begin()
        [fell] = self.history(garage, call)
        self.assertEqual(fell["cause"], "crash")

    def test_do_not_disturb_holds_from_the_moment_it_is_set(self):
        kitchen, garage = self.scene("kitchen", "garage")
        for _ in range(3):
            # Whenever in its second the station is just then.
            time.sleep(0.3)
            self.do(garage, "dnd", "on")
            call = self.call(kitchen, "call", "garage")
            self.ended(call, (kitchen,), "do_not_disturb")
            self.ended(call, (garage,), "do_not_disturb", missed=(garage,))
            self.assertEqual(self.watches[garage].events("ring"), [])
            self.do(garage, "dnd", "off")
        call = self.ring(kitchen, garage)
        self.do(garage, "reject")
        self.ended(call, (kitchen, garage), "rejected")


class GroupCalls(CallersTest):
    def ring_all(self, caller, *called):
        call = self.call(caller, "call", "house")
        for station in called:
            self.stands(station, "ringing")
            self.assertEqual(station.status()["call"]["call"], call)
        self.stands(caller, "calling")
        return call

    def peers(self, station):
        return sorted(station.status()["call"]["peers"])

    def hear(self, *stations):
        """Each of these hears all others of them, and nobody else."""
        for station in stations:
            station.record()
        span = listen()
        for station in stations:
            heard = station.recorded().span(*span)
            for name, hertz in TONES.items():
                if name == station.name:
                    continue
                if any(other.name == name for other in stations):
                    self.assert_heard(heard, hertz)
                else:
                    self.assert_not_heard(heard, hertz)

    def test_hunted_the_first_answer_takes_it(self):
        kitchen, garage, attic = self.scene("kitchen", "garage", "attic")
        call = self.ring_all(kitchen, garage, attic)
        self.do(attic, "answer")
        self.stands(kitchen, "active")
        # Answered elsewhere is not missed.
        self.ended(call, (garage,), "answered_elsewhere")
        self.assertEqual(self.peers(kitchen), ["attic"])
        self.do(attic, "hangup")
        self.ended(call, (kitchen, attic), "hung_up")
        [one] = self.history(kitchen, call)
        self.assertEqual((one["answered_by"], one["peer"], one["channel"]),
                         ("attic", "attic", "house"))
        # The columns have it: who was called answered it, and a call that came was answered here.
        for station in (kitchen, attic):
            self.assertRegex(self.do(station, "history"), r"(?m)  hung up$")

    def test_hunted_and_rejected_by_all(self):
        kitchen, garage, attic = self.scene("kitchen", "garage", "attic")
        call = self.ring_all(kitchen, garage, attic)
        self.do(garage, "reject")
        self.ended(call, (garage,), "rejected")
        self.assertEqual(self.state(attic), "ringing")
        self.do(attic, "reject")
        self.ended(call, (kitchen, attic), "rejected")
        self.assertIn("last    call to house: rejected", kitchen.ctl("status")[1])

    def test_joined_all_who_answer_hear_each_other(self):
        kitchen, garage, attic = stations = self.scene(
            "kitchen", "garage", "attic", **{"channel house": {"call-mode": "join"}})
        for station in stations:
            station.speak(TONES[station.name])
        call = self.ring_all(kitchen, garage, attic)
        self.do(garage, "answer")
        self.stands(kitchen, "active")
        self.assertEqual(self.state(attic), "ringing", "it rings on elsewhere")
        self.hear(kitchen, garage)
        self.do(attic, "answer")
        for station in stations:
            others = sorted(name for name in TONES if name != station.name)
            wait(lambda one=station, all_=others: self.peers(one) == all_,
                 f"{station} is in it with {others}")
        self.hear(*stations)
        self.watches[kitchen].saw("call_joined", peer="attic")
        self.watches[garage].saw("call_joined", peer="attic")
        # Who leaves, leaves the others in it; where the caller leaves, it is over.
        self.do(garage, "hangup")
        self.ended(call, (garage,), "hung_up")
        wait(lambda: self.peers(attic) == ["kitchen"], "attic is in it with kitchen alone")
        self.hear(kitchen, attic)
        self.do(kitchen, "hangup")
        self.ended(call, (kitchen, attic), "hung_up")
        for station in stations:
            [one] = self.history(station, call)
            self.assertEqual(one["channel"], "house", str(station))
            wait(lambda one=station: not one.is_talking(), f"the microphone of {station} closes")
        text = json.dumps(self.history(kitchen, call))
        self.assertIn('"direction": "out"', text)


MUTATIONS = (
    # The others ring on when one has answered.
    ("Sources/Station/Switchboard/Switchboard+Calls.swift",
     "for other in current.legs where other.peer != peer {\n                dismiss(other, of: "
     "current, cause: .answeredElsewhere)\n            }", "",
     "GroupCalls.test_hunted_the_first_answer_takes_it"),
    # A call pushes another one out.
    ("Sources/Station/Switchboard/Switchboard+Calls.swift",
     "guard yields(current, to: offer, of: peer) else {",
     "guard current.isAnswered || yields(current, to: offer, of: peer) else {", "Calls.test_busy"),
    # The caller is not told of do-not-disturb.
    ("Sources/Station/Switchboard/Switchboard+Calls.swift",
     "case .doNotDisturb: .doNotDisturb", "",
     "Calls.test_do_not_disturb_holds_from_the_moment_it_is_set"),
    # The other side is not told that one has hung up.
    ("Sources/Station/Switchboard/Switchboard+CallEnds.swift",
     "case .connecting, .active: send(ControlRecord.bye, current.id, cause, to: leg.peer)",
     "case .connecting, .active: break", "Calls.test_ring_answer_talk_both_ways_hang_up"),
    # Those who join do not learn of each other.
    ("Sources/Station/Switchboard/Switchboard+Calls.swift",
     "introduce(peer, isIn: true)\n        showCall()", "showCall()",
     "GroupCalls.test_joined_all_who_answer_hear_each_other"),
    # It rings on in the call.
    ("Sources/Station/Switchboard/Switchboard.swift",
     "case .connecting: ring(nil, for: nil, &orders)", "case .connecting: break",
     "Calls.test_busy"),
)
