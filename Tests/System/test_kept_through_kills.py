"""Killed at any moment, history and state are whole, and no record that was told of is gone."""

import os
import random
import signal
import threading
import time
import unittest
import uuid

from lab import Scene, place, process, test_seed, wait
from stage import syscalls
from stage.kept import line_of, read

KILLS = 200 if os.environ.get("INTERCOM_ALL") else 20
SYSTEM_CALLS = {"write": 60, "fsync": 12, "renameat": 3}
"""Calls with which the daemon's first thread changes files, and how many it makes in a run."""
CALLS = 8
"""Open at each start: so few that no file is rotated away."""


def start_of(call):
    return {
        "schema": 1, "record": "start", "call": call, "time_ms": 1000, "kind": "call",
        "direction": "in", "peer": "garage", "channel": None, "priority": "normal", "cause": None,
        "ring_s": None, "talk_s": None, "answered_by": None, "missed": False}


class KeptThroughKills(unittest.TestCase):
    def setUp(self):
        self.scene = self.enterContext(Scene("kitchen"))
        self.kitchen, = self.scene.stations
        self.kitchen.sections["audio"] = {"input": "none", "output": "none"}
        for title in ("button ptt", "lamp on-air"):
            del self.kitchen.sections[title]

    def content(self, name):
        try:
            with open(os.path.join(self.kitchen.state, name), "rb") as file:
                return file.read()
        except FileNotFoundError:
            return b""

    def records(self):
        """All whole lines of the history; one that is damaged is a failure, a torn end is not."""
        found = []
        for name in ("history.3", "history.2", "history.1", "history"):
            *lines, _ = self.content(name).split(b"\n")
            for line in lines:
                record = read(line)
                self.assertIsNotNone(record, line)
                found.append(record)
        return found

    def settings(self):
        """The bytes of the configuration."""
        found = {}
        for folder, _, names in os.walk(self.kitchen.etc):
            for name in names:
                with open(os.path.join(folder, name), "rb") as file:
                    found[name] = file.read()
        return found

    def open_calls(self, count):
        """Calls that were open when the station fell, which it ends when it is back."""
        calls = [str(uuid.UUID(int=self.chance.getrandbits(128))) for _ in range(count)]
        with open(os.path.join(self.kitchen.state, "history"), "ab") as file:
            # What the kill has torn stays a line of its own.
            if self.content("history")[-1:] not in (b"", b"\n"):
                file.write(b"\n")
            for call in calls:
                file.write(line_of(start_of(call)))
        return calls

    def turn_the_knob(self):
        """Changes what is kept, until the daemon is gone."""
        try:
            while self.is_turning:
                self.kitchen.ask("state", set="volume", what="ring", percent=self.knob % 101)
                self.kitchen.ask(
                    "state", set="mute", what="mic", on=self.knob % 2 == 0)
                self.knob += 1
                time.sleep(0.002)
        except (OSError, ValueError, KeyError, place.StageError):
            pass

    def test_nothing_is_damaged_whenever_it_is_killed(self):
        self.chance = random.Random(test_seed())
        self.knob, self.is_turning = 0, True
        self.kitchen.write_config()
        before, ends, written, midst = self.settings(), 0, 0, 0
        for number in range(KILLS):
            *_, last = self.content("history").split(b"\n")
            if last:
                # Torn by the last kill: the start takes it away.
                self.assertIsNone(read(last))
            calls = set(self.open_calls(CALLS))
            known = len(self.records())
            call = self.chance.choice(sorted(SYSTEM_CALLS))
            self.kitchen.launcher = syscalls.killed_at(
                call, self.chance.randint(1, SYSTEM_CALLS[call]))
            self.kitchen.start()
            daemon = self.kitchen.process
            wait(lambda d=daemon: not process.is_alive(d) or self.kitchen.is_up(), "it is up")
            self.is_turning = True
            knob = threading.Thread(target=self.turn_the_knob)
            knob.start()
            time.sleep(0.2)
            self.is_turning = False
            if number % 2:
                # The state rests for 3 s before it is written, in the second after that.
                time.sleep(4.2)
            # It is written at once when the station is told to stop.
            daemon.terminate()
            midst += daemon.wait() == -signal.SIGKILL
            knob.join()
            found = self.records()
            self.assertGreaterEqual(len(found), known)
            ended = [r["call"] for r in found if r["record"] == "end" and r["call"] in calls]
            self.assertEqual(len(ended), len(set(ended)), "one end each")
            ends += len(ended)
            if self.content("state"):
                state = read(self.content("state"))
                self.assertIsNotNone(state, self.content("state"))
                written += 1
            self.assertEqual(self.settings(), before)
            self.assertEqual(self.content("history.bad"), b"")
            self.assertEqual(self.content("state.bad"), b"")
        print(f"{midst} of {KILLS} killed; {ends} ends of calls written, a state there {written} "
              "times")
        # The control: the kills came neither all too early nor all too late.
        self.assertIn(midst, range(KILLS // 4, KILLS))
        self.assertGreater(ends, 0)
        self.assertGreater(written, 0)
        self.kitchen.launcher = []
        self.kitchen.start()
        self.kitchen.ready()
        listed = self.kitchen.ask("history", limit=300)["calls"]
        wait(lambda: all(r["record"] == "end" for r in
                         self.kitchen.ask("history", limit=300)["calls"]), "every call has its end")
        self.assertEqual(len(listed), min(300, CALLS * KILLS))
        self.kitchen.stop()

    def test_a_line_that_is_cut_is_found_by_this_test_too(self):
        line = line_of(start_of("a"))[:-1]
        self.assertIsNotNone(read(line))
        for at in range(len(line)):
            self.assertIsNone(read(line[:at]))


if __name__ == "__main__":
    unittest.main()
