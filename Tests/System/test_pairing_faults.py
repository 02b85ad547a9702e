"""A pairing in which a daemon dies or a disk is full leaves a whole peer or nothing."""

import os
import random
import signal
import subprocess
import time
import unittest
from pathlib import Path

from codes import ShownCode
from faults import may
from lab import Scene, fresh_seed, place, process, wait

KILLS = 40 if os.environ.get("INTERCOM_ALL") else 10
DISK = ('kept=$(mktemp -d); cp -a "$1/." "$kept"; mount -t tmpfs -o size=64k,mode=700 none "$1"; '
        'cp -a "$kept/." "$1"; rm -r "$kept"; shift; exec "$@"')


class PairingFaults(unittest.TestCase):
    def setUp(self):
        self.scene = self.enterContext(Scene("kitchen", "garage"))
        self.kitchen, self.garage = self.scene.stations
        for one in self.scene.stations:
            one.sections["audio"] = {"input": "none", "output": "none"}
            for title in ("button ptt", "lamp on-air"):
                del one.sections[title]

    def start(self, *stations):
        for one in stations or self.scene.stations:
            one.start()
            one.ready()

    def show(self):
        screen = ShownCode(self.kitchen.folder, self.kitchen.etc)
        self.addCleanup(screen.end)
        return screen

    def entering(self, code):
        words = [place.program("intercomctl"), "--config", self.garage.etc, "pair",
                 f"127.0.0.1:{self.kitchen.port}", code]
        return subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def secret(self, station, other):
        """The secret of a peer; None where there is no peer. Half a peer is a failure."""
        state = Path(station.state)
        found = sorted(path.name for path in [
            *state.glob("peers.d/*"), *state.glob("keys/*.psk*"), *state.glob("*/*.new")])
        if not found:
            return None
        self.assertEqual(found, [f"{other}.conf", f"{other}.psk"])
        return (state / f"keys/{other}.psk").read_bytes()

    def test_killed_at_any_moment_it_leaves_no_half(self):
        chance = random.Random(fresh_seed())
        self.start()
        begin = time.monotonic()
        screen = self.show()
        with self.entering(screen.code) as program:
            self.assertEqual(program.wait(30), 0)
        screen.ended()
        longest = time.monotonic() - begin
        outcomes = []
        for number in range(KILLS):
            for one, other in ((self.kitchen, "garage"), (self.garage, "kitchen")):
                if self.secret(one, other):
                    self.assertEqual(one.ctl("peer", "remove", other)[0], 0)
            screen = self.show()
            victim = self.scene.stations[number % 2]
            # The control: the first ones die before it begins, and the last ones after its end.
            with self.entering(screen.code) as program:
                if number >= KILLS - 2:
                    program.wait(30)
                    screen.ended()
                elif number >= 2:
                    time.sleep(chance.uniform(0, 1.2) * longest)
                process.end(victim.process, signal.SIGKILL)
                program.wait(30)
            screen.end()
            self.start(victim)
            secrets = [self.secret(self.kitchen, "garage"), self.secret(self.garage, "kitchen")]
            if None not in secrets:
                self.assertEqual(secrets[0], secrets[1])
            outcomes.append(sum(secret is not None for secret in secrets))
            for one in self.scene.stations:
                self.assertEqual(one.ctl("config", "check")[0], 0)
                self.assertEqual(
                    len(one.status()["peers"]), sum(1 for _ in Path(one.state).glob("peers.d/*")))
        print(f"stations that had the other: {outcomes}")
        self.assertEqual(outcomes[:2], [0, 0])
        self.assertEqual(outcomes[-2:], [2, 2])

    @unittest.skipUnless(may("unshare", "--mount"), "needs the right to unshare(1) mounts: root")
    def test_a_full_disk_leaves_nothing_and_is_told(self):
        for full, other in (self.scene.stations, self.scene.stations[::-1]):
            with self.subTest(full.name):
                full.launcher = ["unshare", "--mount", "sh", "-ec", DISK, "sh", full.state]
                self.start()
                # The disk is in a file system that only the daemon sees.
                state = Path(f"/proc/{full.pid}/root{full.state}")
                filler = state / "filler"
                with open(filler, "wb", buffering=0) as file:
                    try:
                        while True:
                            file.write(bytes(512))
                    except OSError:
                        pass
                screen = self.show()
                code, _, errors = self.garage.ctl(
                    "pair", f"127.0.0.1:{self.kitchen.port}", screen.code)
                self.assertEqual(code, 1)
                if full is self.kitchen:
                    self.assertEqual(screen.ended(), 1)
                    self.assertIn("No space left on device", screen.text)
                    self.assertIn("the code is right, but", errors)
                else:
                    self.assertIn("No space left on device", errors)
                    wait(lambda screen=screen: "did not finish" in screen.text, "it is told")
                    screen.end()
                for folder in (state, Path(other.state)):
                    self.assertEqual(
                        [*folder.glob("peers.d/*"), *folder.glob("keys/*.psk*"),
                         *folder.glob("keys/*.new")], [])
                # The control: as soon as there is room they pair.
                filler.unlink()
                screen = self.show()
                code, _, errors = self.garage.ctl(
                    "pair", f"127.0.0.1:{self.kitchen.port}", screen.code)
                self.assertEqual((code, errors), (0, ""))
                self.assertEqual(screen.ended(), 0, screen.text)
                self.assertEqual(len([*state.glob("peers.d/*.conf"), *state.glob("keys/*.psk")]), 2)
                for one in self.scene.stations:
                    one.stop()
                full.launcher = []
                for path in [*Path(other.state).glob("peers.d/*"),
                             *Path(other.state).glob("keys/*.psk")]:
                    path.unlink()


if __name__ == "__main__":
    unittest.main()
