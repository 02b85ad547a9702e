"""Voice messages: spoken or read from a file, sealed to the station that they are for, delivered
once when it is there, played there, and both told to the sender.
"""

import json
import pathlib
import random
import subprocess
import time

from lab import SceneTest, listen, place, process, sound, test_seed, wait, wav
from stage.wav import RATE

NOTE, PLAY, LAMP = "GPIO5", "GPIO6", "GPIO24"
RETURN = 2.0
"""Seconds from the return of a station until it has what waited for it."""


class Messages(SceneTest):
    def stations(self):
        kitchen, garage = self.up("kitchen", "garage")
        kitchen.wait_for(garage)
        for one, other in ((kitchen, garage), (garage, kitchen)):
            wait(lambda one=one: self.files(one, ".key"), f"{one} has the key of {other}")
        return kitchen, garage

    @staticmethod
    def files(station, suffix):
        folder = pathlib.Path(station.state) / "messages"
        return sorted(path for path in folder.glob(f"*{suffix}") if path.stat().st_size)

    @staticmethod
    def list(station):
        return json.loads(station.prints("message", "list", "--json"))["messages"]

    def states(self, station):
        return [message["state"] for message in self.list(station)]

    def wav(self, samples, name="said.wav"):
        path = pathlib.Path(self.scene.folder, name)
        wav.write(str(path), samples)
        return str(path)

    def test_it_waits_for_a_station_that_is_off_and_is_there_soon_after_its_return(self):
        kitchen, garage = self.stations()
        said = sound.syllables(6, seed=5, level=-20)
        garage.stop()
        wait(lambda: not kitchen.is_with(garage), "kitchen misses garage")
        text = kitchen.prints("message", "send", "garage", self.wav(said))
        self.assertIn("message to garage: 6.0 s", text)
        self.assertEqual(self.states(kitchen), ["waiting"])
        sealed = self.files(kitchen, ".waiting")[0].read_bytes()
        # Neither key of the sender opens it.
        key = pathlib.Path(kitchen.state) / "keys/messages"
        error = kitchen.complains("recording", "verify", "--key-file", str(key),
                                  str(self.files(kitchen, ".waiting")[0]))
        self.assertIn("is not sealed to this key", error)
        garage.begin()
        kitchen.wait_for(garage)
        back = time.monotonic()
        wait(lambda: self.states(kitchen) == ["delivered"], "it is delivered", interval=0.05)
        took = time.monotonic() - back
        self.assertLess(took, RETURN)
        print(f"{len(sealed)} bytes delivered {took:.2f} s after the return")
        self.assertEqual([path.read_bytes() for path in self.files(garage, ".new")], [sealed])
        self.assertEqual(self.files(kitchen, ".delivered"), [], "the sender keeps no sound")
        message = self.list(garage)[0]
        self.assertEqual((message["peer"], message["state"], message["bytes"], message["seconds"]),
                         ("kitchen", "new", len(sealed), 6.0))
        garage.record()
        self.assertIn("1 message played", garage.prints("message", "play", seconds=30))
        # The speaker's card has the last of it still.
        time.sleep(0.3)
        heard = garage.recorded().samples
        alike = sound.likenesses(said, heard, longest=len(heard) / RATE)
        self.assertGreater(alike[:, 0].min(), 0.8, "it sounds as it was said")
        self.assertLess(alike[:, 1].max() - alike[:, 1].min(), 0.1, "nothing is left out or put in")
        wait(lambda: self.states(kitchen) == ["heard"], "kitchen learns that it was heard")
        self.assertEqual(self.states(garage), ["heard"])
        self.assertIn("no message waits", garage.complains("message", "play"))
        garage.restart()
        self.assertEqual(self.states(garage), ["heard"], "it is known after a restart")
        garage.prints("message", "delete", "all")
        self.assertEqual(self.list(garage), [])
        self.assertEqual(self.files(garage, ".heard"), [])
        for station in (kitchen, garage):
            self.assert_no_heap_calls(station)

    def test_it_is_spoken_at_the_microphone_and_heard_at_the_other_speaker(self):
        kitchen, garage = self.stations()
        kitchen.speak(500)
        kitchen.record()
        text = kitchen.prints("message", "record", "garage", "--seconds", "3", seconds=30)
        self.assertIn("speak after the tone", text)
        self.assertGreater(sound.tone_track(kitchen.recorded().samples, 1_047).max(), -40)
        wait(lambda: self.states(garage) == ["new"], "it is there")
        self.assertFalse(kitchen.is_talking())
        length = self.list(garage)[0]["seconds"]
        self.assertTrue(2.5 < length < 4, f"{length} s")
        garage.record()
        player = subprocess.Popen(
            [place.program("intercomctl"), "--config", garage.etc, "message", "play"],
            stdout=subprocess.DEVNULL)
        time.sleep(1)
        span = listen(1)
        self.assertEqual(player.wait(place.PATIENCE), 0)
        self.assert_heard(garage.recorded().span(*span), 500)
        for station in (kitchen, garage):
            self.assert_no_heap_calls(station)

    def test_it_is_spoken_and_played_by_buttons_alone(self):
        self.met("kitchen", "garage")
        kitchen, garage = self.scene.stations
        kitchen.sections["button note"] = {"line": NOTE, "press": "message garage"}
        garage.sections["button play"] = {"line": PLAY, "press": "messages"}
        garage.sections["lamp note"] = {"line": LAMP, "show": "message"}
        self.scene.start()
        for one in (kitchen, garage):
            wait(lambda one=one: self.files(one, ".key"), f"{one} has a key")
        kitchen.speak(500)
        self.assertEqual(garage.level(LAMP), 0)
        kitchen.press(NOTE)
        wait(kitchen.is_talking, "the microphone opens")
        self.assertTrue(kitchen.is_lit(), "the lamp tells of it")
        time.sleep(2)
        kitchen.record()
        kitchen.release(NOTE)
        wait(lambda: self.states(garage) == ["new"], "it is there")
        self.assertGreater(sound.tone_track(kitchen.recorded().samples, 1_047).max(), -40)
        wait(lambda: garage.level(LAMP) == 1, "the lamp tells of it")
        garage.record()
        garage.press(PLAY)
        garage.release(PLAY)
        time.sleep(1)
        span = listen(0.5)
        self.assert_heard(garage.recorded().span(*span), 500)
        wait(lambda: self.states(kitchen) == ["heard"], "kitchen learns that it was heard")
        wait(lambda: garage.level(LAMP) == 0, "the lamp is dark", seconds=5)

    def test_it_comes_once_and_whole_however_often_both_are_killed(self):
        kitchen, garage = self.stations()
        dice = random.Random(test_seed())
        path = self.wav(sound.syllables(40, seed=6, level=-20))
        garage.stop()
        kitchen.prints("message", "send", "garage", path, seconds=60)
        sealed = self.files(kitchen, ".waiting")[0].read_bytes()
        garage.begin()
        for _ in range(12):
            time.sleep(dice.uniform(0, 1.5))
            station = dice.choice([kitchen, garage])
            station.kill()
            station.begin()
        wait(lambda: self.states(kitchen) == ["delivered"], "it is delivered", seconds=60)
        self.assertEqual(self.states(garage), ["new"])
        self.assertEqual([found.read_bytes() for found in self.files(garage, ".new")], [sealed])

    def test_who_may_leave_none_is_told_so_and_nothing_comes(self):
        kitchen, garage = self.stations()
        garage.sections["policy kitchen"] = {"message": "deny"}
        garage.reload()
        kitchen.prints("message", "send", "garage", self.wav(sound.tone(500, 1)))
        wait(lambda: "allow no messages" in kitchen.prints("message", "list"), "kitchen is told")
        self.assertEqual(self.list(garage), [])
        self.assertIn("no peer attic", kitchen.complains("message", "record", "attic"))
        del garage.sections["policy kitchen"]
        garage.reload()
        wait(lambda: self.states(garage) == ["new"], "it comes when it may", seconds=70)
        done = process.run([place.program("intercomctl"), "--config", kitchen.etc, "message",
                            "delete", "7"])
        self.assertEqual(done[0], 1)


MUTATIONS = (
    # A message that is known comes again.
    ("Sources/Intercomd/Messages/Messages.swift",
     "if let known = incoming(notice.id, body) {",
     "if false, let known = incoming(notice.id, body) {",
     "Messages.test_it_comes_once_and_whole_however_often_both_are_killed"),
    # The sender keeps what it has sent.
    ("Sources/Peering/Messages/SealedMessage.swift",
     "public var hasSound: Bool { state == .waiting ||",
     "public var hasSound: Bool { !isIncoming ||",
     "Messages.test_it_waits_for_a_station_that_is_off_and_is_there_soon_after_its_return"),
    # Who may leave no message leaves one.
    ("Sources/Intercomd/Messages/Messages.swift", "if denied.contains(peer) {",
     "if denied.contains(-1) {",
     "Messages.test_who_may_leave_none_is_told_so_and_nothing_comes"),
)
