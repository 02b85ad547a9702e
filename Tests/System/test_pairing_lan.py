"""Pairing by the code alone: the station that shows it is found on the LAN.

A station that looks for nobody is not found, and says so.
"""

import json
import subprocess
import sys
import time

from codes import ShownCode
from lab import place, wait, within
from neighbours import OnOneLan
from peer import finding

LOOK_S = 3.0
"""So long a station looks where none shows a code."""
MEET_S = within(1.5)
"""Seconds from the typed code until both are up."""
SILENT = """
import socket, sys
with socket.create_server(("", int(sys.argv[1]))) as listener:
    held = []
    for _ in range(2):
        held.append(listener.accept()[0])
        held[-1].recv(2000)
        print("met", flush=True)
    sys.stdin.read()
"""
"""A station that takes connections, and then says nothing."""
GUESSES = 2
"""Wrong codes of a stranger; a third one would end the window."""


class PairingOnALan(OnOneLan):
    def show(self, one):
        screen = ShownCode(one.folder, one.etc)
        self.addCleanup(screen.end)
        return screen

    def windows(self, one):
        """What a station has announced of its pairing windows: the time to live of each."""
        return self.pointers(one, finding.PAIRINGS)

    def peers(self, one):
        return [peer["name"] for peer in one.status()["peers"]]

    def test_the_code_alone_pairs_and_both_talk_whatever_a_stranger_tries(self):
        for family in ("IPv4", "IPv6"):
            with self.subTest(family):
                kitchen, garage, stranger = stations = self.enter(
                    "kitchen", "garage", "stranger", known=False)
                self.leave_only(family, *stations)
                self.start(*stations)
                screen = self.show(kitchen)
                self.assertIn(f"    intercomctl pair {screen.code}\n", screen.text)
                for _ in range(GUESSES):
                    wrong = "0000-0000" if screen.code != "0000-0000" else "1111-1111"
                    self.assertEqual(stranger.ctl("pair", wrong)[0], 1)
                since = time.monotonic()
                said = garage.prints("pair", screen.code)
                self.assertIn("looking for a station that shows a code", said)
                self.assertIn("paired with kitchen", said)
                self.assertEqual(screen.ended(), 0)
                kitchen.wait_for(garage)
                garage.wait_for(kitchen)
                took = time.monotonic() - since
                print(f"{family}: up {took:.2f} s after the code was typed")
                self.assertLess(took, MEET_S)
                self.assertEqual([self.peers(one) for one in stations],
                                 [["garage"], ["kitchen"], []])
                self.assert_talk(kitchen, garage)
                self.assert_talk(garage, kitchen, 700)
                # The window is over for everybody.
                wait(lambda one=kitchen: 0 in self.windows(one), "its farewell")
                self.assertGreater(self.windows(kitchen)[0], 0)

    def test_a_station_that_looks_for_nobody_says_so_and_is_not_found(self):
        kitchen, garage = self.enter("kitchen", "garage", known=False)
        kitchen.sections["network"]["discovery"] = "no"
        self.start(kitchen, garage)
        complaint = kitchen.complains("pair", "0000-0000")
        self.assertIn("shows the code (discovery = no", complaint)
        screen = self.show(kitchen)
        self.assertNotIn(f"    intercomctl pair {screen.code}\n", screen.text)
        # As where none shows a code.
        since = time.monotonic()
        code, _, complaint = garage.ctl("pair", screen.code)
        self.assertGreaterEqual(time.monotonic() - since, LOOK_S - 0.1)
        self.assertEqual(code, 1)
        self.assertIn("no station on this LAN shows a code", complaint)
        self.assertIn("pair HOST CODE", complaint)
        self.assertEqual(self.windows(kitchen), [])
        # With its address it pairs.
        garage.prints("pair", f"{self.place(kitchen).address}:{kitchen.port}", screen.code)

    def test_a_cable_that_falls_out_in_the_middle_is_told_as_that(self):
        kitchen, garage = self.enter("kitchen", "garage", known=False)
        self.start(garage)
        # What stands in kitchen's place takes the connection, and says nothing.
        where = f"{self.place(kitchen).address}:{kitchen.port}"
        silent = subprocess.Popen(
            [*kitchen.launcher, sys.executable, "-c", SILENT, str(kitchen.port)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.addCleanup(silent.communicate)
        for is_out, told in (
                (False, "see the network here and there; then type this again"),
                (True, "eth0 is switched off; sudo ip link set eth0 up; then type this again")):
            with self.subTest(is_out=is_out):
                typed = subprocess.Popen(
                    [*garage.launcher, place.program("intercomctl"), "--config", garage.etc,
                     "pair", where, "7K9M-QX2W"],
                    stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
                self.assertEqual(silent.stdout.readline(), "met\n")
                if is_out:
                    self.place(garage).space.do("ip", "link", "set", "eth0", "down")
                errors = typed.communicate(timeout=place.PATIENCE)[1]
                self.assertEqual(typed.returncode, 1)
                self.assertIn(
                    f"{where} does not answer any more; nothing is changed here; {told}", errors)
                self.assertNotIn("ended", errors)

    def test_a_program_reads_that_it_is_looked_for(self):
        kitchen, garage = self.enter("kitchen", "garage", known=False)
        self.start(kitchen, garage)
        screen = self.show(kitchen)
        said = garage.prints("pair", screen.code, "--json")
        self.assertEqual([json.loads(line)["stage"] for line in said.splitlines()],
                         ["searching", "trying", "paired"])


MUTATIONS = (
    # A station does not say on the LAN that it shows a code.
    ("Sources/Intercomd/Loop/ControlLoop+Orders.swift",
     "case .showOnLAN(let port): neighbourhood.offerPairing(port, at: now)",
     "case .showOnLAN: break",
     "PairingOnALan.test_the_code_alone_pairs_and_both_talk_whatever_a_stranger_tries"),
)
