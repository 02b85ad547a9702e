"""Whoever talks is heard by those it talks to, by nobody else, and each station shows it so: with
a second button, muted, half duplex, and paged.

A plain talk, heard while the button is held and never else, is the scenario two_stations; how two
who talk to one channel are heard is two_talkers.
"""

import json
import pathlib
import time

import numpy

from lab import Scene, SceneTest, listen, longer, sound, wait
from stage import wav
from stage.wav import RATE

KITCHEN, GARAGE = 500, 800
"""Each station's voice: a tone of its own, in Hz."""


class ThreeStationsMix(SceneTest):
    @classmethod
    def setUpClass(cls):
        cls.scene = cls.enterClassContext(Scene("kitchen", "garage", "office"))
        cls.kitchen, cls.garage, cls.office = cls.scene.stations
        cls.kitchen.sections["button private"] = {"line": "GPIO27", "talk": "office"}
        cls.garage.sections["button private"] = {"line": "GPIO27", "talk": "office"}
        for station in cls.scene.stations:
            others = [other.name for other in cls.scene.stations if other is not station]
            station.sections["channel workshop"] = {"members": ", ".join(others)}
        cls.office.sections["channel workshop"]["listen"] = "no"
        cls.scene.introduce(*cls.scene.stations)
        cls.scene.start()
        cls.kitchen.speak(KITCHEN)
        cls.garage.speak(GARAGE)

    def setUp(self):
        for station in self.scene.stations:
            station.record()

    def heard(self, span):
        """What each station played meanwhile."""
        return [station.recorded().span(*span) for station in self.scene.stations]

    def test_two_at_once_are_shown_by_each(self):
        with self.kitchen.talking(), self.garage.talking():
            listen()
            wait(lambda: self.office.hears("kitchen"), "office shows kitchen")
            wait(lambda: self.office.hears("garage"), "office shows garage")
            self.check_truth()

    def check_truth(self):
        """What intercomctl says on each while kitchen and garage talk to the house."""
        for station, talks in ((self.kitchen, True), (self.garage, True), (self.office, False)):
            status = self.ctl(station, "status", "--json")
            self.assertEqual(status["name"], station.name)
            self.assertEqual(status["microphone"]["open"], talks)
            self.assertEqual(status["microphone"]["targets"], ["house"] if talks else [])
            house = next(c for c in status["channels"] if c["name"] == "house")
            self.assertEqual(house["talking"], talks)
            ptt = next(b for b in status["buttons"] if b["name"] == "ptt")
            self.assertEqual(ptt["state"], "pressed" if talks else "released")
            self.assertEqual(ptt["talking"], talks)
            self.assertEqual(status["lamps"][0]["state"], "on" if talks else "off")
            peers = self.ctl(station, "peers", "--json")["peers"]
            self.assertEqual(
                {peer["name"]: peer["talking"] for peer in peers},
                {other.name: other is not self.office for other in self.scene.stations
                 if other is not station})
            for peer in peers:
                other = next(s for s in self.scene.stations if s.name == peer["name"])
                self.assertEqual(peer["state"], "up")
                self.assertEqual(peer["endpoint"], f"127.0.0.1:{other.port}")

    def ctl(self, station, *words):
        """Runs a reading command; 4 tells of problems, such as no right to real-time priority."""
        code, text, errors = station.ctl(*words)
        self.assertIn(code, (0, 4), errors)
        return json.loads(text)

    def test_a_second_key_reaches_one_peer_alone(self):
        before = self.garage.counters()["packets_opened"]
        with self.kitchen.talking("GPIO27"):
            span = listen()
            self.assertEqual(self.kitchen.status()["microphone"]["targets"], ["office"])
        kitchen, garage, office = self.heard(span)
        self.assert_heard(office, KITCHEN)
        self.assert_silent(garage)
        self.assert_silent(kitchen)
        # Nor is it sent to the others: a talk is a hundred packets a second.
        self.assertLess(self.garage.counters()["packets_opened"] - before, 4)

    def test_two_keys_at_once_reach_both_and_are_heard_once(self):
        with self.kitchen.talking():
            alone = listen()
            self.kitchen.press("GPIO27")
            wait(lambda: len(self.kitchen.status()["microphone"]["targets"]) == 2, "both targets")
            both = listen()
            self.kitchen.release("GPIO27")
        _, garage, office = (station.recorded() for station in self.scene.stations)
        self.assert_heard(garage.span(*both), KITCHEN)
        self.assert_heard(office.span(*both), KITCHEN)
        one, two = (sound.tone_level(office.span(*span), KITCHEN) for span in (alone, both))
        self.assertTrue(two - one < 1.5, f"heard twice as loud: {one:.1f} and {two:.1f} dBFS")
        self.assertTrue(one - two < 1.5, f"heard less: {one:.1f} and {two:.1f} dBFS")

    def test_a_channel_that_is_muted_is_not_heard_and_others_are(self):
        self.assertEqual(self.office.ctl("mute", "house")[0], 0)
        try:
            with self.kitchen.talking(), self.garage.talking("GPIO27"):
                span = listen()
        finally:
            self.assertEqual(self.office.ctl("unmute", "house")[0], 0)
        _, garage, office = self.heard(span)
        self.assert_heard(garage, KITCHEN)
        self.assert_not_heard(office, KITCHEN)
        self.assert_heard(office, GARAGE)

    def test_a_channel_one_does_not_listen_to_is_not_heard(self):
        before = self.office.counters()["dropped_ignored"]
        self.assertEqual(self.kitchen.ctl("ptt", "down", "workshop")[0], 0)
        try:
            span = listen()
        finally:
            self.assertEqual(self.kitchen.ctl("ptt", "up", "workshop")[0], 0)
        _, garage, office = self.heard(span)
        self.assert_heard(garage, KITCHEN)
        self.assert_silent(office)
        self.assertGreater(self.office.counters()["dropped_ignored"], before)
        wait(lambda: not self.kitchen.is_talking(), "the key of intercomctl is up")


