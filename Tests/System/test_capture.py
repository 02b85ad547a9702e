"""What looks on at the wire has each packet of its ports, or fails."""

import socket
import threading
import unittest

from lab import wait
from stage.capture import Capture

OTHERS = 20_000
"""Packets of no port that is looked at: more than a socket's usual buffer holds."""

STRANGE = b"of no port that is looked at".ljust(100)


@unittest.skipUnless(Capture.is_allowed(), "only root may look on")
class CaptureTest(unittest.TestCase):
    def setUp(self):
        self.sender, self.target, self.other = (
            self.enterContext(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) for _ in range(3))
        for one in (self.sender, self.target, self.other):
            one.bind(("127.0.0.1", 0))
        self.port = self.sender.getsockname()[1]
        self.capture = Capture([self.target.getsockname()[1]])
        self.held = threading.Event()
        take = self.capture._take

        def take_when_let_go(*arguments):
            self.held.wait(30)
            take(*arguments)
        self.capture._take = take_when_let_go

    def between(self):
        return self.capture.between(self.port, self.target.getsockname()[1])

    def test_it_has_each_packet_of_its_ports_however_many_others_pass(self):
        stranger = self.enterContext(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
        for number in range(100):
            self.sender.sendto(b"%d" % number, self.target.getsockname())
            for _ in range(OTHERS // 100):
                stranger.sendto(STRANGE, self.other.getsockname())
        self.held.set()
        wait(lambda: len(self.between()) == 100, "all are there")
        self.capture.end()
        self.assertEqual([one.payload for one in self.between()],
                         [b"%d" % number for number in range(100)])
        # Another test may use the same port at another address.
        self.assertNotIn(STRANGE, [one.payload for one in self.capture.packets])

    def test_it_fails_where_packets_were_lost(self):
        for _ in range(OTHERS):
            self.sender.sendto(bytes(1000), self.target.getsockname())
        self.held.set()
        with self.assertRaisesRegex(RuntimeError, "packets on the wire were not captured"):
            self.capture.end()


if __name__ == "__main__":
    unittest.main()
