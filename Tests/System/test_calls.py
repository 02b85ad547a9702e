"""Calls between two: each of their ends, told alike by both sides, under one id."""

import time
import unittest

from callers import CallersTest
from lab import listen, sound, wait

RING = 784


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
            wait(lambda one=station: not one.is_talking(), f"the microphone of {station} closes")
            self.assert_no_heap_calls(station)
        self.ended(call, (kitchen, garage), "hung_up")
        for station, first in ((kitchen, "calling"), (garage, "ring")):
            told = self.watches[station].events(
                "ring", "calling", "answered", "call_active", "call_ended")
            self.assertEqual([event["event"] for event in told],
                             [first, "answered", "call_active", "call_ended"])
            self.assertEqual({event["call"] for event in told}, {call})

    def test_rejected_both_are_told_so(self):
        kitchen, garage = self.scene("kitchen", "garage")
        call = self.ring(kitchen, garage)
        self.do(garage, "reject")
        self.ended(call, (kitchen, garage), "rejected")
        for station, words in ((kitchen, "to garage: rejected"), (garage, "from kitchen: rej")):
            self.assertEqual(self.watches[station].saw("call_ended")["cause"], "rejected")
            self.assertIn(f"last    call {words}", station.ctl("status")[1])

    def test_cancelled_it_is_missed(self):
        kitchen, garage = self.scene("kitchen", "garage")
        call = self.ring(kitchen, garage)
        self.do(kitchen, "hangup")
        self.ended(call, (kitchen, garage), "cancelled", missed=(garage,))
        self.assertIn("last    missed call from kitchen, ", garage.ctl("status")[1])

    def test_missed_calls_stay_lit_until_somebody_is_there(self):
        kitchen, garage = self.scene("kitchen", "garage")
        garage.sections["lamp missed"] = {"line": "GPIO24", "show": "missed"}
        garage.reload()

        def is_lit():
            lamps = {lamp["name"]: lamp["state"] for lamp in garage.status()["lamps"]}
            return lamps["missed"] == "on"

        for _ in range(2):
            # Another that rings does not put it out.
            self.ring(kitchen, garage)
            self.do(kitchen, "hangup")
            wait(lambda: self.state(garage) == "idle", "it rings no more")
            wait(is_lit, "it flashes")
        self.ring(kitchen, garage)
        wait(is_lit, "it flashes while it rings")
        self.do(garage, "reject")
        for _ in range(25):
            self.assertFalse(is_lit())
            time.sleep(0.1)

    def test_busy(self):
        kitchen, garage, attic = self.scene("kitchen", "garage", "attic")
        self.answered(kitchen, garage)
        call = self.call(attic, "call", "garage")
        self.ended(call, (attic,), "busy")
        [one] = self.history(garage, call)
        self.assertEqual((one["cause"], one["missed"]), ("busy", True))
        self.assertEqual(self.watches[garage].saw("missed_call")["call"], call)
        self.assertEqual(self.state(garage), "active")
        code, _, error = garage.ctl("call", "attic")
        self.assertEqual(code, 1)
        self.assertIn("there is a call already", error)

    def test_it_rings_on_while_another_is_turned_away(self):
        kitchen, garage, attic = self.scene("kitchen", "garage", "attic")
        ringing = self.ring(kitchen, garage)
        call = self.call(attic, "call", "garage")
        self.ended(call, (attic,), "busy")
        self.assertEqual(garage.status()["call"]["call"], ringing)
        # It begins anew every three seconds.
        garage.record()
        span = listen(3.6)
        track = sound.tone_track(garage.recorded().span(*span), RING)
        self.judge(track.max() > -30, "it does not ring any more")

    def test_no_answer(self):
        kitchen, garage = self.scene("kitchen", "garage", call={"ring-time": "2s"})
        call = self.ring(kitchen, garage)
        self.ended(call, (kitchen,), "no_answer")
        self.stands(garage, "idle")
        # Whose time is over first, tells the other, if that is not over there as well.
        [one] = self.history(garage, call)
        self.assertIn(one["cause"], ("no_answer", "cancelled"))
        self.ended(call, (garage,), one["cause"], missed=(garage,))

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
        garage.start()
        garage.ready()
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


if __name__ == "__main__":
    unittest.main()
