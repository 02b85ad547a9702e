"""The bad network does what it is told, and the same again for the same seed."""

import pathlib
import socket
import tempfile
import time
import unittest

import lab  # pylint: disable=unused-import  # It knows where the stage is.
from stage.wire import BadNet

COUNT = 3000


class End:
    """A bare socket in a station's place."""

    def __init__(self, name):
        self.name = name
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]

    def __str__(self):
        return self.name

    def received(self, quiet=0.3):
        """Everything until nothing has come for so many seconds."""
        found = []
        self.socket.settimeout(quiet)
        while True:
            try:
                found.append(self.socket.recv(65_535))
            except (TimeoutError, BlockingIOError):
                return found


class BadNetTest(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.a, self.b = End("a"), End("b")
        for end in (self.a, self.b):
            self.enterContext(end.socket)

    def also_end(self, badnet):
        self.addCleanup(badnet.end)

    def badnet(self, seed):
        return BadNet(self, self.a, self.b, seed)

    def send(self, badnet, first=0x10, count=COUNT):
        """Sends numbered datagrams from a to b; returns what came, once it is quiet."""
        came = []
        for number in range(count):
            self.a.socket.sendto(
                bytes([first]) + number.to_bytes(4, "big") + bytes(95),
                ("127.0.0.1", badnet.port_for(self.a)))
            if number % 50 == 0:
                time.sleep(0.001)
                came += self.b.received(0)
        return came + self.b.received()

    def numbers(self, datagrams):
        return [int.from_bytes(one[1:5], "big") for one in datagrams]

    def bad(self, seed):
        badnet = self.badnet(seed)
        badnet.do("loss", "ab", 10, 4)
        badnet.do("duplicate", "ab", 5)
        came = self.numbers(self.send(badnet))
        badnet.end()
        return came

    def test_chance_follows_from_the_seed(self):
        one, same, other = self.bad(1), self.bad(1), self.bad(2)
        self.assertEqual(one, same)
        self.assertNotEqual(one, other)
        lost = COUNT - len(set(one))
        self.assertTrue(0.05 * COUNT < lost < 0.17 * COUNT, lost)
        bursts = sum(b - a > 1 for a, b in zip(one, one[1:]))
        self.assertTrue(2.5 < lost / bursts < 6, lost / bursts)
        self.assertTrue(0.03 * COUNT < len(one) - len(set(one)) < 0.07 * COUNT)

    def test_good_weather_changes_nothing(self):
        came = self.send(self.badnet(1))
        self.assertEqual(self.numbers(came), list(range(COUNT)))

    def test_what_is_held_back_arrives_after_what_followed(self):
        badnet = self.badnet(1)
        badnet.do("delay", "ab", 5, 5)
        badnet.do("reorder", "ab", 5, 20)
        came = self.numbers(self.send(badnet))
        self.assertEqual(sorted(came), list(range(COUNT)))
        self.assertGreater(sum(b < a for a, b in zip(came, came[1:])), COUNT // 100)

    def test_one_bit_of_one_kind(self):
        badnet = self.badnet(1)
        badnet.do("corrupt", "ab", "data", 50, 3, 2)
        came = self.send(badnet, 0x03, 5)
        self.assertTrue(all(one[50] == 0 for one in came))
        came = self.send(badnet, 0x77, 5)
        self.assertEqual([one[50] for one in came], [8, 8, 0, 0, 0])

    def test_capture_drop_and_replay(self):
        badnet = self.badnet(1)
        file = badnet.capture()
        badnet.do("drop", "ab", "any")
        self.assertEqual(self.send(badnet, count=20), [])
        badnet.do("clear", "ab")
        badnet.do("capture", "off")
        self.assertEqual(len(badnet.captured(file, self.a)), 20)
        badnet.do("replay", "ab", file, "data", 1)
        self.assertEqual(self.b.received(), badnet.captured(file, self.a))


if __name__ == "__main__":
    unittest.main()
