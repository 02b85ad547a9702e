"""What a station shows Home Assistant at a broker, and what a broker can and cannot do with it."""

import itertools
import json
import os
import shutil
import socket
import struct
import threading
import unittest

from lab import SceneTest, listen, process, wait

RELAY = "GPIO24"
NEEDED = "mosquitto", "mosquitto_pub", "mosquitto_sub"


class Broker:
    """Debian's mosquitto, and a log of all that it passes on."""

    def __init__(self, folder):
        self.folder, self.process, self.watch = str(folder), None, None
        os.makedirs(self.folder, exist_ok=True)
        with socket.socket() as found:
            found.bind(("127.0.0.1", 0))
            self.port = str(found.getsockname()[1])
        self.path = os.path.join(self.folder, "messages")

    def start(self):
        conf = os.path.join(self.folder, "mosquitto.conf")
        with open(conf, "w", encoding="utf-8") as file:
            file.write(f"listener {self.port} 127.0.0.1\nallow_anonymous true\nuser root\n")
        with open(os.path.join(self.folder, "log"), "a", encoding="utf-8") as log:
            self.process = process.launch(["mosquitto", "-c", conf], output=log, errors=log)
        wait(lambda: self.run("pub", "-t", "probe", "-m", "x")[0] == 0, "the broker answers")
        with open(self.path, "w", encoding="utf-8") as messages:
            self.watch = process.launch(
                ["mosquitto_sub", "-p", self.port, "-t", "#", "-F", "%r %t %p"], output=messages)
        wait(lambda: self.run("pub", "-t", "probe", "-m", "x") and self.messages("probe"),
             "the watch hears")

    def stop(self):
        process.end(self.watch)
        process.end(self.process)
        self.watch = self.process = None

    def run(self, what, *words):
        return process.run([f"mosquitto_{what}", "-p", self.port, *words])

    def messages(self, topic):
        """The payloads that came to a topic, oldest first."""
        with open(self.path, encoding="utf-8") as file:
            lines = [line.split(" ", 2) for line in file.read().splitlines()]
        return [line[2] if len(line) > 2 else "" for line in lines if line[1] == topic]

    def kept(self):
        """What it has kept: {topic: payload}."""
        _, output, _ = self.run("sub", "-t", "#", "-W", "1", "-F", "%t %p", "--retained-only")
        return dict(line.split(" ", 1) for line in output.splitlines() if " " in line)


def number(value):
    """A length as MQTT 5 writes it (§1.5.5)."""
    found = bytearray()
    while True:
        value, rest = divmod(value, 128)
        found.append(rest | (128 if value else 0))
        if not value:
            return bytes(found)


def string(text):
    return struct.pack("!H", len(text)) + text.encode()


