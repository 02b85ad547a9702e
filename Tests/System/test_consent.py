"""What a peer may do here is decided here: refused, counted, said once a minute; never silent."""

import json
import threading
import time

import numpy
from callers import CallersTest
from lab import listen, sound, wait

BEEP = 1400
DOOR, LIGHT = "GPIO24", "GPIO25"


def beeps(samples):
    """The seconds at which beeps begin in a recording."""
    loud = sound.tone_track(samples, BEEP) > -45
    starts = numpy.flatnonzero(loud[1:] & ~loud[:-1]) + 1
    kept = [start for place, start in enumerate(starts)
            if place == 0 or start - starts[place - 1] > 20]
    return [round(start * 0.02, 1) for start in kept]


class Consent(CallersTest):
    def allow(self, station, **policy):
        station.sections["policy"] = policy
        station.reload()

    def refused(self, station, what, times):
        """It was counted, and said once."""
        peer = "kitchen"
        self.watches[station].saw("refused", peer=peer, target=what)
        self.assertEqual(len(self.watches[station].events("refused", target=what)), 1)
        wait(lambda: f"refused: {what}, {times} time" in self.do(station, "peer", "show", peer),
             f"{station} has counted {what} {times} times")

    def test_listening_is_denied_then_allowed_and_told(self):
        kitchen, garage = self.scene("kitchen", "garage")
        self.assertEqual(garage.status()["microphone"]["may_open"], [])
        for _ in range(3):
            call = self.call(kitchen, "listen", "garage")
            self.ended(call, (kitchen, garage), "denied")
        self.refused(garage, "monitor", 3)
        self.assertIn("cannot open the microphone here", self.do(garage, "peer", "show", "kitchen"))
        self.allow(garage, monitor="allow")
        self.assertEqual(garage.status()["microphone"]["may_open"], ["kitchen"])
        self.assertIn("may be opened by kitchen", garage.ctl("status")[1])
        call = self.call(kitchen, "listen", "garage")
        self.watches[garage].saw("listen_in", peer="kitchen")
        wait(garage.is_talking, "the microphone opens")
        wait(garage.is_lit, "its lamp is lit")
        self.assertFalse(kitchen.is_talking())
        garage.speak(600)
        kitchen.record()
        span = listen()
        self.assert_heard(kitchen.recorded().span(*span), 600)
        self.do(kitchen, "hangup")
        wait(lambda: not garage.is_talking(), "the microphone closes")
        self.ended(call, (kitchen, garage), "hung_up")

    def test_who_listens_is_beeped_every_ten_seconds_whoever_else_tries(self):
        kitchen, garage, attic = self.scene(
            "kitchen", "garage", "attic", policy={"monitor": "allow"})
        # Neither volume nor mute hides it.
        self.do(garage, "volume", "tones", "0")
        self.do(garage, "mute", "speaker")
        garage.record()
        self.call(kitchen, "listen", "garage")
        self.watches[garage].saw("listen_in", peer="kitchen")
        call = self.call(attic, "listen", "garage")
        self.ended(call, (attic,), "busy")
        listen(11)
        found = beeps(garage.recorded().samples)
        self.assertTrue(len(found) == 2 and abs(found[1] - found[0] - 10) < 0.05,
                        f"beeps at {found} s")
        self.assertEqual(len(self.watches[garage].events("listen_in")), 1)
        self.do(kitchen, "hangup")

    def without_lamps(self, station):
        """It has no lamp; the settings apply at the next reload."""
        station.sections = {title: entries for title, entries in station.sections.items()
                            if not title.startswith("lamp")}

    def test_an_automatic_answer_beeps_whatever_is_muted(self):
        kitchen, garage = self.scene("kitchen", "garage", policy={"call": "auto"})
        self.without_lamps(garage)
        garage.reload()
        for volume in ("speaker", "tones", "page"):
            self.do(garage, "volume", volume, "0")
        self.do(garage, "mute", "speaker")
        garage.record()
        self.call(kitchen, "call", "garage")
        wait(garage.is_talking, "the microphone opens")
        listen(11)
        found = beeps(garage.recorded().samples)
        self.assertTrue(len(found) == 2 and abs(found[1] - found[0] - 10) < 0.05,
                        f"beeps at {found} s")
        self.do(kitchen, "hangup")

    def test_an_automatic_answer_ends_when_the_right_or_the_signs_go(self):
        kitchen, garage = self.scene(
            "kitchen", "garage", policy={"call": "auto", "monitor": "allow"})
        call = self.call(kitchen, "call", "garage")
        wait(garage.is_talking, "the microphone opens")
        wait(garage.is_lit, "its lamp is lit")
        self.allow(garage, call="ring")
        wait(lambda: not garage.is_talking(), "the microphone closes")
        wait(lambda: not garage.is_lit(), "its lamp is dark")
        self.ended(call, (kitchen, garage), "denied")
        # Where nothing can tell of it, it ends, and the next one rings.
        self.allow(garage, call="auto")
        call = self.call(kitchen, "call", "garage")
        wait(garage.is_talking, "the microphone opens again")
        garage.sections["audio"]["output"] = "none"
        self.without_lamps(garage)
        garage.reload()
        wait(lambda: not garage.is_talking(), "the microphone closes again")
        self.assertIn("drop-in, listening in and automatic answers are refused",
                      garage.ctl("status")[1])
        self.ended(call, (kitchen, garage), "denied")
        self.ended(self.call(kitchen, "listen", "garage"), (kitchen, garage), "denied")
        self.assertFalse(garage.is_talking())
        self.call(kitchen, "call", "garage")
        self.stands(garage, "ringing")
        self.assertFalse(garage.is_talking())

    def test_the_commands_say_what_came_of_it(self):
        kitchen, garage = self.scene("kitchen", "garage")
        for words, code, said in (
                (("listen", "garage"), 1,
                 "garage does not allow it: its [policy] needs monitor = allow"),
                (("drop-in", "garage"), 1,
                 "garage does not allow it: its [policy] needs drop-in = allow"),
                (("relay", "door", "garage"), 1, "relay door: not allowed or not known there"),
                (("signal", "garage"), 1, "call light: nothing there shows it"),
                (("call", "garage"), 0, "ringing at garage; to hang up: intercomctl hangup")):
            with self.subTest(words):
                ended, text, _ = kitchen.ctl(*words)
                self.assertEqual(ended, code, text)
                self.assertIn(said, text)
        self.do(kitchen, "hangup")
        self.assertIn("refused since the start: kitchen 3", garage.ctl("status")[1])

    def test_drop_in_is_denied_then_allowed_and_never_silent(self):
        kitchen, garage = self.scene("kitchen", "garage")
        call = self.call(kitchen, "drop-in", "garage")
        self.ended(call, (kitchen, garage), "denied")
        self.refused(garage, "drop-in", 1)
        self.assertFalse(garage.is_talking())
        self.allow(garage, **{"drop-in": "allow"})
        self.do(garage, "volume", "tones", "0")
        self.do(garage, "volume", "speaker", "0")
        garage.record()
        call = self.call(kitchen, "drop-in", "garage")
        self.watches[garage].saw("drop_in", peer="kitchen")
        for station in (kitchen, garage):
            wait(station.is_talking, f"the microphone of {station} opens")
        wait(garage.is_lit, "its lamp is lit")
        listen()
        self.assertEqual(len(beeps(garage.recorded().samples)), 1)
        self.do(garage, "volume", "speaker", "100")
        kitchen.speak(500)
        garage.speak(800)
        kitchen.record()
        garage.record()
        span = listen()
        self.assert_heard(garage.recorded().span(*span), 500)
        self.assert_heard(kitchen.recorded().span(*span), 800)
        # Whoever is dropped in on may end it.
        self.do(garage, "hangup")
        self.ended(call, (kitchen, garage), "hung_up")

    def test_a_relay_of_another(self):
        door = {"relay door": {"line": DOOR, "pulse": "500ms"}}
        kitchen, garage = self.scene("kitchen", "garage", **door)
        for _ in range(2):
            text = kitchen.prints("relay", "door", "garage", code=1)
            self.assertIn("asked garage for its relay door\n"
                          "relay door: not allowed or not known there", text)
        # A program is told by a code what a person is told in words.
        code, text, _ = kitchen.ctl("relay", "door", "garage", "--json")
        self.assertEqual((code, json.loads(text)["outcome"]), (1, "denied"), text)
        self.refused(garage, "relay", 3)
        self.watches[kitchen].saw(
            "result", peer="garage", status="failed", cause="denied",
            detail="relay door: not allowed or not known there, or a fault")
        self.assertFalse(garage.is_lit(DOOR))
        self.allow(garage, relay="door")
        found = json.loads(self.do(kitchen, "relay", "door", "garage", "--json"))
        self.assertEqual(found["outcome"], "done")
        wait(lambda: garage.is_lit(DOOR), "the door opens", interval=0.01)
        wait(lambda: not garage.is_lit(DOOR), "the door closes", interval=0.01)
        self.watches[kitchen].saw(
            "result", peer="garage", status="done", cause=None, detail="relay door: done")
        garage.said("relay door: on for 0.5 s, by peer kitchen")
        self.assertFalse(kitchen.is_lit(DOOR), "the one here has the same name")
        self.assertEqual(kitchen.ctl("relay", "gate", "garage")[0], 1)
        self.refused(garage, "relay", 4)
        self.watches[kitchen].saw(
            "result", detail="relay gate: not allowed or not known there, or a fault")

    def test_nothing_in_the_room_tells_of_levels_or_of_a_relay_here(self):
        door = {"relay door": {"line": DOOR, "pulse": "300ms"}}
        kitchen, = self.scene("kitchen", **door)
        words = [((), ()), (("mute", "speaker"), ("unmute", "speaker")), (("dnd", "on"),
                 ("dnd", "off")), (("volume", "tones", "0"), ("volume", "tones", "100"))]
        for number, (before, after) in enumerate(words, 1):
            with self.subTest(before):
                if before:
                    self.do(kitchen, *before)
                kitchen.record()
                levels = threading.Thread(
                    target=self.do, args=(kitchen, "levels", "--json", "--seconds", "1"))
                levels.start()
                while levels.is_alive():
                    self.assertFalse(kitchen.is_lit() or kitchen.is_talking())
                    time.sleep(0.02)
                self.do(kitchen, "relay", "door")
                wait(lambda: kitchen.is_lit(DOOR), "the door opens", interval=0.01)
                self.assertFalse(kitchen.is_lit())
                wait(lambda: not kitchen.is_lit(DOOR), "the door closes", interval=0.01)
                self.assert_silent(kitchen.recorded().samples)
                if after:
                    self.do(kitchen, *after)
                wait(lambda: len(self.watches[kitchen].events("relay")) == number, "it is told")
        self.assertEqual(self.watches[kitchen].events("talk"), [])

    def test_the_call_light_of_another(self):
        light = {"lamp light": {"line": LIGHT, "show": "calling"}}
        kitchen, garage = self.scene("kitchen", "garage", **light)
        self.do(kitchen, "signal", "garage")
        self.watches[garage].saw("signal", peer="kitchen")
        self.watches[kitchen].saw("result", peer="garage", detail="call light: done")
        for level in (True, False, True):
            wait(lambda is_on=level: garage.is_lit(LIGHT) == is_on, "it blinks", interval=0.01)
        # Any key says that it was seen.
        with garage.talking():
            pass
        wait(lambda: not garage.is_lit(LIGHT), "it is dark")
        self.allow(garage, signal="deny")
        for _ in range(2):
            self.assertEqual(kitchen.ctl("signal", "garage")[0], 1)
        self.refused(garage, "signal", 2)
        self.assertEqual(len(self.watches[garage].events("signal")), 1)