class TwoStationsTalk(SceneTest):
    def test_a_muted_microphone_gives_silence(self):
        kitchen, garage = self.up("kitchen", "garage")
        kitchen.speak(500)
        garage.record()
        with kitchen.talking():
            wait(lambda: garage.hears(kitchen), "garage hears kitchen")
            before = listen()
            kitchen.ask("state", set="mute", what="mic", on=True)
            # What was said before is still on its way.
            listen()
            opened = garage.counters()["packets_opened"]
            muted = listen()
            opened = garage.counters()["packets_opened"] - opened
            kitchen.ask("state", set="mute", what="mic", on=False)
            listen()
            after = listen()
        heard = garage.recorded()
        self.assert_heard(heard.span(*before), 500)
        self.assert_silent(heard.span(*muted))
        # Nobody who watches the network sees it: it is sent as before.
        self.assertGreater(opened, 80 * (muted[1] - muted[0]) / 1e9)
        self.assert_heard(heard.span(*after), 500)
        # The judges of silence and of sound must tell them apart.
        with self.assertRaises(AssertionError):
            self.assert_silent(heard.span(*after))
        with self.assertRaises(AssertionError):
            self.assert_not_heard(heard.span(*after), 500)
        with self.assertRaises(AssertionError):
            self.assert_heard(heard.span(*muted), 500)
        with self.assertRaises(AssertionError):
            self.assert_heard(heard.span(*after), 800)

    def test_what_was_said_before_the_microphone_was_muted_is_in_no_pre_roll(self):
        kitchen, garage = self.up("kitchen", "garage")
        kitchen.speak(500)
        # The moment falls anywhere in a frame: how much of it has faded differs.
        for _ in range(4):
            garage.record()
            listen()
            kitchen.ask("state", set="mute", what="mic", on=True)
            begin = time.monotonic_ns()
            with kitchen.talking():
                wait(lambda: garage.hears(kitchen), "garage hears kitchen")
                _, end = listen(0.3)
            self.assert_silent(garage.recorded().span(begin, end))
            wait(lambda: not garage.hears(kitchen), "the talk has ended")
            kitchen.ask("state", set="mute", what="mic", on=False)

    def test_half_duplex_holds_the_speaker_down_while_talking(self):
        kitchen, garage = self.met("kitchen", "garage")
        kitchen.sections["audio"]["duplex"] = "half"
        self.scene.start()
        garage.speak(800)
        kitchen.record()
        with garage.talking():
            wait(lambda: kitchen.hears(garage), "kitchen hears garage")
            with kitchen.talking():
                during = listen()
            after = listen()
        heard = kitchen.recorded()
        self.assert_heard(heard.span(*after), 800)
        held = sound.tone_level(heard.span(*during), 800)
        free = sound.tone_level(heard.span(*after), 800)
        self.assertLess(held, free - 12)


class ManyStations(SceneTest):
    @longer
    def test_a_page_begins_everywhere_within_one_frame(self):
        names = [f"room{number}" for number in range(31)]
        with Scene("hall", *names) as scene:
            hall, *rooms = scene.stations
            for room in rooms:
                scene.introduce(hall, room)
            scene.start()
            path = pathlib.Path(scene.folder, "page.wav")
            wav.write(str(path), sound.tone(1000, 2))
            for room in rooms:
                room.record()
            before = hall.counters()["frames_sent"]
            text = hall.prints("announce", "house", "--file", str(path), seconds=60)
            sent = hall.counters()["frames_sent"] - before
            moments = []
            for room in rooms:
                heard = room.recorded()
                track = sound.tone_track(heard.samples, 1000, 0.0025)
                moments.append(heard.moment(int(numpy.argmax(track > -30) * 0.0025 * RATE)))
            # Encoded once: the file, and the silence in which the tone sounds there.
            self.assertLess(sent, 290)
            spread = (max(moments) - min(moments)) / 1e6
            self.assertLessEqual(spread, 10, f"{text}: first sound {spread:.1f} ms apart")


MUTATIONS = (
    # A channel is heard whether it is listened to or not.
    ("Sources/Station/Switchboard/Switchboard+Records.swift",
     "return channel.isListenedTo ? .channel(channel.number) : .ignored(.notListening)",
     "return true ? .channel(channel.number) : .ignored(.notListening)",
     "ThreeStationsMix.test_a_channel_one_does_not_listen_to_is_not_heard"),
    # Mute does nothing.
    ("Sources/Media/Capture/CapturePath.swift", "let goal: Gain = isMuted ? .muted : .unity",
     "let goal: Gain = isMuted ? .unity : .unity",
     "TwoStationsTalk.test_a_muted_microphone_gives_silence"),
    # A button does not hold the speaker down.
    ("Sources/Media/Listen/HalfDuplex.swift",
     "case .key: return true", "case .key: return false",
     "TwoStationsTalk.test_half_duplex_holds_the_speaker_down_while_talking"),
    # A station that comes by two ways is heard twice.
    ("Sources/Media/Listen/Talkers.swift", "if rank > own || rank == own && another < place {",
     "if rank > own {", "ThreeStationsMix.test_two_keys_at_once_reach_both_and_are_heard_once"),
)
