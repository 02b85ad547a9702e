"""A full, read-only or missing disk, a torn file, kill -9 in the midst: said, and never worse."""

import os
import pathlib
import random
import re
import shutil
import signal
import subprocess
import threading
import time
import unittest
import uuid

from faults import FaultTest, may
from lab import Scene, place, process, strip, test_seed, wait

from stage import syscalls
from stage.kept import line_of, read

CALLS = ("fsync", "renameat")
"""System calls after which other bytes are on the disk, or under another name."""
IDENTITY = re.compile(rb"intercom-identity-1 [0-9a-f]{64}\n")
MOUNTS = ("unshare", "--mount")
mounts = unittest.skipUnless(may(*MOUNTS), "needs the right to unshare(1) mounts: root")


class Disk(unittest.TestCase):
    """A station alone, without devices, whose start is the matter."""

    def setUp(self):
        self.scene = self.enterContext(Scene("kitchen"))
        self.kitchen, = self.scene.stations
        strip(self.kitchen)
        self.keys = os.path.join(self.kitchen.state, "keys")
        self.identity = pathlib.Path(self.keys, "identity")

    def content(self):
        """The identity file; None when there is none."""
        return self.identity.read_bytes() if self.identity.exists() else None

    def fails(self, *texts):
        """A start that ends at once, with words; returns them."""
        before = len(self.kitchen.log)
        self.kitchen.start()
        self.assertEqual(self.kitchen.ended(), 1)
        said = self.kitchen.log[before:]
        for text in texts:
            self.assertIn(text, said)
        self.assertLess(len(said.splitlines()), 4, said)
        return said

    def starts(self):
        self.kitchen.start()
        self.kitchen.ready()
        self.kitchen.stop()
        self.assertRegex(self.content(), IDENTITY)

    def test_a_torn_identity_ends_the_start_and_is_left_as_it_is(self):
        whole = self.content()
        for torn in (b"", whole[:1], whole[:40], whole[:-3], b"\0" * len(whole),
                     random.Random(1).randbytes(85), whole + whole, b"x" * 100_000):
            self.identity.write_bytes(torn)
            for _ in range(2):
                advice = "put a copy of it back" if len(torn) < 256 else "File too large"
                self.fails(str(self.identity), advice)
                self.assertEqual(self.content(), torn)
        self.identity.write_bytes(whole)
        self.starts()
        self.assertEqual(self.content(), whole)

    def test_a_state_directory_that_is_missing_is_made_or_said_to_be(self):
        shutil.rmtree(self.kitchen.state)
        self.starts()
        shutil.rmtree(self.kitchen.state)
        self.kitchen.state = os.path.join(self.kitchen.folder, "no", "state")
        self.fails(f"make directory {self.kitchen.state}")

    def within(self, script, *words):
        """The next starts run in a shell script with mounts of their own; "$@" is the daemon."""
        self.kitchen.launcher = [*MOUNTS, "sh", "-ec", script, "sh", *words]

    @mounts
    def test_a_full_disk_at_the_first_start_leaves_no_half_identity(self):
        # The daemon's file is in a file system that only the script sees: it tells of it.
        self.within(
            'state=$1; shift; mount -t tmpfs -o size=16k,mode=700 none "$state"; '
            'dd if=/dev/zero of="$state/filler" bs=4k status=none || true; '
            '"$@" || echo "code $?" >&2; find "$state" -type f >&2; '
            'rm "$state/filler"; exec "$@"', self.kitchen.state)
        self.kitchen.start()
        self.kitchen.ready()
        log = self.kitchen.log
        self.assertIn("No space left on device", log)
        self.assertIn("code 1\n", log)
        found = [text for text in log.splitlines() if text.startswith(self.kitchen.state)]
        self.assertEqual(found, [f"{self.kitchen.state}/filler"])
        # As soon as there is room it starts as if nothing had been.
        self.assertIn("made this station's identity key", log)

    @mounts
    def test_a_read_only_root_needs_an_identity_and_nothing_else(self):
        self.within(
            'mount --bind "$1" "$1"; mount -o remount,bind,ro "$1"; shift; exec "$@"',
            self.kitchen.state)
        self.starts()
        os.unlink(self.identity)
        self.fails("Read-only file system")
        self.assertIsNone(self.content())

    @mounts
    def test_a_full_runtime_directory_is_said(self):
        self.within(
            'mount -t tmpfs -o nr_inodes=1 none "$1"; shift; exec "$@"', self.kitchen.run)
        self.fails("No space left on device", "control.sock")

    @unittest.skipUnless(syscalls.can_count(), "strace is not installed")
    def test_killed_at_any_call_of_the_first_start_the_identity_is_whole_or_absent(self):
        self.kitchen.write_config()
        socket = pathlib.Path(self.kitchen.run, "control.sock")

        def run(call, number):
            """A first start that is killed at such a call; whether it was."""
            self.assertLess(number, 100, f"it makes {call} without end")
            shutil.rmtree(self.keys, ignore_errors=True)
            socket.unlink(missing_ok=True)
            words = [*syscalls.killed_at(call, number), place.program("intercomd"), "--config",
                     self.kitchen.etc]
            with subprocess.Popen(words, stderr=subprocess.DEVNULL) as started:
                wait(lambda: started.poll() is not None or socket.exists(), "it ends, or is up")
                time.sleep(0.1)
                code = started.poll()
                started.terminate()
            self.assertIn(code, (None, -signal.SIGKILL))
            return code is not None

        found = []
        for call in CALLS:
            number = 0
            while run(call, number := number + 1):
                found.append(self.content())
                if found[-1] is not None:
                    self.assertRegex(found[-1], IDENTITY)
            self.assertGreater(number, 1, f"it calls no {call}")
        without = found.count(None)
        print(f"killed at {len(found)} calls, at {without} of them before there was one")
        # The control: some of them were before, and some behind.
        self.assertGreater(without, 0)
        self.assertLess(without, len(found))
        # What a kill has left is in nobody's way.
        os.makedirs(self.keys, mode=0o700, exist_ok=True)
        pathlib.Path(f"{self.identity}.new").write_bytes(b"intercom-id")
        self.starts()


