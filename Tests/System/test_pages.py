"""Pages: heard without an answer, ended by whoever speaks, over do-not-disturb only by right."""

import json
import subprocess
import unittest

from callers import CallersTest
from lab import listen, wait
from stage import place


class Pages(CallersTest):
    def page(self, station, *words, target="house"):
        """A page that goes on; it ends with the test."""
        pager = subprocess.Popen(
            [place.program("intercomctl"), "--config", str(station.etc), "page", target,
             "--seconds", "30", *words], stdout=subprocess.DEVNULL)

        def end():
            pager.terminate()
            return pager.wait(place.PATIENCE)
        end.process = pager
        self.addCleanup(end)
        wait(station.is_talking, f"{station} pages")
        return end

    def heard(self, station):
        station.record()
        span = listen()
        return station.recorded().span(*span)

    def test_it_is_heard_after_a_tone_and_answered_by_the_reply_key(self):
        kitchen, garage, attic = self.scene("kitchen", "garage", "attic")
        kitchen.speak(500)
        garage.speak(800)
        code, _, error = attic.ctl("reply", "down")
        self.assertEqual(code, 1)
        self.assertIn("no peer has been heard yet", error)
        end = self.page(kitchen)
        for station in (garage, attic):
            self.assertEqual(self.watches[station].saw("page")["target"], "house")
            self.watches[station].saw("talk", peer="kitchen")
        listen(1)
        self.assert_heard(self.heard(garage), 500)
        self.assertEqual(end(), 0)
        for station in (garage, attic):
            self.watches[station].saw("page_end")
        self.assertFalse(kitchen.is_talking())
        # To who spoke last alone.
        self.assertIn("talking to kitchen", self.do(garage, "reply", "down"))
        attic.record()
        self.assert_heard(self.heard(kitchen), 800)
        attic_heard = attic.recorded().samples[-24_000:]
        self.assert_silent(attic_heard)
        self.do(garage, "reply", "up")
        wait(lambda: not garage.is_talking(), "garage is silent")

    def test_each_of_two_in_a_row_is_told_what_was_heard_of_itself(self):
        kitchen, garage, attic = self.scene("kitchen", "garage", "attic")
        self.do(garage, "mute", "speaker")
        kitchen.speak(500)
        listening = {"stdout": subprocess.PIPE, "text": True}

        def page(target, *words):
            return subprocess.Popen(
                [place.program("intercomctl"), "--config", str(kitchen.etc), "page", target,
                 "--json", *words], **listening)
        with page("attic", "--seconds", "30") as first:
            wait(kitchen.is_talking, "the first page")
            listen(1)
            first.terminate()
            wait(lambda: not kitchen.is_talking(), "the first page ends")
            # Its listener has not reported the end of it yet.
            with page("garage", "--seconds", "1") as second:
                outcomes = [json.loads(each.communicate()[0].splitlines()[-1])
                            for each in (first, second)]
        self.assertEqual([each["outcome"] for each in outcomes], ["heard", "unheard"])
        self.assertEqual([each["heard"][0]["peer"] for each in outcomes], ["attic", "garage"])

    def test_one_that_another_replaces_says_so(self):
        kitchen, garage, attic = self.scene("kitchen", "garage", "attic")
        first = subprocess.Popen(
            [place.program("intercomctl"), "--config", str(kitchen.etc), "page", "attic"],
            stdout=subprocess.PIPE, text=True)
        with first:
            wait(kitchen.is_talking, "the first page")
            self.assertEqual(kitchen.ctl("page", "garage", "--seconds", "1")[0], 0)
            text = first.communicate()[0]
        self.assertEqual(first.returncode, 1)
        self.assertIn("the page to attic is over: one to garage took its place", text)
        self.assertNotIn("heard: ", text)

    def test_where_it_is_not_allowed_it_is_not_heard(self):
        kitchen, garage, attic = self.scene("kitchen", "garage", "attic")
        garage.sections["policy kitchen"] = {"announce": "deny"}
        garage.reload()
        kitchen.speak(500)
        self.page(kitchen)
        self.watches[attic].saw("page")
        self.watches[garage].saw("refused", target="announce", peer="kitchen")
        self.assert_silent(self.heard(garage))

    def test_an_emergency_is_heard_over_do_not_disturb_only_where_it_may(self):
        kitchen, garage, attic = self.scene("kitchen", "garage", "attic")
        attic.sections["policy kitchen"] = {"emergency": "allow"}
        attic.reload()
        for station in (garage, attic):
            self.do(station, "dnd", "on")
            self.do(station, "mute", "speaker")
        kitchen.speak(500)
        end = self.page(kitchen, "--priority", "high")
        for station in (garage, attic):
            self.assert_silent(self.heard(station))
        end()
        wait(lambda: not kitchen.is_talking(), "the page ends")
        self.page(kitchen, "--priority", "emergency")
        event = self.watches[attic].saw("page")
        self.assertIn("emergency", event["detail"])
        self.watches[garage].saw("refused", target="emergency", peer="kitchen")
        listen(1)
        self.assert_heard(self.heard(attic), 500)
        self.assert_silent(self.heard(garage))
        self.assertEqual(self.watches[garage].events("page"), [])

    def test_who_wants_to_rest_hears_no_more_of_it(self):
        kitchen, garage = self.scene("kitchen", "garage")
        kitchen.speak(500)
        self.page(kitchen)
        self.watches[garage].saw("page")
        listen(1)
        self.assert_heard(self.heard(garage), 500)
        self.do(garage, "dnd", "on")
        self.watches[garage].saw("page_end")
        listen(0.5)
        self.assert_silent(self.heard(garage))

    def test_of_an_announcement_that_is_never_spoken_nobody_learns(self):
        kitchen, garage = self.scene("kitchen", "garage")
        said = kitchen.ask("announce", target="garage", samples=480)
        self.assertEqual((said["listeners"], said["over"]), (["garage"], False))
        # Its reader has hung up. Other pages begin and end as ever.
        end = self.page(kitchen)
        self.watches[garage].saw("page", target="house")
        end()
        self.watches[garage].saw("page_end")
        self.assertEqual(len(self.watches[garage].events("page")), 1)
        self.assertEqual(self.watches[kitchen].events("announce", "announce_end"), [])

    def test_it_ends_with_the_command_however_that_comes(self):
        kitchen, garage = self.scene("kitchen", "garage")
        self.page(kitchen).process.kill()
        wait(lambda: not kitchen.is_talking(), "the microphone closes")
        self.watches[garage].saw("page_end")
        end = self.page(kitchen)
        # Another one takes its place, and it is told.
        self.page(kitchen, target="garage")
        self.assertEqual(end.process.wait(place.PATIENCE), 1)
        wait(kitchen.is_talking, "the other one goes on")

    def test_it_ends_when_its_channel_is_gone(self):
        kitchen, _, _ = self.scene("kitchen", "garage", "attic")
        kitchen.sections["channel yard"] = {"members": "garage"}
        kitchen.reload()
        self.page(kitchen, target="yard")
        del kitchen.sections["channel yard"]
        kitchen.reload()
        wait(lambda: not kitchen.is_talking(), "the microphone closes")

    def test_it_ends_when_its_microphone_is_unplugged(self):
        kitchen, garage, attic = self.scene("kitchen", "garage", "attic")
        kitchen.speak(500)
        self.page(kitchen)
        for station in (garage, attic):
            self.watches[station].saw("page")
        kitchen.card.do("unplug")
        for station in (garage, attic):
            self.watches[station].saw("page_end")
        kitchen.card.do("replug")
        wait(lambda: kitchen.has_card("open"), "the card is back")
        self.assert_silent(self.heard(garage))
        self.assertFalse(kitchen.is_talking())
        # And another one may begin.
        self.page(kitchen)
        wait(lambda: len(self.watches[garage].events("page")) == 2, "another page begins")


if __name__ == "__main__":
    unittest.main()
