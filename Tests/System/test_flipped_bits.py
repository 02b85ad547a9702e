"""One flipped bit in any byte of M1, M2, M3 or a frame: dropped, counted, the session unharmed."""

import time
import unittest

from lab import Scene, SceneTest, listen, wait
from stage.wire import HANDSHAKE_SIZES, M1, M2, M3, BadNet

DATA = 16


def flipped(datagram, place):
    changed = bytearray(datagram)
    changed[place] ^= 1 << place % 8
    return bytes(changed)


def refusals(station):
    """All datagrams a station has dropped."""
    return sum(value for name, value in station.counters().items() if "dropped_" in name)


class FlippedBits(SceneTest):
    @classmethod
    def setUpClass(cls):
        cls.scene = cls.enterClassContext(Scene("kitchen", "garage"))
        cls.kitchen, cls.garage = cls.scene.stations
        cls.badnet = BadNet(cls.scene, cls.kitchen, cls.garage)
        # Garage waits for the call: one handshake at a time, always the same roles.
        cls.kitchen.knows(cls.garage, cls.badnet.port_for(cls.kitchen))
        cls.garage.knows(cls.kitchen, calls=False)

    def newest(self, source, kind):
        """The newest handshake message of a kind that a station has sent."""
        found = wait(lambda: self.badnet.captured(self.file, source, kind), f"M{kind} is sent")
        self.assertEqual(len(found[-1]), HANDSHAKE_SIZES[kind])
        return found[-1]

    def inject_flipped(self, source, target, message, places):
        """Sends copies with one bit flipped; each is dropped and counted, none answered."""
        before = refusals(target)
        # No more at once than a socket holds whose owner has to wait for a processor; and quickly:
        # a half-open handshake lives for five seconds.
        for first in range(0, len(places), 80):
            some = places[first : first + 80]
            self.badnet.inject(source, *(flipped(message, place) for place in some))
            wait(lambda c=first + len(some): refusals(target) - before >= c, "flips are dropped",
                 interval=0.002)
        wait(lambda: refusals(target) - before >= len(places), f"{len(places)} flips are dropped")

    def repaired(self, message, place):
        """A flip made by someone who knows the responder's public key: its mac is right."""
        body = flipped(message, place)[:-8]
        return body + self.garage.identity.mac(body)

    def answer(self):
        """The M2 that answers the newest M1; None while a cookie was all that came."""
        m1 = self.newest(self.kitchen, M1)
        found = self.badnet.captured(self.file, self.garage, M2)
        return next((m2 for m2 in found if m2[8:12] == m1[4:8]), None)

    def test_1_every_byte_of_each_handshake_message(self):
        kitchen, garage, badnet = self.kitchen, self.garage, self.badnet
        self.file = badnet.capture("handshake")
        # M1 is flipped in a copy; M2 and M3 are kept from their receivers until all flips failed.
        badnet.do("drop", badnet.way(garage), M2)
        self.scene.start(together=False)
        m1 = self.newest(kitchen, M1)
        self.inject_flipped(kitchen, garage, m1, range(len(m1)))
        before = badnet.sent_by(garage)["kinds"].get(str(M2), 0)
        for place in range(8, len(m1) - 8, 60):
            badnet.inject(kitchen, self.repaired(m1, place))
        wait(lambda: badnet.sent_by(garage)["kinds"].get(str(M2), 0) > before,
             "a right mac is answered: the flips above were refused for theirs")

        # Those answers are for nobody: a fresh handshake, and its M2.
        self.file = badnet.capture("handshake-2")
        m2 = wait(self.answer, "M2 is sent")
        badnet.do("drop", badnet.way(kitchen), M3)
        self.inject_flipped(garage, kitchen, m2, range(len(m2)))
        dropped = kitchen.counters()["handshake_dropped_decrypt"]
        for place in range(12, len(m2) - 8, 150):
            badnet.inject(garage, self.repaired(m2, place))
        wait(lambda: kitchen.counters()["handshake_dropped_decrypt"] > dropped, "M2 does not open")
        self.assertEqual(badnet.captured(self.file, kitchen, M3), [])
        badnet.inject(garage, m2)

        # The true M2 was still welcome, and M3 is there; garage has not seen it yet.
        m3 = self.newest(kitchen, M3)
        before = garage.counters()
        self.inject_flipped(kitchen, garage, m3, range(len(m3)))
        for place in range(8, len(m3) - 8, 10):
            badnet.inject(kitchen, self.repaired(m3, place))
        garage.moved("handshake_dropped_decrypt", before)
        garage.moved("handshake_dropped_psk", before)
        self.assertFalse(garage.is_with(kitchen))
        badnet.inject(kitchen, m3)
        garage.wait_for(kitchen)
        kitchen.wait_for(garage)
        badnet.do("clear", "both")
        badnet.do("capture", "off")
        self.check_speech()

    def test_2_every_byte_of_a_frame(self):
        kitchen, garage, badnet = self.kitchen, self.garage, self.badnet
        kitchen.speak(500)
        self.file = badnet.capture("frames")
        badnet.do("drop", badnet.way(kitchen), "data")
        with kitchen.talking():
            time.sleep(0.3)
        time.sleep(0.2)
        badnet.do("capture", "off")
        badnet.do("clear", "both")
        frames = badnet.captured(self.file, kitchen, DATA)
        self.assertGreater(len(frames), 20)
        frame = frames[10]
        # The smallest packet; a larger one with copies, where this machine was late before.
        self.assertGreaterEqual(len(frame), 89)
        age = garage.peer("kitchen")["session_age_s"]

        garage.record()
        before = garage.counters()
        start = time.monotonic_ns()
        self.inject_flipped(kitchen, garage, frame, range(len(frame)))
        garage.moved("dropped_index", before, 4)
        garage.moved("dropped_authentication", before, 60)
        listen(0.3)
        end = time.monotonic_ns()
        self.assert_silent(garage.recorded().span(start, end))
        after = garage.counters()
        self.assertEqual(
            sum(after[name] - before[name] for name in
                ("dropped_index", "dropped_authentication", "dropped_counter")), len(frame))

        # The frame itself is still good: the flips were all that was wrong.
        before = garage.counters()
        badnet.inject(kitchen, frame)
        garage.moved("packets_opened", before)
        self.assertEqual(garage.counters()["dropped_authentication"],
                         before["dropped_authentication"])
        self.assertGreater(garage.peer("kitchen")["session_age_s"], age)
        self.check_speech()

    def check_speech(self):
        self.kitchen.speak(500)
        self.garage.record()
        with self.kitchen.talking():
            span = listen()
        self.assert_heard(self.garage.recorded().span(*span), 500)


if __name__ == "__main__":
    unittest.main()
