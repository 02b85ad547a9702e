"""What strangers, a relay between the two, and faults do to a pairing: nobody becomes a peer who
was not wanted, and what is left is a whole peer or nothing.
"""

import signal
import socket
import subprocess
import time
import unittest
from pathlib import Path

from codes import Guest, Host, PairingTest, Relay, abort
from faults import may
from lab import process, wait
from stage import syscalls

CALLS = {"kitchen": {"fsync": 4, "renameat": 2, "unlinkat": 2},
         "garage": {"fsync": 5, "renameat": 3, "unlinkat": 2}}
"""System calls with which a daemon writes a peer, and how many of them one thread makes: kitchen
prepares in one, and makes it a peer, with one rename, in another."""
DISK = ('kept=$(mktemp -d); cp -a "$1/." "$kept"; mount -t tmpfs -o size=64k,mode=700 none "$1"; '
        'cp -a "$kept/." "$1"; rm -r "$kept"; shift; exec "$@"')


class Strangers(PairingTest):
    """Who connects and does not have the code, or does not finish."""

    def test_a_wrong_code_pairs_nobody_and_three_burn_the_right_one(self):
        screen = self.show()
        for number in range(3):
            wrong = "0000-0000" if screen.code != "0000-0000" else "1111-1111"
            errors = self.garage.complains("pair", self.at(), wrong)
            self.assertIn("the code is not the one", errors, number)
        self.assertEqual(screen.ended(), 1)
        self.assertIn("three attempts failed", screen.text)
        errors = self.garage.complains("pair", self.at(), screen.code)
        self.assertIn("no code is shown at ", errors)
        for one in (self.kitchen, self.garage):
            self.assertEqual(one.status()["peers"], [])

    def test_a_station_with_the_code_may_break_off_four_times(self):
        screen = self.show()
        for number in range(5):
            self.assertTrue(process.is_alive(screen.process), number)
            friend = Guest(screen.code, self.kitchen.port)
            self.assertIsNotNone(friend.pair())
            abort(friend.stream)
            friend.close()
            wait(lambda count=number + 1: screen.text.count("did not finish") == count,
                 "it is told")
        self.assertEqual(screen.ended(), 1)
        self.assertIn("used 5 times in vain", screen.text)
        self.assertEqual(self.kitchen.status()["peers"], [])

    def test_a_station_with_the_code_that_falls_silent_is_told_from_one_that_breaks_off(self):
        screen = self.show()
        friend = Guest(screen.code, self.kitchen.port)
        self.addCleanup(friend.close)
        self.assertIsNotNone(friend.pair())
        wait(lambda: "does not answer any more" in screen.text, "it is told", 30)
        self.assertIn("see the network here and there; then type the code there again", screen.text)
        self.assertNotIn("did not finish", screen.text)
        # The code is still good.
        self.assertEqual(self.garage.ctl("pair", self.at(), screen.code)[0], 0)
        self.assertEqual(screen.ended(), 0, screen.text)

    def test_when_the_caller_goes_its_port_closes(self):
        self.assertFalse(self.is_open())
        for number in (signal.SIGKILL, signal.SIGINT):
            screen = self.show()
            self.assertTrue(self.is_open())
            stream = self.connect()
            stream.sendall(b"\x04")
            # It is taken some milliseconds after the one before.
            time.sleep(0.3)
            screen.process.send_signal(number)
            wait(lambda: not self.is_open(), "the port is closed")
            # The stream that was served ends, too.
            self.assertEqual(stream.recv(1), b"")
            errors = self.garage.complains("pair", self.at(), screen.code)
            self.assertIn("no code is shown at ", errors)

    def connect(self):
        stream = socket.create_connection(("127.0.0.1", self.kitchen.port), 20)
        self.addCleanup(stream.close)
        return stream

    def test_a_hundred_connections_leave_nothing_behind(self):
        screen = self.show()
        before = process.descriptors(self.kitchen.pid)
        for number in range(100):
            with socket.create_connection(("127.0.0.1", self.kitchen.port), 20) as stream:
                stream.sendall(b"GET / HTTP/1.1\r\n\r\n"[number % 3:])
        wait(lambda: self.kitchen.counters()["pairing_strangers"] >= 100, "all were looked at")
        wait(lambda: process.descriptors(self.kitchen.pid) == before, "none is left open")
        # Of so many a person is told of three.
        self.assertEqual(screen.text.count("was no station that pairs"), 3)
        self.assertEqual(self.garage.ctl("pair", self.at(), screen.code)[0], 0)


