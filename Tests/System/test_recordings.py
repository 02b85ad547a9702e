"""Recordings of a channel and of calls: sealed to a key that is on another machine, with the sound
of those alone that were told; one that denies it ends it.
"""

import pathlib
import subprocess
import tempfile
import time

import numpy

from lab import SceneTest, place, sound, wait, wav

LAMP = "GPIO24"
TONE = 1_200
"""The tone that everybody in the talk hears, in Hz."""
PAUSE = 62
"""Seconds without talk after which a recording is over."""


class Recordings(SceneTest):
    def stations(self, of="house", record="allow", others=()):
        """Kitchen records; the owner of the key is on a machine of its own."""
        kitchen, garage, *rest = self.met("kitchen", "garage", *others)
        for station in rest:
            # Nothing there can tell people of a recording.
            station.sections["audio"]["output"] = "none"
        self.owner = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))
        key = self.owned("keygen", self.owner / "house.key").strip()
        kitchen.sections[f"record {of}"] = {"to": key}
        garage.sections["policy"] = {"record": record}
        garage.sections["lamp rec"] = {"line": LAMP, "show": "recording"}
        self.scene.start()
        for station in (garage, *rest):
            kitchen.wait_for(station)
        for station, hertz in zip((kitchen, garage, *rest), (500, 800, 1_300)):
            station.speak(hertz)
        self.assert_idle(kitchen)
        self.assertEqual(self.files(kitchen), [], "nothing was said yet")
        self.assertIn(f"{of}: nothing now", kitchen.ctl("status")[1])
        return kitchen, garage, *rest

    def assert_idle(self, station):
        state = self.state(station)
        self.assertEqual((state["recorded"], state["unrecorded"], state["denied_by"]),
                         ([], [], None))

    def owned(self, *words, code=0):
        """The output of `intercomctl recording` on the owner's machine."""
        done = subprocess.run([place.program("intercomctl"), "recording", *map(str, words)],
                              capture_output=True, text=True, timeout=60, check=False)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return done.stdout

    @staticmethod
    def files(station):
        return sorted(pathlib.Path(station.state, "recordings").glob("*"))

    @staticmethod
    def state(station):
        return station.status()["recordings"][0]

    def is_on(self, station):
        return self.state(station)["recorded"] != []

    def opened(self, file):
        """The sound of each talker, by name, on the owner's machine."""
        copy = self.owner / file.name
        copy.write_bytes(file.read_bytes())
        folder = self.owner / f"{file.stem}.out"
        self.owned("open", "--key-file", self.owner / "house.key", "--out", folder, copy)
        return {path.stem: wav.read(str(path)) for path in folder.glob("*.wav")}

    def assert_said(self, samples, hertz, other):
        """A second of one talker's sound: this one's tone, and not the other one's."""
        begin = int(numpy.argmax(numpy.abs(samples) > 1_000)) + wav.RATE // 4
        said = samples[begin:begin + wav.RATE]
        self.assert_heard(said, hertz)
        self.assert_not_heard(said, other)

    @staticmethod
    def loudest(station):
        """The loudest 60 ms of the tone at a speaker, since `record`; a splice is shorter."""
        track = sound.tone_track(station.recorded().samples, TONE)
        return numpy.minimum(numpy.minimum(track[:-2], track[1:-1]), track[2:]).max()

    def test_both_talkers_are_in_it_and_everybody_is_told(self):
        kitchen, garage = self.stations()
        self.assertEqual(garage.level(LAMP), 0)
        self.assertNotIn("records house", garage.ctl("status")[1])
        for station in (kitchen, garage):
            station.record()
        with kitchen.talking():
            wait(lambda: self.is_on(kitchen), "kitchen records", interval=0.05)
            time.sleep(2)
        with garage.talking():
            wait(lambda: kitchen.hears(garage), "kitchen hears garage")
            time.sleep(2)
        for station in (kitchen, garage):
            self.assertGreater(self.loudest(station), -40, f"{station} hears the tone")
        self.assertEqual(self.state(kitchen)["recorded"], ["garage"])
        self.assertIn("RECORDING garage", kitchen.ctl("status")[1])
        self.assertEqual(garage.peer("kitchen")["records"], ["house"])
        self.assertIn("records house", garage.ctl("status")[1])
        self.assertEqual(garage.level(LAMP), 1)
        kitchen.said("this station records house")
        garage.said("kitchen records house")
        wait(lambda: self.files(kitchen), "the first chunk is there", seconds=10)
        file, = self.files(kitchen)
        time.sleep(PAUSE)
        wait(lambda: not self.is_on(kitchen), "it is over after a pause")
        garage.said("kitchen does not record house any more")
        wait(lambda: garage.level(LAMP) == 0, "the lamp is dark")
        self.assertEqual(garage.peer("kitchen")["records"], [])
        self.assertEqual(self.files(kitchen), [file])
        talkers = self.opened(file)
        self.assertEqual(sorted(talkers), ["garage", "kitchen"])
        self.assert_said(talkers["kitchen"], 500, 800)
        self.assert_said(talkers["garage"], 800, 500)
        # The box that has recorded cannot open it.
        key = pathlib.Path(kitchen.state, "keys/messages")
        error = kitchen.complains("recording", "verify", "--key-file", str(key), str(file))
        self.assertIn("is not sealed to this key", error)
        for station in (kitchen, garage):
            self.assert_no_heap_calls(station)

    def test_one_that_denies_it_ends_it_and_the_talk_goes_on(self):
        kitchen, garage = self.stations(record="deny")
        for station in (kitchen, garage):
            station.record()
        with kitchen.talking():
            wait(lambda: garage.hears(kitchen), "the talk goes on")
            wait(lambda: self.state(kitchen)["denied_by"] == "garage", "it is denied")
            time.sleep(6)
            self.assertTrue(garage.hears(kitchen), "the talk goes on")
        kitchen.said("this station does not record house: garage does not allow it")
        self.assertIn("stopped: garage does not allow it", kitchen.ctl("status")[1])
        self.assertEqual(garage.peer("kitchen")["records"], [])
        for station in (kitchen, garage):
            self.assertLess(self.loudest(station), -40, f"{station} hears no tone")
        self.assertEqual(self.files(kitchen), [], "nothing of seven seconds' talk")
        # The control: allowed, the next talk is recorded; taken back, that ends at once.
        time.sleep(PAUSE)
        garage.sections["policy"] = {"record": "allow"}
        garage.reload()
        with kitchen.talking():
            wait(lambda: self.is_on(kitchen), "kitchen records")
            time.sleep(1)
            garage.sections["policy"] = {"record": "deny"}
            garage.reload()
            wait(lambda: self.state(kitchen)["denied_by"] == "garage", "it ends", seconds=3)
            wait(lambda: self.files(kitchen), "the file is finished")
            file, = self.files(kitchen)
            size = file.stat().st_size
            time.sleep(6)
            self.assertEqual(file.stat().st_size, size, "nothing that is said after it")
        self.assertEqual(sorted(self.opened(file)), ["kitchen"])
        self.assertEqual(garage.peer("kitchen")["records"], [])

    def test_one_that_cannot_tell_its_people_is_left_out(self):
        kitchen, garage, attic = self.stations(others=("attic",))
        with kitchen.talking():
            wait(lambda: self.is_on(kitchen), "kitchen records")
            time.sleep(2)
        with attic.talking():
            wait(lambda: kitchen.hears(attic) and garage.hears(attic), "attic is heard")
            time.sleep(3)
            state = self.state(kitchen)
        self.assertEqual((state["recorded"], state["unrecorded"]), (["garage"], ["attic"]))
        self.assertIn("without attic", kitchen.ctl("status")[1])
        self.assertEqual(attic.peer("kitchen")["records"], [])
        self.assertNotIn("kitchen records", attic.log, "it cannot tell anybody")
        self.assertEqual(garage.peer("kitchen")["records"], ["house"])
        with garage.talking():
            wait(lambda: kitchen.hears(garage), "kitchen hears garage")
            time.sleep(2)
        time.sleep(PAUSE)
        wait(lambda: not self.is_on(kitchen), "it is over after a pause")
        wait(lambda: garage.peer("kitchen")["records"] == [], "garage is told of the end")
        file, = self.files(kitchen)
        talkers = self.opened(file)
        self.assertEqual(sorted(talkers), ["garage", "kitchen"])
        for samples in talkers.values():
            self.assert_not_heard(samples, 1_300)

    def test_a_call_is_recorded_until_it_ends(self):
        kitchen, garage = self.stations(of="calls")
        with kitchen.talking():
            wait(lambda: garage.hears(kitchen), "the talk on the channel")
            time.sleep(1)
            self.assert_idle(kitchen)  # That is no call.
        kitchen.prints("call", "garage")
        garage.prints("answer")
        wait(lambda: self.is_on(kitchen), "kitchen records", seconds=8)
        self.assertEqual(garage.peer("kitchen")["records"], ["call"])
        time.sleep(3)
        kitchen.prints("hangup")
        wait(lambda: not self.is_on(kitchen), "it is over with the call", seconds=5)
        wait(lambda: garage.peer("kitchen")["records"] == [], "garage is told of the end")
        talkers = self.opened(self.files(kitchen)[0])
        self.assertEqual(sorted(talkers), ["garage", "kitchen"])
        self.assert_said(talkers["garage"], 800, 500)

    def test_a_power_cut_costs_the_last_chunk_at_most(self):
        kitchen, garage = self.stations()
        kitchen.press()
        wait(lambda: self.is_on(kitchen), "kitchen records")
        wait(lambda: self.files(kitchen), "the first chunk is there", seconds=10)
        time.sleep(5)
        kitchen.kill()
        kitchen.release()
        # The session is over: garage does not show what is no more.
        kitchen.begin()
        kitchen.wait_for(garage)
        self.assertEqual(garage.peer("kitchen")["records"], [])
        file, = self.files(kitchen)
        text = self.owned("show", "--key-file", self.owner / "house.key", file, code=4)
        self.assertIn("is cut short", text)
        self.assertRegex(text, r"kitchen +[4-9]")
