"""What a person does at the talk buttons of boxes without a peer, and what the boxes say.

The words are files of the test's own. What a box says is judged by its loudspeaker alone.
"""

import socket
import time

import words
from codes import connects
from lab import wait
from neighbours import OnOneLan

HOLD_S = 5.0
TAP_S = 0.08
DIGIT_S = 1.6
READING_S = 8.0
"""One reading of a code, and the pause before the next one."""


class AtButtons(words.WordsTest, OnOneLan):
    """Boxes that a person pairs by their talk buttons."""

    def boxes(self, *names):
        """Boxes that have a button, a speaker and a microphone."""
        stations = self.enter(*names, known=False)
        self.words = stations[0].folder + "/words"
        words.make(self.words)
        for one in stations:
            one.sections["sounds"] = {"folder": self.words}
            # As setup leaves it: half duplex, and words are heard all the same.
            del one.sections["audio"]["duplex"]
        return stations

    def start(self, *stations):
        super().start(*stations)
        for one in stations:
            wait(one.has_card, f"{one} has its card")
            wait(lambda one=one: one.status()["buttons"][0]["state"] == "released",
                 f"{one} has its button")

    def hold(self, one, seconds=HOLD_S + 0.2):
        one.press()
        time.sleep(seconds)
        one.release()

    def tap(self, one, times=1):
        for _ in range(times):
            one.press()
            time.sleep(TAP_S)
            one.release()
            time.sleep(TAP_S)

    def type(self, one, digits):
        for digit in digits:
            self.tap(one, int(digit) or 10)
            time.sleep(DIGIT_S)

    def code_of(self, one):
        """Holds its button; the code that it says."""
        one.record()
        self.hold(one)
        return self.code_said(one)

    def code_said(self, one):
        """The code that it says since it was recorded: it says it again and again."""
        said = self.said(one, READING_S + 3)
        code = said.code()
        self.assertIsNotNone(code, f"no code in {said}")
        return code

    def is_listening(self, one, seen_by):
        """Whether a stranger on the LAN can connect to its pairing port."""
        with seen_by.space.socket(socket.AF_INET, socket.SOCK_STREAM) as stream:
            stream.settimeout(2)
            return connects(stream, (self.place(one).address, one.port))

    def paired(self, one):
        return [peer["name"] for peer in one.status()["peers"]]
