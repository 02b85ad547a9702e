"""Cards and chips that are absent, busy, pulled out, asleep or hanging: told of, and soon back."""

import contextlib
import json

from faults import FaultTest
from lab import Scene, SceneTest, listen, process, wait
from stage import card

FAULT_LAMP = "GPIO24"


class Devices(FaultTest):
    @classmethod
    def setUpClass(cls):
        cls.scene = cls.enterClassContext(Scene("kitchen", "garage"))
        cls.kitchen, cls.garage = cls.scene.stations
        for one in cls.scene.stations:
            one.sections["lamp fault"] = {"line": FAULT_LAMP, "show": "fault"}
        cls.scene.introduce(cls.kitchen, cls.garage)
        cls.scene.start()
        cls.kitchen.speak(500)

    def restart(self, station):
        station.begin()

    def audio(self, side, station=None):
        return (station or self.kitchen).status()["audio"][side]

    def button(self):
        return self.kitchen.status()["buttons"][0]["state"]

    def check_told(self, station, *texts):
        """A fault is in the status, the exit code, the journal and the lamp; sessions stay."""
        for text in texts:
            station.problem(text)
            self.assertIn(text, station.log)
        wait(lambda: station.is_lit(FAULT_LAMP), "the fault lamp is lit")
        text = station.prints("status", "--json", code=4)
        self.assertEqual([peer["state"] for peer in json.loads(text)["peers"]], ["up"])

    def check_well(self, station):
        def faults():
            return station.problems() + ["a lamp is lit"] * station.is_lit(FAULT_LAMP)

        with contextlib.suppress(AssertionError):
            wait(lambda: not faults(), f"{station} is well again")
        self.assertEqual(faults(), [])

    def check_pulled_out(self, station):
        """Its card is pulled out mid-talk, and put in again."""
        age = station.status()["peers"][0]["session_age_s"]

        def seen():
            wait(lambda: station.has_card("absent"), "the card is told to be gone")
            self.check_told(station, f"simcard:{station}")

        self.through(lambda: station.card.do("unplug"), seen, lambda: station.card.do("replug"))
        self.check_well(station)
        self.assertGreaterEqual(station.status()["peers"][0]["session_age_s"], age)

    def test_a_card_pulled_out_mid_talk_comes_back(self):
        for one in self.scene.stations:
            with self.subTest(one.name):
                self.check_pulled_out(one)

    STILL = {"suspend": "suspended", "hang": "stands still"}

    def check_silent(self, station, begin, end, *texts):
        """Its card stands still mid-talk, and moves again."""
        def seen():
            self.check_told(station, *texts or (self.STILL[begin],))

        words = begin.split()
        self.through(lambda: station.card.do(*words), seen, lambda: station.card.do(end))
        self.check_well(station)

    def test_a_card_that_sleeps_mid_talk_is_heard_when_awake(self):
        for one in self.scene.stations:
            self.check_silent(one, "suspend", "resume")

    def test_a_card_that_hangs_mid_talk_is_heard_when_it_moves(self):
        for one in self.scene.stations:
            self.check_silent(one, "hang", "unhang")

    def reopens(self, station, side="capture"):
        return station.status()["counters"][f"{side}_reopens"]

    def test_one_direction_that_hangs_is_told_of_and_heard_when_it_moves(self):
        for one, direction, side in ((self.kitchen, "capture", "input"),
                                     (self.garage, "playback", "output")):
            other = "playback" if direction == "capture" else "capture"
            before = one.card.status()[other]["starts"]
            reopened, log = self.reopens(one, other), len(one.log)
            self.check_silent(one, f"hang {direction}", "unhang", f"audio {side} ")
            # The direction that runs is left alone; the speaker runs dry once, until the timer
            # wakes the loop in the place of a microphone that hangs.
            self.assertEqual(self.reopens(one, other), reopened, f"{other} was opened again")
            self.assertNotIn(f"audio {'output' if side == 'input' else 'input'} ", one.log[log:])
            starts = one.card.status()[other]["starts"]
            self.assertTrue(starts <= before + 1, f"{other} began {starts - before} times")

    def test_a_hang_that_only_opening_ends_is_told_of_within_a_second_and_soon_heard(self):
        for one, words in ((self.kitchen, ()), (self.kitchen, ("capture",)), (self.garage, ()),
                           (self.garage, ("playback",))):
            side = words[0] if words else "playback" if one is self.garage else "capture"
            before = self.reopens(one, side)
            with self.kitchen.talking():
                wait(lambda: self.hears(self.kitchen, self.garage), "garage hears kitchen")
                self.garage.record()
                listen(0.3)
                # Nobody ends it.
                begun = self.ended(lambda o=one, w=words: o.card.do("hang", *w, "until-reopen"))
                wait(lambda o=one, s=side, b=before: self.reopens(o, s) > b,
                     f"{one} opens {side} again", 1)
                # The key is down all the while: so is the talk.
                self.assertTrue(self.kitchen.is_talking())
                self.garage.record()
                self.assert_back(self.kitchen, self.garage, begun)
            self.check_well(one)
            self.assertIn("stands still", one.log)
            self.assertIn("moves again", one.log)

    def test_a_key_let_go_while_its_card_sleeps_closes_the_microphone(self):
        for begin, end in (("suspend", "resume"), ("hang", "unhang")):
            self.kitchen.press()
            wait(self.kitchen.is_talking, "kitchen talks")
            self.kitchen.card.do(begin)
            self.check_told(self.kitchen, self.STILL[begin])
            # It is open as long as the key is down.
            self.assertTrue(self.kitchen.is_talking())
            self.kitchen.release()
            wait(lambda: not self.kitchen.is_talking() and not self.kitchen.is_lit(),
                 "the microphone is closed")
            self.kitchen.card.do(end)
            self.check_well(self.kitchen)
            self.assert_talk(self.kitchen, self.garage)

    def test_a_card_another_program_took_while_it_was_out_comes_back(self):
        other = None

        def take():
            nonlocal other
            self.kitchen.card.do("unplug")
            wait(lambda: self.kitchen.has_card("absent"), "the card is told to be gone")
            other = self.kitchen.card.hold("capture", 60)
            self.kitchen.card.do("replug")

        def seen():
            wait(lambda: self.audio("input")["state"] == "busy", "the card is told to be busy")
            self.check_told(self.kitchen, "another program")

        self.through(take, seen, lambda: process.end(other))
        self.check_well(self.kitchen)

    def test_a_judge_of_recovery_sees_when_there_is_none(self):
        with self.kitchen.talking():
            wait(lambda: self.garage.hears("kitchen"), "garage hears kitchen")
            self.garage.record()
            self.kitchen.card.do("unplug")
            wait(lambda: not self.garage.hears("kitchen"), "garage does not hear kitchen")
            with self.assertRaisesRegex(AssertionError, "not heard again"):
                self.assert_back(
                    self.kitchen, self.garage, self.ended(lambda: None), soon=0)
            self.garage.record()
            ended = self.ended(lambda: listen(0.5))
            self.kitchen.card.do("replug")
            with self.assertRaisesRegex(AssertionError, "was heard only"):
                self.assert_back(self.kitchen, self.garage, ended, soon=0.3)
        self.check_well(self.kitchen)

    def test_absent_or_unknown_at_the_start_is_tried_until_it_is_there(self):
        self.kitchen.stop()
        self.kitchen.card.do("unplug")
        self.kitchen.lines.do("unplug", "gpiochip0")
        self.kitchen.sections["audio"]["output"] = "pcm:nosuch"
        self.restart(self.kitchen)
        self.assertEqual(self.audio("input")["state"], "absent")
        self.assertNotEqual(self.audio("output")["state"], "open")
        for text in ("pcm:simcard:kitchen", "pcm:nosuch", "button ptt", "lamp on-air"):
            self.kitchen.problem(text)
        self.kitchen.wait_for("garage")
        errors = self.kitchen.complains("ptt", "down", "house")
        self.assertIn("microphone", errors)
        self.kitchen.lines.do("replug", "gpiochip0")
        wait(lambda: self.button() == "released", "the key is there")
        wait(lambda: self.kitchen.status()["lamps"][0]["state"] == "off", "the lamp is there")
        # Pressed before there is a microphone: it is heard when there is one.
        self.kitchen.press()
        self.garage.record()
        ended = self.ended(lambda: self.kitchen.card.do("replug"))
        self.assert_back(self.kitchen, self.garage, ended)
        self.kitchen.release()
        self.kitchen.stop()
        self.kitchen.sections["audio"]["output"] = "pcm:simcard:kitchen"
        self.restart(self.kitchen)
        self.scene.together()

    def test_a_line_another_driver_holds_is_told_of_and_taken_when_free(self):
        self.kitchen.stop()
        self.kitchen.lines.do("claim", "GPIO17", "gpio-keys")
        self.restart(self.kitchen)
        self.kitchen.problem("button ptt")
        self.assertEqual(self.button(), "unreadable")
        self.scene.together()
        self.garage.record()

        def free_and_press():
            self.kitchen.lines.do("claim", "GPIO17")
            wait(lambda: self.button() == "released", "the key is there")
            self.kitchen.press()

        self.assert_back(self.kitchen, self.garage, self.ended(free_and_press))
        self.kitchen.release()
        self.check_well(self.kitchen)

    def test_a_chip_pulled_out_mid_talk_is_soon_back_and_wants_the_key_anew(self):
        self.kitchen.press()
        wait(lambda: self.garage.hears("kitchen"), "garage hears kitchen")
        self.garage.record()
        self.kitchen.lines.do("unplug", "gpiochip0")
        wait(lambda: not self.kitchen.is_talking(), "the microphone is closed")
        self.assertEqual(self.button(), "unreadable")
        self.kitchen.problem("button ptt")
        span = listen(0.3)
        self.assert_silent(self.garage.recorded().span(*span))
        self.garage.record()

        def replug_and_press():
            self.kitchen.lines.do("replug", "gpiochip0")
            # Still held: it must be let go before it may talk again.
            wait(lambda: self.button() == "pressed", "the key is read again")
            self.assertFalse(self.kitchen.is_talking())
            self.kitchen.release()
            wait(lambda: self.button() == "released", "the key is up")
            self.kitchen.press()

        self.assert_back(self.kitchen, self.garage, self.ended(replug_and_press))
        wait(self.kitchen.is_lit, "the lamp is lit after the chip came back")
        self.kitchen.release()
        self.check_well(self.kitchen)


