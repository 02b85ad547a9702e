"""A pairing in which a daemon dies or a disk is full leaves a whole peer or nothing."""

import signal
import subprocess
import time
import unittest
from pathlib import Path

from codes import ShownCode
from faults import may
from lab import Scene, place, process, wait
from stage import syscalls

CALLS = {"fsync": 5, "renameat": 3, "unlinkat": 3}
"""System calls with which a daemon writes a peer, and how many of them."""
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

    def test_killed_at_any_change_of_its_files_it_leaves_no_half(self):
        self.start()
        kills = [(call, number) for call, count in CALLS.items() for number in range(1, count + 1)]
        outcomes = {victim: [self.killed(victim, *kill) for kill in [("fsync", 100), *kills]]
                    for victim in self.scene.stations}
        print(f"stations that had the other, by the call: {outcomes}")
        for found in outcomes.values():
            # The control: nothing is killed there, and of the kills some came before the peer.
            self.assertEqual(found[0], (2, False))
            self.assertEqual([is_killed for _, is_killed in found[1:]], [True] * len(kills))
            self.assertIn(0, [count for count, _ in found])

    def killed(self, victim, call, number):
        """A pairing in which a station is killed at a system call: how many have the other then,
        and whether it was killed."""
        for one, other in ((self.kitchen, "garage"), (self.garage, "kitchen")):
            if self.secret(one, other):
                self.assertEqual(one.ctl("peer", "remove", other)[0], 0)
        screen = self.show()
        with syscalls.killing(victim.pid, call, number):
            with self.entering(screen.code) as program:
                program.wait(30)
            time.sleep(0.3)
        is_killed = not process.is_alive(victim.process)
        screen.end()
        process.end(victim.process, signal.SIGKILL)
        self.start(victim)
        secrets = [self.secret(self.kitchen, "garage"), self.secret(self.garage, "kitchen")]
        if None not in secrets:
            self.assertEqual(secrets[0], secrets[1])
        for one in self.scene.stations:
            self.assertEqual(one.ctl("config", "check")[0], 0)
            self.assertEqual(
                len(one.status()["peers"]), sum(1 for _ in Path(one.state).glob("peers.d/*")))
        return sum(secret is not None for secret in secrets), is_killed

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
