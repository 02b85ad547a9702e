"""`intercomctl stats` and `levels` as read at 80 columns and 24 lines."""

import fcntl
import json
import os
import pathlib
import re
import signal
import struct
import termios

from lab import Scene, SceneTest, listen, place, wait
from terminal import Screen

SCREENS = pathlib.Path(__file__).parent / "screens/meters"


def normalised(text):
    """The screen without what the world around decides: numbers, and what is drawn."""
    for pattern, word in (
            (r"up \d+ ?[smhd]( \d+ ?[smhd])?", "up AGE"),
            (r"intercomd \d+\.\d+\.\d+", "intercomd V"),
            (r"127\.0\.0\.1:\d+", "ADDRESS"), (r"-?\b\d+(\.\d+)?k?(?=[ms%, \n]|B/s)", "N"),
            (r"SNR (-|N dB)", "SNR N"),
            (r" +", " "), (r" \n", "\n")):
        text = re.sub(pattern, word, text)
    return text


def drawn(lines):
    """A screen of `levels` without what is drawn and measured."""
    kept = []
    for line in lines:
        if re.match(r"\w+ +-\d+ ", line):
            line = re.sub(r"-\d+", "N", line)
        line = re.sub(r"[▁-▏█│]+", "#", line)
        kept.append(re.sub(r" +", " ", re.sub(r"#( *#)+", "#", line)).rstrip())
    return "\n".join(kept) + "\n"


class Levels(Screen):
    """`intercomctl` at a terminal of 80 columns and 24 lines, as far as it uses one."""

    def __init__(self, station, *words, term="xterm", shell=None, **size):
        program = shell or place.program("intercomctl")
        environment = dict(os.environ, TERM=term, LC_ALL="C.UTF-8", PS1="$ ")
        environment.pop("NO_COLOR", None)
        super().__init__([program, *([] if shell else ["--config", str(station.etc)]), *words],
                         environment, **size)

    def end(self, number=signal.SIGINT):
        os.kill(self.pid, number)
        return self.ended()

    def shows(self, text, since=0):
        """Waits until a text was written behind a place of all that was; returns its end."""
        wait(lambda: self.read(0.1) is not None and text.encode() in self.bytes[since:], text)
        return self.bytes.index(text.encode(), since) + len(text.encode())

    def lines(self):
        """What each line shows now."""
        rows = {}
        for row, line in re.findall(r"\x1b\[(\d+);1H\x1b\[K([^\x1b]*)", self.text):
            rows[int(row)] = line
        return [rows[row] for row in sorted(rows)]


class MetersTest(SceneTest):
    maxDiff = None

    def assert_screen(self, name, text, kept=normalised):
        path = SCREENS / f"{name}.txt"
        if os.environ.get("INTERCOM_KEEP_SCREENS"):
            path.parent.mkdir(exist_ok=True)
            path.write_text(kept(text), encoding="utf-8")
        self.assertEqual(kept(text), path.read_text(encoding="utf-8"))
        for line in text.splitlines():
            self.assertLessEqual(len(line), 80, line)
        self.assertLessEqual(len(text.splitlines()), 24)

    def assert_levels(self, name, screen):
        self.assert_screen(name, "\n".join(screen.lines()),
                           lambda text: drawn(text.split("\n")))


ENTER = "\x1b[?1049h\x1b[?25l\x1b[?7l\x1b[2J"
LEAVE = "\x1b[?7h\x1b[?25h\x1b[?1049l"


