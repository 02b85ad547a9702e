"""A voice message to a channel: each member has its own, and the sender sees where it is."""

import time

from lab import sound, wait
from messaging import MessageTest

NOTE = "GPIO5"


class ChannelMessages(MessageTest):
    def states(self, station):
        return {one["peer"]: one["state"] for one in self.list(station)}

    def test_each_member_gets_it_and_the_list_names_who_has_not(self):
        self.met("kitchen", "garage", "attic")
        kitchen, garage, attic = self.scene.stations
        kitchen.sections["button note"] = {"line": NOTE, "press": "message house"}
        self.scene.start()
        path = self.wav(sound.tone(500, 2))
        # The keys come in the first session.
        for name in ("garage", "attic"):
            wait(lambda name=name: kitchen.ctl("message", "send", name, path)[0] == 0,
                 f"kitchen has the key of {name}")
        for station in (garage, attic):
            wait(lambda station=station: self.states(station) == {"kitchen": "new"}, "it comes")
        kitchen.prints("message", "delete", "all")
        attic.stop()
        wait(lambda: not kitchen.is_with(attic), "kitchen misses attic")
        text = kitchen.prints("message", "send", "house", path)
        self.assertRegex(text, "message to house: 2.0 s, .*garage: .*; attic: goes when it is "
                               "there|message to house: 2.0 s, attic: goes when it is there; ")
        wait(lambda: self.states(kitchen) == {"garage": "delivered", "attic": "waiting"},
             "garage has it")
        lines = kitchen.prints("message", "list").splitlines()
        self.assertEqual(len(lines), 2, "one line for the whole")
        for words in ("to 2 peers", "delivered: garage", "waiting: attic"):
            self.assertIn(words, lines[1])
        self.assertEqual(len({(one["number"], one["id"]) for one in self.list(kitchen)}), 1)
        garage.prints("message", "play", seconds=30)
        attic.begin()
        wait(lambda: self.states(kitchen) == {"garage": "heard", "attic": "delivered"},
             "attic has it, and garage has heard it", seconds=30)
        self.assertIn("1 message deleted",
                      kitchen.prints("message", "delete", str(self.list(kitchen)[0]["number"])))
        self.assertEqual(self.list(kitchen), [])
        # By a button alone.
        kitchen.speak(500)
        kitchen.press(NOTE)
        wait(kitchen.is_talking, "the microphone opens")
        wait(lambda: kitchen.status()["microphone"]["targets"] == ["house (message)"], "it tells")
        kitchen.release(NOTE)
        wait(lambda: not kitchen.is_talking(), "the microphone closes")

    def test_a_button_tells_which_member_is_left_out(self):
        self.met("kitchen", "garage", "attic")
        kitchen, garage, _ = self.scene.stations
        kitchen.sections["button note"] = {"line": NOTE, "press": "message house"}
        self.start(kitchen, garage)
        wait(kitchen.has_card, "kitchen has its card")
        wait(lambda: self.files(kitchen, ".key"), "kitchen has the key of garage, and no other")
        kitchen.speak(500)
        kitchen.press(NOTE)
        wait(kitchen.is_talking, "the microphone opens")
        time.sleep(1)
        kitchen.release(NOTE)
        wait(lambda: not kitchen.is_talking(), "the microphone closes")
        kitchen.hush()
        time.sleep(2)
        kitchen.record()
        wait(lambda: self.states(garage) == {"kitchen": "new"}, "garage has it")
        kitchen.said("message: attic has not told its message key yet")
        # The tone is in the speaker's card still.
        time.sleep(0.5)
        heard = kitchen.recorded().samples
        for hertz in (1_047, 220):
            self.assertGreater(sound.tone_track(heard, hertz).max(), -40, f"{hertz} Hz")


MUTATIONS = (
    # Only the first member gets the message.
    ("Sources/Intercomd/Loop/ControlLoop+Messages.swift",
     "for peer in target.listeners {", "for peer in target.listeners where bodies.isEmpty {",
     "ChannelMessages.test_each_member_gets_it_and_the_list_names_who_has_not"),
)
