"""What was heard last, played once more: only what came out of the speaker, from the newest, and
for as long as the settings say.
"""

import subprocess
import time

from lab import SceneTest, listen, place, sound, wait

AGAIN = "GPIO6"


class Replay(SceneTest):
    def stations(self, keep="60s"):
        kitchen, garage = self.met("kitchen", "garage")
        garage.sections["replay"] = {"keep": keep}
        garage.sections["button again"] = {"line": AGAIN, "press": "replay"}
        self.scene.start()
        kitchen.wait_for(garage)
        return kitchen, garage

    def say(self, kitchen, garage, hertz, seconds=1.5):
        """A talkspurt, and the pause that ends it."""
        kitchen.speak(hertz)
        kitchen.press()
        wait(lambda: garage.hears(kitchen), "garage hears it")
        time.sleep(seconds)
        kitchen.release()
        wait(lambda: not garage.hears(kitchen), "it is over")
        kitchen.hush()
        time.sleep(1.2)

    @staticmethod
    def playing(garage):
        """A replay under way, until it is over."""
        player = subprocess.Popen(
            [place.program("intercomctl"), "--config", garage.etc, "replay"],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        assert "playing kitchen" in player.stdout.readline()
        return player

    def assert_stopped(self, player, cause):
        self.assertIn(f"it was stopped by {cause}", player.communicate(timeout=place.PATIENCE)[1])
        self.assertEqual(player.returncode, 1)

    @staticmethod
    def levels(station, *tones):
        # The speaker's card has the last of it still.
        time.sleep(0.3)
        heard = station.recorded().samples
        # A tone that begins is a click of up to -37 dB at other tones.
        return [sound.tone_track(heard, hertz).max() > -25 for hertz in tones]

    def test_the_last_talkspurt_is_played_and_then_the_one_before(self):
        kitchen, garage = self.stations()
        # What garage says itself is not kept.
        garage.speak(1_300)
        garage.press()
        wait(lambda: kitchen.hears(garage), "kitchen hears it")
        garage.release()
        garage.hush()
        wait(lambda: not kitchen.hears(garage), "it is over")
        self.assertIn("nothing more was heard", garage.complains("replay"))
        self.say(kitchen, garage, 500)
        self.say(kitchen, garage, 900)
        for words, tones in ((("replay",), [False, True]), (("replay",), [True, False]),
                             (("replay", "kitchen"), [False, True])):
            garage.record()
            said = garage.prints(*words, seconds=30)
            self.assertRegex(said, r"playing kitchen: \d\.\d s\nit was played")
            self.assertEqual(self.levels(garage, 500, 900), tones)
        self.assertIn("no peer attic", garage.complains("replay", "attic"))
        self.assertIn("nothing is kept", kitchen.complains("replay"))
        for station in (kitchen, garage):
            self.assert_no_heap_calls(station)

    def test_a_button_plays_it_in_do_not_disturb_too(self):
        kitchen, garage = self.stations()
        self.say(kitchen, garage, 500)
        garage.prints("dnd", "on")
        garage.record()
        garage.press(AGAIN)
        garage.release(AGAIN)
        time.sleep(0.7)
        span = listen(0.5)
        self.assert_heard(garage.recorded().span(*span), 500)

    def test_a_voice_goes_before_it(self):
        kitchen, garage = self.stations()
        self.say(kitchen, garage, 500, seconds=5)
        with self.playing(garage) as player:
            self.assertIn("something is just being played", garage.complains("replay"))
            kitchen.speak(900)
            kitchen.press()
            self.assert_stopped(player, "a voice")
        self.assertIn("somebody talks", garage.complains("replay"))
        kitchen.release()

    def test_a_voice_that_is_muted_here_does_not_matter(self):
        kitchen, garage = self.stations()
        self.say(kitchen, garage, 500)
        garage.prints("mute", "kitchen")
        kitchen.speak(900)
        with kitchen.talking():
            wait(lambda: garage.hears(kitchen), "garage gets it")
            time.sleep(0.5)
            garage.record()
            self.assertIn("it was played", garage.prints("replay", seconds=30))
            self.assertTrue(kitchen.is_talking())
            self.assertEqual(self.levels(garage, 500, 900), [True, False])

    def test_nothing_is_kept_that_was_not_heard_and_nothing_for_longer(self):
        kitchen, garage = self.stations("10s")
        garage.prints("mute", "speaker")
        self.say(kitchen, garage, 500)
        garage.prints("unmute", "speaker")
        self.assertIn("nothing more was heard in the last 10 s", garage.complains("replay"))
        self.say(kitchen, garage, 500)
        self.assertIn("it was played", garage.prints("replay", seconds=30))
        time.sleep(11)
        self.assertIn("nothing more was heard in the last 10 s", garage.complains("replay"))

    def test_a_reload_that_turns_it_off_or_takes_the_peer_out_ends_it(self):
        kitchen, garage = self.stations()
        self.say(kitchen, garage, 500, seconds=5)
        with self.playing(garage) as player:
            garage.sections["replay"] = {"keep": "off"}
            garage.reload()
            self.assert_stopped(player, "the new settings")
        self.assertIn("nothing is kept", garage.complains("replay"))
        garage.sections["replay"] = {"keep": "60s"}
        garage.reload()
        self.assertIn("nothing more was heard", garage.complains("replay"))
        self.say(kitchen, garage, 500, seconds=5)
        with self.playing(garage) as player:
            garage.forgets(kitchen)
            garage.reload()
            self.assert_stopped(player, "the new settings")
        self.assertIn("nothing more was heard", garage.complains("replay"))


MUTATIONS = (
    # What a person has muted is kept, too.
    ("Sources/Media/Listen/Talkers.swift", "under: highest).why == .heard",
     "under: highest).why != .tooMany",
     "Replay.test_nothing_is_kept_that_was_not_heard_and_nothing_for_longer"),
    # A replay under way outlives the settings that forbid it.
    ("Sources/Intercomd/Loop/ControlLoop+Recordings.swift",
     "if messages.player?.subject == .replay {", "if false {",
     "Replay.test_a_reload_that_turns_it_off_or_takes_the_peer_out_ends_it"),
)
