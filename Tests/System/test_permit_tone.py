"""The tones and the lamp at the microphone say whether a listener hears, and promise nothing."""

import time
import unittest

from lab import Scene, SceneTest, wait
from stage.wire import BadNet
from test_heard import typed
from test_muted_microphone import nocap
from tones import NOBODY, PERMIT, has_tone


class PermitTone(SceneTest):
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

    def test_one_listener_of_two_is_enough(self):
        kitchen, garage, door = self.scene("kitchen", "garage", "door")
        self.mute(kitchen)
        for _ in range(2):
            self.assertEqual(self.tones(door, kitchen, garage), (True, False))
        self.mute(garage)
        self.assertTrue(self.tones(door, kitchen, garage)[1])
        self.assertEqual(self.tones(door, kitchen, garage), (False, True))
        self.mute(kitchen, False)
        self.assertEqual(self.tones(door, kitchen, garage), (True, False))

    def test_a_peer_that_takes_the_place_of_a_deaf_one_is_not_doubted(self):
        kitchen, garage, door = self.scene("kitchen", "garage", "door")
        door.forgets(garage)
        door.reload()
        self.mute(kitchen)
        self.assertTrue(self.tones(door, kitchen)[1])
        self.assertEqual(self.tones(door, kitchen), (False, True))
        door.forgets(kitchen)
        door.reload()
        # It gets the number that the kitchen had.
        door.knows(garage, self.badnets[garage].port_for(door))
        door.reload()
        door.wait_for(garage)
        self.badnets[garage].do("delay", "both", 300)
        door.record()
        with door.talking():
            time.sleep(0.2)
            samples = door.recorded().samples
            # That was before the word of the garage could be here.
            self.assertIsNone(door.peer("garage")["hears_now"])
        self.assertTrue(has_tone(samples, PERMIT))

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


if __name__ == "__main__":
    unittest.main()
