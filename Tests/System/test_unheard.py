"""Who does not hear, and why, is known: midway in a talk, by a mute, a volume, and by the tones."""

import contextlib
import time

from lab import Scene, SceneTest, sound, wait
from test_heard import (
    HeardTest, diagnosis, done_to_card, mixer, reasons, settings, typed, typing)
from tones import NOBODY, PERMIT, has_tone

from stage.wire import BadNet


class DeafMidway(HeardTest):
    """Who goes deaf in the middle of a talk is known to have done so, and why."""

    def check(self, talker, listener, deafness, reason):
        """A second is heard, two are not; the rest of the talk is either."""
        talker.ctl("ptt", "down", "house")
        wait(lambda: listener.hears(talker), f"{listener} hears {talker}")
        time.sleep(1)
        with deafness:
            time.sleep(2)
            talker.ctl("ptt", "up", "house")
            wait(lambda: not talker.is_talking(), f"{talker} is silent")
            # The last reports come within so long.
            time.sleep(1.6)
            found = talker.status()["peers"][0]
        self.assertEqual(found["heard_reason"], reason)
        self.assertTrue(5 <= found["heard_percent"] <= 80, found["heard_percent"])
        self.is_heard(listener, talker, "house")

    def test_by_a_card_that_is_gone_or_stands_still_and_by_settings(self):
        kitchen, door = self.scene("kitchen", "door")
        self.is_heard(kitchen, door, "house")
        for reason, deafness in (
                ("output_lost", done_to_card(kitchen, "unplug", "replug")),
                ("output_still", done_to_card(kitchen, "hang", "unhang")),
                ("not_listening", settings(kitchen, "channel house", listen="no"))):
            with self.subTest(reason=reason):
                self.check(door, kitchen, deafness, reason)

    def said_when_it_ends(self, kitchen, door, seconds, end):
        """What `talk` at the door says when the kitchen ends in its midst."""
        self.is_heard(kitchen, door, "house")
        with typing(door, "talk", "house", "--seconds", seconds) as talker:
            wait(lambda: kitchen.hears(door), "kitchen hears door")
            time.sleep(1)
            end()
            said, _ = talker.communicate(timeout=20)
            self.assertEqual(talker.returncode, 1, said)
        return said

    def test_by_death(self):
        kitchen, door = self.scene("kitchen", "door")
        said = self.said_when_it_ends(kitchen, door, "8", kitchen.kill)
        self.assertIn(b"heard by kitchen\nnothing comes back any more from kitchen", said)
        time.sleep(1.6)
        (peer,) = door.status()["peers"]
        self.assertEqual(peer["heard_reason"], "no_answer")
        self.assertLess(peer["heard_percent"], 40)

    def test_by_a_goodbye(self):
        kitchen, door = self.scene("kitchen", "door")
        said = self.said_when_it_ends(kitchen, door, "6", kitchen.stop)
        self.assertIn(b"heard by kitchen\nnobody hears you: kitchen (it is down)", said)
        door.said("no listener can hear the talk to house")
        time.sleep(1.6)
        self.assertEqual(door.peer("kitchen")["heard_reason"], "down")


@contextlib.contextmanager
def nocap(station):
    """Another program switches the microphone off in the card's mixer."""
    mixer(station, "Mic", "nocap")
    wait(lambda: any("the microphone is muted" in note for note in station.notes()),
         f"{station} sees the mixer")
    try:
        yield
    finally:
        mixer(station, "Mic", "cap")
    wait(lambda: not any("the microphone is muted" in note for note in station.notes()),
         f"{station} sees that it is on")


