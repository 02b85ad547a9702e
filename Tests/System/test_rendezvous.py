"""Stations in two houses, each behind a router, find each other at a broker and talk; what a broker
sees, and what a hostile one can do.
"""

import json
import re
import shutil
import time
import unittest

from beyond import PORT, Beyond
from lab import listen, process, wait, within
from stage.namespace import is_allowed

MESSAGE = 224
"""Bytes of every message (docs/protocol.md §1.10)."""
WITHIN_S = within(1.5)
"""From the start of both to the session: a connection to the broker, a question to the STUN server,
and first messages. Which of these meet an open router is a matter of microseconds; where the first
ones do not, the next go out a second later."""


@unittest.skipUnless(is_allowed() and shutil.which("mosquitto") and shutil.which("nft"),
                     "needs root, mosquitto and nftables")
class Rendezvous(Beyond):
    def test_two_behind_routers_meet_and_talk_without_the_broker(self):
        kitchen, cabin = self.enter("kitchen", "cabin")
        self.broker.start()
        since = time.monotonic()
        self.start(kitchen, cabin)
        kitchen.wait_for(cabin)
        cabin.wait_for(kitchen)
        print(f"up {time.monotonic() - since:.2f} s after the start")
        self.assertLess(time.monotonic() - since, WITHIN_S)
        sources = {kitchen.peer("cabin")["endpoint_source"],
                   cabin.peer("kitchen")["endpoint_source"]}
        self.assertIn("rendezvous", sources)
        self.assertLessEqual(sources, {"rendezvous", "peer"})
        # What each sees of the other is its router.
        self.assertTrue(kitchen.peer("cabin")["endpoint"].startswith(
            self.houses["cabin"].outside.address + ":"))
        self.assert_talk(kitchen, cabin)
        # The broker goes in the middle of a talk.
        lost = cabin.counters()["frames_lost"]
        cabin.record()
        kitchen.speak(700)
        with kitchen.talking():
            wait(lambda: cabin.hears(kitchen), "cabin hears kitchen")
            self.broker.stop()
            span = listen(20)
        self.assert_heard(cabin.recorded().span(*span), 700)
        self.assertEqual(cabin.counters()["frames_lost"], lost)
        self.assert_no_heap_calls(kitchen)
        fault = next(line for line in kitchen.problems() if "broker" in line)
        self.assertRegex(fault, rf"^broker {re.escape(self.broker.address)}:{PORT}: .*refused")
        # And a station that starts again finds the other when it is back.
        cabin.kill()
        cabin.start()
        cabin.ready()
        self.broker.start()
        wait(lambda: not any("broker" in line for line in kitchen.problems()), "the broker is back",
             seconds=180)
        cabin.wait_for(kitchen)
        self.assert_talk(cabin, kitchen)

    def test_a_router_with_another_port_for_each_way_needs_an_open_one(self):
        for kind, meets in (("open", True), ("router", False)):
            with self.subTest(kind):
                kitchen, cabin = self.enter(
                    "kitchen", "cabin", kinds={"kitchen": "symmetric", "cabin": kind})
                self.broker.start()
                self.start(kitchen, cabin)
                if meets:
                    kitchen.wait_for(cabin)
                    cabin.wait_for(kitchen)
                    self.assert_talk(cabin, kitchen)
                else:
                    time.sleep(60)
                    self.assertEqual(kitchen.peer("cabin")["state"], "down")
                self.broker.stop()

    def test_a_broker_sees_random_topics_and_sealed_messages_of_one_size(self):
        kitchen, cabin = self.enter("kitchen", "cabin")
        self.broker.start()
        self.start(kitchen, cabin)
        kitchen.wait_for(cabin)
        kept = self.broker.kept()
        self.assertEqual(len(kept), 2)
        for topic, payload in kept.items():
            self.assertRegex(topic, r"^[0-9a-f]{32}$")
            self.assertEqual(len(payload), MESSAGE)
        with open(f"{self.broker.folder}/log", encoding="utf-8") as file:
            log = file.read()
        for word in ("kitchen", "cabin", "10.0.0.2", kitchen.public_key[10:30]):
            self.assertNotIn(word, log)

    def test_a_hostile_broker_names_no_address_and_disturbs_nobody(self):
        kitchen, cabin = self.enter("kitchen", "cabin")
        self.broker.start()
        self.start(kitchen, cabin)
        kitchen.wait_for(cabin)
        cabin.wait_for(kitchen)
        kept = self.broker.kept()
        (one, first), (other, second) = kept.items()
        told = [station.counters()["rendezvous_told"] for station in (kitchen, cabin)]
        refused = [station.counters()["rendezvous_refused"] for station in (kitchen, cabin)]
        # Replayed, each in the place of the other, changed, cut, empty, much too long.
        for payload in (first, second, bytes([first[0] ^ 1]) + first[1:], first[:100], b"",
                        bytes(100_000)):
            self.broker.say(one, payload)
            self.broker.say(other, payload)
        wait(lambda: all(station.counters()["rendezvous_refused"] >= before + 4
                         for station, before in zip((kitchen, cabin), refused)),
             "what is wrong is counted")
        self.assertEqual(told, [station.counters()["rendezvous_told"]
                                for station in (kitchen, cabin)])
        self.assert_talk(kitchen, cabin)

    def test_a_call_that_reaches_nobody_is_a_missed_one_once_and_rings_not(self):
        kitchen, cabin = self.enter("kitchen", "cabin")
        self.broker.start()
        self.start(kitchen, cabin)
        kitchen.wait_for(cabin)
        cabin.wait_for(kitchen)
        before = set(self.broker.kept().values())
        cabin.stop()
        wait(lambda: kitchen.peer("cabin")["state"] == "down", "the cabin is away")
        code, _, _ = kitchen.ctl("call", "cabin")
        self.assertEqual(code, 1)
        wait(lambda: kitchen.status()["call"]["state"] == "idle", "it is given up", seconds=40)
        # What the broker keeps has the same topics and the same size.
        kept = wait(lambda: (found := self.broker.kept()) and set(found.values()) != before
                    and found, "the note lies there")
        self.assertEqual({len(payload) for payload in kept.values()}, {MESSAGE})
        self.assertEqual(len(kept), 2)
        cabin.start()
        cabin.ready()
        call = wait(lambda: self.missed(cabin), "the cabin learns of it", seconds=60)[0]
        self.assertEqual((call["peer"], call["direction"], call["cause"], call["kind"]),
                         ("kitchen", "in", "not_reachable", "call"))
        self.assertLess(abs(time.time() - call["started_ms"] / 1000), 180)
        self.assertIsNone(cabin.status()["call"]["last"], "the last call here is another")
        cabin.wait_for(kitchen)
        self.assertEqual(cabin.status()["call"]["state"], "idle")
        # Neither a message that says it again, nor a start, nor a broker that repeats it shows it
        # twice.
        cabin.stop()
        cabin.start()
        cabin.ready()
        cabin.wait_for(kitchen)
        wait(lambda: cabin.counters()["rendezvous_told"] > 0, "the note has come again")
        for topic, payload in self.broker.kept().items():
            self.broker.say(topic, payload)
        wait(lambda: cabin.counters()["rendezvous_refused"] > 0, "the repeated one has come")
        self.assertEqual([one["call"] for one in self.missed(cabin)], [call["call"]])
        self.assert_talk(kitchen, cabin)

    def missed(self, station):
        """The missed calls of its history."""
        return json.loads(station.prints("history", "--missed", "--json"))["calls"]

    def test_a_password_and_a_certificate_are_checked(self):
        kitchen, = self.enter("kitchen", stun=False)
        folder = self.broker.folder
        for name in ("right", "wrong"):
            self.broker.place.space.do(
                "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                "ec_paramgen_curve:prime256v1", "-nodes", "-days", "3650", "-subj", "/CN=broker",
                "-addext", f"subjectAltName=IP:{self.broker.address}", "-keyout",
                f"{folder}/{name}.key", "-out", f"{folder}/{name}.pem")
        self.broker.place.space.do("mosquitto_passwd", "-c", "-b", f"{folder}/passwd", "house",
                                   "secret words")
        self.broker.lines = [
            "listener 8883", f"certfile {folder}/right.pem", f"keyfile {folder}/right.key",
            f"password_file {folder}/passwd"]
        self.broker.start()
        for file, text in (("password", "secret words\n"), ("other", "guessed\n")):
            with open(f"{folder}/{file}", "w", encoding="utf-8") as to:
                to.write(text)
        right = {"broker": f"mqtts://{self.broker.address}", "user": "house",
                 "password-file": f"{folder}/password", "ca": f"{folder}/right.pem"}
        for change, words in (
                ({"ca": f"{folder}/wrong.pem"}, "certificate|TLS"),
                ({"password-file": f"{folder}/other"}, "[Nn]ot authori"),
                ({"password-file": f"{folder}/none"}, f"{folder}/none: No such file")):
            kitchen.sections["rendezvous"] = {**right, **change}
            self.start(kitchen)
            wait(lambda: any("broker" in line for line in kitchen.problems()), "the fault",
                 seconds=60)
            fault = next(line for line in kitchen.problems() if "broker" in line)
            self.assertRegex(fault, words)
            self.assertNotIn("secret", kitchen.log)
            kitchen.stop()
        kitchen.sections["rendezvous"] = right
        self.start(kitchen)
        wait(lambda: "Sending PUBACK" in self.log() or "New client" in self.log(), "connected")
        time.sleep(20)
        self.assertEqual([line for line in kitchen.problems() if "broker" in line], [])

    def log(self):
        with open(f"{self.broker.folder}/log", encoding="utf-8") as file:
            return file.read()

    def test_without_the_section_no_program_runs_and_nothing_is_opened(self):
        kitchen, = self.enter("kitchen")
        self.broker.start()
        with_broker = self.children(kitchen)
        self.assertEqual(with_broker, ["intercomd-mqtt"])
        kitchen.stop()
        del kitchen.sections["rendezvous"]
        self.assertEqual(self.children(kitchen), [])

    def children(self, station):
        """The programs that it has started, after it is ready."""
        self.start(station)
        time.sleep(2)
        code, output, _ = process.run(["ps", "-o", "comm=", "--ppid", str(station.pid)])
        self.assertIn(code, (0, 1))
        return output.split()