class ForgingBroker:
    """A broker that lets everybody in, keeps nothing, and says what it likes (MQTT 5)."""

    CONNECT, PUBLISH, SUBSCRIBE, UNSUBSCRIBE, PING = 1, 3, 8, 10, 12

    def __init__(self):
        self.server = socket.create_server(("127.0.0.1", 0))
        self.port = self.server.getsockname()[1]
        self.caller, self.connections = None, 0
        self.subscribed, self.published = [], []
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            try:
                self.caller, _ = self.server.accept()
            except OSError:
                return
            self.subscribed = []
            try:
                with self.caller.makefile("rb") as stream:
                    while self.answer(stream):
                        pass
            except OSError:
                pass

    def answer(self, stream):
        """Reads one packet, and says what must be said; false at the end of the stream."""
        first = stream.read(1)
        if not first:
            return False
        size, shift = 0, 0
        while True:
            byte = stream.read(1)
            if not byte:
                return False
            size |= (byte[0] & 127) << shift
            shift += 7
            if byte[0] < 128:
                break
        kind, body = first[0] >> 4, stream.read(size)
        if kind == self.CONNECT:
            self.send(b"\x20\x03\0\0\0")
            self.connections += 1
        elif kind in (self.SUBSCRIBE, self.UNSUBSCRIBE):
            # The properties of these are shorter than 128 bytes.
            place, topics = 3 + body[2], []
            while place < len(body):
                length, = struct.unpack_from("!H", body, place)
                topics.append(body[place + 2:place + 2 + length].decode())
                place += 2 + length + (kind == self.SUBSCRIBE)
            if kind == self.SUBSCRIBE:
                self.subscribed += topics
            rest = body[:2] + b"\0" + bytes(len(topics))
            self.send(bytes([(kind + 1) << 4]) + number(len(rest)) + rest)
        elif kind == self.PUBLISH:
            length, = struct.unpack_from("!H", body)
            self.published.append(body[2:2 + length].decode())
            if first[0] >> 1 & 3:
                self.send(b"\x40\x02" + body[2 + length:4 + length])
        elif kind == self.PING:
            self.send(b"\xd0\0")
        return True

    def send(self, data):
        self.caller.sendall(data)

    def forge(self, topic, payload, cut=False):
        """Says this to the station; with `cut`, half of it, and then goes."""
        body = string(topic) + b"\0" + payload.encode()
        packet = b"\x30" + number(len(body)) + body
        try:
            self.send(packet[:len(packet) // 2] if cut else packet)
            if cut:
                self.caller.shutdown(socket.SHUT_RDWR)
        except OSError:
            # The station has gone, and comes back.
            pass

    def stop(self):
        self.server.shutdown(socket.SHUT_RDWR)
        self.server.close()


class HostileBroker(SceneTest):
    """`mosquitto` keeps to the standard; this broker sends what nobody has published."""

    OFF = (*itertools.product(
        ("answer", "call", "talk", "relay", "door", "page", "drop-in", "listen", "microphone"),
        ("ON", "PRESS", "door", "x" * 100_000)), ("do-not-disturb", "OFF"), ("chime", "PRESS"))
    """Commands: all but the last two are none."""

    def test_it_opens_nothing_calls_nobody_and_ends_no_rest_of_a_person(self):
        kitchen, door = self.met("kitchen", "door")
        broker = ForgingBroker()
        self.addCleanup(broker.stop)
        kitchen.sections["home-assistant"] = {"broker": f"mqtt://127.0.0.1:{broker.port}"}
        kitchen.sections["relay door"] = {"line": RELAY}
        self.scene.start()
        topic = wait(lambda: next((one for one in broker.published if one.endswith("/available")),
                                  None), "the kitchen is connected")
        wait(lambda: broker.subscribed, "it listens")
        base = topic.removesuffix("/available")
        self.assertEqual(kitchen.ctl("dnd", "on")[0], 0)

        def unharmed():
            self.assertTrue(kitchen.status()["state"]["dnd"]["on"])
            self.assertEqual(kitchen.level(RELAY), 0)
            self.assertFalse(kitchen.is_talking())
            for one in (kitchen, door):
                self.assertEqual(one.status()["call"]["state"], "idle")
                self.assertEqual(json.loads(one.prints("history", "--json"))["calls"], [])

        # States, as if the station had told them, and commands that do not exist.
        for word, payload in (
                ("available", "offline"), ("talking", "ON"), ("do-not-disturb", "OFF"),
                ("call", '{"state":"ringing","peer":"door"}')):
            broker.forge(f"{base}/{word}", payload)
        for word, payload in self.OFF:
            broker.forge(f"{base}/{word}/set", payload)
        wait(lambda: kitchen.counters()["home_assistant_refused"] > 0, "commands are refused")
        before = broker.connections
        for strange in ("", "/", "#", base, f"{base}/#", "homeassistant/status", "x" * 65_535):
            broker.forge(strange, "ON")
        unharmed()
        # A topic that none may have ends the connection; the next one comes.
        wait(lambda: broker.connections > before and broker.subscribed
             and kitchen.status()["home_assistant"]["connected"], "it is connected", seconds=60)
        refused = kitchen.counters()["home_assistant_refused"]
        # A flood, also without its end.
        for _ in range(2_000):
            broker.forge(f"{base}/do-not-disturb/set", "OFF")
            broker.forge(f"{base}/hang-up/set", "PRESS")
        wait(lambda: kitchen.counters()["home_assistant_refused"] > refused, "the flood has come")
        unharmed()
        for size in (10, 1_000):
            before = broker.connections
            broker.forge(f"{base}/do-not-disturb/set", "OFF" * size, cut=True)
            wait(lambda: broker.connections > before and broker.subscribed, "it comes back",
                 seconds=60)
            unharmed()
        self.assert_no_heap_calls(kitchen)
        # A ring goes on ringing, and sound comes through.
        self.assertEqual(kitchen.ctl("dnd", "off")[0], 0)
        self.assertEqual(door.ctl("call", "kitchen")[0], 0)
        wait(lambda: kitchen.status()["call"]["state"] == "ringing", "it rings")
        for word, payload in self.OFF:
            broker.forge(f"{base}/{word}/set", payload)
        listen()
        self.assertEqual(kitchen.status()["call"]["state"], "ringing")
        self.assertFalse(kitchen.is_talking())
        self.assertEqual(kitchen.level(RELAY), 0)
        self.assertEqual(kitchen.ctl("reject")[0], 0)
        door.speak(500)
        self.assert_talk(door, kitchen)


@unittest.skipUnless(all(map(shutil.which, NEEDED)), "needs mosquitto and its clients")
class HomeAssistant(SceneTest):
    def meet(self, **sections):
        """Two stations, of which the kitchen, with more sections, is connected to a broker."""
        self.kitchen, self.door = self.met("kitchen", "door")
        self.broker = Broker(f"{self.scene.folder}/broker")
        self.addCleanup(self.broker.stop)
        self.broker.start()
        self.kitchen.sections["home-assistant"] = {
            "broker": f"mqtt://127.0.0.1:{self.broker.port}"}
        self.kitchen.sections["relay door"] = {"line": RELAY}
        self.kitchen.change(sections)
        self.scene.start()
        wait(self.is_connected, "the kitchen is connected")
        self.base = self.document()[0]
        self.shows("available", "online")

    def is_connected(self):
        return self.kitchen.status()["home_assistant"]["connected"] and self.document()

    def document(self):
        """(The topic above those of the kitchen, its discovery message); None before that."""
        for topic, payload in self.broker.kept().items():
            if topic.startswith("homeassistant/device/intercomd-"):
                return topic.split("/")[2].replace("intercomd-", "intercomd/"), json.loads(payload)
        return None

    def shows(self, word, payload):
        topic = f"{self.base}/{word}"
        wait(lambda: self.broker.messages(topic)[-1:] == [payload], f"{word} is {payload}")

    def say(self, word, payload, *words):
        code, _, errors = self.broker.run(
            "pub", "-t", f"{self.base}/{word}/set", "-m", payload, "-q", "1", *words)
        self.assertEqual(code, 0, errors)

    def count(self, what):
        return self.kitchen.counters()[f"home_assistant_{what}"]

    def call(self):
        """The door rings at the kitchen."""
        self.assertEqual(self.door.ctl("call", "kitchen")[0], 0)
        self.shows("call", '{"state":"ringing","peer":"door"}')

    def stands(self, state):
        wait(lambda: self.kitchen.status()["call"]["state"] == state, f"the call is {state}")

    def problem(self):
        """The last one told: (whether there is one, its text)."""
        told = json.loads(self.broker.messages(f"{self.base}/problem")[-1])
        return told["state"], told["text"]

    def test_it_appears_with_all_that_happens(self):
        self.meet(**{"button lost": {"line": "NOWHERE", "talk": "house"}})
        _, document = self.document()
        self.assertEqual(document["dev"]["name"], "kitchen")
        self.assertEqual(document["avty_t"], f"{self.base}/available")
        parts = document["cmps"]
        peer = next(word for word, part in parts.items() if part["name"] == "Peer door")
        self.assertEqual({word: part["p"] for word, part in parts.items()}, {
            "ring": "event", "talking": "binary_sensor", "hearing": "binary_sensor",
            "call": "sensor", "problem": "binary_sensor", "do-not-disturb": "switch",
            "hang-up": "button", "chime": "button", peer: "binary_sensor"})
        peer = parts[peer]["stat_t"].removeprefix(f"{self.base}/")
        for word, payload in (("talking", "OFF"), ("hearing", "OFF"), (peer, "ON"),
                              ("call", '{"state":"idle","peer":""}'), ("do-not-disturb", "OFF")):
            self.shows(word, payload)
        with self.kitchen.talking():
            self.shows("talking", "ON")
        self.shows("talking", "OFF")
        self.door.speak(500)
        with self.door.talking():
            self.shows("hearing", "ON")
        self.shows("hearing", "OFF")
        self.call()
        self.assertEqual(self.broker.messages(f"{self.base}/ring"),
                         ['{"event_type":"ring","peer":"door"}'])
        self.assertNotIn(f"{self.base}/ring", self.broker.kept())
        self.assertEqual(self.kitchen.ctl("answer")[0], 0)
        self.shows("call", '{"state":"active","peer":"door"}')
        self.assertEqual(self.kitchen.ctl("hangup")[0], 0)
        self.shows("call", '{"state":"idle","peer":""}')
        self.assertEqual(self.kitchen.ctl("dnd", "on")[0], 0)
        self.shows("do-not-disturb", "ON")
        self.door.stop()
        self.shows(peer, "OFF")
        wait(lambda: self.problem() == ("ON", self.kitchen.problems()[0][:300]), "it is told",
             seconds=60)
        self.assertIn("button lost on NOWHERE: ", self.problem()[1])
        # Who reads it later finds the last state of each.
        kept = self.broker.kept()
        self.assertEqual(kept[f"{self.base}/{peer}"], "OFF")
        self.assertEqual(kept[f"{self.base}/do-not-disturb"], "ON")
        self.assert_no_heap_calls(self.kitchen)

    def test_the_few_commands_do_what_they_say(self):
        self.meet()
        self.call()
        self.assertEqual(self.kitchen.ctl("answer")[0], 0)
        self.stands("active")
        self.say("hang-up", "PRESS")
        self.shows("call", '{"state":"idle","peer":""}')
        for word in ("talking", "hearing"):
            self.shows(word, "OFF")
        self.kitchen.record()
        self.say("chime", "PRESS")
        span = listen(1.4)
        self.assert_heard(self.kitchen.recorded().span(*span), 1_000, least=-45)
        for payload, is_on in (("ON", True), ("OFF", False)):
            self.say("do-not-disturb", payload)
            self.shows("do-not-disturb", payload)
            self.assertEqual(self.kitchen.status()["state"]["dnd"]["on"], is_on)
        self.assertEqual((self.count("done"), self.count("refused")), (4, 0))

    def test_a_broker_that_forges_opens_nothing_and_ends_no_rest_of_a_person(self):
        self.meet()
        self.assertEqual(self.kitchen.ctl("dnd", "on")[0], 0)
        self.shows("do-not-disturb", "ON")
        self.say("do-not-disturb", "OFF")
        self.say("chime", "PRESS")
        # To other topics this station does not listen; `HomeAssistantTests` brings them, too.
        for word in ("answer", "call", "talk", "relay", "door", "page", "hang-up"):
            for payload in ("ON", "door", "x" * 900, "x" * 100_000):
                self.say(word, payload)
        wait(lambda: self.count("refused") == 5, "what is wrong is counted")
        self.assertEqual(self.count("done"), 0)
        self.assertTrue(self.kitchen.status()["state"]["dnd"]["on"])
        self.assertEqual(self.kitchen.level(RELAY), 0)
        self.assertFalse(self.kitchen.is_talking())
        self.assertEqual(self.kitchen.ctl("dnd", "off")[0], 0)
        self.shows("do-not-disturb", "OFF")
        # A ring that nobody answers opens nothing.
        self.call()
        for word in ("answer", "call", "talk"):
            self.say(word, "PRESS")
        listen()
        self.stands("ringing")
        self.assertFalse(self.kitchen.is_talking())
        self.assertEqual(self.kitchen.ctl("reject")[0], 0)
        # One "on" is enough: more would make a rest for an hour endless.
        for _ in range(3):
            self.say("do-not-disturb", "ON")
        wait(lambda: self.count("refused") + self.count("done") == 8, "each is counted")
        self.assertEqual(self.count("done"), 1)
        # A rest that somebody here asks for meanwhile is theirs.
        self.assertEqual(self.kitchen.ctl("dnd", "on")[0], 0)
        self.say("do-not-disturb", "OFF")
        wait(lambda: self.count("refused") == 8, "it is refused")
        self.assertTrue(self.kitchen.status()["state"]["dnd"]["on"])
        self.assertEqual(self.kitchen.ctl("dnd", "off")[0], 0)
        self.shows("do-not-disturb", "OFF")
        self.assertEqual(self.kitchen.level(RELAY), 0)
        self.door.speak(500)
        self.assert_talk(self.door, self.kitchen)

    def test_a_kept_command_never_acts_again(self):
        self.meet()
        self.say("do-not-disturb", "ON", "-r")
        self.shows("do-not-disturb", "ON")
        self.say("do-not-disturb", "OFF")
        self.shows("do-not-disturb", "OFF")
        self.kitchen.stop()
        self.shows("available", "offline")
        self.kitchen.start()
        self.kitchen.ready()
        self.shows("available", "online")
        wait(lambda: self.count("refused") == 1, "it is refused")
        self.assertFalse(self.kitchen.status()["state"]["dnd"]["on"])

    def test_without_the_broker_everything_else_goes_on(self):
        self.meet()
        self.broker.stop()
        self.kitchen.speak(700)
        self.assert_talk(self.kitchen, self.door, hertz=700)
        self.assertEqual(self.door.ctl("call", "kitchen")[0], 0)
        self.stands("ringing")
        self.assertEqual(self.kitchen.ctl("answer")[0], 0)
        self.stands("active")
        self.assertEqual(self.kitchen.ctl("hangup")[0], 0)
        wait(lambda: any("home assistant" in line for line in self.kitchen.problems()), "the fault",
             seconds=60)
        fault = next(line for line in self.kitchen.problems() if "home assistant" in line)
        self.assertRegex(fault, r"^home assistant: broker 127\.0")
        self.assert_no_heap_calls(self.kitchen)
        self.broker.start()
        wait(self.is_connected, "it is connected again", seconds=180)
        self.shows("available", "online")
        # The ring that came without a broker is not told late.
        self.assertEqual(self.broker.messages(f"{self.base}/ring"), [])
        self.assertFalse(any("home assistant" in line for line in self.kitchen.problems()))
        # A station that is killed is away at once.
        self.kitchen.kill()
        self.shows("available", "offline")

    def test_without_the_section_no_program_runs(self):
        kitchen, door = self.up("kitchen", "door")
        kitchen.wait_for(door)
        kitchen.speak(500)
        self.assert_talk(kitchen, door)
        code, output, _ = process.run(["ps", "-o", "comm=", "--ppid", str(kitchen.pid)])
        self.assertIn(code, (0, 1))
        self.assertNotIn("intercomd-mqtt", output)
        self.assertIsNone(kitchen.status()["home_assistant"])
