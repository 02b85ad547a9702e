"""Buttons and lamps: what a press does, and what is shown.

When each kind of key talks, to the millisecond, is claimed by the scenario key_presses.
"""

import time

import numpy

from lab import Scene, SceneTest, exact, listen, sound, wait, wav

HOLDER, RELAY, LOW_LAMP = "GPIO6", "GPIO24", "GPIO22"


class Keys(SceneTest):
    def test_a_hold_talks_and_a_short_press_does_not(self):
        kitchen, garage = self.up("kitchen", "garage", **{
            "relay door": {"line": RELAY, "pulse": "500ms"},
            "button holder": {"line": HOLDER, "press": "relay door", "hold": "talk house"}})
        kitchen.speak(500)
        kitchen.press(HOLDER)
        wait(kitchen.is_talking, "kitchen talks")
        self.assertFalse(kitchen.is_lit(RELAY))
        self.assert_heard(self.plays(garage), 500)
        kitchen.release(HOLDER)
        wait(lambda: not kitchen.is_talking(), "kitchen is silent")
        self.assertFalse(kitchen.is_lit(RELAY))


@exact
class OneTalker(SceneTest):
    """A kitchen that is heard in the garage, with settings of its own."""

    def scene(self, **talk):
        kitchen, garage = self.met("kitchen", "garage")
        kitchen.sections["talk"] = talk
        return self.scene, kitchen, garage

    def test_a_jammed_key_is_cut_off_told_of_and_talks_again_when_it_was_let_go(self):
        scene, kitchen, garage = self.scene(**{"max-talk": "4s"})
        scene.start()
        kitchen.speak(500)
        for one in scene.stations:
            one.record()
        kitchen.press()
        wait(kitchen.is_talking, "kitchen talks")
        pressed = time.monotonic_ns()
        wait(lambda: not kitchen.is_talking(), "the jammed key is cut off", interval=0.005)
        over = time.monotonic_ns()
        self.assertAlmostEqual((over - pressed) / 1e9, 4, delta=0.05)
        wait(lambda: not kitchen.is_lit(), "the lamp is dark", interval=0.005)
        # By then its tail is over, which hides the end from who watches the network.
        time.sleep(0.5)
        sent = kitchen.counters()["packets_sent"]
        time.sleep(1)
        self.assertEqual(kitchen.status()["buttons"][0]["state"], "pressed")
        self.assertEqual(kitchen.log.count("held too long"), 1)
        self.assertLessEqual(kitchen.counters()["packets_sent"] - sent, 6, "sound is 100 a second")
        self.assertFalse(kitchen.is_talking())
        heard, own = garage.recorded(), kitchen.recorded()
        self.assert_heard(heard.span(over - 500_000_000, over), 500)
        self.assert_silent(heard.span(over + 200_000_000, over + 1_000_000_000))
        # Who stands there hears a falling tone, and then nothing.
        for hertz, start, end in ((440, 0.03, 0.23), (330, 0.36, 0.6)):
            self.assert_heard(
                own.span(over + round(start * 1e9), over + round(end * 1e9)), hertz)
        self.assert_silent(own.span(over + 800_000_000, over + 1_200_000_000))
        kitchen.release()
        with kitchen.talking():
            self.assertTrue(kitchen.is_lit())

    def test_without_preroll_nothing_from_before_the_press_is_heard_and_all_from_then_on(self):
        scene, kitchen, garage = self.scene(preroll="0")
        # With so few the speaker runs dry where it gets nothing while the microphone starts.
        kitchen.sections["audio"]["periods"] = 2
        scene.start()
        voice, quiet = sound.tone(500), wav.silence(0.3)
        for phase in range(5):
            said = kitchen.speak(numpy.concatenate([voice, quiet, voice]), loop=False)
            garage.record()
            pressed = said + 1_000_000_000
            time.sleep((pressed - time.monotonic_ns()) / 1e9 + phase * 0.0021)
            with kitchen.talking():
                listen(0.5)
            heard = garage.recorded()
            self.assert_silent(heard.span(pressed, pressed + 300_000_000))
            self.assert_steady(heard, (pressed + 400_000_000, pressed + 800_000_000), 500, 0.99,
                               "what is said from the press on")
        self.assertEqual(kitchen.counters()["playback_xruns"], 0)
        # A microphone that rests is not taken for one that hangs.
        self.assertEqual(kitchen.counters()["capture_reopens"], 0)
        self.assertNotIn("stands still", kitchen.log)