class TwoCards(FaultTest):
    """A station whose microphone is one card and whose speaker another."""

    def test_both_cards_in_turn_pulled_out_mid_talk(self):
        kitchen, garage = self.met("kitchen", "garage")
        kitchen.speaker = card.Card(kitchen.folder, "speaker")
        kitchen.sections["audio"]["output"] = "pcm:simcard:speaker"
        self.scene.start()
        for one in (kitchen, garage):
            one.speak(self.tone)

        def state(side):
            return kitchen.status()["audio"][side]["state"]

        for side, other, one, ways in (
                ("input", "output", kitchen.card, ((kitchen, garage), (garage, kitchen))),
                ("output", "input", kitchen.speaker, ((garage, kitchen), (kitchen, garage)))):
            def seen(side=side, other=other):
                wait(lambda: state(side) == "absent", f"the {side} is told to be gone")
                self.assertEqual(state(other), "open")

            (talker, listener), (speaker, hearer) = ways
            with speaker.talking():
                # What the other card does goes on all the while.
                wait(lambda: self.hears(speaker, hearer), f"{hearer} hears {speaker}")
                self.through(lambda one=one: one.do("unplug"), seen,
                             lambda one=one: one.do("replug"), talker, listener)
                self.assertTrue(self.hears(speaker, hearer))