class MutedMicrophone(HeardTest):
    """Silence of a microphone that is muted, turned off or gone is not said to be heard."""

    def is_silent(self, door, reason, words):
        """No command, and nothing in the status, says that anybody hears the door."""
        text = door.prints("talk", "house", "--seconds", "1", seconds=20, code=1)
        self.assertIn(words, text)
        text = door.prints("ptt", "down", "house", code=1)
        self.assertIn(words, text)
        wait(lambda: "no listener hears this station now: this station's microphone"
             in door.ctl("status")[1], "door says so while it talks")
        self.assertEqual(reasons(door, "there", standing=True), [reason])
        self.assertIn("microphone", "\n".join(diagnosis(door)))
        door.ctl("ptt", "up", "house")
        wait(lambda: not door.is_talking(), "door is silent")

    def is_muted(self, door, reason, words):
        """So much was sent, and nothing of it was sound."""
        code, text, percent, why = self.talk(door, "house")
        self.assertEqual((code, percent, why), (1, 0, reason), text)
        self.assertIn(words, text)
        self.assertEqual(reasons(door, "there"), [reason])
        self.is_silent(door, reason, words)

    def test_a_microphone_that_is_muted_or_gone_is_heard_by_nobody(self):
        kitchen, door = self.scene("kitchen", "door")
        self.is_heard(kitchen, door, "house")
        for silence, reason, words in (
                (typed(door, ("mute", "mic"), ("unmute", "mic")), "microphone_muted",
                 "this station's microphone is muted"),
                (nocap(door), "microphone_card_muted",
                 "this station's microphone is muted or at 0 in its card's mixer")):
            with self.subTest(reason):
                with silence:
                    kitchen.record()
                    self.is_muted(door, reason, words)
                    self.assertLess(sound.tone_level(kitchen.recorded().samples, 500), -80)
                time.sleep(1.6)
                self.assertEqual(reasons(door, "there"), [], "what is mended is told no more")
                self.is_heard(kitchen, door, "house")
        with done_to_card(door, "hang", "unhang"):
            self.is_silent(door, "microphone_lost", "this station's microphone is not there, or")
        self.is_heard(kitchen, door, "house")
        # A volume of 0, which many cards still let through: what it gives decides.
        mixer(door, "Mic", "0%")
        time.sleep(2.5)
        self.is_heard(kitchen, door, "house")


class Volumes(HeardTest):
    """A volume that lets nothing be heard is said at once, before anybody speaks in vain."""

    def test_pages_at_zero_are_a_problem_before_one_is_missed(self):
        kitchen, door = self.scene("kitchen", "door")
        self.assertIn("pages are at 0%: no page is heard", kitchen.ctl("volume", "page", "0")[1])
        self.is_said(kitchen, "the volume of pages is at 0 %", "intercomctl volume page 100")
        text = door.prints("page", "house", "--seconds", "2", seconds=30, code=1)
        self.assertIn("heard: kitchen nothing (the volume is too low)", text)
        # Talk is heard as ever.
        code, text, percent, reason = self.talk(door, "house")
        self.assertEqual((code, reason), (0, None), text)
        self.assertTrue(percent >= 90, f"{percent} % was heard")
        self.assertNotIn("page", kitchen.ctl("volume", "page", "100")[1].splitlines()[-1])
        self.assertEqual(reasons(kitchen, "here"), [])

    def test_a_page_that_was_missed_is_told_no_more_where_the_next_would_be_heard(self):
        kitchen, door = self.scene("kitchen", "door")
        door.speak(500)
        for way in ("talk", "page"):
            kitchen.ctl("mute", "speaker")
            door.ctl(way, "house", "--seconds", "1", seconds=30)
            wait(lambda: None in self.ages(kitchen), f"{way}: the mute is told")
            wait(lambda: len(self.ages(kitchen)) == 2, f"{way}: and that it was missed")
            kitchen.ctl("unmute", "speaker")
            wait(lambda: not reasons(kitchen, "here"), f"{way}: nothing is left of it", 3)
        # Muted still, it is told on.
        kitchen.ctl("mute", "door")
        door.ctl("page", "house", "--seconds", "1", seconds=30)
        kitchen.ctl("mute", "speaker")
        kitchen.ctl("unmute", "speaker")
        self.assertEqual(len(self.ages(kitchen)), 2)

    def ages(self, station):
        """How old each reason is for which somebody is not heard here; None: it lasts."""
        return [one["age_s"] for one in station.status()["unheard"] if one["where"] == "here"]

    def is_said(self, station, what, fix):
        (problem,) = station.problems()
        self.assertIn(what, problem)
        self.assertIn(fix, problem)
        self.assertEqual(station.ctl("status")[0], 4)


