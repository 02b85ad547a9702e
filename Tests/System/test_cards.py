"""Sound cards: formats and clocks, what a station says of them and their mixers, and profiles."""

import json
import time

from lab import Scene, SceneTest, listen, wait
from test_heard import mixer

from stage import process
from stage.card import Card


def sget(station, name):
    """A control of a station's card, as amixer(1) shows it."""
    code, text, errors = process.run(["amixer", "-D", f"simcard:CARD={station.name}", "sget", name],
                                     environment=station._environment() | {"LD_PRELOAD": ""})
    assert code == 0, errors
    return text


class SoundCards(SceneTest):
    """Cards of other formats and periods."""

    def check_both_ways(self, kitchen, garage):
        kitchen.speak(500)
        garage.speak(800)
        for one in (kitchen, garage):
            one.record()
        with kitchen.talking(), garage.talking():
            span = listen()
        self.assert_heard(garage.recorded().span(*span), 500)
        self.assert_heard(kitchen.recorded().span(*span), 800)

    def card(self, station, what):
        name = f"pcm:simcard:CARD={station},{what}"
        station.sections["audio"].update(input=name, output=name)

    def test_other_formats_channels_and_periods_and_clocks_far_apart(self):
        kitchen, garage = self.met("kitchen", "garage")
        self.card(kitchen, "FORMATS=S32_LE,CHANNELS=2")
        self.card(garage, "FORMATS=S24_3LE,CHANNELS=2")
        kitchen.sections["audio"]["period"] = "5ms"
        garage.sections["audio"]["period"] = "20ms"
        self.scene.start()
        for one, layout, period in ((kitchen, "S32_LE", 240), (garage, "S24_3LE", 960)):
            card = one.status()["audio"]["input"]
            self.assertEqual(
                (card["format"], card["channels"], card["period"]), (layout, 2, period))
        kitchen.card.do("ppm", 300)
        garage.card.do("ppm", -300)
        self.check_both_ways(kitchen, garage)


class CardTruth(SceneTest):
    """What a station says of its cards: their clocks, and the controls of their mixers."""

    def drifts(self, station):
        audio = station.status()["audio"]
        sides = (audio["input"], audio["output"])
        if any(side["drift_ppm"] is None for side in sides):
            return None
        return [(side["drift_ppm"], side["drift_error_ppm"]) for side in sides]

    def hands_free(self, station):
        audio = station.status()["audio"]
        return audio["echo"], audio["duplex"], audio["duplex_reason"]

    def test_clocks_are_measured_and_two_are_told_from_one(self):
        kitchen, garage = self.met("kitchen", "garage")
        own = garage.sections["audio"]["input"]
        garage.sections["audio"]["input"] = "pcm:simcard:other"
        for one in self.scene.stations:
            one.sections["audio"].update({"echo": "on", "duplex": "auto"})
        self.scene.start()
        kitchen.card.do("ppm", 80)
        Card(garage.folder, "other").do("ppm", -60)
        # A clock that was changed meanwhile is no straight line: from here on it is one.
        for one in self.scene.stations:
            for direction in ("capture", "playback"):
                one.card.do("xrun", direction)
        Card(garage.folder, "other").do("xrun", "capture")
        for one, expected in ((kitchen, (80, 80)), (garage, (-60, 0))):
            # A card that runs dry now and then has no clock.
            found = wait(
                lambda one=one, expected=expected: [
                    pair for pair in [self.drifts(one)] if pair and all(
                        abs(ppm - right) <= max(3 * error, 1) and error < 10
                        for (ppm, error), right in zip(pair, expected))],
                f"{one} knows its clocks", 60)
            self.assertEqual(len(found[0]), 2)
        self.assertTrue(kitchen.status()["audio"]["one_clock"])
        self.assertIsNone(kitchen.status()["audio"]["clock_reason"])
        self.assertFalse(garage.status()["audio"]["one_clock"])
        self.assertIn("faster than the microphone", garage.status()["audio"]["clock_reason"])
        self.assertIn("clock   two: ", garage.ctl("status")[1])
        self.assertEqual(self.hands_free(kitchen), ("on", "full", "the echo is cancelled"))
        echo, duplex, reason = self.hands_free(garage)
        self.assertEqual((echo, duplex), ("refused", "half"))
        self.assertIn("faster than the microphone", reason)
        self.assertIn("the echo is not cancelled: ", " ".join(garage.notes()))
        # Another card is another clock.
        garage.sections["audio"]["input"] = own
        garage.reload()
        wait(lambda: self.hands_free(garage) == ("on", "full", "the echo is cancelled"),
             "garage cancels the echo", 10)
        for one in self.scene.stations:
            self.assert_no_heap_calls(one)

    def test_volume_is_set_and_a_muted_microphone_said(self):
        kitchen, _ = self.met("kitchen", "garage")
        mixer(kitchen, "Mic", "nocap")
        kitchen.sections["audio"].update({"volume": "75%"})
        self.scene.start()
        wait(lambda: "[75%] [on]" in sget(kitchen, "Speaker"), "its volume is set")
        wait(lambda: any("control Mic" in note for note in kitchen.notes()),
             "the muted microphone is said")
        self.assertIn("control Mic of", kitchen.ctl("doctor", "status")[1])

        kitchen.sections["audio"].update({"mic-volume": "60%", "mixer-output": "Bass"})
        kitchen.reload()
        wait(lambda: "[on]" in sget(kitchen, "Mic"), "its microphone is set")
        wait(lambda: "has no control Bass" in " ".join(kitchen.notes()),
             "what cannot be set is said")
        wait(lambda: "control Mic" not in " ".join(kitchen.notes()),
             "the microphone is not said to be muted")
        self.assertNotIn("control Mic of", kitchen.ctl("doctor", "status")[1])


