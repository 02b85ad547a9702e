"""`intercomctl test …` as a new user meets it: each device alone, the daemon down or up.

The screens are whole, but for levels and times that the world around a simulated card decides.
"""

import concurrent.futures
import contextlib
import json
import re
import subprocess
import time

import numpy
from lab import Scene, SceneTest, measure, place, process, sound, wait


def normalised(text):
    """The screen without levels and times."""
    for pattern, word in (
            (r"\(-?\d+ dBFS", "(N dBFS"), (r" *-?\d+ dBFS(  #+)?", " N dBFS"),
            (r"for [\d.]+ s$", "for T s"), (r"clipping \d+ times", "clipping N times"),
            (r"\(/\S+/kitchen/etc/intercomd\.conf:\d+\)", "(FILE:LINE)"),
            (r"; /\S+/kitchen/etc/intercomd\.conf:\d+\)", "; FILE:LINE)")):
        text = re.sub(pattern, word, text)
    return text


LEVELS = "".join(f"{n / 2:.1f} s N dBFS\n" for n in range(1, 7))


class TryTest(SceneTest):
    maxDiff = None

    def setUp(self):
        self.kitchen, = self.enter("kitchen")
        self.kitchen.write_config()
        self.kitchen.lines.start()

    def assert_screen(self, words, code, output, errors=""):
        """What a test prints, and how it ends."""
        ended, text, complaints = self.kitchen.ctl("test", *words)
        self.assertEqual(normalised(text), output, complaints)
        self.assertEqual(normalised(complaints), errors)
        self.assertEqual(ended, code)

    def numbers(self, *words, code=0):
        """What a test found, from its JSON."""
        ended, text, errors = self.kitchen.ctl("test", *words, "--json")
        self.assertEqual((ended, errors), (code, ""))
        found = json.loads(text)
        self.assertEqual((found["schema"], found["test"]), (1, words[0]))
        self.assertEqual(found["ok"], code == 0)
        return found


class Sound(TryTest):
    def test_the_speaker_plays_three_rising_tones(self):
        self.kitchen.record()
        self.assert_screen(["speaker"], 0, """\
playing a rising tone three times on pcm:simcard:kitchen
done  played; if you heard nothing: check volume (alsamixer) and cable, or try another output \
(intercomctl audio list)
""")
        heard = self.kitchen.recorded()
        for hertz in (600, 800, 1000):
            track = sound.tone_track(heard.samples, hertz)
            there = (track > -18).astype(int)
            self.assertEqual(numpy.count_nonzero(numpy.diff(there) == 1), 3, f"{hertz} Hz")

    def test_no_card(self):
        self.kitchen.card.do("unplug")
        for words, side in ((["speaker"], "output"), (["mic"], "input")):
            self.assert_screen(words, 1, "", f"""\
intercomctl: audio {side} pcm:simcard:kitchen: no such card now; plug it in, or set {side} in \
[audio] (intercomctl audio list)
""")

    def test_through_the_daemon_that_has_the_card(self):
        self.kitchen.begin()
        wait(self.kitchen.has_card, "the daemon has its card")
        self.kitchen.record()
        code, text, errors = self.kitchen.ctl("test", "speaker")
        self.assertEqual((code, errors), (0, ""))
        self.assertIn("intercomd plays a rising tone on pcm:simcard:kitchen\ndone  played", text)
        self.assertTrue(measure.level(self.kitchen.recorded().samples) > -60, "it is heard")
        self.kitchen.ctl("mute", "speaker")
        code, text, _ = self.kitchen.ctl("test", "speaker")
        self.assertEqual((code, text), (
            1, "FAIL  the speaker is muted: intercomctl unmute speaker\n"))
        self.kitchen.ctl("unmute", "speaker")
        self.kitchen.ctl("volume", "20")
        code, text, _ = self.kitchen.ctl("test", "speaker")
        self.assertEqual((code, text), (1, "FAIL  the volume is 20: intercomctl volume 100\n"))
        self.kitchen.ctl("volume", "100")
        text = self.kitchen.prints("test", "mic", code=1)
        self.assertIn("FAIL  silent", text)
        self.kitchen.speak(500)
        text = self.kitchen.prints("test", "mic")
        self.assertIn("intercomd has pcm:simcard:kitchen: listening for 3 s, speak\nok", text)

    def test_a_direction_that_is_not_used(self):
        self.kitchen.sections["audio"].update(input="none", output="none")
        self.kitchen.write_config()
        self.assert_screen(["speaker"], 1, "", "intercomctl: [audio] output = none: "
                           "there is no loudspeaker to test\n")
        self.assert_screen(["mic"], 1, "", "intercomctl: [audio] input = none: "
                           "there is no microphone to test\n")