class PermitTone(SceneTest):
    """Tones and the lamp at the microphone say whether a listener hears, and promise nothing."""

    def scene(self, *names):
        scene = self.enterContext(Scene(*names))
        *others, door = scene.stations
        self.badnets = {}
        for other in others:
            # So far that a tone is over before the listener's first word is here.
            badnet = self.badnets[other] = BadNet(scene, other, door)
            badnet.do("delay", "both", 80)
            scene.introduce(other, door, via=badnet)
        door.sections["sounds"] = {"permit": "tone"}
        scene.start()
        door.speak(500)
        return scene.stations

    def tones(self, door, *others):
        """Which tones a talk makes: (the channel is open, no listener hears)."""
        door.record()
        with door.talking():
            # The listeners have said whether they hear.
            for other in others:
                wait(lambda one=other: door.peer(one.name)["hears_now"], f"{other} has said")
            time.sleep(0.5)
        samples = door.recorded().samples
        return has_tone(samples, PERMIT), has_tone(samples, NOBODY)

    def mute(self, station, is_on=True):
        self.assertEqual(station.ctl("mute" if is_on else "unmute", "speaker")[0], 0)

        def is_known():
            reasons = [one["reason"] for one in station.status()["unheard"]]
            return ("speaker_muted" in reasons) == is_on
        wait(is_known, f"{station} knows it")

    def test_no_tone_says_open_where_it_is_known_that_the_listener_does_not_hear(self):
        kitchen, door = self.scene("kitchen", "door")
        self.assertEqual(self.tones(door, kitchen), (True, False))
        self.mute(kitchen)
        # Nobody knows yet: the first word takes it back.
        self.assertTrue(self.tones(door, kitchen)[1])
        for _ in range(2):
            self.assertEqual(self.tones(door, kitchen), (False, True))
        # That it hears again is told by its first word, and known from then on.
        self.mute(kitchen, False)
        for _ in range(2):
            self.assertEqual(self.tones(door, kitchen), (True, False))

    def test_no_tone_says_open_where_the_microphone_is_silent(self):
        kitchen, door = self.scene("kitchen", "door")
        self.assertEqual(self.tones(door, kitchen), (True, False))
        for silence in (typed(door, ("mute", "mic"), ("unmute", "mic")), nocap(door)):
            with silence:
                self.assertEqual(self.tones(door, kitchen), (False, True))
            self.assertEqual(self.tones(door, kitchen), (True, False))
        # One that is opened in the middle of a talk is told then, once.
        door.ctl("mute", "mic")
        with door.talking():
            time.sleep(1)
            door.record()
            door.ctl("unmute", "mic")
            time.sleep(1)
            samples = door.recorded().samples
        self.assertEqual((has_tone(samples, PERMIT), has_tone(samples, NOBODY)), (True, False))

    def test_who_speaks_to_nobody_sees_it_as_long_as_it_is_so(self):
        kitchen, door = self.scene("kitchen", "door")
        self.mute(kitchen)
        with door.talking():
            # The lamp of the microphone is dark twice a second.
            wait(lambda: not door.is_lit(), "the lamp shows that nobody hears")
            wait(door.is_lit, "the lamp is lit again")
            kitchen.ctl("unmute", "speaker")
            wait(lambda: door.peer("kitchen")["hears_now"] == "heard", "kitchen hears")
            time.sleep(0.5)
            for _ in range(20):
                self.assertTrue(door.is_lit())
                time.sleep(0.03)


MUTATIONS = (
    # A microphone that the mixer mutes is not noticed.
    ("Sources/Station/Switchboard/MicrophoneWatch.swift",
     "return facts.isCardMuted ? .microphoneCardMuted : nil",
     "return nil", "MutedMicrophone.test_a_microphone_that_is_muted_or_gone_is_heard_by_nobody"),
)