FOUND = "auto (default)"


class CardFound(SceneTest):
    """Where the settings name no card, every place that names it names the one found."""

    def setUp(self):
        self.station, = self.enter("default")
        for key in ("input", "output"):
            del self.station.sections["audio"][key]
        self.station.write_config()
        self.station.lines.start()

    def assert_found(self, start, lines):
        (line,) = [line for line in lines if line.startswith(start)]
        self.assertIn(FOUND, line)

    def test_with_the_daemon_stopped(self):
        for words in (["speaker"], ["mic"]):
            _, text, _ = self.station.ctl("test", *words)
            self.assertIn(f" on {FOUND}", text.splitlines()[0])
            _, text, _ = self.station.ctl("test", *words, "--json")
            self.assertEqual(json.loads(text)["device"], FOUND)

    def test_with_the_daemon_running(self):
        # Nothing there can set a volume of this name.
        self.station.sections["audio"].update({"volume": "80%", "mixer-output": "Bells"})
        self.station.begin()
        wait(self.station.has_card, "it has its card")
        wait(lambda: self.station.notes(), "it has notes")
        self.assert_found("volume: ", self.station.notes())
        del self.station.sections["audio"]["mixer-output"]
        self.station.reload()
        wait(self.station.has_card, "it has its card again")
        # As a service does that restores volumes when a card comes.
        mixer(self.station, "Speaker", "mute")
        wait(lambda: "[on]" in sget(self.station, "Speaker"), "it is set again")
        time.sleep(10)
        # As a person does.
        mixer(self.station, "Speaker", "mute")
        self.station.problem(f"Speaker of {FOUND} is muted")


VOICES = {"voice": 500, "studio": 800, "lowpower": 1300, "ultra": 2100}
"""The tone each station speaks in, Hz."""
PERIODS = {"voice": 240, "studio": 240, "lowpower": 480, "ultra": 120}
"""What each asks its card for, samples."""


class Profiles(SceneTest):
    """Stations of different profiles hear each other, and one may change while they talk."""

    def test_each_is_heard_by_all_the_others(self):
        with Scene(*VOICES) as scene:
            for station in scene.stations:
                station.sections["audio"]["profile"] = station.name
            scene.introduce(*scene.stations)
            scene.start()
            for station in scene.stations:
                station.speak(VOICES[station.name])
                audio = station.status()["audio"]
                self.assertEqual(audio["profile"], station.name)
                self.assertEqual(audio["output"]["period"], PERIODS[station.name])
            for one, other in (("voice", "ultra"), ("studio", "lowpower")):
                self.check_both_ways(scene, one, other)
            for station in scene.stations:
                counters = station.counters()
                self.assertEqual((counters["dropped_audio"], counters["dropped_late"]), (0, 0))
                self.assert_no_heap_calls(station)

    def check_both_ways(self, scene, *talkers):
        """Two talk at once: everyone hears who is another, and nobody who is silent."""
        one, other = (station for station in scene.stations if station.name in talkers)
        for station in scene.stations:
            station.record()
        with one.talking(), other.talking():
            for station in scene.stations:
                for talker in (one, other):
                    if station is not talker:
                        wait(lambda s=station, t=talker: s.hears(t), f"{station} hears {talker}")
            span = listen()
        for station in scene.stations:
            heard = station.recorded().span(*span)
            for name, hertz in VOICES.items():
                if name in talkers and name != station.name:
                    self.assert_heard(heard, hertz)
                    # The judge of sound tells one voice from another.
                    with self.assertRaises(AssertionError):
                        self.assert_heard(heard, hertz + 150)
                else:
                    self.assert_not_heard(heard, hertz)

    def test_a_change_of_profile_goes_on_with_the_key_that_is_held(self):
        kitchen, garage = self.up("kitchen", "garage")
        kitchen.speak(500)
        with kitchen.talking():
            for profile in ("ultra", "lowpower", "studio", "voice"):
                kitchen.sections["audio"]["profile"] = profile
                changes = "\n".join(kitchen.reload())
                self.assertIn(f"-> {profile}", changes)
                self.assertNotIn("(at the next start)", changes)
                wait(lambda p=PERIODS[profile]:
                     kitchen.status()["audio"]["output"]["period"] == p, "the card's period")
                wait(lambda: kitchen.is_talking() and garage.hears(kitchen), "it talks on")
                garage.record()
                span = listen()
                self.assert_heard(garage.recorded().span(*span), 500)
                self.assertEqual(kitchen.status()["audio"]["profile"], profile)
        self.assert_no_heap_calls(kitchen)
        self.assert_no_heap_calls(garage)


MUTATIONS = (
    # A volume mutes.
    ("Sources/Media/Hardware/Cards.swift",
     "case .percent(let percent): CardControl.Change(name: name, percent: percent, isMuted: "
     "false)",
     "case .percent(let percent): CardControl.Change(name: name, percent: percent, isMuted: true)",
     "CardTruth.test_volume_is_set_and_a_muted_microphone_said"),
)
