"""What a service manager is told: ready, alive while the sound moves, stopping."""

import os
import pathlib
import socket
import subprocess
import time

from codes import ShownCode
from lab import SceneTest, place, process, sound, strip, wait
from stage.identity import Identity


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


class ServiceTest(SceneTest):
    def alone(self, watchdog=None):
        """One station without devices, under a service manager."""
        kitchen, = self.enter("kitchen")
        strip(kitchen)
        return kitchen, self.scene.also_end(Supervisor(kitchen, watchdog))

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

    def longest(self, supervisor, since, station, end, asked=0.1):
        """Asks a station until `end` is true; the longest time without a word for the watchdog."""
        while not end():
            began = time.monotonic()
            station.status()
            self.assertLess(time.monotonic() - began, asked, "status took long")
            supervisor.listen()
            time.sleep(0.2)
        fed = [since] + [at for at, line in supervisor.listen()
                         if line == "WATCHDOG=1" and at > since]
        return max(later - one for one, later in zip(fed, fed[1:]))

    def test_a_card_that_opens_and_closes_slowly_holds_nothing_up(self):
        kitchen, = self.enter("kitchen")
        supervisor = self.scene.also_end(Supervisor(kitchen, watchdog=10))
        kitchen.begin()
        wait(lambda: kitchen.has_card("open"), "the card is open")
        supervisor.hears("WATCHDOG=1", 2)
        kitchen.card.do("slow", 10_000)
        kitchen.card.do("hang", "until-reopen")
        began = time.monotonic()

        def is_back():
            card = kitchen.card.status()
            return all(card[side]["opens"] == 2 and card[side]["running"]
                       for side in ("capture", "playback"))

        self.assertLess(self.longest(supervisor, began, kitchen, is_back), 1.2)
        self.assertGreater(time.monotonic() - began, 20)
        self.assertIn("the card does not answer", kitchen.log)
        kitchen.card.do("slow", 0)
        wait(lambda: not kitchen.problems(), "all is well")

    def wear(self, station):
        """Gives it a disk that does not answer while the file that is returned is there."""
        worn = pathlib.Path(station.folder, "worn")
        station.environment["WORN"] = str(worn)
        station.preloads = [*station.preloads, place.lab("libstall.so")]
        return worn

    def test_disk_names_and_programs_that_never_answer_hold_nothing_up(self):
        kitchen, garage = self.met("kitchen", "garage")
        supervisor = self.scene.also_end(Supervisor(kitchen, watchdog=10))
        worn = self.wear(kitchen)
        hook = pathlib.Path(kitchen.folder, "hook")
        hook.write_text("#!/bin/sh\nexec sleep 600\n", encoding="ascii")
        hook.chmod(0o755)
        kitchen.sections["events"] = {"on-event": str(hook)}
        kitchen.sections["peer attic"] = {
            "address": "attic.invalid:4747", "key": Identity().text}
        self.scene.start()
        kitchen.speak(sound.tone(500, 60))
        worn.touch()
        self.assertEqual(kitchen.ctl("call", "garage")[0], 0)
        self.assertEqual(kitchen.ctl("hangup")[0], 0)
        self.assertEqual(kitchen.ctl("volume", "ring", "40")[0], 0)
        garage.record()
        with kitchen.talking():
            wait(lambda: garage.hears(kitchen), "garage hears kitchen")
            began = time.monotonic()
            span = time.monotonic_ns() + 500_000_000, time.monotonic_ns() + 19_500_000_000
            longest = self.longest(
                supervisor, began, kitchen, lambda: time.monotonic() > began + 20)
        self.assertLess(longest, 1.2)
        heard = garage.recorded().span(*span)
        track = sound.tone_track(heard, 500)
        self.assertGreater(track.min(), -18, "a frame was lost")
        self.assertIn("the disk has not answered for 5 s", kitchen.ctl("history")[2])
        problems = "\n".join(kitchen.problems())
        for name in ("history", "state"):
            self.assertIn(f"/{name}: the disk has not answered", problems)
        worn.unlink()
        wait(lambda: "disk" not in "\n".join(kitchen.problems()), "it is written")
        self.assertEqual(len(kitchen.ask("history")["calls"]), 1)

    def test_a_disk_that_does_not_answer_holds_up_a_pairing_and_nothing_else(self):
        kitchen, garage = self.enter("kitchen", "garage")
        supervisor = self.scene.also_end(Supervisor(kitchen, watchdog=10))
        worn = self.wear(kitchen)
        self.scene.start()
        # Garage waits for the proof that kitchen has stored it, and gives up after 10 s.
        screen = self.scene.also_end(ShownCode(kitchen.folder, kitchen.etc))
        worn.touch()
        began = time.monotonic()
        with self.pairing(garage, kitchen, screen.code) as typed:
            longest = self.longest(
                supervisor, began, kitchen, lambda: time.monotonic() > began + 20)
            self.assertLess(longest, 1.2)
            self.assertEqual(typed.wait(1), 1)
        self.assertIn("the disk has not answered for 5 s -> ", screen.text)
        self.assertIn("did not finish; nothing is changed here", screen.text)
        worn.unlink()
        peers = pathlib.Path(kitchen.state, "peers.d")
        wait(lambda: not [*peers.iterdir()], "nothing is left of it")
        screen.end()
        # Garage, which shows the code now, waits as long for kitchen.
        screen = self.scene.also_end(ShownCode(garage.folder, garage.etc))
        began = time.monotonic()
        worn.touch()
        with self.pairing(kitchen, garage, screen.code) as typed:
            longest = self.longest(
                supervisor, began, kitchen, lambda: time.monotonic() > began + 8)
            self.assertLess(longest, 1.2)
            self.assertIsNone(typed.poll(), "it says that it has paired")
            self.assertFalse(garage.status()["peers"], "garage has paired")
            worn.unlink()
            self.assertEqual(typed.wait(5), 0)
        self.assertEqual(screen.ended(), 0, screen.text)
        kitchen.wait_for(garage)

    def pairing(self, one, other, code):
        """A person at one station, who tries the code of the other one."""
        return subprocess.Popen(
            [place.program("intercomctl"), "--config", one.etc, "pair",
             f"127.0.0.1:{other.port}", code], stdout=subprocess.DEVNULL)

    def test_a_disk_that_does_not_answer_holds_up_a_newer_roster_and_nothing_else(self):
        kitchen, garage = self.met("kitchen", "garage")
        supervisor = self.scene.also_end(Supervisor(kitchen, watchdog=10))
        worn = self.wear(kitchen)
        kitchen.sections["site"] = {"introductions": "ask"}
        self.scene.start()
        at = f"127.0.0.1:{garage.port}"
        self.assertEqual(garage.ctl("site", "init", "house", "--address", at)[0], 0)
        self.assertEqual(garage.ctl("site", "add", "kitchen", kitchen.public_key)[0], 0)
        digits = garage.ctl("site", "list")[1].split("key: ")[1].splitlines()[0]
        wait(lambda: kitchen.status()["site"]["offers"], "garage shows the site")
        worn.touch()
        began = time.monotonic()
        with subprocess.Popen(
                [place.program("intercomctl"), "--config", kitchen.etc, "site", "join", "garage",
                 "--site", digits], stderr=subprocess.PIPE, text=True) as joining:
            longest = self.longest(
                supervisor, began, kitchen, lambda: time.monotonic() > began + 20)
            self.assertLess(longest, 1.2)
            late = "the roster of the site is not written yet: the disk has not answered for 5 s"
            self.assertEqual(joining.wait(1), 1)
            self.assertIn(late, joining.stderr.read())
            self.assertIn(late, "\n".join(kitchen.problems()))
        worn.unlink()
        wait(lambda: kitchen.status()["site"].get("name") == "house", "it has joined")
        self.assertEqual(garage.ctl("site", "channel", "up", "kitchen", "garage")[0], 0)
        worn.touch()
        began = time.monotonic()
        longest = self.longest(supervisor, began, kitchen, lambda: time.monotonic() > began + 20)
        self.assertLess(longest, 1.2)
        worn.unlink()
        number = garage.status()["site"]["number"]
        wait(lambda: kitchen.status()["site"]["number"] == number, "it has the newer one")
        wait(lambda: not kitchen.problems(), "all is well")


MUTATIONS = (
    # The watchdog is fed while the media loop stands still.
    ("Sources/Media/Hardware/Devices.swift", "guard isThere, ticks != self.ticks else { return }",
     "guard isThere else { return }",
     "ServiceTest.test_the_watchdog_is_fed_only_while_the_sound_moves"),
    # The control loop itself waits for disks and names.
    ("Sources/CLinux/thread.c",
     "    int error = pthread_create(&thread, &attributes, body, argument);\n",
     "    int error = EAGAIN;\n    (void)thread, (void)body, (void)argument;\n",
     "ServiceTest.test_disk_names_and_programs_that_never_answer_hold_nothing_up"),
)