class Meters(MetersTest):

    @classmethod
    def setUpClass(cls):
        cls.scene = cls.enterClassContext(Scene("kitchen", "garage"))
        cls.kitchen, cls.garage = cls.scene.stations
        cls.scene.introduce(cls.kitchen, cls.garage)
        cls.scene.start()
        cls.kitchen.speak(500)

    def test_stats(self):
        with self.kitchen.talking():
            listen(0.5)
        wait(lambda: self.kitchen.peer("garage")["heard_percent"] is not None, "what was heard")
        with self.kitchen.talking():
            # A machine that is busy at first makes sound up, which is rated for some seconds.
            wait(lambda: (self.garage.peer("kitchen")["mos"] or 0) > 4, "it sounds good", 30)
            wait(lambda: self.garage.peer("kitchen")["opened_bytes_s"] > 8000, "a whole second")
            wait(lambda: self.kitchen.peer("garage")["report_age_s"] is not None, "a report")
            self.assert_screen("stats-listener", self.garage.ctl("stats", "kitchen")[1])
            self.assert_screen("stats-talker", self.kitchen.ctl("stats", "garage")[1])
            found = json.loads(self.garage.ctl("stats", "kitchen", "--json")[1])["peers"][0]
        self.assertLess(abs(found["rms_dbfs"] + 12), 0.2)
        self.assertGreater(found["opened_bytes_s"], 8000)
        code, _, errors = self.kitchen.ctl("stats", "garaeg")
        self.assertEqual((code, errors), (1, 'intercomctl: unknown peer "garaeg"; '
                                          'did you mean "garage"?\n'))

    def test_levels_at_a_terminal(self):
        with self.kitchen.talking():
            screen = Levels(self.kitchen, "levels")
            screen.read(2)
            code = screen.end()
        self.assertEqual(code, 0)
        self.assertTrue(screen.text.startswith("\x1b[?1049h"), "another screen")
        self.assertTrue(screen.text.endswith("\x1b[?7h\x1b[?25h\x1b[?1049l"), "and back")
        lines = screen.lines()
        self.assertEqual(len(lines), 24)
        self.assertLessEqual(max(map(len, lines)), 80)
        self.assertTrue(lines[0].startswith("kitchen  microphone OPEN to house"), lines[0])
        self.assertRegex(lines[2], r"^microphone +-1\d █+.* loud$")
        self.assertEqual(lines[23], "dBFS: silent -60 quiet -40 normal -15 loud -9 shouting")
        self.assert_levels("levels", screen)

    def test_levels_in_a_small_window_shows_the_bars(self):
        with self.kitchen.talking():
            wait(lambda: self.garage.hears(self.kitchen), "the garage hears the kitchen")
            screen = Levels(self.garage, "levels", columns=40, rows=7)
            screen.read(1)
            self.assertEqual(screen.end(), 0)
        self.assert_levels("levels-small", screen)
        self.assertLessEqual(max(map(len, screen.lines())), 40)
        tiny = Levels(self.garage, "levels", columns=20, rows=3)
        tiny.read(0.5)
        self.assertEqual(tiny.end(), 0)
        self.assertEqual(tiny.lines(), ["too small:", "40 x 4", "shows bars"])

    def test_levels_follows_the_size_of_the_window(self):
        screen = Levels(self.kitchen, "levels")
        screen.read(0.5)
        fcntl.ioctl(screen.fd, termios.TIOCSWINSZ, struct.pack("HHHH", 30, 100, 0, 0))
        screen.read(0.5)
        self.assertEqual(screen.end(), 0)
        lines = screen.lines()
        self.assertEqual(len(lines), 30)
        self.assertEqual(max(map(len, lines)), 100)

    def test_ctrl_z_gives_the_terminal_back_and_fg_takes_it_again(self):
        shell = Levels(self.kitchen, "--norc", "--noprofile", "-i", shell="/bin/bash")
        place_ = shell.shows("$ ")
        words = f"{place.program('intercomctl')} --config {self.kitchen.etc} levels\n"
        shell.type(words.encode())
        place_ = shell.shows(ENTER, place_)
        shell.shows("dBFS: silent", place_)
        shell.type(b"\x1a")
        place_ = shell.shows(LEAVE, place_)
        place_ = shell.shows("Stopped", place_)
        shell.type(b"bg\n")
        shell.shows("&", place_)
        begin = len(shell.bytes)
        shell.read(0.5)
        self.assertNotIn(b"dBFS", shell.bytes[begin:], "nothing is drawn in the background")
        shell.type(b"fg\n")
        place_ = shell.shows(ENTER, place_)
        shell.shows("dBFS: silent", place_)
        shell.type(b"\x03")
        place_ = shell.shows(LEAVE, place_)
        shell.type(b"echo ended with $?\n")
        shell.shows("ended with 0", place_)
        shell.type(b"exit\n")
        shell.ended()

    def test_levels_without_a_cursor(self):
        dumb = Levels(self.kitchen, "levels", "--seconds", "1", term="dumb")
        dumb.ended()
        piped = self.kitchen.ctl("levels", "--seconds", "1")
        for text in (dumb.text, piped[1]):
            self.assertNotIn("\x1b", text)
            self.assertRegex(
                text, r"(?m)^\d\d:\d\d:\d\d\.\d  microphone -?\d+ dBFS [a-z]+  speaker ")


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
        screen = Levels(kitchen, "levels")
        screen.read(1)
        self.assertEqual(screen.end(), 0)
        self.assert_levels("levels-no-card", screen)
        self.assert_screen("stats-down", kitchen.ctl("stats", "garage")[1])

    def test_levels_of_a_daemon_that_ends(self):
        kitchen, = self.enter("kitchen")
        kitchen.begin()
        screen = Levels(kitchen, "levels")
        screen.read(1)
        kitchen.end()
        self.assertEqual(screen.ended(), 3)
        self.assertIn("\x1b[?1049l", screen.text)
        self.assertIn("the daemon closed the connection", screen.text)
