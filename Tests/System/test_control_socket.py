"""Whatever is said on the control socket, the daemon answers others and the sound goes on.

How many it serves at once, and for how long, is claimed by ControlServerTests.
"""

import json
import os
import random
import signal
import socket
import time

from lab import PATIENCE, Scene, SceneTest, process, wait


class ControlSocket(SceneTest):
    @classmethod
    def setUpClass(cls):
        cls.scene = cls.enterClassContext(Scene("kitchen", "garage"))
        cls.kitchen, cls.garage = cls.scene.stations
        cls.scene.introduce(cls.kitchen, cls.garage)
        cls.scene.start()
        cls.kitchen.speak(500)
        # Whoever asked for the status just now may still have a descriptor.
        cls.at_rest = min(
            process.descriptors(cls.garage.pid) or 0 for _ in range(30) if not time.sleep(0.01))

    def connect(self):
        link = self.enterContext(socket.socket(socket.AF_UNIX, socket.SOCK_STREAM))
        # With a time limit set, connect fails at once when many are knocking; without, it waits.
        link.connect(os.path.join(self.garage.run, "control.sock"))
        link.settimeout(PATIENCE)
        return link

    def answers(self):
        """Whether it finds the time for intercomctl."""
        return self.garage.ctl("status")[0] in (0, 4)

    def test_half_a_line_holds_nobody_up_and_is_closed(self):
        link = self.connect()
        link.sendall(b'{"v":1,"do":')
        self.assertTrue(self.garage.is_up())
        self.assertEqual(link.recv(100), b"", "an idle caller is closed")

    def test_who_has_given_up_waiting_opens_no_microphone(self):
        os.kill(self.garage.pid, signal.SIGSTOP)
        press = json.dumps({"v": 1, "do": "ptt", "action": "down", "target": "house"}).encode()
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as link:
            link.connect(os.path.join(self.garage.run, "control.sock"))
            link.sendall(press + b"\n")
        os.kill(self.garage.pid, signal.SIGCONT)
        wait(self.answers, "garage answers again")
        self.assertFalse(self.garage.is_talking())
        # One who has merely said all is answered, and heard.
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as link:
            link.connect(os.path.join(self.garage.run, "control.sock"))
            link.sendall(press + b"\n")
            link.shutdown(socket.SHUT_WR)
            with link.makefile() as lines:
                self.assertTrue(json.loads(lines.readline())["ok"])
        wait(self.garage.is_talking, "garage talks")
        self.garage.ask("ptt", action="up", target="house")
        wait(lambda: not self.garage.is_talking(), "garage is silent")

    def test_who_finds_no_place_is_told_so_by_intercomctl(self):
        for _ in range(16):
            self.connect()
        errors = self.garage.complains("status")
        self.assertIn("try again in a few seconds", errors)
        wait(self.answers, "the daemon answers again")
        self.assertGreater(self.garage.counters()["callers_refused"], 0)

    def has_open(self, more=0):
        """Whether its descriptors are those at rest, and some more; only root may look."""
        found = process.descriptors(self.garage.pid)
        return found is None or found == self.at_rest + more

    def storm(self, seconds=2.0):
        """Callers of every bad sort, 200 a second; returns how many there were."""
        chance = random.Random(3)
        end, count, kept = time.monotonic() + seconds, 0, []
        while time.monotonic() < end:
            time.sleep(0.005)
            link = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            link.settimeout(PATIENCE)
            kind = count % 6
            count += 1
            try:
                link.connect(os.path.join(self.garage.run, "control.sock"))
                if kind == 1:  # Half a line, and gone.
                    link.sendall(b'{"v":1,"do":"sta')
                elif kind == 2:  # Gone before the answer.
                    link.sendall(b'{"v":1,"do":"status"}\n')
                elif kind == 3:  # Binary garbage.
                    link.sendall(chance.randbytes(3000))
                elif kind == 4:  # Many questions, and no wish to hear.
                    link.setblocking(False)
                    link.send(b'{"v":1,"do":"status"}\n' * 3000)
                    kept.append(link)
                    if len(kept) < 40:
                        continue
                    kept.pop(0).close()
                    continue
                elif kind == 5:  # Half closed, and never read.
                    link.sendall(b'{"v":1,"do":"monitor"}\n')
                    link.shutdown(socket.SHUT_WR)
            except (BrokenPipeError, ConnectionResetError, BlockingIOError):
                pass  # Refused for want of places.
            link.close()
        for link in kept:
            link.close()
        return count

    def test_a_storm_of_callers_disturbs_nothing_and_leaves_nothing(self):
        wait(self.answers, "the daemon answers")
        # Those of the test before are closed as idle by then.
        wait(self.has_open, "callers are gone")
        with self.kitchen.talking():
            wait(lambda: self.garage.hears("kitchen"), "garage hears kitchen")
            time.sleep(0.4)
            self.garage.record()
            start = time.monotonic_ns()
            count = self.storm()
            end = time.monotonic_ns()
            heard = self.garage.recorded()
        print(f"{count} callers")
        self.assert_steady(heard, (start, end), 500, 0.9, "the callers disturb the speech")
        self.assertGreater(count, 100)
        wait(self.answers, "the daemon answers again")
        wait(self.has_open, "descriptors are as before")
        # The control: one who stays is seen.
        self.connect()
        wait(lambda: self.has_open(1), "a caller has a descriptor")
