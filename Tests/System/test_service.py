"""What a service manager is told: ready, alive while the sound moves, stopping."""

import os
import socket
import time
import unittest

from lab import Scene, place, process, strip, wait


class Supervisor:
    """The service manager of one station: hears what it notifies."""

    def __init__(self, station, watchdog=None):
        self.path = os.path.join(station.folder, "notify")
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
        self.socket.bind(self.path)
        station.environment["NOTIFY_SOCKET"] = self.path
        if watchdog is not None:
            station.environment["WATCHDOG_USEC"] = str(int(watchdog * 1e6))
        self.heard = []

    def end(self):
        self.socket.close()

    def listen(self):
        """All it has said so far, each with the moment it was read."""
        try:
            while True:
                text = self.socket.recv(4096).decode()
                self.heard += [(time.monotonic(), line) for line in text.split("\n")]
        except BlockingIOError:
            return self.heard

    def times(self, line):
        return sum(1 for _, heard in self.listen() if heard == line)

    def hears(self, line, times=1):
        wait(lambda: self.times(line) >= times, f"{times} times {line}")


class ServiceTest(unittest.TestCase):
    def alone(self, watchdog=None):
        """One station without devices, under a service manager."""
        scene = self.enterContext(Scene("kitchen"))
        kitchen, = scene.stations
        strip(kitchen)
        return kitchen, scene.also_end(Supervisor(kitchen, watchdog))

    def test_ready_is_said_once_and_stopping_before_the_end(self):
        kitchen, supervisor = self.alone()
        kitchen.start()
        supervisor.hears("READY=1")
        # Ready means ready: the first request is answered.
        self.assertTrue(kitchen.status())
        # Without a watchdog it is not fed.
        time.sleep(3)
        kitchen.stop()
        self.assertEqual(kitchen.process.returncode, 0, kitchen.log)
        self.assertEqual([line for _, line in supervisor.listen()], ["READY=1", "STOPPING=1"])

    def test_a_station_that_cannot_start_never_says_ready(self):
        kitchen, supervisor = self.alone()
        kitchen.sections["network"]["listen"] = "192.0.2.1"
        kitchen.start()
        self.assertEqual(kitchen.ended(), 1)
        self.assertEqual(supervisor.listen(), [])

    def test_the_watchdog_is_fed_only_while_the_sound_moves(self):
        kitchen, supervisor = self.alone(watchdog=10)
        stall = os.path.join(kitchen.folder, "stall")
        kitchen.environment |= {"STALL": stall, "LD_PRELOAD": place.lab("libstall.so")}
        kitchen.start()
        supervisor.hears("WATCHDOG=1", 3)
        with open(stall, "w", encoding="ascii"):
            pass
        # The control thread lives and answers, yet does not vouch for the sound.
        time.sleep(2)
        periods, before = kitchen.status()["media"]["periods"], supervisor.times("WATCHDOG=1")
        time.sleep(4)
        self.assertEqual(kitchen.status()["media"]["periods"], periods, "the sound moves")
        # One may have been under way.
        self.assertLessEqual(supervisor.times("WATCHDOG=1"), before + 1)
        os.unlink(stall)
        supervisor.hears("WATCHDOG=1", before + 3)
        self.assertTrue(process.is_alive(kitchen.process))

    def test_a_card_that_dies_slowly_does_not_bring_the_watchdog_to_bite(self):
        scene = self.enterContext(Scene("kitchen"))
        kitchen, = scene.stations
        supervisor = scene.also_end(Supervisor(kitchen, watchdog=10))
        kitchen.start()
        kitchen.ready()
        wait(lambda: kitchen.has_card("open"), "the card is open")
        supervisor.hears("WATCHDOG=1", 2)
        # Two to close, and two to open: in one go they take longer than is allowed below.
        slow = 2.0
        kitchen.card.do("slow", int(slow * 1000))
        kitchen.card.do("hang", "until-reopen")
        began = time.monotonic()

        def is_back():
            # The station cannot be asked while its card is slow, and what it says is timed here.
            supervisor.listen()
            card = kitchen.card.status()
            return all(card[side]["opens"] == 2 and card[side]["running"]
                       for side in ("capture", "playback"))

        wait(is_back, "both directions are opened again and run")
        kitchen.card.do("slow", 0)
        supervisor.hears("WATCHDOG=1", supervisor.times("WATCHDOG=1") + 1)
        fed = [began] + [at for at, line in supervisor.heard
                         if line == "WATCHDOG=1" and at > began]
        longest = max(later - one for one, later in zip(fed, fed[1:]))
        print(f"fed {len(fed) - 1} times, {longest:.2f} s apart at most")
        self.assertLess(longest, 1.7 * slow)
        wait(lambda: not kitchen.status()["problems"], "all is well")


MUTATIONS = (
    # The watchdog is fed while the media loop stands still.
    ("Sources/Hardware/Watchdog.swift", "guard isThere, ticks != self.ticks else { return }",
     "guard isThere else { return }",
     "ServiceTest.test_the_watchdog_is_fed_only_while_the_sound_moves"),
)


if __name__ == "__main__":
    unittest.main()
