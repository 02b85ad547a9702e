"""`intercomctl stats` and `levels` as read at 80 columns and 24 lines."""

import json
import os
import pathlib
import re
import threading

from lab import Scene, SceneTest, listen, wait

SCREENS = pathlib.Path(__file__).parent / "screens/meters"


def normalised(text):
    """The screen without what the world around decides: numbers, and what is drawn."""
    for pattern, word in (
            (r"up \d+ ?[smhd]( \d+ ?[smhd])?", "up AGE"),
            (r"intercomd \d+\.\d+\.\d+", "intercomd V"),
            (r"127\.0\.0\.1:\d+", "ADDRESS"), (r"-?\b\d+(\.\d+)?k?(?=[ms%, \n]|B/s)", "N"),
            (r" +", " "), (r" \n", "\n")):
        text = re.sub(pattern, word, text)
    return text


class MetersTest(SceneTest):
    maxDiff = None

    def assert_screen(self, name, text):
        path = SCREENS / f"{name}.txt"
        if os.environ.get("INTERCOM_KEEP_SCREENS"):
            path.parent.mkdir(exist_ok=True)
            path.write_text(normalised(text), encoding="utf-8")
        self.assertEqual(normalised(text), path.read_text(encoding="utf-8"))
        for line in text.splitlines():
            self.assertLessEqual(len(line), 80, line)
        self.assertLessEqual(len(text.splitlines()), 24)


class Meters(MetersTest):

    @classmethod
    def setUpClass(cls):
        cls.scene = cls.enterClassContext(Scene("kitchen", "garage"))
        cls.kitchen, cls.garage = cls.scene.stations
        cls.scene.introduce(cls.kitchen, cls.garage)
        cls.scene.start()
        cls.kitchen.speak(500)

    def stats(self):
        return json.loads(self.garage.ctl("stats", "kitchen", "--json")[1])["peers"][0]

    def test_stats(self):
        with self.kitchen.talking():
            listen(0.5)
        wait(lambda: self.kitchen.peer("garage")["heard_percent"] is not None, "what was heard")
        with self.kitchen.talking():
            # A machine that is busy at first holds its voice back for some seconds.
            wait(lambda: (self.garage.peer("kitchen")["delay_ms"] or 1000) < 100, "no delay", 30)
            wait(lambda: self.stats()["opened_bytes_s"] > 8000, "a whole second")
            wait(lambda: self.kitchen.peer("garage")["report_age_s"] is not None, "a report")
            self.assert_screen("stats-listener", self.garage.ctl("stats", "kitchen")[1])
            self.assert_screen("stats-talker", self.kitchen.ctl("stats", "garage")[1])
            self.assertLess(abs(self.stats()["rms_dbfs"] + 12), 0.2)
        code, _, errors = self.kitchen.ctl("stats", "garaeg")
        self.assertEqual((code, errors), (1, 'intercomctl: unknown peer "garaeg"; '
                                          'did you mean "garage"?\n'))

    def test_levels_are_a_line_twice_a_second(self):
        with self.kitchen.talking():
            wait(lambda: self.garage.hears(self.kitchen), "the garage hears the kitchen")
            talker = self.kitchen.prints("levels", "--seconds", "2")
            listener = self.garage.prints("levels", "--seconds", "1")
        moment = r"(?m)^\d\d:\d\d:\d\d\.\d  microphone "
        self.assertIn(len(talker.splitlines()), (3, 4, 5))
        self.assertRegex(talker, moment + r"-1\d dBFS peak -\d+ loud.*  speaker -?\d+ dBFS ")
        self.assertRegex(listener, moment + r".*  speaker .*  kitchen -\d+ dBFS peak -\d+ [a-z]+$")


class Ears(SceneTest):
    def looks(self, station, seconds):
        _, text, _ = station.ctl("levels", "--json", "--seconds", f"{seconds}")
        return [json.loads(line) for line in text.splitlines()]

    def test_levels_show_one_slow_level_of_a_closed_microphone_and_nothing_of_a_muted_one(self):
        kitchen, garage = self.up("kitchen", "garage")
        kitchen.speak(500)
        with kitchen.talking():
            looks = self.looks(kitchen, 1)
            self.assertGreater(len(looks), 5)
            self.assertIsNotNone(looks[-1]["microphone"]["peak_dbfs"])
        looks = self.looks(kitchen, 2)
        self.assertGreater(len(looks), 10)
        rms = [look["microphone"]["rms_dbfs"] for look in looks]
        self.assertGreater(rms[-1], -20)
        self.assertLessEqual(sum(a != b for a, b in zip(rms, rms[1:])), 11, rms)
        for look in looks:
            self.assertIsNone(look["microphone"]["peak_dbfs"])
        kitchen.ctl("mute", "mic")
        self.addCleanup(kitchen.ctl, "unmute", "mic")
        for is_open in (False, True):
            if is_open:
                self.enterContext(kitchen.talking())
            for look in self.looks(kitchen, 1):
                self.assertIsNone(look["microphone"]["rms_dbfs"])
                self.assertIsNone(look["microphone"]["peak_dbfs"])
            self.assertIsNone(kitchen.status()["microphone"]["rms_dbfs"])


class Gone(MetersTest):
    def test_without_a_card_and_with_a_peer_that_is_down(self):
        kitchen, garage = self.met("kitchen", "garage")
        kitchen.card.do("unplug")
        kitchen.begin()
        self.assertRegex(
            kitchen.prints("levels", "--seconds", "1"), "(?m)  microphone -  speaker -$")
        self.assert_screen("stats-down", kitchen.ctl("stats", "garage")[1])

    def test_levels_of_a_daemon_that_ends(self):
        kitchen, = self.enter("kitchen")
        kitchen.begin()
        found = []
        levels = threading.Thread(target=lambda: found.extend(kitchen.ctl("levels")))
        levels.start()
        listen(1)
        kitchen.end()
        levels.join()
        self.assertEqual(found[0], 3)
        self.assertIn("the daemon closed the connection", found[2])
