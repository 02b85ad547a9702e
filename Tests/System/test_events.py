"""What a hook, a log and the history tell is so; what a person has set is there after a restart."""

import json
import os
import re
import unittest

from lab import Scene, SceneTest, listen, strip, wait


class ToldEvents(SceneTest):
    def setUp(self):
        self.scene = self.enterContext(Scene("kitchen", "garage"))
        self.kitchen, self.garage = self.scene.stations
        self.scene.introduce(self.kitchen, self.garage)
        self.told = self.scene.folder / "told"
        program = self.scene.folder / "program"
        program.write_text(
            "#!/bin/sh\necho \"$INTERCOM_EVENT|$INTERCOM_TARGET|$INTERCOM_DETAIL|$INTERCOM_SECONDS|"
            f'$INTERCOM_SENTENCE|$#|$HOME" >> {self.told}\n', encoding="ascii")
        program.chmod(0o755)
        self.kitchen.sections["events"] = {"on-event": str(program)}
        self.kitchen.sections["policy garage"] = {"drop-in": "allow"}
        self.scene.start()

    def hook(self, pattern):
        """Waits until the program was told this, without words and without a home."""
        return wait(lambda: re.search(rf"(?m)^{pattern}\|0\|$", self.told.read_text("utf-8")),
                    f"the program is told {pattern}")

    def test_the_hook_is_told_of_each_event_in_its_environment_alone(self):
        self.kitchen.ctl("volume", "ring", "40")
        self.hook(r"volume\|ring\|40%\|[^|]*\|[^|]*")
        self.hook(r"started\|[^\n]*")
        with self.kitchen.talking():
            listen()
        found = self.hook(r"talk_end\|house\|[^|]*\|(\d+\.\d)\|"
                          r"talk to house ended after (\d+\.\d) s")
        self.assertEqual(found[1], found[2])
        self.kitchen.said("talk to house, heard by: garage")

    def test_the_own_end_is_no_loss_of_peers(self):
        # The negative control: a peer that goes is one.
        self.garage.stop()
        self.kitchen.said("garage down")
        self.garage.start()
        self.kitchen.wait_for(self.garage)
        before = len(self.kitchen.log)
        self.kitchen.stop()
        last = self.kitchen.log[before:]
        self.assertIn("stopped\n", last)
        self.assertNotIn("garage down", last)

    def test_what_opens_by_itself_was_answered_by_nobody(self):
        self.assertEqual(self.garage.ctl("drop-in", "kitchen")[0], 0)
        self.assertEqual(self.garage.ctl("hangup")[0], 0)
        for station in self.scene.stations:
            def last(one=station):
                return json.loads(one.ctl("history", "--json")[1])["calls"][0]
            wait(lambda: last()["cause"] == "hung_up", "it is in the history")
            self.assertEqual((last()["kind"], last()["answered_by"]), ("drop_in", None))
            self.assertNotIn("answered by", station.ctl("history")[1])
        # One that rings is answered.
        self.garage.ctl("call", "kitchen")
        wait(lambda: self.kitchen.ctl("answer")[0] == 0, "it rings")
        self.kitchen.ctl("hangup")
        wait(lambda: last()["cause"] == "hung_up" and last()["kind"] == "call", "it is over")
        self.assertEqual(last()["answered_by"], "kitchen")

    def test_lines_of_a_log_are_for_people(self):
        self.garage.stop()
        self.kitchen.said("garage down")
        with self.kitchen.talking():
            self.kitchen.said("no listener can hear the talk to house")
        for line in self.kitchen.log.splitlines():
            self.assertNotRegex(line, r"^<\d>")

    def test_a_hook_that_fails_is_seen(self):
        self.assertNotIn("on-event", self.kitchen.ctl("doctor", "daemon", "config")[1])
        (self.scene.folder / "program").unlink()
        self.kitchen.ctl("volume", "90")
        wait(lambda: "on-event: its program failed" in self.kitchen.ctl("status")[1], "status")
        said = self.kitchen.ctl("doctor", "daemon", "config")[1]
        self.assertIn("its program failed", said)
        self.assertIn("on-event: there is no program", said)
        self.assertEqual(self.kitchen.ctl("config", "check")[0], 4)


class State(unittest.TestCase):
    def setUp(self):
        self.scene = self.enterContext(Scene("kitchen"))
        self.kitchen, = self.scene.stations
        strip(self.kitchen)

    def started(self):
        self.kitchen.start()
        self.kitchen.ready()

    def say(self, *words, code=0):
        found, said, complaint = self.kitchen.ctl(*words)
        self.assertEqual(found, code, complaint)
        return said + complaint

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
