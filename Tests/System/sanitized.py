"""A day of both loops in half a minute, for a daemon built with a sanitizer (tools/sanitize).

Every scene looks for reports at its end. Frames that are played are counted and not listened to: a
sanitized daemon may be late on a busy machine. The last test plants a fault and wants it reported.
"""

import contextlib
import os
import pathlib
import signal
import socket
import unittest

from lab import PATIENCE, Scene, SceneTest, listen, process, wait
from stage import sanitizer

PLANTED = {"thread": ("race", "data race"), "address": ("overflow", "heap-buffer-overflow")}


class Sanitized(SceneTest):
    def setUp(self):
        self.assertIn(sanitizer.NAME, PLANTED, "tools/sanitize runs this")

    def plays(self, listener):
        """Waits until it has played more frames of a peer."""
        before = listener.counters()
        listener.moved("frames_mixed", before, 20)
        listener.moved("packets_opened", before, 20)

    def says_goodbye(self, station, number=signal.SIGTERM):
        """It ends in order, within patience, and nothing was reported by its end."""
        station.process.send_signal(number)
        self.assertEqual(station.ended(), 0, station.log)

    def test_both_loops(self):
        with Scene("kitchen", "garage") as scene:
            kitchen, garage = scene.stations
            garage.sections["audio"].update(period="20ms")
            scene.introduce(kitchen, garage)
            scene.start()
            # One of two reads.
            reader, _ = [self.enterContext(kitchen.monitor()) for _ in range(2)]
            kitchen.speak(500)
            garage.speak(800)

            with kitchen.talking():
                self.plays(garage)
                with garage.talking():
                    self.plays(kitchen)
            self.keys(kitchen, garage)
            self.cards(kitchen, garage)
            self.requests(garage)
            self.assertIn(b"talk", reader.recv(65_536))

            self.restarts(kitchen, garage)
            for one in scene.stations:
                self.says_goodbye(one)

    def keys(self, kitchen, garage):
        """Keys of the wall and of the command line, faster than anyone talks."""
        for _ in range(6):
            kitchen.press()
            garage.ask("ptt", action="down", target="house")
            kitchen.release()
            garage.ask("ptt", action="up", target="house")
        with kitchen.talking():
            wait(lambda: garage.hears("kitchen"), "garage hears kitchen")
        wait(lambda: not garage.hears("kitchen"), "garage hears no more")

    def cards(self, kitchen, garage):
        """Pulled out and put back on both sides of a talk; asleep; late."""
        kitchen.press()
        for one in (garage, kitchen):
            one.card.do("unplug")
            wait(lambda: one.has_card("absent"), f"{one} has no card")
            one.card.do("replug")
            wait(one.has_card, f"{one} has its card again")
        for one in (garage, kitchen):
            one.card.do("suspend")
            listen(0.1)
            one.card.do("resume")
            one.card.do("xrun", "capture")
        wait(lambda: garage.hears("kitchen"), "garage hears kitchen again")
        self.plays(garage)
        kitchen.release()
        wait(lambda: not kitchen.is_talking(), "kitchen is silent")

    def requests(self, station):
        """Everything that may be asked, and what may not."""
        for words in (("status",), ("peers",), ("status", "--json"), ("config", "check")):
            self.assertIn(station.ctl(*words)[0], (0, 4), words)
        for line in (b"", b"nonsense", b'{"v":1,"do":"fly"}', b"x" * 9000):
            with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as link:
                link.settimeout(PATIENCE)
                link.connect(os.path.join(station.run, "control.sock"))
                with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                    link.sendall(line + b"\n")
                    link.recv(4096)

    def restarts(self, kitchen, garage):
        """A peer that goes, with and without a word, and comes back while it is called."""
        for end in (garage.stop, garage.kill):
            end()
            kitchen.press()
            garage.begin()
            wait(lambda: garage.hears("kitchen"), "garage hears kitchen again")
            kitchen.release()
        self.reload(kitchen, garage)

    def reload(self, kitchen, garage):
        """The peer's file is changed, read again while it talks, and changed back."""
        wait(lambda: garage.is_with(kitchen), "garage has a session with kitchen")
        with kitchen.talking():
            garage.ctl("reload")
            peer = pathlib.Path(garage.etc, "peers.d", "kitchen.conf")
            text = peer.read_text(encoding="utf-8")
            peer.unlink()
            self.assertEqual(garage.ctl("reload")[0], 0, garage.log)
            peer.write_text(text, encoding="utf-8")
            self.assertEqual(garage.ctl("reload")[0], 0, garage.log)
            wait(lambda: garage.hears("kitchen"), "garage hears kitchen again")
            peer.write_text(text + "nonsense = 1\n", encoding="utf-8")
            self.assertNotEqual(garage.ctl("reload")[0], 0, garage.log)
            peer.write_text(text, encoding="utf-8")
            os.kill(garage.pid, signal.SIGHUP)
            wait(lambda: garage.hears("kitchen"), "garage hears kitchen still")

    def test_what_is_planted_in_the_daemon_is_reported(self):
        fault, words = PLANTED[sanitizer.NAME]
        with self.assertRaises(AssertionError) as caught, Scene("kitchen") as scene:
            kitchen, = scene.stations
            kitchen.preloads.append(os.environ["INTERCOM_PLANT"])
            kitchen.environment["PLANT"] = fault
            kitchen.start()
            wait(kitchen.reports, "something is reported")
            process.end(kitchen.process)
            self.assertEqual(kitchen.process.returncode, sanitizer.EXIT_CODE)
        self.assertIn(words, str(caught.exception))
        self.assertIn("plant.c", str(caught.exception))


if __name__ == "__main__":
    unittest.main()
