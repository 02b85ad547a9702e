"""Pairing by the code alone: the station that shows it is found on the LAN.

Liars, and stations that look for nobody, change what is found, and not who is paired.
"""

import json
import socket
import threading
import time
import unittest

from codes import ShownCode
from lab import wait
from neighbours import OnOneLan
from peer import finding
from stage.lan import MDNS

LOOK_S = 3.0
"""So long a station looks where none shows a code."""
MEET_S = 10.0
"""Seconds from the typed code until both are up."""
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
                code, said, complaint = garage.ctl("pair", screen.code)
                self.assertEqual(code, 0, complaint)
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

    def test_one_that_waits_finds_a_window_that_opens(self):
        kitchen, garage = self.enter("kitchen", "garage", known=False)
        self.start(kitchen, garage)
        answer = {}

        def look():
            answer["code"], _, answer["complaint"] = garage.ctl("pair", "0000-0000")

        looking = threading.Thread(target=look)
        looking.start()
        wait(lambda: any(packet.sender == "garage" and b"_intercomd-pair" in packet.data
                         for packet in self.lan.announced()), "garage asks")
        self.assertEqual(garage.status()["pairing"]["state"], "entering")
        screen = self.show(kitchen)
        looking.join(20)
        self.assertEqual(answer["code"], 1)
        self.assertIn("the code is not the one that", answer["complaint"])
        wait(lambda: "did not prove the code" in screen.text, "kitchen tells of it")

    def test_a_station_that_looks_for_nobody_says_so_and_is_not_found(self):
        kitchen, garage = self.enter("kitchen", "garage", known=False)
        kitchen.sections["network"]["discovery"] = "no"
        self.start(kitchen, garage)
        code, _, complaint = kitchen.ctl("pair", "0000-0000")
        self.assertEqual(code, 1)
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
        code, _, complaint = garage.ctl(
            "pair", f"{self.place(kitchen).address}:{kitchen.port}", screen.code)
        self.assertEqual(code, 0, complaint)

    def test_a_program_reads_that_it_is_looked_for(self):
        kitchen, garage = self.enter("kitchen", "garage", known=False)
        self.start(kitchen, garage)
        screen = self.show(kitchen)
        code, said, _ = garage.ctl("pair", screen.code, "--json")
        self.assertEqual(code, 0)
        self.assertEqual([json.loads(line)["stage"] for line in said.splitlines()],
                         ["searching", "trying", "paired"])

    def test_liars_get_one_guess_each_at_three_places_and_nothing_more(self):
        kitchen, garage = self.enter("kitchen", "garage", known=False)
        liar = self.lan.join("liar")
        self.start(kitchen, garage)
        ports = range(7001, 7006)
        traps = [Trap(liar, port) for port in ports]
        for trap in traps:
            self.addCleanup(trap.close)
        group = liar.group()
        self.addCleanup(group.close)

        def lie():
            for port in ports:
                group.sendto(finding.message(
                    f"lie{port}".translate(str.maketrans("0123456789", "abcdefghij")), "where",
                    port, b"\0", [liar.address], service=finding.PAIRINGS), ("224.0.0.251", MDNS))

        answer = {}

        def look():
            answer["code"], _, answer["complaint"] = garage.ctl("pair", "7K9M-QX2W")

        looking = threading.Thread(target=look)
        looking.start()
        while looking.is_alive():
            lie()
            looking.join(0.2)
        self.assertEqual(answer["code"], 1)
        visits = [trap.visits for trap in traps]
        self.assertEqual(sum(visits), 3, visits)
        self.assertLessEqual(max(visits), 1)
        self.assertIn("of 5 stations that show codes 3 were tried", answer["complaint"])
        self.assertEqual(self.peers(garage), [])


class Trap:
    """Takes connections at a place, reads what comes, and ends them."""

    def __init__(self, where, port):
        self.visits = 0
        self._listener = where.space.socket(socket.AF_INET, socket.SOCK_STREAM)
        self._listener.bind(("", port))
        self._listener.listen()
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self):
        while True:
            try:
                guest, _ = self._listener.accept()
            except OSError:
                return
            self.visits += 1
            with guest:
                guest.settimeout(5)
                try:
                    guest.recv(4096)
                except OSError:
                    pass

    def close(self):
        # A thread that waits in accept is woken by this, not by close.
        try:
            self._listener.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self._listener.close()


MUTATIONS = (
    # A station does not say on the LAN that it shows a code.
    ("Sources/Intercomd/Loop/ControlLoop+Pairing.swift",
     "case .offer(let port): neighbourhood.offerPairing(port, at: now)", "case .offer: break",
     "PairingOnALan.test_the_code_alone_pairs_and_both_talk_whatever_a_stranger_tries"),
)


if __name__ == "__main__":
    unittest.main()