class Between(PairingTest):
    """Somebody leads what the garage says through a relay."""

    def test_an_end_that_is_forged_makes_no_other_peer(self):
        # P4 is withheld, and the stream ended in order in place of the garage: the kitchen stores
        # the garage, which has proved the code, and nobody else.
        screen = self.show()
        relay = Relay(self.kitchen.port)
        self.addCleanup(relay.close)
        self.garage.prints("pair", f"127.0.0.1:{relay.port}", screen.code, code=1)
        self.assertEqual(screen.ended(), 0, screen.text)
        self.assertEqual(self.learned(self.garage), [])
        self.assertEqual(self.learned(self.kitchen), ["garage.conf", "garage.psk"])
        text = Path(self.kitchen.state, "peers.d/garage.conf").read_text(encoding="utf-8")
        self.assertIn(self.garage.public_key, text)
        self.assertNotEqual(self.kitchen.peer("garage")["state"], "up")


class Faults(PairingTest):
    """A daemon dies in the midst of it, or its disk is full."""

    def test_the_death_of_the_entering_daemon_is_no_end_in_order(self):
        for number in (signal.SIGKILL, signal.SIGTERM):
            host = Host("7K9M-QX2W")
            self.addCleanup(host.close)
            words = self.words(self.garage, "pair")
            with subprocess.Popen([*words, f"127.0.0.1:{host.port}", "7K9M-QX2W"],
                                  stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as program:
                self.assertEqual(len(host.meet()), 131)
                process.end(self.garage.process, number)
                self.assertEqual(host.ended(), "aborted")
                self.assertEqual(program.wait(20), 3)
            self.assertEqual(self.learned(self.garage), [])
            self.start(self.garage)
        # The control: one that lives stores the other station first, and closes then.
        host = Host("7K9M-QX2W")
        self.addCleanup(host.close)
        with subprocess.Popen([*words, f"127.0.0.1:{host.port}", "7K9M-QX2W"],
                              stdout=subprocess.DEVNULL) as program:
            other, fourth = host.side.finish(host.meet())
            self.assertEqual(other["name"], "garage")
            host.stream.sendall(fourth)
            self.assertEqual(host.ended(), "closed")
            self.assertEqual(self.learned(self.garage), ["strange.conf", "strange.psk"])
            self.assertEqual(program.wait(20), 0)
        secret = Path(self.garage.state, "keys/strange.psk").read_text(encoding="ascii")
        self.assertEqual(secret.strip(), host.side.psk.hex())

    def test_the_death_of_the_showing_daemon_leaves_nothing(self):
        for number in (signal.SIGTERM, signal.SIGKILL):
            screen = self.show()
            guest = Guest(screen.code, self.kitchen.port)
            # The station that shows the code has it all on its disk now, and waits for the end.
            self.assertIsNotNone(guest.pair())
            self.assertEqual(self.learned(self.kitchen), ["stranger.conf.draft", "stranger.psk"])
            process.end(self.kitchen.process, number)
            guest.close()
            self.assertEqual(screen.ended(), 3, screen.text)
            self.start(self.kitchen)
            self.assertEqual(self.learned(self.kitchen), [])
            self.assertEqual(self.peers(self.kitchen), [])

    def entering(self, code):
        words = self.words(self.garage, "pair", self.at(), code)
        return subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def secret(self, station, other):
        """The secret of a peer; None where there is no peer. Half a peer is a failure."""
        if not (found := self.learned(station)):
            return None
        self.assertEqual(found, [f"{other}.conf", f"{other}.psk"])
        return Path(station.state, f"keys/{other}.psk").read_bytes()

    def test_killed_at_any_change_of_its_files_it_leaves_no_half(self):
        for victim in self.scene.stations:
            kills = [(call, number) for call, count in CALLS[victim.name].items()
                     for number in range(1, count + 1)]
            found = [self.killed(victim, *kill) for kill in [("fsync", 100), *kills]]
            print(f"stations that had the other when {victim} was killed: {found}")
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
                full.stop()
                full.launcher = ["unshare", "--mount", "sh", "-ec", DISK, "sh", full.state]
                self.start(full)
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
                errors = self.garage.complains("pair", self.at(), screen.code)
                if full is self.kitchen:
                    self.assertEqual(screen.ended(), 1)
                    self.assertIn("No space left on device", screen.text)
                    self.assertIn("accepted the code but did not pair", errors)
                    self.assertIn("perhaps its command was ended, or", errors)
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
                code, _, errors = self.garage.ctl("pair", self.at(), screen.code)
                self.assertEqual((code, errors), (0, ""))
                self.assertEqual(screen.ended(), 0, screen.text)
                self.assertEqual(len([*state.glob("peers.d/*.conf"), *state.glob("keys/*.psk")]), 2)
                self.assertEqual(other.ctl("peer", "remove", full.name)[0], 0)
                full.stop()
                full.launcher = []
                self.start(full)
