"""A channel is called: the first answer takes the call, or all who answer are in it together."""

import json
import unittest

from callers import CallersTest
from lab import listen, wait

TONES = {"kitchen": 500, "garage": 800, "attic": 1100}


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


if __name__ == "__main__":
    unittest.main()
