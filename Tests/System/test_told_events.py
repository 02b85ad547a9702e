"""What a hook, a log and the history tell of what happened is so."""

import json
import re
import unittest

from lab import Scene, SceneTest, listen, wait


class ToldEvents(SceneTest):
    def setUp(self):
        self.scene = self.enterContext(Scene("kitchen", "garage"))
        self.kitchen, self.garage = self.scene.stations
        self.scene.introduce(self.kitchen, self.garage)
        self.told = self.scene.folder / "told"
        program = self.scene.folder / "program"
        program.write_text(
            f'#!/bin/sh\necho "$INTERCOM_EVENT|$INTERCOM_SECONDS|$INTERCOM_SENTENCE" >> {self.told}'
            "\n", encoding="ascii")
        program.chmod(0o755)
        self.kitchen.sections["events"] = {"on-event": str(program)}
        self.kitchen.sections["policy garage"] = {"drop-in": "allow"}
        self.scene.start()

    def test_the_hook_is_told_the_seconds_of_the_sentence(self):
        with self.kitchen.talking():
            listen()
        pattern = r"talk_end\|(\d+\.\d)\|talk to house ended after (\d+\.\d) s\n"
        found = wait(lambda: re.search(pattern, self.told.read_text("utf-8")), "it is told")
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
        self.assertNotIn("on-event", self.kitchen.ctl("doctor", "status", "config")[1])
        (self.scene.folder / "program").unlink()
        self.kitchen.ctl("volume", "90")
        wait(lambda: "on-event: its program failed" in self.kitchen.ctl("status")[1], "status")
        said = self.kitchen.ctl("doctor", "status", "config")[1]
        self.assertIn("its program failed", said)
        self.assertIn("on-event: there is no program", said)
        self.assertEqual(self.kitchen.ctl("config", "check")[0], 4)


if __name__ == "__main__":
    unittest.main()
