"""Two stations become peers by a code, by the second implementation too, and each says what came of
it; the code is where it must be, and nowhere else.

What harms a pairing is in test_pairing_harm.
"""

import json
import os
import pty
import re
import shutil
import subprocess
from pathlib import Path

from codes import CODE, PATIENCE_S, Guest, PairingTest, Watch, converse
from lab import wait
from stage.identity import Identity


class Pairing(PairingTest):
    def test_two_stations_pair_and_are_up_at_once(self):
        said, shown = self.pair()
        self.assertIn("paired with kitchen\n", said)
        self.assertIn("paired with garage\n", shown)
        for one, other in ((self.kitchen, self.garage), (self.garage, self.kitchen)):
            one.wait_for(other)
            peer = one.peer(other.name)
            self.assertEqual((peer["verified"], peer["psk"]), (True, True), peer)

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

    def test_a_host_may_have_a_name(self):
        screen = self.show()
        errors = self.garage.complains("pair", "no-such-host.invalid", screen.code)
        self.assertIn("there is no host no-such-host.invalid, or no name server answers: type "
                      "its address", errors)
        code, _, errors = self.garage.ctl("pair", self.at("localhost"), screen.code)
        self.assertEqual((code, errors), (0, ""))
        text = Path(self.garage.state, "peers.d/kitchen.conf").read_text(encoding="utf-8")
        self.assertIn(f"address = {self.at('localhost')}\n", text)
        self.garage.wait_for(self.kitchen)

    def test_a_name_that_is_taken_or_means_another_thing_gets_a_number(self):
        # A peer that could be called "reply" would get what is said to the peer heard last.
        for name, section, told in (
                ("reply", {}, None),
                ("garage", {"channel garage": {"members": "*"}}, "it calls itself garage; another "
                 "name: sudo intercomctl peer rename garage-2 NAME\n"),
                ("barn", {"peer barn": {"key": Identity().text}}, "if it takes the place of barn, "
                 "which is gone: sudo intercomctl peer replace barn barn-2\n")):
            with self.subTest(name):
                self.kitchen.sections |= section
                self.kitchen.reload()
                screen = self.show()
                guest = Guest(screen.code, self.kitchen.port, name)
                self.assertIsNotNone(guest.pair())
                guest.close()
                self.assertEqual(screen.ended(), 0, screen.text)
                self.assertIn(f"paired with {name}-2\n", screen.text)
                self.assertIn(f"{name}-2.conf", self.learned(self.kitchen))
                self.assertIn(told or "", screen.text)
                self.assertEqual("takes the place" in screen.text, name == "barn")
                self.assertEqual(self.kitchen.ctl("peer", "remove", f"{name}-2")[0], 0)
        self.kitchen.prints("reply", "down", code=1)

    def test_a_box_that_was_erased_is_told_from_one_that_is_off(self):
        self.pair()
        self.kitchen.prints("peer", "rename", "garage", "shed")
        # It is known still: its name stays.
        self.garage.prints("peer", "remove", "kitchen")
        wait(lambda: not self.kitchen.is_with("shed"), "kitchen has lost it")
        self.assertNotIn("another name: ", self.pair()[1])
        self.garage.stop()
        shutil.rmtree(self.garage.state)
        self.garage.begin()
        word = ("if it was erased or set up anew: sudo intercomctl pair here, and type there "
                "what it shows; ")
        wait(lambda: word in self.kitchen.ctl("peers")[1], "kitchen says what to do")
        self.assertIn("if it takes the place of shed, which is gone: sudo intercomctl peer replace "
                      "shed garage\n", self.pair()[1])
        wait(lambda: "where garage is now -> if garage is that box anew: sudo intercomctl peer "
             "replace shed garage; else " in self.kitchen.ctl("peers")[1], "and which it is now")
        self.kitchen.prints("peer", "replace", "shed", "garage", "--yes")
        self.assertEqual(self.learned(self.kitchen), ["shed.conf", "shed.psk"])

    def test_a_box_that_was_erased_gets_its_name_back_where_a_person_says_so(self):
        # An answer that is neither is asked for again.
        for answers, peers in ((["no\n"], ["garage", "garage-2"]),
                               (["yess\n", "yes\n"], ["garage"])):
            self.pair()
            self.garage.stop()
            shutil.rmtree(self.garage.state)
            self.garage.begin()
            wait(lambda: self.kitchen.peer("garage")["state"] == "down", "it is told to be down")
            done = []

            def type_it_there(screen, done=done):
                found = CODE.search(screen)
                if found:
                    done.extend(self.garage.ctl("pair", self.at(), found[1]))
                return found
            code, screen = converse(
                self.kitchen, self.words(self.kitchen), answers, words=("pair",),
                watch=type_it_there)
            self.assertEqual((code, done[0]), (0, 0), (screen, done))
            self.assertIn("garage is known here with another key and is down. Is this the same "
                          "box, erased? ", screen)
            self.assertEqual("sudo intercomctl peer replace garage garage-2" in screen,
                             answers == ["no\n"], screen)
            self.assertEqual("garage-2 is garage now" in screen, answers != ["no\n"], screen)
            self.assertEqual(sorted(self.peers(self.kitchen)), peers)
            if answers == ["no\n"]:
                self.kitchen.prints("peer", "remove", "garage-2")
                self.kitchen.prints("peer", "remove", "garage")
                self.garage.prints("peer", "remove", "kitchen")
        self.kitchen.wait_for(self.garage)

    def test_a_code_that_was_used_is_told_from_a_wrong_one(self):
        screen = self.show()
        self.assertEqual(self.garage.ctl("pair", self.at(), screen.code)[0], 0)
        self.assertEqual(screen.ended(), 0)
        errors = self.garage.complains("pair", self.at(), screen.code)
        self.assertIn(f"no code is shown at {self.at()} now: a code ends with one pairing, after "
                      "two minutes, ", errors)
        self.show()
        errors = self.garage.complains("pair", self.at(), screen.code)
        self.assertIn(f"the code is not the one that {self.at()} shows", errors)

    def test_a_lost_key_of_a_pair_is_told_and_what_is_advised_makes_it_anew(self):
        self.pair()
        Path(self.kitchen.state, "keys/garage.psk").unlink()
        for words in (("config", "check"), ("reload",)):
            self.assertIn("sudo intercomctl peer remove garage, then pair anew",
                          self.kitchen.complains(*words))
        self.kitchen.prints("peer", "remove", "garage")
        screen = self.show()
        self.assertEqual(self.garage.ctl("pair", self.at(), screen.code)[0], 0)
        self.assertEqual(screen.ended(), 0, screen.text)
        self.kitchen.wait_for(self.garage)

    def test_a_copied_card_is_told_at_both(self):
        self.garage.stop()
        self.garage.become(self.kitchen.identity)
        self.garage.begin()
        screen = self.show()
        errors = self.garage.complains("pair", self.at(), screen.code)
        self.assertIn("accepted the code but did not pair; nothing is changed here; its screen "
                      "says why; ", errors)
        self.assertIn(", by a memory card that was copied", errors)
        self.assertEqual(screen.ended(), 1)
        self.assertIn("has this station's own key: its memory card was copied", screen.text)
        self.kitchen.problem("used this station's own key: its memory card was probably copied")

    def test_one_pairing_at_a_time(self):
        screen = self.show()
        second = self.show()
        self.assertEqual(second.ended(), 1)
        self.assertIn(f"intercomctl (uid {os.geteuid()}) is already pairing here", second.text)
        errors = self.kitchen.complains("pair", "127.0.0.1", "7K9M-QX2W")
        self.assertIn("is already pairing here", errors)
        errors = self.kitchen.complains("pair", screen.code)
        self.assertIn("this is the station that shows that code: type it at the other one", errors)
        self.assertEqual(self.garage.ctl("pair", self.at(), screen.code)[0], 0)

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


