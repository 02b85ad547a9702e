"""A volume that lets nothing be heard is said at once, before anybody speaks in vain."""

import unittest

from lab import wait
from test_heard import HeardTest, reasons, settings


class Volumes(HeardTest):
    def test_a_speaker_at_zero_is_shown_as_it_is_set(self):
        kitchen, _ = self.scene("kitchen", "door")
        self.assertIn("the speaker is at 0%: no voice is heard here", kitchen.ctl("volume", "0")[1])
        self.assertRegex(kitchen.ctl("status")[1], r"(?m)^set     volume: speaker 0%$")
        kitchen.ctl("volume", "100")
        self.assertNotIn("set  ", kitchen.ctl("status")[1])

    def test_pages_at_zero_are_a_problem_before_one_is_missed(self):
        kitchen, door = self.scene("kitchen", "door")
        self.assertIn("pages are at 0%: no page is heard", kitchen.ctl("volume", "page", "0")[1])
        self.is_said(kitchen, "the volume of pages is at 0 %", "intercomctl volume page 100")
        code, text, _ = door.ctl("page", "house", "--seconds", "2", seconds=30)
        self.assertEqual(code, 1, text)
        self.assertIn("heard: kitchen nothing (its volume is too low)", text)
        # Talk is heard as ever.
        code, text, percent, reason = self.talk(door, "house")
        self.assertEqual((code, reason), (0, None), text)
        self.judge(percent >= 90, f"{percent} % was heard")
        self.assertNotIn("page", kitchen.ctl("volume", "page", "100")[1].splitlines()[-1])
        self.assertEqual(reasons(kitchen, "here"), [])
        with settings(kitchen, "sounds", **{"page-volume": "10%"}):
            self.is_said(kitchen, "the volume of pages is at 10 %", "page-volume in [sounds]")
        wait(lambda: not reasons(kitchen, "here"), "pages are heard again")

    def test_a_page_that_was_missed_is_told_no_more_where_the_next_would_be_heard(self):
        kitchen, door = self.scene("kitchen", "door")
        door.speak(500)
        for way in ("talk", "page"):
            kitchen.ctl("mute", "speaker")
            door.ctl(way, "house", "--seconds", "1", seconds=30)
            wait(lambda: None in self.ages(kitchen), f"{way}: the mute is told")
            wait(lambda: len(self.ages(kitchen)) == 2, f"{way}: and that it was missed")
            kitchen.ctl("unmute", "speaker")
            wait(lambda: not reasons(kitchen, "here"), f"{way}: nothing is left of it", 3)
        # Muted still, it is told on.
        kitchen.ctl("mute", "door")
        door.ctl("page", "house", "--seconds", "1", seconds=30)
        kitchen.ctl("mute", "speaker")
        kitchen.ctl("unmute", "speaker")
        self.assertEqual(len(self.ages(kitchen)), 2)

    def ages(self, station):
        """How old each reason is for which somebody is not heard here; None: it lasts."""
        return [one["age_s"] for one in station.status()["unheard"] if one["where"] == "here"]

    def is_said(self, station, what, remedy):
        (problem,) = station.status()["problems"]
        self.assertIn(what, problem)
        self.assertIn(remedy, problem)
        self.assertEqual(station.ctl("status")[0], 4)


if __name__ == "__main__":
    unittest.main()
