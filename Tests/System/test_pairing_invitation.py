"""Pairing over a channel that nobody else reads: `intercomctl invite | intercomctl accept`."""

import os
import pty
import socket
import subprocess
import time
import unittest
from pathlib import Path

from codes import connects
from lab import Scene, place, wait

PATIENCE_S = 30


class Invitations(unittest.TestCase):
    def setUp(self):
        self.scene = self.enterContext(Scene("kitchen", "garage"))
        self.kitchen, self.garage = self.scene.stations
        for one in self.scene.stations:
            one.sections["audio"] = {"input": "none", "output": "none"}
            for title in ("button ptt", "lamp on-air"):
                del one.sections[title]
            one.start()
            one.ready()

    def words(self, station, *words):
        return [place.program("intercomctl"), "--config", station.etc, *words]

    def accept(self, text, station=None):
        """What `accept` says of this input: (exit code, result, complaint)."""
        done = subprocess.run(self.words(station or self.garage, "accept"), input=text, text=True,
                              capture_output=True, timeout=PATIENCE_S, check=False)
        return done.returncode, done.stdout, done.stderr

    def peers(self, station):
        return [peer["name"] for peer in station.status()["peers"]]

    def is_closed(self):
        """Whether nothing listens at the TCP port of kitchen."""
        with socket.socket() as stream:
            stream.settimeout(5)
            return not connects(stream, ("127.0.0.1", self.kitchen.port))

    def test_a_pipe_makes_them_peers(self):
        command = " | ".join(" ".join(self.words(one, verb)) for one, verb in
                             ((self.kitchen, "invite"), (self.garage, "accept")))
        done = subprocess.run(["bash", "-o", "pipefail", "-c", command], capture_output=True,
                              text=True, timeout=PATIENCE_S, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("paired with kitchen", done.stdout)
        self.assertIn("paired with garage", done.stderr)
        for one, other in ((self.kitchen, self.garage), (self.garage, self.kitchen)):
            self.assertEqual(self.peers(one), [other.name])
            one.wait_for(other)
        secrets = {(Path(one.state) / "keys" / f"{other.name}.psk").read_text(encoding="ascii")
                   for one, other in ((self.kitchen, self.garage), (self.garage, self.kitchen))}
        self.assertEqual(len(secrets), 1)
        self.assertNotIn(secrets.pop().strip(), done.stdout + done.stderr)

    def test_the_code_is_in_no_command_line(self):
        with subprocess.Popen(self.words(self.kitchen, "invite"), stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, text=True) as invite:
            line = invite.stdout.readline()
            mark, code, *hosts = line.split()
            self.assertEqual(mark, "intercomd-invitation")
            self.assertEqual(hosts, [f"127.0.0.1:{self.kitchen.port}"])
            with subprocess.Popen(self.words(self.garage, "accept"), stdin=subprocess.PIPE,
                                  stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                  text=True) as accept:
                accept.stdin.write("Welcome to garage.\n\n" + line)
                accept.stdin.flush()
                found = [Path(f"/proc/{one.pid}/cmdline").read_bytes() for one in (invite, accept)
                         if one.poll() is None]
                said, complaint = accept.communicate(timeout=PATIENCE_S)
                self.assertEqual(accept.returncode, 0, complaint)
                self.assertIn("paired with kitchen", said)
            self.assertEqual(invite.wait(PATIENCE_S), 0)
            # The invitation is all that the other program got.
            self.assertEqual(invite.stdout.read(), "")
        for words in found:
            self.assertNotIn(code.encode(), words)

    def test_the_reader_may_end_before_the_daemon_here_knows(self):
        """As it does on a slow machine: the other station stores this one first."""
        with subprocess.Popen(self.words(self.kitchen, "invite"), stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, text=True) as invite:
            line = invite.stdout.readline()
            invite.stdout.close()
            time.sleep(0.5)
            code, said, complaint = self.accept(line)
            self.assertEqual(code, 0, complaint)
            self.assertEqual(invite.wait(PATIENCE_S), 0)
            self.assertIn("paired with garage", invite.stderr.read())
        self.assertEqual(self.peers(self.kitchen), ["garage"])

    def test_one_that_nobody_accepts_ends_with_its_reader(self):
        with subprocess.Popen(self.words(self.kitchen, "invite"), stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, text=True) as invite:
            invite.stdout.readline()
            invite.stdout.close()
            self.assertEqual(invite.wait(PATIENCE_S), 1)
            self.assertIn("did not accept it", invite.stderr.read())
        wait(self.is_closed, "the window is over")
        self.test_a_pipe_makes_them_peers()

    def test_what_is_no_invitation_is_refused(self):
        for text in ("", "hello\n", "intercomd-invitation 7K9M\n", "x" * 100_000 + "\n",
                     "intercomd-invitation 7K9M-QX2W ;reboot\n", "y\n" * 1000):
            code, said, complaint = self.accept(text)
            self.assertEqual((code, said), (1, ""), complaint)
            self.assertIn("there is no invitation in the input", complaint)
        self.assertEqual(self.peers(self.garage), [])

    def test_an_endless_line_ends_it(self):
        for words in ("accept",), ("site", "import"):
            with open("/dev/zero", "rb") as endless:
                done = subprocess.run(
                    self.words(self.garage, *words), stdin=endless, capture_output=True, text=True,
                    timeout=PATIENCE_S, check=False)
            self.assertEqual(done.returncode, 1, done.stdout)
            self.assertRegex(done.stderr, "there is no invitation|is no roster")

    def test_a_wrong_code_and_a_place_where_nobody_is(self):
        code, _, complaint = self.accept(
            f"intercomd-invitation 0000-0000 127.0.0.1:{self.kitchen.port}\n")
        self.assertEqual(code, 1)
        self.assertIn("Connection refused", complaint)
        with subprocess.Popen(self.words(self.kitchen, "invite"), stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, text=True) as invite:
            invite.stdout.readline()
            # Of several addresses the first one that answers is used.
            code, _, complaint = self.accept(
                f"intercomd-invitation 0000-0000 127.0.0.1:1 127.0.0.1:{self.kitchen.port}\n")
            self.assertEqual(code, 1)
            self.assertIn("the code is not the one", complaint)
            invite.terminate()
        self.assertEqual(self.peers(self.garage), [])

    def test_at_a_terminal_it_says_how_it_is_used(self):
        for verb, words in (("invite", "intercomctl invite | ssh HOST intercomctl accept"),
                            ("accept", "ssh HOST intercomctl invite | intercomctl accept")):
            master, slave = pty.openpty()
            try:
                done = subprocess.run(self.words(self.kitchen, verb), stdin=slave, stdout=slave,
                                      stderr=subprocess.PIPE, text=True, timeout=PATIENCE_S,
                                      check=False)
            finally:
                os.close(master)
                os.close(slave)
            self.assertEqual(done.returncode, 2)
            self.assertIn(words, done.stderr)


if __name__ == "__main__":
    unittest.main()
