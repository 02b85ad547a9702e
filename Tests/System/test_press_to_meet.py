"""Two boxes whose talk buttons are held within a minute meet without a code, and with a third one
nobody does.

A box pairs a minute after its button was held at the earliest, so these tests take minutes.
"""

import secrets
import socket
import threading
import time
import unittest

from buttons import HOLD_S, AtButtons
from codes import connects, receive
from lab import wait
from peer import pairing
from peer.p256 import ORDER

LOOKING_S = 63.0
"""So long a box looks for others before it pairs."""
ALONE_S = 60.0
"""A box that has seen no other by then finds none."""
MEETINGS = "_intercomd-meet._tcp.local"
CODE = "press-to-meet"


class PressToMeet(AtButtons):
    def boxes(self, *names, meets=None):
        stations = super().boxes(*names)
        for one in stations:
            if meets is None or str(one) in meets:
                one.sections["pairing"] = {"press-to-meet": "yes"}
        return stations

    def held(self, *stations):
        """Holds the buttons of all at once; the moment at which that counts."""
        since = time.monotonic()
        holding = [threading.Thread(target=self.hold, args=(one,)) for one in stations]
        for one in holding:
            one.start()
        for one in holding:
            one.join()
        return since + HOLD_S

    def meetings(self, one):
        """What a station has announced of meetings: the time to live of each."""
        return self.pointers(one, MEETINGS)

    def assert_searches(self, one):
        said = self.said(one)
        self.judge_words(one, said, "that it searches")
        self.assertEqual(set(said), {"searching"})

    def assert_none_is_paired(self, *stations):
        for one in stations:
            self.assertEqual(self.paired(one), [])

    def test_two_boxes_pair_and_talk_and_are_not_verified(self):
        kitchen, garage = self.boxes("kitchen", "garage")
        self.start(kitchen, garage)
        self.record(kitchen)
        self.record(garage)
        first = self.held(kitchen)
        time.sleep(5)
        second = self.held(garage)
        # Of a minute of sound the words would take as long to find.
        for one in (kitchen, garage):
            self.assert_searches(one)
        time.sleep(max(0, second + LOOKING_S - 4 - time.monotonic()))
        self.assert_none_is_paired(kitchen, garage)
        self.record(kitchen)
        self.record(garage)
        wait(lambda: kitchen.status()["peers"] and garage.status()["peers"], "they are paired")
        done = time.monotonic()
        kitchen.wait_for(garage)
        garage.wait_for(kitchen)
        print(f"paired {done - first:.1f} s after the first hold, {done - second:.1f} s after the"
              " second")
        self.assertGreater(done - second, LOOKING_S - 1)
        for one in (kitchen, garage):
            self.assert_ends_by(one, "paired", 1)
        # No code has proved the other one.
        self.assertIn("not verified: garage", kitchen.ctl("status")[1])
        self.assertIn("NOT VERIFIED", garage.ctl("show", "peer", "kitchen")[1])
        self.assertFalse(self.is_listening(kitchen, self.place(garage)))
        self.assertFalse(self.is_listening(garage, self.place(kitchen)))
        self.assert_talk(kitchen, garage)
        self.assert_talk(garage, kitchen, 700)
        # It is over for everybody.
        for one in (kitchen, garage):
            self.assertEqual(self.meetings(one)[-1], 0)

    def test_a_box_that_was_held_alone_in_vain_pairs_later(self):
        kitchen, garage = self.boxes("kitchen", "garage")
        self.start(kitchen, garage)
        first = self.held(kitchen)
        time.sleep(max(0, first + ALONE_S - 4 - time.monotonic()))
        self.record(kitchen)
        self.assert_ends_by(kitchen, "no-station-found", 8)
        self.held(kitchen)
        time.sleep(3)
        self.held(garage)
        wait(
            lambda: kitchen.status()["peers"] and garage.status()["peers"], "they are paired",
            LOOKING_S + 10)
        kitchen.wait_for(garage)

    def test_with_a_third_box_none_is_paired(self):
        kitchen, garage, attic = stations = self.boxes("kitchen", "garage", "attic")
        self.start(*stations)
        self.record(kitchen)
        self.held(kitchen, garage)
        time.sleep(10)
        self.assert_searches(kitchen)
        for one in stations:
            self.record(one)
        self.held(attic)
        time.sleep(2)
        # None of them begins again at once; to look for words first may take longer than that.
        self.hold(kitchen)
        said = self.assert_ends_by(kitchen, "please-wait", 1)
        self.judge_words(kitchen, said[-2:-1] == ["several-stations"], said)
        for one in (garage, attic):
            self.assert_ends_by(one, "several-stations")
        time.sleep(LOOKING_S - 20)
        self.assert_none_is_paired(*stations)
        for one in stations:
            self.assertFalse(self.is_listening(one, self.place(one)))

    def test_alone_it_finds_none_and_without_the_setting_takes_no_part(self):
        kitchen, garage = self.boxes("kitchen", "garage", meets=("kitchen",))
        self.start(kitchen, garage)
        self.record(kitchen)
        since = self.held(kitchen)
        # A hold there opens a window for digits, as ever.
        code = self.code_of(garage)
        self.assertGreater(self.meetings(kitchen)[0], 0)
        time.sleep(max(0, since + ALONE_S - 4 - time.monotonic()))
        self.record(kitchen)
        self.record(garage)
        self.assert_ends_by(kitchen, "no-station-found", 8)
        self.assertEqual(self.meetings(garage), [])
        self.assert_none_is_paired(kitchen, garage)
        # The window is none that meets: no code was tried there, and its digits are good.
        said = self.said(garage, 8)
        self.assertNotIn("wrong-code", said)
        self.judge_words(garage, said.code() is not None, f"a whole code in {said}")
        self.assertEqual(said.code(), code)
        ended, _, complaint = kitchen.ctl("pair", code)
        self.assertEqual(ended, 0, complaint)
        kitchen.wait_for(garage)
        self.assertNotIn("not verified", kitchen.ctl("status")[1])

    def test_who_has_not_announced_itself_is_refused(self):
        kitchen, garage = self.boxes("kitchen", "garage")
        self.start(kitchen, garage)
        thief = self.lan.join("thief")
        side = pairing.Entering(
            CODE, secrets.randbelow(ORDER - 1) + 1, secrets.token_bytes(16), 3,
            secrets.token_bytes(32), bytes(16), "garage", secrets.token_bytes(64))
        since = self.held(kitchen, garage)
        # Before that neither box listens.
        for one in (kitchen, garage):
            self.assertFalse(self.is_listening(one, thief))
        time.sleep(max(0, since + LOOKING_S - 2 - time.monotonic()))
        self.record(kitchen)
        self.record(garage)
        with self.reached(thief, kitchen, garage) as stream:
            stream.sendall(side.first)
            third = side.answer(receive(stream))
            self.assertIsNotNone(third, "everybody knows the code")
            stream.sendall(third)
            self.assertEqual(receive(stream), b"")
        time.sleep(3)
        self.judge_in_time(
            "several-stations" in self.said(kitchen) + self.said(garage), "one says so")
        self.assert_none_is_paired(kitchen, garage)

    def reached(self, place, *stations):
        """A stream to the first of the stations that listens."""
        end = time.monotonic() + 10
        while time.monotonic() < end:
            for one in stations:
                stream = place.space.socket(socket.AF_INET, socket.SOCK_STREAM)
                stream.settimeout(10)
                if connects(stream, (self.place(one).address, one.port)):
                    return stream
                stream.close()
            time.sleep(0.002)
        raise AssertionError("neither box listens")


if __name__ == "__main__":
    unittest.main()
