"""Voice messages: spoken or read from a file, sealed to the station that they are for, delivered
once when it is there, played there, and both told to the sender.
"""

import pathlib
import random
import subprocess
import time

from lab import listen, place, process, sound, test_seed, wait
from messaging import MessageTest
from stage.wav import RATE

NOTE, PLAY, LAMP = "GPIO5", "GPIO6", "GPIO24"
RETURN = 2.0
"""Seconds from the return of a station until it has what waited for it."""


class Messages(MessageTest):
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
        for station in (kitchen, garage):
            self.assert_no_heap_calls(station)
        garage.restart()
        self.assertEqual(self.states(garage), ["heard"], "it is known after a restart")
        garage.prints("message", "delete", "all")
        self.assertEqual(self.list(garage), [])
        self.assertEqual(self.files(garage, ".heard"), [])

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
        kitchen.release(NOTE)
        kitchen.hush()
        wait(lambda: not kitchen.is_talking(), "the microphone closes")
        kitchen.record()
        time.sleep(1)
        span = listen(0.5)
        self.assert_heard(kitchen.recorded().span(*span), 500)
        self.assertEqual(self.list(kitchen), [], "it waits for whoever spoke it")
        kitchen.record()
        self.tap(kitchen, 0.3)
        wait(lambda: self.states(garage) == ["new"], "a press sends it", seconds=2)
        # The tone is in the speaker's card still.
        time.sleep(0.5)
        self.assertGreater(sound.tone_track(kitchen.recorded().samples, 1_047).max(), -40)
        wait(lambda: garage.level(LAMP) == 1, "the lamp tells of it")
        self.assertIn("messages: 1 is new", garage.prints("status"))
        garage.record()
        garage.press(PLAY)
        garage.release(PLAY)
        time.sleep(1)
        span = listen(0.5)
        self.assert_heard(garage.recorded().span(*span), 500)
        wait(lambda: self.states(kitchen) == ["heard"], "kitchen learns that it was heard")
        wait(lambda: garage.level(LAMP) == 0, "the lamp is dark", seconds=5)

    def test_whoever_spoke_it_may_drop_it_and_without_a_press_it_goes(self):
        kitchen, garage = self.with_note()
        for seconds in (0.5, 2.5):
            self.held(kitchen)
            kitchen.release(NOTE)
            wait(lambda: not kitchen.is_talking(), "the microphone closes")
            # While it is played, and after it.
            time.sleep(seconds)
            self.tap(kitchen, 1.5)
            kitchen.said("message: dropped: by its button")
        time.sleep(6)
        self.assertEqual((self.list(kitchen), self.list(garage)), ([], []))
        self.held(kitchen)
        kitchen.release(NOTE)
        wait(lambda: not kitchen.is_talking(), "the microphone closes")
        time.sleep(2)
        self.assertEqual(self.list(kitchen), [], "it may be dropped still")
        for words in (("play",), ("record", "garage")):
            self.assertIn("is being spoken, or waits", kitchen.complains("message", *words))
        wait(lambda: self.states(garage) == ["new"], "it goes without a press", seconds=5)
        self.held(kitchen)
        kitchen.release(NOTE)
        wait(lambda: not kitchen.is_talking(), "the microphone closes")
        kitchen.restart()
        wait(lambda: self.states(garage) == ["new", "new"], "it is kept where the daemon ends")

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
        kitchen.said("waiting: its settings allow no messages of this station")
        self.assertIn("messages: 1 is not delivered yet", kitchen.prints("status"))
        self.assertRegex(garage.prints("peer", "show", "kitchen"), "denied: .*message")
        self.assertEqual(self.list(garage), [])
        self.assertIn("no peer or channel attic", kitchen.complains("message", "record", "attic"))
        del garage.sections["policy kitchen"]
        garage.reload()
        wait(lambda: self.states(garage) == ["new"], "it comes when it may", seconds=70)
        done = process.run([place.program("intercomctl"), "--config", kitchen.etc, "message",
                            "delete", "7"])
        self.assertEqual(done[0], 1)

    # What may end a message, and what may not open a microphone.

    def with_note(self, **more):
        """Kitchen has a button for a message, and settings besides."""
        self.met("kitchen", "garage")
        kitchen, garage = self.scene.stations
        kitchen.sections["button note"] = {"line": NOTE, "press": "message garage"}
        for title, entries in more.items():
            kitchen.sections.setdefault(title, {}).update(entries)
        self.scene.start()
        wait(lambda: self.files(kitchen, ".key"), "kitchen has the key of garage")
        kitchen.speak(500)
        return kitchen, garage

    @staticmethod
    def tap(kitchen, seconds):
        kitchen.press(NOTE)
        time.sleep(seconds)
        kitchen.release(NOTE)

    def held(self, kitchen):
        kitchen.press(NOTE)
        wait(kitchen.is_talking, "the microphone opens")
        time.sleep(1)

    def assert_stays_closed(self, station, seconds=1.5):
        wait(lambda: not station.is_talking(), "the microphone closes")
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.assertFalse(station.is_talking(), "it stays closed")
            time.sleep(0.05)

    def test_a_button_that_is_unplugged_ends_its_message_which_is_dropped(self):
        kitchen, garage = self.with_note()
        self.held(kitchen)
        kitchen.lines.do("unplug", "gpiochip0")
        self.assert_stays_closed(kitchen)
        kitchen.said("message: dropped: the button cannot be read")
        kitchen.release(NOTE)
        kitchen.lines.do("replug", "gpiochip0")
        wait(lambda: all(one["state"] == "released" for one in kitchen.status()["buttons"]),
             "the keys are back")
        self.assert_stays_closed(kitchen)
        self.assertEqual(self.list(kitchen), [])
        self.held(kitchen)
        kitchen.release(NOTE)
        wait(lambda: self.states(garage) == ["new"], "the next one comes")

    def test_a_microphone_that_is_muted_ends_the_message_which_is_dropped(self):
        kitchen, _ = self.with_note()
        self.held(kitchen)
        kitchen.prints("mute", "mic")
        self.assert_stays_closed(kitchen)
        kitchen.said("message: dropped: the microphone was muted")
        kitchen.release(NOTE)
        self.assertIn("unmute mic", kitchen.complains("message", "record", "garage"))
        self.assertEqual(self.list(kitchen), [])

    def test_a_reload_ends_the_message_of_a_button_which_is_dropped(self):
        kitchen, _ = self.with_note()
        for change in ({"talk": {"tail": "100ms"}}, {"audio": {"profile": "ultra"}}):
            self.held(kitchen)
            for title, entries in change.items():
                kitchen.sections.setdefault(title, {}).update(entries)
            kitchen.reload()
            self.assert_stays_closed(kitchen)
            kitchen.release(NOTE)
            self.assert_stays_closed(kitchen, 0.5)
        self.assertEqual(self.list(kitchen), [])

    def test_a_microphone_that_comes_back_does_not_open_again(self):
        kitchen, garage = self.with_note()
        self.held(kitchen)
        kitchen.card.do("unplug")
        wait(lambda: not kitchen.is_talking(), "the microphone closes")
        kitchen.card.do("replug")
        wait(kitchen.has_card, "the card is back")
        self.assert_stays_closed(kitchen)
        kitchen.release(NOTE)
        wait(lambda: self.states(garage) == ["new"], "what was spoken comes")

    def test_presses_open_it_no_longer_than_a_finger_is_there(self):
        kitchen, _ = self.with_note()
        for _ in range(2):
            kitchen.press(NOTE)
            time.sleep(0.1)
            kitchen.release(NOTE)
            time.sleep(0.1)
        self.assert_stays_closed(kitchen)
        time.sleep(6)
        self.assertEqual(self.list(kitchen), [], "a brush is no message")
        kitchen.sections["button note"]["double"] = "dnd"
        kitchen.write_config()
        self.assertIn("must be on another button", "".join(kitchen.ctl("config", "check")[1:]))

    def test_a_call_ends_a_message_and_no_message_begins_in_a_call(self):
        kitchen, garage = self.with_note()
        garage.sections["policy kitchen"] = {"call": "auto"}
        garage.reload()
        kitchen.prints("message", "send", "garage", self.wav(sound.tone(500, 1)))
        wait(lambda: self.states(garage) == ["new"], "one waits to be heard")
        self.held(kitchen)
        kitchen.prints("call", "garage")
        wait(lambda: kitchen.status()["call"]["state"] == "active", "they talk")
        kitchen.said("message: dropped: the microphone opened for others")
        kitchen.release(NOTE)
        self.assertIn("open for others", kitchen.complains("message", "record", "garage"))
        self.assertIn("open for others", garage.complains("message", "play"))
        kitchen.prints("hangup")
        self.assert_stays_closed(kitchen)
        self.assertEqual((len(self.list(kitchen)), self.states(garage)), (1, ["new"]))

    def test_a_talk_has_no_word_of_a_message(self):
        kitchen, garage = self.with_note()
        garage.record()
        self.held(kitchen)
        kitchen.hush()
        kitchen.press()
        kitchen.said("message: dropped: the microphone opened for others")
        time.sleep(1)
        kitchen.release()
        kitchen.release(NOTE)
        track = sound.tone_track(garage.recorded().samples, 500)
        # The frame under way at the press has the last of it; a pre-roll would have ten times that.
        self.assertLess((track > -45).sum(), 3)
        self.assertEqual(self.list(kitchen), [])

    def test_a_program_that_is_killed_leaves_no_message_and_no_open_microphone(self):
        kitchen, garage = self.with_note()
        command = [place.program("intercomctl"), "--config", kitchen.etc, "message", "record",
                   "garage"]
        for _ in range(3):
            speaker = subprocess.Popen(command, stdout=subprocess.DEVNULL,
                                       stderr=subprocess.DEVNULL)
            wait(kitchen.is_talking, "the microphone opens")
            # The button is not the owner of that message.
            kitchen.press(NOTE)
            kitchen.release(NOTE)
            self.assertTrue(kitchen.is_talking())
            speaker.kill()
            speaker.wait(place.PATIENCE)
            wait(lambda: not kitchen.is_talking(), "the microphone closes")
        self.assert_stays_closed(kitchen, 0.5)
        self.assertEqual(self.list(kitchen), [])
        self.assertEqual(self.list(garage), [])

    def test_a_damaged_file_and_odd_ones_keep_nobody_waiting(self):
        kitchen, garage = self.stations()
        path = self.wav(sound.tone(500, 1))
        garage.stop()
        for _ in range(2):
            kitchen.prints("message", "send", "garage", path)
        kitchen.stop()
        first = self.files(kitchen, ".waiting")[0]
        first.write_bytes(first.read_bytes()[:-1])
        folder = first.parent
        for name in ("-1_x.new", f"{'9' * 40}_{first.name}", "a.b.c"):
            (folder / name).write_bytes(b"odd")
        self.scene.begin(kitchen, garage)
        wait(lambda: self.states(garage) == ["new"], "the other comes", seconds=20)
        listed = self.list(kitchen)
        self.assertEqual([message["state"] for message in listed], ["waiting", "delivered"])
        self.assertIn("damaged", listed[0]["reason"])
        self.assertIn("are no messages", kitchen.log)
        # Two more wait at garage, of which one is spoiled there.
        kitchen.prints("message", "send", "garage", path)
        wait(lambda: len(self.files(garage, ".new")) == 2, "it comes")
        spoiled = self.files(garage, ".new")[0]
        content = bytearray(spoiled.read_bytes())
        content[-1] ^= 1
        spoiled.write_bytes(content)
        self.assertIn("1 message played", garage.prints("message", "play", seconds=30))
        self.assertEqual(sorted(self.states(garage)), ["heard", "new"])
        self.assertIn("no message waits", garage.complains("message", "play"))

    def test_what_was_deleted_stays_so_after_a_power_failure(self):
        kitchen, garage = self.stations()
        kitchen.prints("message", "send", "garage", self.wav(sound.tone(500, 1)))
        wait(lambda: self.states(garage) == ["new"], "it is there")
        content = self.files(garage, ".new")[0].read_bytes()
        garage.prints("message", "delete", "all")
        wait(lambda: not self.files(garage, ".new"), "it is deleted")
        garage.kill()
        gone, = (pathlib.Path(garage.state) / "messages").glob("*.gone")
        # The name was written, and its content not yet taken away.
        gone.write_bytes(content)
        garage.begin()
        self.assertEqual(self.list(garage), [])
        wait(lambda: gone.stat().st_size == 0, "its content is gone")
        # One that is deleted while it is played keeps the next from nobody.
        kitchen.wait_for(garage)
        for seconds in (4, 1):
            kitchen.prints("message", "send", "garage", self.wav(sound.tone(500, seconds)))
        wait(lambda: self.states(garage) == ["new", "new"], "two are there", seconds=20)
        with subprocess.Popen(
                [place.program("intercomctl"), "--config", garage.etc, "message", "play"],
                stdout=subprocess.PIPE, text=True) as player:
            time.sleep(1)
            garage.prints("message", "delete", str(self.list(garage)[0]["number"]))
            said = player.communicate(timeout=place.PATIENCE)[0]
        self.assertIn("1 message played", said)
        self.assertEqual(self.states(garage), ["heard"])

    def test_a_muted_speaker_plays_none(self):
        kitchen, garage = self.stations()
        kitchen.prints("message", "send", "garage", self.wav(sound.tone(500, 3)))
        wait(lambda: self.states(garage) == ["new"], "it is there")
        garage.prints("mute", "speaker")
        self.assertIn("muted", garage.complains("message", "play"))
        garage.prints("unmute", "speaker")
        player = subprocess.Popen(
            [place.program("intercomctl"), "--config", garage.etc, "message", "play"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(0.5)
        garage.prints("mute", "speaker")
        self.assertEqual(player.wait(place.PATIENCE), 1)
        self.assertEqual(self.states(garage), ["new"], "it was not heard")

    def test_a_removed_peer_leaves_nothing_that_waits(self):
        kitchen, garage = self.stations()
        garage.stop()
        kitchen.prints("message", "send", "garage", self.wav(sound.tone(500, 1)))
        kitchen.forgets(garage)
        kitchen.reload()
        wait(lambda: not self.files(kitchen, ""), "nothing is left of it")
        self.assertEqual(self.list(kitchen), [])
        kitchen.said("dropped: it is for a former peer")


MUTATIONS = (
    # A message that is known comes again.
    ("Sources/Intercomd/Messages/Messages.swift",
     "return exchange.tell(peer, notice.id, isHeard ? .heard : .delivered)",
     "exchange.tell(peer, notice.id, isHeard ? .heard : .delivered)",
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
    # A finger that is away still holds the microphone open.
    ("Sources/Media/Buttons/TalkKeys.swift", "if outcome.isLetGo {", "if false, outcome.isLetGo {",
     "Messages.test_presses_open_it_no_longer_than_a_finger_is_there"),
    # A message under way outlives the settings of its button.
    ("Sources/Intercomd/Loop/ControlLoop+Reload.swift",
     'dropMessages(because: "the settings have changed")', "",
     "Messages.test_a_reload_ends_the_message_of_a_button_which_is_dropped"),
    # What was spoken is sent although nobody can tell when the finger went.
    ("Sources/Intercomd/Loop/ControlLoop+Media.swift",
     'endSpokenMessage(of: .button(place), because: "the button cannot be read")',
     "endSpokenMessage(of: .button(place))",
     "Messages.test_a_button_that_is_unplugged_ends_its_message_which_is_dropped"),
)
