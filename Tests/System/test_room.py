"""Speaker and microphone in one room: voice operation, echo, half duplex, the way through air."""

import json
import os
import statistics
import time

import numpy

from lab import Scene, SceneTest, listen, longer, wait

from stage import measure, room, speech, wav
from stage.card import Card
from stage.wire import BadNet

LISTENING = "GPIO24"
ROOM_MS = 5


class VoiceOperated(SceneTest):
    """The kitchen talks when somebody speaks there."""

    @classmethod
    def setUpClass(cls):
        cls.scene = cls.enterClassContext(Scene("kitchen", "garage"))
        cls.kitchen, cls.garage = cls.scene.stations
        cls.kitchen.sections["button ptt"] = {
            "mode": "vox", "talk": "house", "vox-hang": "300ms"}
        cls.kitchen.sections["lamp room"] = {"line": LISTENING, "show": "listening"}
        cls.kitchen.sections["talk"] = {"preroll": "0"}
        cls.scene.introduce(cls.kitchen, cls.garage)
        cls.scene.start()
        cls.kitchen.card.do("noise", 30)
        # It must know the room's noise before it knows what speech is.
        time.sleep(1)

    def setUp(self):
        self.kitchen.hush()
        self.garage.hush()
        self.kitchen.card.do("echo", "off")
        wait(lambda: not self.kitchen.is_talking(), "kitchen is silent")

    def test_speech_opens_the_microphone_and_silence_closes_it(self):
        self.assertTrue(self.kitchen.is_lit(LISTENING))
        self.kitchen.speak(speech.talk(3), loop=False)
        wait(self.kitchen.is_talking, "kitchen talks")
        wait(lambda: self.garage.hears(self.kitchen), "garage hears kitchen")
        wait(lambda: not self.kitchen.is_talking(), "kitchen is silent")
        self.assertTrue(self.kitchen.is_lit(LISTENING))
        self.assert_no_heap_calls(self.kitchen)

    def test_its_own_speaker_never_opens_it(self):
        self.kitchen.card.do("echo", 1.0, ROOM_MS)
        before = self.kitchen.counters()["frames_sent"]
        self.garage.speak(speech.talk(4))
        with self.garage.talking():
            wait(lambda: self.kitchen.hears(self.garage), "kitchen hears garage")
            time.sleep(4)
        time.sleep(1)
        self.assertEqual(self.kitchen.counters()["frames_sent"], before)
        self.garage.hush()
        # The same voice opens it when it is not the speaker's.
        self.kitchen.speak(speech.talk(4), loop=False)
        self.kitchen.moved("frames_sent", self.kitchen.counters())


class Echo(SceneTest):
    def test_the_echo_is_taken_away_and_both_may_speak(self):
        kitchen, garage = self.met("kitchen", "garage")
        kitchen.sections["audio"].update({
            "duplex": "auto", "echo": "on", "noise-suppression": "high",
            "gain-control": "on"})
        self.scene.start()
        audio = kitchen.status()["audio"]
        self.assertEqual((audio["duplex"], audio["echo"]), ("full", "on"))
        self.assertEqual(audio["duplex_reason"], "the echo is cancelled")
        kitchen.card.do("echo", 1.0, ROOM_MS)
        garage.speak(speech.talk(8))
        with garage.talking(), kitchen.talking():
            wait(lambda: (kitchen.status()["audio"]["echo_reduction_db"] or 0) >= 15,
                 "the echo goes")
            garage.record()
            during = listen(1.0)
            self.assertTrue(measure.level(garage.recorded().span(*during)) < -45, "no echo")
            # The card lost its sound: what is played has another place from now on.
            kitchen.card.do("xrun", "playback")
            time.sleep(3)
            garage.record()
            during = listen(1.0)
            self.assertTrue(measure.level(garage.recorded().span(*during)) < -45, "no echo yet")
            # Another cause of echo, which nobody can know of, shows that it is one.
            kitchen.speak(440)
            garage.record()
            during = listen(1.0)
            self.assertTrue(measure.level(garage.recorded().span(*during)) > -40, "an echo")
        self.assert_no_heap_calls(kitchen)

    def test_half_duplex_does_not_howl(self):
        with Scene("kitchen", "garage") as scene:
            for one in scene.stations:
                one.sections["audio"]["duplex"] = "half"
            kitchen, garage = scene.stations
            scene.introduce(kitchen, garage)
            scene.start()
            for one in scene.stations:
                one.card.do("echo", 1.0, ROOM_MS)
            with kitchen.talking(), garage.talking():
                kitchen.speak(speech.talk(1), loop=False)
                time.sleep(1.5)
                for one in scene.stations:
                    one.record()
                after = listen(1.0)
                for one in scene.stations:
                    heard = one.recorded().span(*after)
                    self.assertLess(measure.level(heard), -60)


ERROR_MS = 5
FRAME_NS = 10_000_000
FIRST_NS, SPACING_NS = 400_000_000, 700_000_000
"""Where the sweeps of a trial are."""
NOISE = 60
"""Of the room, in steps of 16 bits."""