class Screens(PairingTest):
    """What people and programs are told, and where the code is."""

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
        words = self.words(self.kitchen, "pair", "--json")
        with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as program:
            shown = json.loads(program.stdout.readline())
            self.assertEqual((shown["stage"], shown["seconds"]), ("code", 120))
            self.assertEqual(shown["hosts"], [self.at()])
            self.garage.ctl("pair", self.at(), "0000-0000")
            attempt = json.loads(program.stdout.readline())
            self.assertEqual((attempt["stage"], attempt["attempts_left"]), ("attempt", 2))
            said = self.garage.prints("pair", self.at(), shown["code"], "--json")
            self.assertEqual([json.loads(line)["stage"] for line in said.splitlines()],
                             ["trying", "paired"])
            paired = json.loads(program.stdout.readline())
            self.assertEqual((paired["stage"], paired["name"], paired["applied"]),
                             ("paired", "garage", True))
            self.assertEqual(program.wait(20), 0)

    def test_the_code_need_not_stand_in_the_command_line(self):
        screen = self.show()
        words = self.words(self.garage, "pair", self.at())
        done = subprocess.run([*words, "-"], input=f"{screen.code}\n", text=True, timeout=30,
                              capture_output=True, check=False)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertEqual(screen.ended(), 0)
        self.unpair()
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

    def test_a_code_that_is_typed_where_one_is_shown_is_answered(self):
        control, terminal = pty.openpty()
        self.addCleanup(os.close, control)
        with subprocess.Popen(
                self.words(self.kitchen, "pair"), stdin=terminal, stdout=terminal,
                stderr=terminal) as program:
            os.close(terminal)
            said = ""

            def read(words):
                nonlocal said
                while not (found := re.search(words, said)):
                    said += os.read(control, 4096).decode()
                return found
            code = read(CODE)[1]
            os.write(control, b"\n7K9M-QX2W\n")
            read(r"type this code at the other station; or, .*type: intercomctl pair CODE")
            self.assertEqual(self.garage.ctl("pair", self.at(), code)[0], 0)
            read("paired with garage")
            self.assertEqual(program.wait(30), 0)
        self.assertEqual(said.count("nothing is typed here"), 1)

    def test_an_endless_roster_is_refused(self):
        with open("/dev/zero", "rb") as endless:
            done = subprocess.run(
                self.words(self.garage, "site", "import"), stdin=endless, capture_output=True,
                text=True, timeout=PATIENCE_S, check=False)
        self.assertEqual(done.returncode, 1, done.stdout)
        self.assertIn("is no roster", done.stderr)