@exact
class Lamps(SceneTest):
    """Lamps follow what they show at once: talking both ways round, receiving, fault, unpaired."""

    LINES = {"receiving": "GPIO24", "fault": "GPIO25", "unpaired": "GPIO26"}
    LATE = 1.0
    """ms, as often as a lamp is looked at, and a tick of the kernel's."""
    DEBOUNCE, TAIL, FRAME, TICK = 5, 150, 10, 1

    @classmethod
    def setUpClass(cls):
        cls.scene = cls.enterClassContext(Scene("kitchen", "garage"))
        cls.kitchen, cls.garage = cls.scene.stations
        for one in cls.scene.stations:
            one.sections |= {f"lamp {show}": {"line": line, "show": show}
                             for show, line in cls.LINES.items()}
            one.sections["lamp low"] = {"line": LOW_LAMP, "show": "talking", "active": "low"}
        cls.scene.introduce(cls.kitchen, cls.garage)
        cls.scene.start()
        cls.kitchen.speak(500)

    def follows(self, cause, one, show, level, most, least=0.0):
        """A lamp has a level so many ms after its cause; returns the moment."""
        line = self.LINES.get(show, show)
        wait(lambda: one.level(line) == level, f"{line} of {one} is {level}", interval=0.0005)
        moment = time.monotonic_ns()
        took = (moment - cause) / 1e6
        self.assertTrue(least <= took <= most + self.LATE,
                        f"{line} of {one} is {level} after {took:.2f} ms, {least} to {most}")
        return moment

    def assert_dark(self):
        for one in self.scene.stations:
            self.assertEqual([one.level(line) for line in (one.lamp_line, *self.LINES.values())],
                             [0, 0, 0, 0], f"at rest all lamps of {one} are dark")

    def moved(self, act, *words):
        """Does something; returns the moment before."""
        moment = time.monotonic_ns()
        act(*words)
        return moment

    def test_a_talk_lights_the_lamps_of_both_as_long_as_it_is_heard(self):
        self.assert_dark()
        self.garage.record()
        kitchen, garage = self.kitchen, self.garage
        pressed = self.moved(kitchen.press)
        lit = self.follows(pressed, kitchen, kitchen.lamp_line, 1, self.DEBOUNCE + 2 * self.TICK,
                           self.DEBOUNCE)
        self.follows(lit, kitchen, LOW_LAMP, 0, 0)
        # The control: a lamp that is later is noticed.
        with self.assertRaises(AssertionError):
            self.follows(lit - 2_000_000, kitchen, LOW_LAMP, 0, 0)
        heard = self.follows(lit, garage, "receiving", 1, self.FRAME + self.TICK)
        time.sleep(0.5)
        released = self.moved(kitchen.release)
        least = self.DEBOUNCE + self.TAIL
        dark = self.follows(released, kitchen, kitchen.lamp_line, 0, least + 2 * self.TICK
                            + self.FRAME + self.TICK, least)
        self.follows(dark, kitchen, LOW_LAMP, 1, 0)
        over = self.follows(dark, garage, "receiving", 0, 300)
        time.sleep(0.2)
        recording = self.garage.recorded()
        sounding = recording.samples.nonzero()[0]
        # What is queued for the speaker lies between the lamp and the sound.
        for lamp, place_ in ((heard, sounding[0]), (over, sounding[-1])):
            took = (recording.moment(int(place_)) - lamp) / 1e6
            self.assertTrue(-2 <= took <= 12 + self.LATE, f"sound {took:.2f} ms after the lamp")
        self.assert_dark()

    def test_a_fault_and_the_lack_of_a_peer_are_shown_until_they_are_mended(self):
        garage = self.garage
        garage.lines.do("claim", "GPIO5", "gpio-keys")
        garage.sections["button second"] = {"line": "GPIO5", "talk": "house"}
        garage.write_config()
        self.follows(self.moved(garage.ask, "reload"), garage, "fault", 1, 0)
        self.follows(self.moved(garage.lines.do, "claim", "GPIO5"), garage, "fault", 0, 2000)
        garage.forgets(self.kitchen)
        # It says goodbye to the peer three times first, 20 ms apart.
        self.follows(self.moved(garage.ask, "reload"), garage, "unpaired", 1, 40)
        garage.knows(self.kitchen)
        self.follows(self.moved(garage.ask, "reload"), garage, "unpaired", 0, 0)
        self.scene.together()
        self.assert_dark()

    def test_at_the_end_all_are_dark(self):
        kitchen = self.kitchen
        for one in self.scene.stations:
            one.press()
        wait(lambda: kitchen.is_lit() and kitchen.is_lit(self.LINES["receiving"]), "two are lit")
        moment = self.moved(kitchen.process.terminate)
        for line, level in ((kitchen.lamp_line, 0), ("receiving", 0), (LOW_LAMP, 1)):
            self.follows(moment, kitchen, line, level, 0)
        self.garage.release()
        kitchen.release()
        kitchen.restart()
        self.scene.together()


MUTATIONS = (
    # The encoder goes on where the last talk ended, of which it still has some milliseconds.
    ("Sources/Media/Talk/Talks.swift", "if !isTalking, start > frames.next || hasRested {",
     "if !isTalking, start > frames.next {",
     "OneTalker.test_without_preroll_nothing_from_before_the_press_is_heard_and_all_from_then_on"),
    # No tone tells of the cut.
    ("Sources/Media/Buttons/TalkKeys.swift", "tones.play(.timeOut)", "",
     "OneTalker.test_a_jammed_key_is_cut_off_told_of_and_talks_again_when_it_was_let_go"),
    # A hold is a press.
    ("Sources/Station/Gesture.swift", "case .up where !settings.hold && !settings.double:",
     "case .up where !settings.double:", "Keys.test_a_hold_talks_and_a_short_press_does_not"),
    # Active low is not heeded.
    ("Sources/Media/Hardware/Lines.swift", "lamp.line, activeLow: lamp.isActiveLow, isOn",
     "lamp.line, activeLow: false, isOn",
     "Lamps.test_a_talk_lights_the_lamps_of_both_as_long_as_it_is_heard"),
    # No lamp shows a fault.
    ("Sources/Media/Hardware/Lines.swift",
     "case .fault: hasFault ? .steady : nil", "case .fault: nil",
     "Lamps.test_a_fault_and_the_lack_of_a_peer_are_shown_until_they_are_mended"),
)