def sweep():
    """50 ms from 500 Hz to 3.5 kHz, as a trial sends it."""
    moment = numpy.arange(2400) / wav.RATE
    fade = numpy.minimum(1, numpy.minimum(numpy.arange(2400), 2399 - numpy.arange(2400)) / 240)
    return 8000 * fade * numpy.sin(2 * numpy.pi * (500 * moment + 3000 * moment**2 / 0.1))


# Once in a while it says a frame of 10 ms less than is true; why is not known yet.
@longer
class Earshot(SceneTest):
    """`test latency` where the two stand in each other's earshot: the garage's loudspeaker and the
    kitchen's microphone are one simulated card, `air`, with a room whose delay is known."""

    @classmethod
    def setUpClass(cls):
        cls.scene = cls.enterClassContext(Scene("kitchen", "garage"))
        cls.kitchen, cls.garage = cls.scene.stations
        cls.air = Card(cls.garage.folder, "air")
        cls.addClassCleanup(cls.air.end)
        os.symlink(f"{cls.air.path}.simcard", f"{cls.kitchen.folder}/air.simcard")
        cls.kitchen.sections["audio"]["input"] = "pcm:simcard:air"
        cls.garage.sections["audio"]["output"] = "pcm:simcard:air"
        cls.badnet = BadNet(cls.scene, cls.kitchen, cls.garage)
        cls.scene.introduce(cls.kitchen, cls.garage, via=cls.badnet)
        cls.scene.start()
        cls.air.do("noise", NOISE)

    def setUp(self):
        self.air.do("echo", "off")
        self.air.do("room", "off")

    def trial(self):
        """One measurement, as --json has it."""
        return json.loads(self.kitchen.ctl("test", "latency", "garage", "--json")[1])

    def watched(self):
        """A measurement, and the true ways from mouth to loudspeaker in ms, a sweep each.

        A sweep is said so long after the trial begins; when that is, its packets tell: each goes
        when its frame is whole. When it sounds, the card of the loudspeaker tells.
        """
        capture = self.badnet.capture("packets")
        path = os.path.join(self.garage.folder, "heard.wav")
        recording = self.air.record(path)
        found = self.trial()
        recording.stop()
        self.badnet.do("capture", "off")
        heard = measure.Sound(wav.read(path), recording.first_ns)
        begin = self.begin([ns for ns, _ in self.badnet.timed(capture, self.kitchen, 16)])
        ways = []
        for number in range(3):
            said_ns = begin + FIRST_NS + number * SPACING_NS
            sounds = heard.span(said_ns, said_ns + 500_000_000)
            likeness = measure.correlations(sweep(), sounds)
            self.assertGreater(float(numpy.max(likeness)), 0.7, "the sweep sounds")
            ways.append(round(int(numpy.argmax(likeness)) / 48, 1))
        return found, ways

    @staticmethod
    def begin(moments):
        """When the trial began: a frame before its first packet, by the middle one of 40."""
        first = next(place for place, ns in enumerate(moments)
                     if sum(ns <= other < ns + 400_000_000 for other in moments) >= 38)
        run = moments[first:first + 40]
        return int(numpy.median([
            ns - FRAME_NS * round((ns - run[0]) / FRAME_NS) for ns in run])) - FRAME_NS

    def assert_true(self, air_ms, *through):
        """The figure is that of the way and the air."""
        self.air.do(*through)
        found, ways = self.watched()
        self.assertEqual(found["finding"], "heard")
        error = found["acoustic_ms"] - statistics.median(ways) - air_ms
        text = (f"heard after {found['acoustic_ms']} ms; true: {ways} ms and {air_ms:.1f} ms of "
                f"air: {error:+.1f} ms; estimate {found['estimate_ms']:.1f} ms")
        if os.environ.get("INTERCOM_FIGURES"):
            print(text)
        self.assertTrue(abs(error) <= ERROR_MS, text)

    def test_the_figure_is_the_true_way_and_the_air(self):
        for air_ms in (20, 80):
            self.assert_true(air_ms, "echo", 0.3, air_ms)
        self.assert_no_heap_calls(self.kitchen)
        self.assert_no_heap_calls(self.garage)

    def test_it_is_found_among_the_echoes_of_the_walls(self):
        path = os.path.join(self.garage.folder, "walls.wav")
        gain = room.write(path, 1)
        self.assert_true(room.DISTANCE / 48, "room", path, gain)

    def test_what_is_too_soft_to_be_told_from_the_noise_is_not_heard(self):
        self.air.do("echo", 0.001, 20)
        self.assertEqual(self.trial()["finding"], "silent")

    def test_the_screen_says_how_long_and_how_loud(self):
        self.air.do("echo", 0.3, 20)
        wait(lambda: self.kitchen.peer("garage")["rtt_ms"] is not None, "a round trip")
        text = self.kitchen.ctl("test", "latency", "garage")[1]
        self.assertRegex(text, r"(?m)^mouth to ear, heard +\d+\.\d ms   at -\d+ dBFS, "
                               r"noise floor -\d+$")