class WithoutDevices(SceneTest):
    def test_stations_may_only_listen_only_talk_or_have_no_sound_at_all(self):
        mouth, ear, desk = self.met("mouth", "ear", "desk")
        mouth.sections["audio"]["output"] = "none"
        ear.sections["audio"]["input"] = "none"
        desk.sections["audio"].update(input="none", output="none")
        for one in (ear, desk):
            del one.sections["button ptt"], one.sections["lamp on-air"]
        self.scene.start(together=False)
        for one in self.scene.stations:
            one.wait_for(*one.known)
            self.assertEqual(
                [p for p in one.problems() if "audio" in p or "pcm" in p], [])
        self.assertEqual(mouth.status()["audio"]["output"]["state"], "none")
        self.assertTrue(desk.has_card("none"))
        mouth.speak(500)
        self.assert_talk(mouth, ear)
        self.assertNotIn("stands still", mouth.log + ear.log + desk.log)
        for one in (ear, desk):
            one.prints("ptt", "down", "house", code=1)
        self.assertEqual(mouth.ctl("ptt", "down", "ear")[0], 0)
        wait(lambda: ear.hears("mouth"), "ear hears mouth by intercomctl")
        self.assertEqual(mouth.ctl("ptt", "up", "ear")[0], 0)
        wait(lambda: not mouth.is_talking(), "mouth is silent")


MUTATIONS = (
    # Only the first reason why a card is not opened is told.
    ("Sources/Media/Hardware/Cards.swift", "let isNews = !isReported || self.error != error",
     "let isNews = !isReported",
     "Devices.test_a_card_another_program_took_while_it_was_out_comes_back"),
    # A card that stands still is opened again late.
    ("Sources/Media/Cards/StreamWatch.swift",
     "guard silence >= silenceAllowed else { return false }",
     "guard silence >= silenceAllowed * 4 else { return false }",
     "Devices.test_a_hang_that_only_opening_ends_is_told_of_within_a_second_and_soon_heard"),
)
