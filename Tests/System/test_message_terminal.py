"""A voice message that a person speaks at a terminal: heard before it is sent, or sent at once."""

import os
import signal
import time

from lab import listen, place, wait
from messaging import MessageTest
from terminal import Screen


class MessageAtTerminal(MessageTest):
    def record_at_terminal(self, kitchen, *options):
        """Begins to speak at a terminal, and waits until the microphone is open."""
        screen = Screen([place.program("intercomctl"), "--config", kitchen.etc, "message",
                         "record", "garage", *options], os.environ)
        wait(lambda: screen.read(0.1) and "Ctrl-C drops it" in screen.text, "it says how it ends")
        self.spoken(kitchen, screen)
        return screen

    def spoken(self, kitchen, screen):
        wait(kitchen.is_talking, "the microphone opens")
        self.assertEqual(kitchen.status()["microphone"]["targets"], ["garage (message)"])
        self.assertTrue(screen.read(1))

    @staticmethod
    def asks(screen, times=1):
        wait(lambda: screen.read(0.1) and screen.text.count("Enter sends it") == times, "it asks")

    def test_at_a_terminal_yes_sends_it_at_enter_and_ctrl_c_drops_it(self):
        kitchen, garage = self.stations()
        kitchen.speak(500)
        for key, code, word in ((b"\x03", 1, "it is dropped"),
                                (b"\r", 0, "message to garage: ")):
            screen = self.record_at_terminal(kitchen, "--yes")
            screen.type(key)
            self.assertEqual(screen.ended(), code, screen.text)
            self.assertIn(word, screen.text.partition("drops it")[2])
            wait(lambda: not kitchen.is_talking(), "the microphone closes")
        wait(lambda: self.states(garage) == ["new"], "one comes")
        self.assertEqual(len(self.list(kitchen)), 1)

    def test_at_a_terminal_it_is_heard_back_and_sent_spoken_again_or_dropped(self):
        kitchen, garage = self.stations()
        kitchen.speak(500)
        screen = self.record_at_terminal(kitchen)
        kitchen.record()
        kitchen.hush()
        screen.type(b"\r")
        self.asks(screen)
        span = listen(0.5)
        self.assert_heard(kitchen.recorded().span(*span), 500)
        self.assertFalse(kitchen.is_talking())
        self.assertIn("waits to be sent", kitchen.complains("message", "record", "garage"))
        screen.type(b"what\r")
        self.asks(screen, 2)
        kitchen.speak(500)
        screen.type(b"a\r")
        self.spoken(kitchen, screen)
        self.assertEqual((self.list(kitchen), self.list(garage)), ([], []), "none was sent")
        screen.type(b"\r")
        self.asks(screen, 3)
        screen.type(b"\r")
        self.assertEqual(screen.ended(), 0, screen.text)
        wait(lambda: self.states(garage) == ["new"], "the second one comes")
        for key in (b"\x03", b"\x1c"):
            screen = self.record_at_terminal(kitchen)
            screen.type(b"\r")
            self.asks(screen)
            screen.type(key)
            self.assertEqual(screen.ended(), 1, screen.text)
        # With a muted speaker it asks, and plays nothing.
        screen = self.record_at_terminal(kitchen)
        kitchen.prints("mute", "speaker")
        screen.type(b"\r")
        self.asks(screen)
        self.assertIn("the speaker is silent", screen.text)
        os.kill(screen.pid, 9)
        screen.ended()
        kitchen.prints("unmute", "speaker")
        self.assertEqual(len(self.list(kitchen)), 1, "only the one that was agreed to")

    def test_an_enter_before_the_question_agrees_to_nothing(self):
        kitchen, _ = self.stations()
        kitchen.speak(500)
        screen = self.record_at_terminal(kitchen)
        # A double Enter, the second one while the microphone closes.
        kitchen.process.send_signal(signal.SIGSTOP)
        for _ in range(2):
            screen.type(b"\r")
            time.sleep(0.2)
        kitchen.process.send_signal(signal.SIGCONT)
        self.asks(screen)
        self.assertTrue(screen.read(1), "it waits for an answer")
        screen.type(b"\x03")
        self.assertEqual(screen.ended(), 1, screen.text)
        # The daemon ends the message itself, and a person ends it at the same moment.
        screen = self.record_at_terminal(kitchen)
        os.kill(screen.pid, signal.SIGSTOP)
        kitchen.card.do("unplug")
        wait(lambda: not kitchen.is_talking(), "the microphone closes")
        screen.type(b"\r")
        os.kill(screen.pid, signal.SIGCONT)
        self.asks(screen)
        self.assertTrue(screen.read(1), "it waits for an answer")
        screen.type(b"\x03")
        self.assertEqual(screen.ended(), 1, screen.text)
        self.assertEqual(self.list(kitchen), [])

    def test_a_reload_drops_it_while_it_is_spoken_and_after(self):
        kitchen, _ = self.stations()
        kitchen.speak(500)
        for is_spoken in (True, False):
            screen = self.record_at_terminal(kitchen)
            if not is_spoken:
                screen.type(b"\r")
                self.asks(screen)
            kitchen.reload()
            self.assertEqual(screen.ended(), 1, screen.text)
            self.assertIn("dropped: the settings have changed", screen.text)
        self.assertEqual(self.list(kitchen), [])

    def test_a_terminal_that_closes_drops_it_with_yes_too(self):
        kitchen, _ = self.stations()
        kitchen.speak(500)
        for _ in range(3):
            screen = self.record_at_terminal(kitchen, "--yes")
            os.close(screen.fd)
            self.assertEqual(os.waitstatus_to_exitcode(os.waitpid(screen.pid, 0)[1]), 1)
            wait(lambda: not kitchen.is_talking(), "the microphone closes")
        self.assertEqual(self.list(kitchen), [])


MUTATIONS = (
    # What was not agreed to is sent where the terminal goes.
    ("Sources/Intercomd/Messages/SpokenMessage.swift", "case .played: place == nil",
     "case .played: false",
     "MessageAtTerminal.test_at_a_terminal_it_is_heard_back_and_sent_spoken_again_or_dropped"),
)
