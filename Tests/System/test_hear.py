"""A person's own speech at the own speaker: as a listener, or somebody on the network, hears it."""

import re
import signal
import subprocess
import time

from lab import SceneTest, listen, place, sound, wait


class Hear(SceneTest):
    def station(self):
        kitchen, garage = self.met("kitchen", "garage")
        self.scene.start()
        kitchen.wait_for(garage)
        return kitchen, garage

    def try_it(self, kitchen, *words, hertz=500):
        """Speaks, and hears; what it said, and the level of that tone at the speaker."""
        kitchen.speak(hertz)
        player = self.begin(kitchen, *words, "--seconds", "2")
        self.assertIn("speak after the tone, for 2 s", player.stdout.readline())
        self.assertRegex(player.stdout.readline(), r"^2\.\d s; you hear it now$")
        kitchen.record()
        kitchen.hush()
        said = player.communicate(timeout=place.PATIENCE)[0]
        self.assertEqual(player.returncode, 0, said)
        heard = kitchen.recorded().samples
        return said, sound.tone_track(heard, hertz).max()

    @staticmethod
    def begin(kitchen, *words):
        return subprocess.Popen(
            [place.program("intercomctl"), "--config", kitchen.etc, "test", *words],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def test_a_person_hears_what_a_listener_would_and_somebody_on_the_network(self):
        kitchen, garage = self.station()
        garage.record()
        figures, level = self.try_it(kitchen, "hear")
        self.assertGreater(level, -25)
        self.assertRegex(
            figures, r"(?m)^level -\d+ dBFS\nSNR .*\n[\d.]+ kbit/s of sound, [\d.]+ with seal and "
            r"copies\nMOS 4\.4$")
        self.assertNotIn("lost", figures)
        # A steady tone is no speech with pauses.
        self.assertIn("SNR unknown", figures)
        lossy, level = self.try_it(kitchen, "hear", "--loss", "40")
        self.assertGreater(level, -25)
        lost, sent = re.search(r"(\d+) of (\d+) packets lost", lossy).groups()
        self.assertTrue(0.25 < int(lost) / int(sent) < 0.55, lossy)
        self.assertLess(float(re.search(r"MOS ([\d.]+)", lossy)[1]), 4.4)
        wire, level = self.try_it(kitchen, "wire")
        self.assertLess(level, -25)
        self.assertIn("kbit/s of sound", wire)
        # Nobody else has heard any of it, nor is it kept.
        self.assertLess(sound.tone_track(garage.recorded().samples, 500).max(), -60)
        self.assertIsNone(garage.peer("kitchen")["last_words_age_s"])
        self.assertIn("no messages", kitchen.prints("message", "list"))
        self.assert_no_heap_calls(kitchen)

    def test_the_microphone_closes_with_the_program_and_a_talk_goes_before_it(self):
        kitchen, garage = self.station()
        trial = self.begin(kitchen, "hear")
        wait(kitchen.is_talking, "the microphone opens")
        self.assertIn("is being spoken", kitchen.complains("test", "wire"))
        trial.kill()
        trial.communicate()
        wait(lambda: not kitchen.is_talking(), "it closes")
        with self.begin(kitchen, "hear") as trial:
            wait(kitchen.is_talking, "the microphone opens")
            kitchen.press()
            errors = trial.communicate(timeout=place.PATIENCE)[1]
            self.assertEqual(trial.returncode, 1)
            self.assertIn("dropped: the microphone opened for others", errors)
        wait(lambda: garage.hears(kitchen), "the talk is heard")
        self.assertIn("microphone is open", kitchen.complains("test", "hear"))
        kitchen.release()
        wait(lambda: not kitchen.is_talking(), "it is over")
        kitchen.prints("mute", "speaker")
        self.assertIn("muted", kitchen.complains("test", "hear"))
        self.assertFalse(kitchen.is_talking())
        kitchen.prints("unmute", "speaker")
        # Ctrl-C without a terminal ends the speech, and again what plays.
        kitchen.speak(500)
        with self.begin(kitchen, "hear", "--seconds", "60") as trial:
            wait(kitchen.is_talking, "the microphone opens")
            time.sleep(1)
            trial.send_signal(signal.SIGINT)
            self.assertIn("speak after", trial.stdout.readline())
            self.assertIn("you hear it now", trial.stdout.readline())
            self.assertFalse(kitchen.is_talking())
            kitchen.hush()
            trial.send_signal(signal.SIGINT)
            trial.communicate(timeout=place.PATIENCE)
            self.assertEqual(trial.returncode, 1)
        listen(0.5)
        self.assertIn("--seconds: 60 at most", kitchen.complains(
            "test", "hear", "--seconds", "61", code=2))
        self.assertIn("--loss", kitchen.complains("test", "hear", "--loss", "91", code=2))


MUTATIONS = (
    # What was chosen to be lost arrives.
    ("Sources/Intercomd/Messages/HearTrial.swift", "% 100 >= loss else", "% 100 >= 0 else",
     "Hear.test_a_person_hears_what_a_listener_would_and_somebody_on_the_network"),
    # Somebody on the network hears the speech.
    ("Sources/Intercomd/Messages/HearTrial.swift", "if !isWire { outcome.sound",
     "if true { outcome.sound",
     "Hear.test_a_person_hears_what_a_listener_would_and_somebody_on_the_network"),
)