class InTheRoom(SceneTest):
    """What a microphone hears, in several rooms at once, for each takes seconds."""

    maxDiff = None

    @classmethod
    def setUpClass(cls):
        rooms = ("speech", "still", "muted", "shout")
        cls.scene = cls.enterClassContext(Scene(*rooms))
        for one in cls.scene.stations:
            one.write_config()
            one.card.do("noise", 0 if str(one) == "muted" else 30)
        speech, still, _, shout = cls.scene.stations
        speech.speak(500)
        shout.speak(60_000 * numpy.sin(numpy.arange(48_000) / 20))
        with concurrent.futures.ThreadPoolExecutor(len(rooms)) as pool:
            runs = {str(one): pool.submit(one.ctl, "test", "mic") for one in cls.scene.stations}
            cls.screens = {room: run.result() for room, run in runs.items()}
        cls.found = json.loads(still.ctl("test", "mic", "--json")[1])

    def assert_room(self, room, code, verdict):
        """What was said in a room, and how it ended."""
        ended, text, errors = self.screens[room]
        self.assertEqual(normalised(text), f"listening on pcm:simcard:{room} for 3 s: speak\n"
                         f"{LEVELS}{verdict}\n", errors)
        self.assertEqual((ended, errors), (code, ""))

    def test_each_room_has_its_verdict(self):
        for room, code, verdict in (
                ("speech", 0, "ok    normal: N dBFS, noise floor N dBFS"),
                ("still", 0, "ok    quiet: N dBFS, noise floor N dBFS; if you did speak, raise the "
                 "gain (alsamixer, F4)"),
                ("muted", 1, "FAIL  silent (N dBFS, noise floor N dBFS): muted, unplugged, or not "
                 "the microphone you mean (alsamixer, F4)"),
                ("shout", 1, "FAIL  clipping N times: N dBFS, noise floor N dBFS; lower the gain "
                 "(alsamixer, F4)")):
            with self.subTest(room):
                self.assert_room(room, code, verdict)

    def test_levels_are_those_of_the_room(self):
        self.assertRegex(self.screens["speech"][1], r"\n2\.0 s +-1[0-9] dBFS  #{20,25}\n")
        self.assertEqual((self.found["ok"], self.found["verdict"]), (True, "quiet"))
        # Random steps up to 30 of 32,768 have an RMS of 17 of them.
        floor = self.found["numbers"]["noise_floor_dbfs"]
        self.assertAlmostEqual(floor, -65.5, delta=0.3)


class Lines(TryTest):
    def started(self, *words):
        """A test under way."""
        program = subprocess.Popen(  # pylint: disable=consider-using-with
            [place.program("intercomctl"), "--config", self.kitchen.etc, "test", *words],
            env=self.kitchen._environment() | {  # pylint: disable=protected-access
                "LD_PRELOAD": place.lab("libgpiosim.so")},
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.addCleanup(process.end, program)
        return program

    def watched(self, *words):
        """A `test button` under way, after it has said how the key reads."""
        program = self.started("button", *words)
        return program, program.stdout.readline()

    def finished(self, program, first):
        """(exit code, the whole screen) of one that has been seen to."""
        with contextlib.closing(program.stderr):
            rest, errors = program.communicate(timeout=place.PATIENCE)
        self.assertEqual(errors, "")
        return program.returncode, normalised(first + rest)

    def tap(self, program):
        """Presses the key, and lets it go when that was seen."""
        self.kitchen.press()
        line = program.stdout.readline()
        self.assertEqual(line, "pressed\n")
        # Nobody is faster, and bounces are.
        time.sleep(0.1)
        self.kitchen.release()
        return line

    def test_a_press_is_seen(self):
        program, first = self.watched()
        first += self.tap(program)
        self.assertEqual(self.finished(program, first), (0, """\
ptt on GPIO17 reads released; press it and let it go (20 s)
pressed
ok    pressed for T s
"""))

    def test_no_press_says_where_the_key_belongs(self):
        self.assert_screen(["button", "--seconds", "1"], 1, """\
ptt on GPIO17 reads released; press it and let it go (1 s)
FAIL  no press seen on GPIO17: connect the button between this line and ground (intercomctl gpio \
list; FILE:LINE)
""")
        self.assertEqual(self.numbers("button", "--seconds", "1", code=1)["numbers"],
                         {"pressed_s": None})

    def test_a_key_that_is_always_pressed(self):
        self.kitchen.press()
        self.assert_screen(["button", "--seconds", "1"], 1, """\
ptt on GPIO17 reads pressed; press it and let it go (1 s)
FAIL  reads pressed all the time: look for a short to ground, or set active = high (FILE:LINE)
""")

    def test_a_line_that_a_driver_holds(self):
        self.kitchen.lines.do("claim", "GPIO17", "gpio-keys")
        self.assert_screen(["button"], 1, "", 'intercomctl: line GPIO17: held by "gpio-keys"; '
                           "remove its dtoverlay from /boot/firmware/config.txt, or set "
                           "another `line`\n")

    def test_through_the_daemon_that_has_the_line(self):
        self.kitchen.begin()
        wait(lambda: self.kitchen.status()["buttons"][0]["state"] == "released", "it has the line")
        program, first = self.watched()
        first += self.tap(program)
        self.assertEqual(self.finished(program, first), (0, """\
intercomd has GPIO17: press ptt and let it go (20 s); house may hear you
pressed
ok    pressed and let go, as intercomd sees it
"""))
        self.assert_screen(["button", "--seconds", "1"], 1, """\
intercomd has GPIO17: press ptt and let it go (1 s); house may hear you
FAIL  intercomd saw no press; stop it and test again to see more (FILE:LINE)
""")

    def test_names(self):
        self.kitchen.sections["button two"] = {"line": "GPIO27", "talk": "house"}
        self.kitchen.write_config()
        self.assert_screen(["button", "tow"], 2, "", 'intercomctl: unknown button "tow"; '
                           'did you mean "two"?\n')
        self.assertEqual(self.numbers("button", "two", "--seconds", "1", code=1)["device"],
                         "GPIO27")
        for seconds in ("0", "86401", "x"):
            self.assert_screen(["button", "--seconds", seconds], 2, "",
                               "intercomctl: --seconds takes 1 to 86400\n")
        for title in ("button ptt", "button two"):
            del self.kitchen.sections[title]
        self.kitchen.write_config()
        self.assert_screen(["button"], 1, "", "intercomctl: there is no [button NAME] in the "
                           "configuration: nothing to test (man intercomd.conf)\n")
