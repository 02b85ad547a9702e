"""Two stations become peers by a code: with each other, with the second implementation, and not
with whoever does not have the code."""

import contextlib
import socket
import unittest
from pathlib import Path

from codes import Guest, ShownCode, abort
from lab import Scene, SceneTest, listen, process, wait

class PairingTest(SceneTest):
    def setUp(self):
        self.scene = self.enterContext(Scene("kitchen", "garage"))
        self.kitchen, self.garage = self.scene.stations
        for one in self.scene.stations:
            one.start()
            one.ready()

    def show(self, *words):
        screen = ShownCode(self.kitchen.folder, self.kitchen.etc, *words)
        self.addCleanup(screen.end)
        return screen

    def at(self):
        return f"127.0.0.1:{self.kitchen.port}"

    def test_two_stations_pair_and_talk_at_once(self):
        screen = self.show()
        code, text, errors = self.garage.ctl("pair", self.at(), screen.code.lower())
        self.assertEqual((code, errors), (0, ""))
        self.assertIn("paired with kitchen\n", text)
        self.assertEqual(screen.ended(), 0, screen.text)
        self.assertIn("paired with garage\n", screen.text)
        self.garage.wait_for(self.kitchen)
        for one, other in ((self.kitchen, self.garage), (self.garage, self.kitchen)):
            peer = one.peer(other.name)
            self.assertEqual((peer["verified"], peer["psk"]), (True, True), peer)
        self.kitchen.speak(500)
        self.garage.record()
        self.assertEqual(self.kitchen.ctl("ptt", "down", "garage")[0], 0)
        wait(lambda: self.garage.hears("kitchen"), "garage hears kitchen")
        span = listen()
        self.assertEqual(self.kitchen.ctl("ptt", "up", "garage")[0], 0)
        self.assert_heard(self.garage.recorded().span(*span), 500)

    def test_a_wrong_code_pairs_nobody_and_three_burn_the_right_one(self):
        screen = self.show()
        for number in range(3):
            wrong = "0000-0000" if screen.code != "0000-0000" else "1111-1111"
            code, _, errors = self.garage.ctl("pair", self.at(), wrong)
            self.assertEqual(code, 1)
            self.assertIn("the code is not the one", errors, number)
        self.assertEqual(screen.ended(), 1)
        self.assertIn("three attempts failed", screen.text)
        code, _, errors = self.garage.ctl("pair", self.at(), screen.code)
        self.assertEqual(code, 1)
        self.assertIn("does \"intercomctl pair\" run", errors)
        for one in (self.kitchen, self.garage):
            self.assertEqual(one.status()["peers"], [])

    def test_it_pairs_with_the_second_implementation(self):
        screen = self.show("--name", "friend")
        friend = Guest(screen.code, self.kitchen.port)
        card, _ = friend.pair()
        self.assertEqual(card["name"], "kitchen")
        # Until it has stored kitchen and closed the stream, kitchen stores nothing.
        self.assertEqual(self.kitchen.status()["peers"], [])
        friend.close()
        self.assertEqual(screen.ended(), 0, screen.text)
        self.assertIn("paired with friend\n", screen.text)
        self.assertEqual([one["name"] for one in self.kitchen.status()["peers"]], ["friend"])

    def test_a_name_with_another_meaning_gets_a_number(self):
        # A peer that could be called "reply" would get what is said to the peer heard last.
        for name in ("reply", "mic", "speaker"):
            screen = self.show()
            guest = Guest(screen.code, self.kitchen.port, name)
            self.assertIsNotNone(guest.pair())
            guest.close()
            self.assertEqual(screen.ended(), 0, screen.text)
            self.assertIn(f"paired with {name}-2\n", screen.text)
            self.assertEqual(self.kitchen.ctl("peer", "remove", f"{name}-2")[0], 0)
        code, text, errors = self.kitchen.ctl("reply", "down")
        self.assertEqual(code, 1, text + errors)

    def test_a_connection_that_breaks_at_the_end_pairs_nobody(self):
        screen = self.show()
        friend = Guest(screen.code, self.kitchen.port)
        self.assertIsNotNone(friend.pair())
        abort(friend.stream)
        friend.close()
        wait(lambda: "did not finish" in screen.text, "the attempt has failed")
        screen.end()
        self.assertEqual(self.kitchen.status()["peers"], [])

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

    def test_garbage_does_not_burn_the_code(self):
        screen = self.show()
        for data in (b"", b"GET / HTTP/1.1\r\n\r\n", b"\x04\xf4\x05" + bytes(1267), bytes(9999)):
            with socket.create_connection(("127.0.0.1", self.kitchen.port), 5) as stream:
                # It ends without a word, at once.
                with contextlib.suppress(OSError):
                    stream.sendall(data)
                    stream.shutdown(socket.SHUT_WR)
                    self.assertEqual(stream.recv(100), b"")
        code, _, errors = self.garage.ctl("pair", self.at(), screen.code)
        self.assertEqual((code, errors), (0, ""))

    def test_connections_that_say_nothing_hold_it_up_for_seconds_only(self):
        screen = self.show()
        for _ in range(3):
            self.enterContext(socket.create_connection(("127.0.0.1", self.kitchen.port), 5))
        code, _, errors = self.garage.ctl("pair", self.at(), screen.code)
        self.assertEqual((code, errors), (0, ""))
        self.assertEqual(screen.ended(), 0)
        self.assertEqual(screen.text.count("was no station that pairs"), 3)

    def secrets(self):
        """All that both stations have written of their peers."""
        found = {}
        for one in (self.kitchen, self.garage):
            for path in sorted(Path(one.folder).rglob("*")):
                if path.suffix == ".psk" or path.parent.name == "peers.d":
                    found[path] = path.read_bytes()
        return found

    def test_a_known_key_is_refused_on_both_sides_and_changes_nothing(self):
        screen = self.show()
        words = ["pair", self.at(), screen.code]
        self.assertEqual(self.garage.ctl(*words, "--name", "cuisine")[0], 0)
        self.assertEqual(screen.ended(), 0)
        before = self.secrets()
        self.assertEqual(len(before), 4, before)
        # Both know each other: whoever shows the code does not even tell its key.
        screen = self.show()
        code, _, errors = self.garage.ctl("pair", self.at(), screen.code)
        self.assertEqual(code, 1)
        self.assertIn("did not pair", errors)
        self.assertEqual(screen.ended(), 1)
        self.assertIn("garage is already a peer", screen.text)
        self.assertIn("sudo intercomctl peer remove garage", screen.text)
        self.assertNotIn("did not prove the code", screen.text)
        self.assertEqual(self.secrets(), before)
        self.garage.wait_for("cuisine")

    def test_a_peer_without_a_session_is_paired_anew_and_keeps_its_name(self):
        screen = self.show()
        self.assertEqual(
            self.garage.ctl("pair", self.at(), screen.code, "--name", "cuisine")[0], 0)
        self.assertEqual(screen.ended(), 0)
        self.garage.wait_for("cuisine")
        before = self.secrets()
        self.assertEqual(self.kitchen.ctl("peer", "remove", "garage")[0], 0)
        wait(lambda: self.garage.peer("cuisine")["state"] != "up", "it hears of that")
        screen = self.show()
        code, said, errors = self.garage.ctl("pair", self.at(), screen.code)
        self.assertEqual(code, 0, errors)
        self.assertIn("paired with cuisine", said)
        self.assertEqual(screen.ended(), 0)
        self.garage.wait_for("cuisine")
        after = self.secrets()
        self.assertEqual(len(after), 4, after)
        psks = [{text for path, text in all_.items() if path.suffix == ".psk"}
                for all_ in (before, after)]
        self.assertEqual([len(some) for some in psks], [1, 1], "both have the same one")
        self.assertNotEqual(*psks)
        # One that was put out does not come back by a code.
        self.assertEqual(self.kitchen.ctl("peer", "set", "garage", "--revoked", "yes")[0], 0)
        before = self.secrets()
        wait(lambda: self.garage.peer("cuisine")["state"] != "up", "it hears of that, too")
        screen = self.show()
        self.assertEqual(self.garage.ctl("pair", self.at(), screen.code)[0], 1)
        self.assertEqual(screen.ended(), 1)
        self.assertIn("garage is a peer that was put out", screen.text)
        self.assertEqual(self.secrets(), before)

    def test_mistakes_at_the_keyboard_are_named(self):
        for words, told in ((("pair", "kitchen"), "the code is missing"),
                            (("pair", "kitchen", "7K9"), "is no code"),
                            (("pair", "a b", "7K9M-QX2W"), "HOST")):
            with self.subTest(words):
                code, _, errors = self.garage.ctl(*words)
                self.assertIn(code, (1, 2))
                self.assertIn(told, errors)


if __name__ == "__main__":
    unittest.main()
