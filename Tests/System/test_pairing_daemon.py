"""The daemon pairs, and `intercomctl pair` shows it: who may, what is told, and what is left where
something goes wrong in the midst of it."""

import json
import os
import pty
import signal
import socket
import subprocess
import time
import unittest
from pathlib import Path

from codes import Guest, Host, ShownCode, Watch, connects
from lab import Scene, place, process, wait
from stage.identity import Identity


class PairingDaemon(unittest.TestCase):
    def setUp(self):
        self.scene = self.enterContext(Scene("kitchen", "garage"))
        self.kitchen, self.garage = self.scene.stations
        for one in self.scene.stations:
            one.sections["audio"] = {"input": "none", "output": "none"}
            for title in ("button ptt", "lamp on-air"):
                del one.sections[title]
            one.start()
            one.ready()

    def show(self, *words, station=None):
        station = station or self.kitchen
        screen = ShownCode(station.folder, station.etc, *words)
        self.addCleanup(screen.end)
        return screen

    def at(self, host="127.0.0.1"):
        return f"{host}:{self.kitchen.port}"

    def connect(self):
        stream = socket.create_connection(("127.0.0.1", self.kitchen.port), 20)
        self.addCleanup(stream.close)
        return stream

    def is_open(self):
        """Whether anything listens at the TCP port of the station that shows codes."""
        with socket.socket() as stream:
            stream.settimeout(5)
            return connects(stream, ("127.0.0.1", self.kitchen.port))

    def peers(self, station):
        return [peer["name"] for peer in station.status()["peers"]]

    def learned(self, station):
        """The files and secrets of peers in the state directory."""
        state = Path(station.state)
        return sorted(path.name for path in [*state.glob("peers.d/*"), *state.glob("keys/*.psk*")])

    # --- what is told ---

    def test_the_code_is_nowhere_but_on_the_screen(self):
        watches = [Watch(one) for one in (self.kitchen, self.garage)]
        for watch in watches:
            self.addCleanup(watch.close)
        screen = self.show()
        code = screen.code
        self.assertIn(code, screen.text)
        self.assertEqual(self.kitchen.status()["pairing"],
                         {"state": "showing", "by": f"intercomctl (uid {os.geteuid()})"})
        self.assertIn("pairing a code is shown here, for another station to type; begun by "
                      "intercomctl (uid ", self.kitchen.ctl("status")[1])
        self.assertNotIn(code, json.dumps(self.kitchen.status()) + self.kitchen.ctl("status")[1])
        self.assertEqual(self.garage.ctl("pair", self.at(), "0000-0000")[0], 1)
        failed = watches[0].until("pairing_failed")
        self.assertEqual((failed["cause"], failed["target"]), ("wrong_code", "127.0.0.1"))
        self.assertEqual(watches[1].until("pairing_failed")["cause"], "wrong_code")
        self.assertEqual(self.garage.ctl("pair", self.at(), code)[0], 0)
        self.assertEqual(screen.ended(), 0)
        self.assertEqual(self.kitchen.status()["pairing"], {"state": "idle", "by": None})
        for watch, other in zip(watches, (self.garage, self.kitchen)):
            paired = watch.until("paired")
            self.assertEqual(paired["peer"], other.name)
            self.assertEqual(paired["detail"], other.ctl("key", "show", "--fingerprint")[1].strip())
            self.assertEqual((paired["by"], paired["uid"]), ("intercomctl", os.geteuid()))
        plain = code.replace("-", "")
        for one, watch in zip((self.kitchen, self.garage), watches):
            for text in (one.log, watch.text, json.dumps(one.status()),
                         one.ctl("history", "--json")[1]):
                self.assertNotIn(code, text)
                self.assertNotIn(plain, text)
            self.assertIn("paired with", one.log)
            self.assertIn("pairing failed: ", one.log)
        self.assertEqual(self.kitchen.counters()["pairing_attempts_failed"], 1)
        self.assertEqual(self.kitchen.counters()["pairing_strangers"], 0)

    def test_a_program_reads_one_object_for_each_thing_that_happens(self):
        words = [place.program("intercomctl"), "--config", self.kitchen.etc, "pair", "--json"]
        with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as program:
            shown = json.loads(program.stdout.readline())
            self.assertEqual((shown["stage"], shown["seconds"]), ("code", 120))
            self.assertEqual(shown["hosts"], [self.at()])
            self.garage.ctl("pair", self.at(), "0000-0000")
            attempt = json.loads(program.stdout.readline())
            self.assertEqual((attempt["stage"], attempt["attempts_left"]), ("attempt", 2))
            code, said, _ = self.garage.ctl("pair", self.at(), shown["code"], "--json")
            self.assertEqual(code, 0)
            self.assertEqual([json.loads(line)["stage"] for line in said.splitlines()],
                             ["trying", "paired"])
            paired = json.loads(program.stdout.readline())
            self.assertEqual((paired["stage"], paired["name"], paired["applied"]),
                             ("paired", "garage", True))
            self.assertEqual(program.wait(20), 0)

    def test_what_is_pasted_is_understood_and_what_is_wrong_is_said(self):
        screen = self.show()
        line = next(line for line in screen.text.splitlines() if "intercomctl pair" in line)
        for words, told in (
                (["pair", self.at(), screen.code[:-1]], "it has 7 of 8 characters"),
                (["pair", self.at(), "7K9M-UX2W"], "the character U does not occur in codes"),
                (["pair", screen.code], "is not looked for (discovery = no in [network])")):
            code, _, errors = self.garage.ctl(*words)
            self.assertIn(code, (1, 2))
            self.assertIn(told, errors)
        self.assertEqual(self.garage.ctl("pair", line.replace("-", "\u2011"))[0], 0)
        self.assertEqual(screen.ended(), 0)
        screen = self.show("--name", "other")
        self.garage.ctl("peer", "remove", "kitchen")
        self.kitchen.ctl("peer", "remove", "garage")
        words = [screen.code.lower(), f"\u201c{self.at()}\u201d"]
        code, said, errors = self.garage.ctl("pair", *words)
        self.assertEqual((code, errors), (0, ""), said)
        self.assertEqual(self.peers(self.kitchen), ["other"])

    def test_the_code_need_not_stand_in_the_command_line(self):
        screen = self.show()
        words = [place.program("intercomctl"), "--config", self.garage.etc, "pair", self.at()]
        done = subprocess.run([*words, "-"], input=f"{screen.code}\n", text=True, timeout=30,
                              capture_output=True, check=False)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertEqual(screen.ended(), 0)
        self.garage.ctl("peer", "remove", "kitchen")
        self.kitchen.ctl("peer", "remove", "garage")
        screen = self.show()
        control, terminal = pty.openpty()
        self.addCleanup(os.close, control)
        with subprocess.Popen(
                words, stdin=terminal, stdout=terminal, stderr=terminal) as program:
            os.close(terminal)
            said = b""
            for typed in (screen.code[:4], screen.code):
                while not said.endswith(b" shows: "):
                    said += os.read(control, 4096)
                os.write(control, f"{typed}\n".encode())
                said += os.read(control, 4096)
            self.assertEqual(program.wait(30), 0)
        self.assertIn(b"it has 4 of 8 characters", said)

    # --- who may, and for how long ---

    def test_when_the_caller_goes_its_port_closes(self):
        self.assertFalse(self.is_open())
        for number in (signal.SIGKILL, signal.SIGINT):
            screen = self.show()
            self.assertTrue(self.is_open())
            stream = self.connect()
            # It is taken some milliseconds after the one before.
            time.sleep(0.3)
            screen.process.send_signal(number)
            wait(lambda: not self.is_open(), "the port is closed")
            # The stream that was served ends, too.
            self.assertEqual(stream.recv(1), b"")
            code, _, errors = self.garage.ctl("pair", self.at(), screen.code)
            self.assertEqual(code, 1)
            self.assertIn("Connection refused", errors)

    def test_one_pairing_at_a_time(self):
        screen = self.show()
        second = self.show(station=self.kitchen)
        self.assertEqual(second.ended(), 1)
        self.assertIn(f"begun by intercomctl (uid {os.geteuid()})", second.text)
        code, _, errors = self.kitchen.ctl("pair", "127.0.0.1", "7K9M-QX2W")
        self.assertEqual(code, 1)
        self.assertIn("a pairing is under way here", errors)
        self.assertEqual(self.garage.ctl("pair", self.at(), screen.code)[0], 0)

    def test_without_a_daemon_the_command_that_starts_it_is_told(self):
        self.garage.stop()
        code, _, errors = self.garage.ctl("pair", self.at(), "7K9M-QX2W")
        self.assertEqual(code, 3)
        self.assertIn("sudo systemctl start intercomd", errors)

    def test_a_host_may_have_a_name(self):
        screen = self.show()
        code, _, errors = self.garage.ctl("pair", "no-such-host.invalid", screen.code)
        self.assertEqual(code, 1)
        self.assertIn("address of no-such-host.invalid: ", errors)
        code, _, errors = self.garage.ctl("pair", self.at("localhost"), screen.code)
        self.assertEqual((code, errors), (0, ""))
        text = Path(self.garage.state, "peers.d/kitchen.conf").read_text(encoding="utf-8")
        self.assertIn(f"address = {self.at('localhost')}\n", text)
        self.garage.wait_for(self.kitchen)

    def test_a_name_that_is_taken_gets_a_number(self):
        self.kitchen.sections["channel garage"] = {"members": "*"}
        self.kitchen.reload()
        screen = self.show()
        self.assertEqual(self.garage.ctl("pair", self.at(), screen.code)[0], 0)
        self.assertEqual(screen.ended(), 0)
        self.assertIn("paired with garage-2\n", screen.text)
        text = Path(self.kitchen.state, "peers.d/garage-2.conf").read_text(encoding="utf-8")
        self.assertIn(f"address = 127.0.0.1:{self.garage.port}\n", text)
        self.assertIn("it calls itself garage; another name:"
                      " sudo intercomctl peer rename garage-2 NAME\n", screen.text)
        # No peer has been a garage.
        self.assertNotIn("takes the place", screen.text)
        self.assertEqual(self.kitchen.ctl("peer", "rename", "garage-2", "barn")[0], 0)
        self.kitchen.wait_for("barn")

    def test_a_station_in_the_place_of_a_peer_is_told_how(self):
        self.kitchen.sections["peer garage"] = {"key": Identity().text}
        self.kitchen.reload()
        screen = self.show()
        self.assertEqual(self.garage.ctl("pair", self.at(), screen.code)[0], 0)
        self.assertEqual(screen.ended(), 0)
        self.assertIn("if it takes the place of garage, which is gone:"
                      " sudo intercomctl peer replace garage garage-2\n", screen.text)

    # --- strangers ---

    def test_silent_and_slow_ones_hold_up_nobody_but_the_next_of_them(self):
        screen = self.show()
        silent = self.connect()
        silent.setblocking(False)
        answers = 0
        while True:
            try:
                self.assertEqual(silent.recv(1), b"")
                break
            except BlockingIOError:
                self.kitchen.status()
                answers += 1
                time.sleep(0.05)
        # The control: there was time for answers, and one that had waited would have had none.
        self.assertGreater(answers, 3)
        first = b"\x04\xf4\x05\x01\x03" + bytes(1265)
        slow, sent = self.connect(), 0
        slow.settimeout(0.02)
        for byte in first:
            try:
                if slow.recv(1) == b"":
                    break
            except TimeoutError:
                slow.sendall(bytes([byte]))
                sent += 1
            except ConnectionError:
                break
        self.assertLess(sent, len(first))
        self.assertEqual(self.garage.ctl("pair", self.at(), screen.code)[0], 0)
        self.assertEqual(screen.ended(), 0)
        self.assertNotIn("did not prove the code", screen.text)

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

    # --- trouble with the files ---

    def test_a_mistake_in_the_settings_meanwhile_hinders_nothing(self):
        screen = self.show()
        with open(f"{self.kitchen.etc}/intercomd.conf", "a", encoding="utf-8") as file:
            file.write("[sounds]\nprerol = 0\n")
        self.assertIn("prerol", self.kitchen.ctl("reload")[2])
        self.assertEqual(self.garage.ctl("pair", self.at(), screen.code)[0], 0)
        self.assertEqual(screen.ended(), 0, screen.text)
        self.kitchen.wait_for(self.garage)

    def test_a_peer_that_is_written_and_not_in_use_is_told(self):
        # A file of a peer that somebody has spoilt keeps the peers from being read again.
        os.makedirs(f"{self.kitchen.state}/peers.d", exist_ok=True)
        spoilt = Path(self.kitchen.state, "peers.d/attic.conf")
        spoilt.write_text("[peer attic]\nkey = nonsense\n", encoding="utf-8")
        screen = self.show()
        self.assertEqual(self.garage.ctl("pair", self.at(), screen.code)[0], 0)
        self.assertEqual(screen.ended(), 1)
        self.assertIn("garage is written, but intercomd has not applied it:\n", screen.text)
        self.assertIn(str(spoilt), screen.text)
        self.assertEqual(self.peers(self.kitchen), [])
        spoilt.unlink()
        self.assertEqual(self.kitchen.ctl("reload")[0], 0)
        self.kitchen.wait_for(self.garage)

    def test_a_station_without_settings_pairs(self):
        self.garage.stop()
        Path(self.garage.etc, "intercomd.conf").unlink()
        environment = {**os.environ, "STATE_DIRECTORY": self.garage.state,
                       "RUNTIME_DIRECTORY": self.garage.run}
        words = [place.program("intercomd"), "--config", self.garage.etc]
        with open(self.garage.log_path, "a", encoding="utf-8") as log:
            daemon = process.launch(words, environment=environment, output=log, errors=log)
        self.addCleanup(process.end, daemon)
        wait(lambda: os.path.exists(f"{self.garage.run}/control.sock"), "it is up")
        screen = self.show()
        words = [place.program("intercomctl"), "--config", self.garage.etc, "pair"]
        code, said, errors = process.run([*words, self.at(), screen.code], environment=environment)
        self.assertEqual((code, errors), (0, ""), said)
        self.assertEqual(screen.ended(), 0)
        self.assertEqual(self.learned(self.garage), ["kitchen.conf", "kitchen.psk"])

    # --- the end in the midst ---

    def test_the_death_of_the_entering_daemon_is_no_end_in_order(self):
        for number, ending in ((signal.SIGKILL, "aborted"), (signal.SIGTERM, "aborted")):
            host = Host("7K9M-QX2W")
            self.addCleanup(host.close)
            words = [place.program("intercomctl"), "--config", self.garage.etc, "pair"]
            with subprocess.Popen([*words, f"127.0.0.1:{host.port}", "7K9M-QX2W"],
                                  stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as program:
                self.assertEqual(len(host.meet()), 131)
                process.end(self.garage.process, number)
                self.assertEqual(host.ended(), ending)
                self.assertEqual(program.wait(20), 3)
            self.assertEqual(self.learned(self.garage), [])
            self.garage.start()
            self.garage.ready()
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
            self.kitchen.start()
            self.kitchen.ready()
            self.assertEqual(self.learned(self.kitchen), [])
            self.assertEqual(self.peers(self.kitchen), [])


if __name__ == "__main__":
    unittest.main()
