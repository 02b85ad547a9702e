"""A full, read-only or missing disk, a torn file, kill -9 in the midst: said, and never worse."""

import os
import pathlib
import random
import re
import shutil
import signal
import subprocess
import time
import unittest

from faults import FaultTest, may
from lab import SceneTest, place, strip, wait

from stage import syscalls

CALLS = ("fsync", "renameat")
"""System calls after which other bytes are on the disk, or under another name."""
IDENTITY = re.compile(rb"intercom-identity-1 [0-9a-f]{64}\n")
MOUNTS = ("unshare", "--mount")
mounts = unittest.skipUnless(may(*MOUNTS), "needs the right to unshare(1) mounts: root")


class Disk(SceneTest):
    """A station alone, without devices, whose start is the matter."""

    def setUp(self):
        self.kitchen, = self.enter("kitchen")
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
        self.kitchen.begin()
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
        self.kitchen.begin()
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
        kitchen, garage = self.met("kitchen", "garage")
        # A journal with no room, and one that has gone away.
        kitchen.launcher = ["sh", "-c", 'exec "$@" 2>/dev/full', "sh"]
        journal = self.scene.folder / "journal"
        os.mkfifo(journal)
        garage.launcher = ["sh", "-c", 'exec "$@" 2>"$0"', str(journal)]
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