class FullDisk(FaultTest):
    def test_what_cannot_be_logged_disturbs_nobody(self):
        with Scene("kitchen", "garage") as self.scene:
            kitchen, garage = self.scene.stations
            # A journal with no room, and one that has gone away.
            kitchen.launcher = ["sh", "-c", 'exec "$@" 2>/dev/full', "sh"]
            journal = self.scene.folder / "journal"
            os.mkfifo(journal)
            garage.launcher = ["sh", "-c", 'exec "$@" 2>"$0"', str(journal)]
            self.scene.introduce(kitchen, garage)
            # Opened for both, so that neither side waits for the other; closed before it is used.
            with open(os.open(journal, os.O_RDWR), "r+b", buffering=0):
                self.scene.start()
            for one in (kitchen, garage):
                one.card.do("unplug")
                wait(lambda o=one: o.has_card("absent"), "the card is told to be gone")
                one.card.do("replug")
                wait(one.has_card, "the card is back")
            kitchen.speak(self.tone)
            garage.record()
            self.assert_back(kitchen, garage, self.ended(kitchen.press))
            kitchen.release()


KILLS = 200 if os.environ.get("INTERCOM_ALL") else 20
SYSTEM_CALLS = {"write": 60, "fsync": 12, "renameat": 3}
"""Calls with which the daemon's first thread changes files, and how many it makes in a run."""
OPEN = 8
"""Open at each start: so few that no file is rotated away."""


def start_of(call):
    return {
        "schema": 1, "record": "start", "call": call, "time_ms": 1000, "kind": "call",
        "direction": "in", "peer": "garage", "channel": None, "priority": "normal", "cause": None,
        "ring_s": None, "talk_s": None, "answered_by": None, "missed": False}


class KeptThroughKills(unittest.TestCase):
    """Killed at any moment, history and state are whole, and no record that was told of is gone."""

    def setUp(self):
        self.scene = self.enterContext(Scene("kitchen"))
        self.kitchen, = self.scene.stations
        strip(self.kitchen)

    def content(self, name):
        path = pathlib.Path(self.kitchen.state, name)
        return path.read_bytes() if path.exists() else b""

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
        return {path: path.read_bytes() for path in pathlib.Path(self.kitchen.etc).rglob("*")
                if path.is_file()}

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
            calls = set(self.open_calls(OPEN))
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
            ended = [r["call"] for r in found if r["record"] == "end"]
            self.assertEqual(len(ended), len(set(ended)), "one end each")
            ends += len(calls.intersection(ended))
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
        self.assertEqual(len(listed), min(300, OPEN * KILLS))
        self.kitchen.stop()

    def test_a_line_that_is_cut_is_found_by_this_test_too(self):
        line = line_of(start_of("a"))[:-1]
        self.assertIsNotNone(read(line))
        for at in range(len(line)):
            self.assertIsNone(read(line[:at]))


if __name__ == "__main__":
    unittest.main()
