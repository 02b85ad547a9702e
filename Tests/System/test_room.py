"""Speaker and microphone in one room: voice operation, echo, half duplex."""

import time

from lab import Scene, SceneTest, listen, wait

from stage import measure, speech

LISTENING = "GPIO24"
ROOM_MS = 5


class VoiceOperated(SceneTest):
    """The kitchen talks when somebody speaks there."""

    @classmethod
    def setUpClass(cls):
        cls.scene = cls.enterClassContext(Scene("kitchen", "garage"))
        cls.kitchen, cls.garage = cls.scene.stations
        cls.kitchen.sections["button ptt"] = {
            "mode": "vox", "talk": "house", "vox-hang": "300ms"}
        cls.kitchen.sections["lamp room"] = {"line": LISTENING, "show": "listening"}
        cls.kitchen.sections["talk"] = {"preroll": "0"}
        cls.scene.introduce(cls.kitchen, cls.garage)
        cls.scene.start()
        cls.kitchen.card.do("noise", 30)
        # It must know the room's noise before it knows what speech is.
        time.sleep(1)

    def setUp(self):
        self.kitchen.hush()
        self.garage.hush()
        self.kitchen.card.do("echo", "off")
        wait(lambda: not self.kitchen.is_talking(), "kitchen is silent")

    def test_speech_opens_the_microphone_and_silence_closes_it(self):
        self.assertTrue(self.kitchen.is_lit(LISTENING))
        self.kitchen.speak(speech.talk(3), loop=False)
        wait(self.kitchen.is_talking, "kitchen talks")
        wait(lambda: self.garage.hears(self.kitchen), "garage hears kitchen")
        wait(lambda: not self.kitchen.is_talking(), "kitchen is silent")
        self.assertTrue(self.kitchen.is_lit(LISTENING))
        self.assert_no_heap_calls(self.kitchen)

    def test_its_own_speaker_never_opens_it(self):
        self.kitchen.card.do("echo", 1.0, ROOM_MS)
        before = self.kitchen.counters()["frames_sent"]
        self.garage.speak(speech.talk(4))
        with self.garage.talking():
            wait(lambda: self.kitchen.hears(self.garage), "kitchen hears garage")
            time.sleep(4)
        time.sleep(1)
        self.assertEqual(self.kitchen.counters()["frames_sent"], before)
        self.garage.hush()
        # The same voice opens it when it is not the speaker's.
        self.kitchen.speak(speech.talk(4), loop=False)
        self.kitchen.moved("frames_sent", self.kitchen.counters())


class Echo(SceneTest):
    def test_the_echo_is_taken_away_and_both_may_speak(self):
        kitchen, garage = self.met("kitchen", "garage")
        kitchen.sections["audio"].update({
            "duplex": "auto", "echo": "on", "noise-suppression": "high",
            "gain-control": "on"})
        self.scene.start()
        audio = kitchen.status()["audio"]
        self.assertEqual((audio["duplex"], audio["echo"]), ("full", "on"))
        self.assertEqual(audio["duplex_reason"], "the echo is cancelled")
        kitchen.card.do("echo", 1.0, ROOM_MS)
        garage.speak(speech.talk(8))
        with garage.talking(), kitchen.talking():
            wait(lambda: (kitchen.status()["audio"]["echo_reduction_db"] or 0) >= 15,
                 "the echo goes")
            garage.record()
            during = listen(1.0)
            self.assertTrue(measure.level(garage.recorded().span(*during)) < -45, "no echo")
            # The card lost its sound: what is played has another place from now on.
            kitchen.card.do("xrun", "playback")
            time.sleep(3)
            garage.record()
            during = listen(1.0)
            self.assertTrue(measure.level(garage.recorded().span(*during)) < -45, "no echo yet")
            # Another cause of echo, which nobody can know of, shows that it is one.
            kitchen.speak(440)
            garage.record()
            during = listen(1.0)
            self.assertTrue(measure.level(garage.recorded().span(*during)) > -40, "an echo")
        self.assert_no_heap_calls(kitchen)

    def test_half_duplex_does_not_howl(self):
        with Scene("kitchen", "garage") as scene:
            for one in scene.stations:
                one.sections["audio"]["duplex"] = "half"
            kitchen, garage = scene.stations
            scene.introduce(kitchen, garage)
            scene.start()
            for one in scene.stations:
                one.card.do("echo", 1.0, ROOM_MS)
            with kitchen.talking(), garage.talking():
                kitchen.speak(speech.talk(1), loop=False)
                time.sleep(1.5)
                for one in scene.stations:
                    one.record()
                after = listen(1.0)
                for one in scene.stations:
                    heard = one.recorded().span(*after)
                    self.assertLess(measure.level(heard), -60)
