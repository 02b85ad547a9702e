"""`talk` and `page` hold the microphone open as long as somebody is at their other end."""

import contextlib
import json
import os
import pty
import signal
import subprocess
import time

from lab import Scene, SceneTest, place, wait

HOLDERS = (["talk", "house"], ["talk", "garage"], ["page", "garage"])
LIVES = 1.5
"""Seconds after which what should have ended would have."""


class HeldOpen(SceneTest):
    @classmethod
    def setUpClass(cls):
        cls.scene = cls.enterClassContext(Scene("kitchen", "garage"))
        cls.kitchen, cls.garage = cls.scene.stations
        cls.scene.introduce(cls.kitchen, cls.garage)
        cls.scene.start()

    def tearDown(self):
        wait(lambda: not self.kitchen.is_talking(), "the microphone is closed again")

    @contextlib.contextmanager
    def program(self, *words, **streams):
        """Starts intercomctl, and waits until the microphone is open."""
        given = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL,
                 "stderr": subprocess.DEVNULL, **streams}
        with subprocess.Popen(
                [place.program("intercomctl"), "--config", self.kitchen.etc, *words],
                **given) as program:
            try:
                wait(self.kitchen.is_talking, f"{words} opens the microphone")
                yield program
            finally:
                program.kill()

    def assert_ends(self, program, code=0):
        wait(lambda: program.poll() is not None, "it ends")
        # A page ends with 1 when nobody has heard it: here nobody speaks.
        codes = (0, 1) if code == 0 and "page" in program.args else (code,)
        self.assertIn(program.returncode, codes)
        wait(lambda: not self.kitchen.is_talking(), "the microphone closes")

    def assert_lives(self, program):
        time.sleep(LIVES)
        self.assertIsNone(program.poll(), "it has ended")
        self.assertTrue(self.kitchen.is_talking())

    def told(self, program):
        """The first line of those who hear it; the line before it, if reports are late, is not."""
        line = program.stdout.readline().decode()
        return program.stdout.readline().decode() if line.startswith("no report yet") else line

    def test_pipes_that_are_closed_end_it_and_one_is_enough(self):
        streams = ("stdin", "stdout", "stderr")
        for words, names in [(words, streams) for words in HOLDERS] + [
                (["talk", "house"], (name,)) for name in streams]:
            with self.subTest(words=words, names=names), self.program(
                    *words, **{name: subprocess.PIPE for name in names}) as program:
                self.assert_lives(program)
                for name in names:
                    getattr(program, name).close()
                self.assert_ends(program)

    def test_nothing_at_the_other_end_is_no_hang_up(self):
        # As `</dev/null`, `<&-` and `ssh -n` give it.
        read, write = os.pipe()
        os.close(write)
        closed = {"preexec_fn": lambda: os.close(0), "stdin": None}
        for streams in ({}, closed, {"stdin": read}):
            with self.subTest(streams=streams), self.program("talk", "house", **streams) as program:
                self.assert_lives(program)
                program.send_signal(signal.SIGTERM)
                self.assert_ends(program)
        os.close(read)

    def test_a_terminal_that_is_closed_ends_it(self):
        for words in HOLDERS:
            control, terminal = pty.openpty()
            with self.subTest(words=words), self.program(
                    *words, stdin=terminal, stdout=terminal, stderr=terminal,
                    start_new_session=True) as program:
                os.close(terminal)
                self.assert_lives(program)
                os.close(control)
                self.assert_ends(program)

    def test_its_sudden_end_closes_the_microphone(self):
        for words in HOLDERS:
            with self.subTest(words=words), self.program(*words) as program:
                program.send_signal(signal.SIGKILL)
                self.assert_ends(program, -signal.SIGKILL)

    def test_it_ends_by_itself_after_so_many_seconds(self):
        with self.program("talk", "house", "--seconds", "1") as program:
            self.assert_ends(program)

    def test_ptt_up_and_max_talk_end_it_with_a_reason(self):
        with self.program("talk", "house", stderr=subprocess.PIPE) as program:
            self.assertEqual(self.kitchen.ctl("ptt", "up", "house")[:2],
                             (0, "stopped talking to house\n"))
            self.assert_ends(program, 1)
            self.assertEqual(program.stderr.read(),
                             b"intercomctl: the talk to house is over: the button was released\n")
        self.assertEqual(self.kitchen.ctl("ptt", "up", "house")[:2],
                         (0, "no command was talking to house\n"))
        self.kitchen.sections["talk"] = {"max-talk": "1s"}
        self.kitchen.reload()
        with self.program("talk", "house", stderr=subprocess.PIPE) as program:
            self.assert_ends(program, 1)
            self.assertIn(b"max-talk is over", program.stderr.read())
        del self.kitchen.sections["talk"]
        self.kitchen.reload()

    def test_a_button_that_is_held_too_long_ends_no_younger_talk(self):
        self.kitchen.sections["talk"] = {"max-talk": "3s"}
        self.kitchen.reload()
        self.kitchen.press()
        wait(self.kitchen.is_talking, "the button opens the microphone")
        time.sleep(LIVES)
        with self.program("talk", "house", stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE) as program:
            self.assertIn(b"talking to house", program.stdout.readline())
            self.kitchen.problem("button ptt: held longer than max-talk")
            self.assertIsNone(program.poll(), "it has ended with the button")
            self.assertTrue(self.kitchen.is_talking())
            # Its own time is as long.
            self.assert_ends(program, 1)
            self.assertIn(b"max-talk is over", program.stderr.read())
        self.kitchen.release()
        del self.kitchen.sections["talk"]
        self.kitchen.reload()

    def test_it_says_who_hears_it(self):
        self.kitchen.speak(300)
        code, text, _ = self.kitchen.ctl("talk", "house", "--seconds", "2")
        # A report that comes late is said to.
        self.assertEqual((code, text.replace("no report yet from garage\n", "")), (
            0, "talking to house for 2 s; Ctrl-C ends it\nheard by garage\n"))
        code, text, _ = self.kitchen.ctl("talk", "garage", "--seconds", "2", "--json")
        self.assertEqual((code, json.loads(text)["heard"]), (
            0, [{"peer": "garage", "percent": None, "reason": None, "detail": None}]))

    def test_it_says_that_and_why_nobody_hears_it_and_ends_with_one(self):
        with self.deaf("speaker_muted", ("mute", "speaker"), ("unmute", "speaker")):
            code, text, _ = self.kitchen.ctl("talk", "house", "--seconds", "2")
            self.assertIn("\nnobody hears you: garage (the speaker is muted)\n", text)
            self.assertEqual(code, 1)
            code, text, _ = self.kitchen.ctl("talk", "house", "--seconds", "2", "--json")
            self.assertEqual((code, json.loads(text)["heard"]), (
                1, [{"peer": "garage", "percent": None, "reason": "speaker_muted",
                     "detail": None}]))

    def test_it_says_when_nobody_hears_it_any_more(self):
        with self.program("talk", "house", stdout=subprocess.PIPE) as program:
            self.assertIn("talking to house", program.stdout.readline().decode())
            self.assertEqual(self.told(program), "heard by garage\n")
            with self.deaf("speaker_muted", ("mute", "speaker"), ("unmute", "speaker")):
                self.assertEqual(program.stdout.readline(),
                                 b"nobody hears you: garage (the speaker is muted)\n")
            self.assertEqual(program.stdout.readline(), b"heard by garage\n")
            program.send_signal(signal.SIGINT)
            self.assert_ends(program)

    def test_ctrl_c_ends_it_before_the_listeners_have_said_and_while_the_daemon_hangs(self):
        # Neither says anything as long as it is stopped.
        self.garage.process.send_signal(signal.SIGSTOP)
        try:
            with self.program("talk", "garage", stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE) as program:
                self.kitchen.process.send_signal(signal.SIGSTOP)
                try:
                    program.send_signal(signal.SIGINT)
                    wait(lambda: program.poll() is not None, "it ends")
                finally:
                    self.kitchen.process.send_signal(signal.SIGCONT)
                self.assertEqual((program.returncode, program.stderr.read()), (0, b""))
                self.assertIn(b"no report yet from garage", program.stdout.read())
        finally:
            self.garage.process.send_signal(signal.SIGCONT)
        self.kitchen.wait_for(self.garage)
        self.garage.wait_for(self.kitchen)

    @contextlib.contextmanager
    def deaf(self, reason, do, undo):
        """The garage does not hear for a while."""
        self.assertEqual(self.garage.ctl(*do)[0], 0)
        try:
            wait(lambda: reason in [one["reason"] for one in self.garage.status()["unheard"]],
                 "the garage knows it")
            yield
        finally:
            self.assertEqual(self.garage.ctl(*undo)[0], 0)


MUTATIONS = (
    # The microphone outlives a command that was killed.
    ("Sources/Station/Switchboard/HeldTalks.swift",
     "for talk in left { closeUnlessHeld(talk.target, &orders) }", "",
     "HeldOpen.test_its_sudden_end_closes_the_microphone"),
)
