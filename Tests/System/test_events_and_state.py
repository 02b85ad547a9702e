"""A program hears of events; what a person has set is there after a restart."""

import json
import os
import unittest

from lab import Scene, wait


class EventsAndState(unittest.TestCase):
    def setUp(self):
        self.scene = self.enterContext(Scene("kitchen"))
        self.kitchen, = self.scene.stations
        self.kitchen.sections["audio"] = {"input": "none", "output": "none"}
        for title in ("button ptt", "lamp on-air"):
            del self.kitchen.sections[title]

    def started(self):
        self.kitchen.start()
        self.kitchen.ready()

    def say(self, *words, code=0):
        found, said, complaint = self.kitchen.ctl(*words)
        self.assertEqual(found, code, complaint)
        return said + complaint

    def test_a_program_hears_of_each_event_in_its_environment_alone(self):
        told = self.scene.folder / "told"
        program = self.scene.folder / "program"
        program.write_text(
            "#!/bin/sh\n"
            f'echo "$INTERCOM_EVENT|$INTERCOM_TARGET|$INTERCOM_DETAIL|$#|$HOME" >> {told}\n')
        program.chmod(0o755)
        self.kitchen.sections["events"] = {"on-event": str(program)}
        self.started()
        self.say("volume", "ring", "40")
        wait(lambda: "volume|ring|40%|0|\n" in told.read_text(), "the program hears of it")
        self.assertIn("started|", told.read_text())
        # One that cannot be run is told of, and disturbs nobody.
        program.chmod(0o600)
        self.say("volume", "ring", "41")
        self.kitchen.said("on-event: run ")
        self.assertIn("ring 41%", self.say("volume"))
        self.kitchen.stop()

    def test_what_was_set_is_there_after_a_restart(self):
        self.started()
        self.say("volume", "-5")
        self.say("mute", "mic")
        self.say("dnd", "on", "--for", "2h")
        before = json.loads(self.say("dnd", "--json"))
        self.assertEqual(before["volumes"]["speaker"], 95)
        self.assertEqual((before["mute_mic"], before["dnd"]["on"]), (True, True))
        self.kitchen.stop()
        self.started()
        self.assertEqual(json.loads(self.say("volume", "--json")), before)
        self.assertIn("MUTED: mic   do not disturb until ", self.say("status"))
        self.say("unmute", "mic")
        self.say("dnd", "off")
        self.assertNotIn("MUTED", self.say("status"))
        self.kitchen.stop()
        # A damaged file is said, set aside, and no hindrance.
        path = os.path.join(self.kitchen.state, "state")
        with open(path, "r+b") as file:
            file.write(b"x")
        self.started()
        self.assertIn("begin anew", self.kitchen.log)
        self.assertTrue(os.path.exists(f"{path}.bad"))
        self.assertIn("speaker 100%", self.say("volume"))
        self.assertIn("set aside", self.say("doctor", "disk", code=4))
        self.kitchen.stop()

    def test_mistakes_are_told_with_what_is_right(self):
        self.started()
        self.assertIn("mic, speaker", self.say("mute", "cellar", code=1))
        self.assertIn("ring", self.say("volume", "rign", "5", code=2))
        self.assertIn("--for takes", self.say("dnd", "on", "--for", "soon", code=2))
        self.assertIn("--since takes", self.say("history", "--since", "yore", code=2))
        self.assertEqual(self.say("history"), "no calls\n")
        self.kitchen.stop()


if __name__ == "__main__":
    unittest.main()
