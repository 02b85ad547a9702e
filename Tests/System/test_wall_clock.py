"""A wall clock that jumps, or was never set: events carry its time, and nothing else follows it."""

import json
import os
import socket
import struct
import time
import unittest

from faults import FaultTest
from lab import Scene, place, wait

DAY = 86_400


class WallClock(FaultTest):
    def set_on(self, seconds):
        """Sets both stations' wall clocks on."""
        for one in self.scene.stations:
            with open(one.environment["WALLCLOCK"], "r+b") as file:
                file.write(struct.pack("q", int(seconds)))

    def key_event(self, lines):
        """The time, in ms since 1970, of the event of a key press at garage."""
        self.garage.press()
        self.garage.release()
        while (event := json.loads(lines.readline()))["event"] != "key_down":
            continue
        return event["time_ms"]

    def test_it_jumps_mid_talk_and_only_events_tell(self):
        with Scene("kitchen", "garage") as self.scene:
            self.kitchen, self.garage = self.scene.stations
            for one in self.scene.stations:
                path = os.path.join(one.folder, "wallclock")
                with open(path, "wb") as file:
                    file.write(struct.pack("q", -int(time.time())))
                one.environment = {"WALLCLOCK": path, "LD_PRELOAD": ":".join(
                    map(place.lab, ("libwallclock.so", "libheapwatch.so", "libgpiosim.so")))}
                # Handshakes all the while: they must not follow it either.
                one.sections["session"] = {"rekey-after": "1s"}
            self.scene.introduce(self.kitchen, self.garage)
            # They start in 1970, as a Pi does without network.
            self.scene.start()
            self.kitchen.speak(self.tone)
            link = self.enterContext(socket.socket(socket.AF_UNIX, socket.SOCK_STREAM))
            link.settimeout(place.PATIENCE)
            link.connect(os.path.join(self.garage.run, "control.sock"))
            link.sendall(b'{"v":1,"do":"monitor"}\n')
            lines = self.enterContext(link.makefile())
            lines.readline()
            with self.kitchen.talking():
                wait(lambda: self.garage.hears("kitchen"), "garage hears kitchen")
                time.sleep(0.4)
                self.garage.record()
                start = time.monotonic_ns()
                for jump in (-time.time(), 0, DAY, -DAY, 3650 * DAY, 0):
                    self.set_on(jump)
                    before = time.time() + jump
                    shown = self.key_event(lines) / 1000
                    self.assertLessEqual(int(before) - 1, shown)
                    self.assertLessEqual(shown, time.time() + jump + 1)
                    # Whole rekeys, before and after the jump.
                    mark = self.garage.counters()["packets_opened"]
                    wait(lambda m=mark: self.garage.counters()["packets_opened"] > m + 60,
                         "speech goes on")
                end = time.monotonic_ns()
                heard = self.garage.recorded()
            self.assert_steady(heard, (start, end), self.tone, 0.9, "the clock disturbs speech")
            for one in self.scene.stations:
                status = one.status()
                # Ages and uptimes are of another clock.
                self.assertLess(status["uptime_s"], 3600)
                self.assertLess(status["peers"][0]["heard_age_s"], 60)
                self.assertLess(status["peers"][0]["session_age_s"], 60)


if __name__ == "__main__":
    unittest.main()
