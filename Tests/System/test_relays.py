"""A relay is off but for its pulse: asked for, refused, in use at the end, and on a lost line."""

import os
import time
import unittest

from lab import Scene, SceneTest, listen, place, process, wait, within

RELAY, GATE, LOW = "GPIO24", "GPIO25", "GPIO26"


class RelayOutput(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.scene = cls.enterClassContext(Scene("kitchen"))
        cls.kitchen, = cls.scene.stations
        cls.kitchen.sections |= {
            "relay door": {"line": RELAY, "pulse": "400ms"},
            "relay gate": {"line": GATE, "pulse": "30s"},
            "relay low": {"line": LOW, "active": "low", "pulse": "400ms"},
        }
        cls.scene.start()

    def on(self):
        return self.kitchen.level(RELAY) == 1

    def test_it_is_on_for_its_pulse_and_no_longer(self):
        self.assertFalse(self.on())
        start = time.monotonic()
        code, out, _ = self.kitchen.ctl("relay", "door")
        self.assertEqual((code, out.strip()), (0, "relay door is on for 0.4 s"))
        wait(lambda: not self.on(), "it is off", interval=0.01)
        self.assertAlmostEqual(time.monotonic() - start, 0.4, delta=within(0.02))
        self.kitchen.said("relay door: on for 0.4 s, by intercomctl")

    def test_an_unknown_one_is_refused_by_name(self):
        complaint = self.kitchen.complains("relay", "dor")
        self.assertIn("no relay dor; did you mean \"door\"? there are: door, gate, low", complaint)

    def test_active_low_is_high_but_for_its_pulse(self):
        self.assertEqual(self.kitchen.level(LOW), 1)
        self.kitchen.ctl("relay", "low")
        wait(lambda: self.kitchen.level(LOW) == 0, "it is on", interval=0.01)
        wait(lambda: self.kitchen.level(LOW) == 1, "it is off", interval=0.01)

    def test_a_relay_in_use_is_off_at_the_end(self):
        self.kitchen.ctl("relay", "gate")
        wait(lambda: self.kitchen.level(GATE) == 1, "the gate is on")
        self.kitchen.stop()
        self.assertEqual(self.kitchen.level(GATE), 0)
        self.kitchen.begin()
        self.assertEqual(self.kitchen.level(GATE), 0)

    def test_a_relay_in_use_is_off_when_the_settings_lose_it(self):
        gate = self.kitchen.sections.pop("relay gate")
        self.kitchen.ctl("relay", "gate")
        wait(lambda: self.kitchen.level(GATE) == 1, "the gate is on")
        self.kitchen.reload()
        wait(lambda: self.kitchen.level(GATE) == 0, "the gate is off")
        low = self.kitchen.sections.pop("relay low")
        self.kitchen.sections |= {"relay gate": gate, "relay low": low}
        self.kitchen.reload()
        self.kitchen.said("relay gate: ready")


class Killed(SceneTest):
    """The daemon dies with a relay on, on a chip that keeps its outputs, as a Raspberry Pi's does.

    What systemd runs in ExecStopPost= is run here by hand.
    """

    def setUp(self):
        self.kitchen, = self.enter("kitchen")
        self.kitchen.sections |= {
            "relay gate": {"line": GATE, "pulse": "30s"},
            "relay low": {"line": LOW, "active": "low", "pulse": "30s"},
        }
        self.scene.start()
        self.kitchen.lines.do("keep", "gpiochip0", "on")

    def levels(self):
        return self.kitchen.level(GATE), self.kitchen.level(LOW)

    def kill(self):
        for name in ("gate", "low"):
            self.assertEqual(self.kitchen.ctl("relay", name)[0], 0)
        wait(lambda: self.levels() == (1, 0), "both are on", interval=0.01)
        self.kitchen.kill()

    def relays_off(self):
        code, _, errors = process.run(
            [place.program("intercomd"), "--relays-off", "--config", self.kitchen.etc],
            environment=self.kitchen._environment())
        return code, errors

    def test_it_is_off_within_two_seconds_whatever_the_settings_are_by_then(self):
        for is_broken in (False, True):
            self.kill()
            listen(0.5)
            self.assertEqual(self.levels(), (1, 0), "a pin stays on without it")
            if is_broken:
                with open(f"{self.kitchen.etc}/intercomd.conf", "a", encoding="ascii") as file:
                    file.write("[relay gate\nline = \n")
            start = time.monotonic()
            self.assertEqual(self.relays_off()[0], 0)
            self.assertEqual(self.levels(), (0, 1))
            self.assertLess(time.monotonic() - start, within(0.1))
            if not is_broken:
                self.kitchen.begin()

    def test_the_next_start_switches_off_what_its_settings_do_not_have(self):
        del self.kitchen.sections["relay gate"], self.kitchen.sections["relay low"]
        self.kill()
        self.kitchen.begin()
        self.assertEqual(self.levels(), (0, 1))

    def test_an_orderly_end_leaves_no_line_for_the_next_start_to_drive(self):
        note = f"{self.kitchen.run}/relays"
        self.assertEqual(self.kitchen.ctl("relay", "gate")[0], 0)
        wait(lambda: self.levels() == (1, 1), "the gate is on", interval=0.01)
        with open(note, encoding="ascii") as file:
            self.assertEqual(file.read(), f"high {GATE}\nlow {LOW}\n")
        self.kitchen.stop()
        self.assertEqual(self.levels(), (0, 1))
        self.assertFalse(os.path.exists(note))
        # Its lines are another's from now on, and neither start nor service manager touch them.
        del self.kitchen.sections["relay gate"], self.kitchen.sections["relay low"]
        self.assertEqual(self.relays_off(), (0, ""))
        self.kitchen.begin()
        self.assertNotIn("is off", self.kitchen.log)

    def test_a_line_that_was_lost_at_an_orderly_end_stays_noted(self):
        self.kitchen.sections["relay gone"] = {"line": "GPIO99"}
        self.kitchen.reload()
        self.kitchen.stop()
        with open(f"{self.kitchen.run}/relays", encoding="ascii") as file:
            self.assertIn("high GPIO99\n", file.read())

    def test_a_relay_that_a_running_daemon_holds_is_left_to_it(self):
        self.assertEqual(self.kitchen.ctl("relay", "gate")[0], 0)
        wait(lambda: self.levels()[0] == 1, "the gate is on", interval=0.01)
        code, errors = self.relays_off()
        self.assertEqual(code, 1)
        self.assertIn("intercomd is running and uses them; stop it first", errors)
        self.assertEqual(self.levels()[0], 1)


MUTATIONS = (
    # A door stays open twice as long.
    ("Sources/Station/RelayPulse.swift",
     "end = max(end ?? now, min(now + pulse, begin + (Self.longest - held)))",
     "end = max(end ?? now, min(now + pulse + pulse, begin + (Self.longest - held)))",
     "RelayOutput.test_it_is_on_for_its_pulse_and_no_longer"),
    # A relay that is active low is switched on at the next start.
    ("Sources/Files/Storage/RelayNote.swift",
     "name: line.name, activeLow: line.isActiveLow, consumer",
     "name: line.name, activeLow: false, consumer",
     "Killed.test_the_next_start_switches_off_what_its_settings_do_not_have"),
)