MUTATIONS = (
    # Every peer may drop in.
    ("Sources/Station/Switchboard/Switchboard+Calls.swift",
     "case .dropIn: return policy.dropIn ? nil : .dropIn",
     "case .dropIn: return nil", "Consent.test_drop_in_is_denied_then_allowed_and_never_silent"),
    # A peer that may call may listen.
    ("Sources/Station/Switchboard/Switchboard+Calls.swift",
     "case .listenIn: return policy.monitor ? nil : .monitor",
     "case .listenIn: return policy.call == .never ? .monitor : nil",
     "Consent.test_listening_is_denied_then_allowed_and_told"),
    # A peer that may open one door may open all.
    ("Sources/Station/Switchboard/Switchboard+Requests.swift",
     ".relay where policy.relays.contains(signal.reference):",
     ".relay where !policy.relays.isEmpty:", "Consent.test_a_relay_of_another"),
    # A call that was answered by itself outlives its right.
    ("Sources/Station/Switchboard/Switchboard+CallEnds.swift",
     "let isWithdrawn = current.summary.isAutomatic && policies[peer].call != .auto",
     "let isWithdrawn = false",
     "Consent.test_an_automatic_answer_ends_when_the_right_or_the_signs_go"),
    # No beep tells that a peer listens.
    ("Sources/Station/Switchboard/Switchboard.swift",
     "case .dropIn, .listenIn: orders.add(.beep(true))",
     "case .dropIn: orders.add(.beep(true))\n        case .listenIn: break",
     "Consent.test_who_listens_is_beeped_every_ten_seconds_whoever_else_tries"),
)
