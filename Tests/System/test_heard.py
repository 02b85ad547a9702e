"""What is said to be heard came out of a speaker; where it did not, both sides say why.

Each row of the table makes the kitchen deaf in one way. The door talks to it: `ptt`, `stats`,
`status`, `peers` and `doctor` of the door say that the kitchen did not hear it, and why; `status`
and `doctor` of the kitchen say so too. Then the kitchen is mended, and both say that it hears.
"""

import contextlib
import json
import subprocess
import time

from lab import Scene, SceneTest, place, sound, wait, wav
from stage.identity import Identity


def mixer(station, *words):
    """Turns a control of a station's card, as any other program may."""
    subprocess.run(
        ["amixer", "-q", "-D", f"simcard:CARD={station.name}", "sset", *words], check=True,
        env=station._environment() | {"LD_PRELOAD": ""})  # pylint: disable=protected-access


def typing(station, *words):
    """Starts intercomctl, whose output is read."""
    return subprocess.Popen(
        [place.program("intercomctl"), "--config", station.etc, *words],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)


@contextlib.contextmanager
def typed(station, do, undo):
    """A command and the one that takes it back."""
    assert station.ctl(*do)[0] == 0
    try:
        yield
    finally:
        assert station.ctl(*undo)[0] == 0


@contextlib.contextmanager
def turned(station, do, undo):
    mixer(station, *do)
    shows(station, "card_muted")
    try:
        yield
    finally:
        mixer(station, *undo)
    wait(lambda: not reasons(station, "here", standing=True), f"{station} sees the mixer")


@contextlib.contextmanager
def settings(station, section, **entries):
    """Other settings of one section for a while."""
    before = dict(station.sections.get(section, {}))
    station.sections.setdefault(section, {}).update(entries)
    station.reload()
    try:
        yield
    finally:
        station.sections[section] = before
        station.reload()


@contextlib.contextmanager
def misspelt(station):
    """The channel has another name here."""
    house, button = station.sections.pop("channel house"), dict(station.sections["button ptt"])
    station.sections["channel hause"] = house
    station.sections["button ptt"]["talk"] = "hause"
    station.reload()
    try:
        yield
    finally:
        del station.sections["channel hause"]
        station.sections.update({"channel house": house, "button ptt": button})
        station.reload()


@contextlib.contextmanager
def done_to_card(station, verb, again):
    """A card that is out, or hangs."""
    station.card.do(verb)
    wait(lambda: station.still() or not station.has_card(),
         f"{station} sees it")
    try:
        yield
    finally:
        station.card.do(again)
    wait(lambda: station.has_card() and not station.still(),
         f"{station} has its card again")


@contextlib.contextmanager
def both(one, another):
    """Neither makes a station deaf alone."""
    with one, another:
        yield


def reasons(station, where, standing=None):
    """Why who is not heard, as the status says."""
    return [one["reason"] for one in station.status()["unheard"] if one["where"] == where
            and standing in (None, one["age_s"] is None)]


def shows(station, reason):
    wait(lambda: reason in reasons(station, "here"), f"{station} shows {reason}")


def diagnosis(station):
    """What `doctor` says of the daemon's status that is not ok, one text each."""
    code, text, error = station.ctl("doctor", "status", "--json")
    assert code in (0, 4), error
    return [f"{one['name']}: {one['text']} -> {one['fix']}" for one in json.loads(text)["checks"]
            if one["verdict"] != "ok"]


class HeardTest(SceneTest):
    def scene(self, *names, **kitchen):
        scene = self.enterContext(Scene(*names))
        scene.introduce(*scene.stations)
        for title, entries in kitchen.items():
            scene.stations[0].sections.setdefault(title, {}).update(entries)
        scene.start()
        scene.stations[1].speak(500)
        return scene.stations

    def talk(self, door, target):
        """Talks for a while; returns how `ptt` ended, what it said, and what came of it."""
        code, text, _ = door.ctl("ptt", "down", target)
        time.sleep(1.2)
        before = door.counters()["frames_sent"]
        door.ctl("ptt", "up", target)
        wait(lambda: not door.is_talking(), f"{door} is silent")
        self.assertGreater(before, 0)
        time.sleep(1.6)  # The last reports are in by then.
        (peer,) = [one for one in door.status()["peers"] if one["heard_percent"] is not None]
        return code, text, peer["heard_percent"], peer["heard_reason"]

    def is_heard(self, kitchen, door, target):
        """The negative control: in order, all is heard, and nobody complains."""
        code, text, percent, reason = self.talk(door, target)
        self.assertEqual((code, reason), (0, None), text)
        self.assertIn(kitchen.name, text)
        self.assertTrue(percent >= 90, f"{percent} % was heard")
        self.assertEqual(reasons(kitchen, "here"), [])
        self.assertEqual(reasons(door, "there"), [])
        for station in (kitchen, door):
            self.assertNotIn("heard", "\n".join(diagnosis(station)))

    def is_deaf(self, kitchen, door, target, reason, here):
        """One row: both sides say what is so."""
        code, text, percent, why = self.talk(door, target)
        self.assertEqual((why, percent), (reason, 0), text)
        self.assertEqual(code, 1, text)
        self.assertIn(f"nobody hears you: {kitchen} (", text)
        self.tells(door, kitchen, reason, text)
        self.owns_up(kitchen, reason, here)

    def tells(self, door, kitchen, reason, text):
        """All that the talker shows of the last talk says that it was not heard, and why: in the
        words with which it began."""
        words = text.rstrip().partition(f"{kitchen} (")[2].removesuffix(")")
        self.assertTrue(words, text)
        self.assertEqual(reasons(door, "there"), [reason])
        self.assertRegex(door.ctl("status")[1],
                         rf"(?m)^\* {kitchen} heard nothing of a talk")
        # It may hear again by now, so the table of peers does not say it.
        self.assertNotIn("% of us", door.ctl("peers")[1])
        self.assertIn(f" ago, 0% heard there: {words}", door.ctl("stats", kitchen.name)[1])
        self.assertIn(f"{kitchen} heard nothing", "\n".join(diagnosis(door)))

    def owns_up(self, kitchen, reason, here):
        """So does what the listener shows of itself."""
        self.assertIn(reason, reasons(kitchen, "here"))
        self.assertRegex(kitchen.ctl("status")[1], f"(?m)^[!*] .*{here}")
        self.assertRegex("\n".join(diagnosis(kitchen)), here)


class Heard(HeardTest):
    def test_the_table_of_what_makes_a_station_deaf(self):
        kitchen, door = self.scene("kitchen", "door")
        # One more for the members of a channel, without an address: it is not called.
        kitchen.write_peer("garage", Identity().text)
        kitchen.reload()
        self.is_heard(kitchen, door, "house")
        rows = [
            ("speaker_muted", "the speaker is muted",
             typed(kitchen, ("mute", "speaker"), ("unmute", "speaker"))),
            ("volume", "the volume is at 0 %",
             typed(kitchen, ("volume", "0"), ("volume", "100"))),
            ("volume", "the volume is at 20 %",
             typed(kitchen, ("volume", "20"), ("volume", "100"))),
            ("volume", "door spoke .* and was not heard here: the volume",
             both(typed(kitchen, ("volume", "50"), ("volume", "100")),
                  settings(kitchen, "channel house", gain="-15dB"))),
            ("turned_down", "door is not heard here: it is muted",
             typed(kitchen, ("mute", "door"), ("unmute", "door"))),
            ("turned_down", "house is not heard here: it is muted",
             typed(kitchen, ("mute", "house"), ("unmute", "house"))),
            ("card_muted", "Speaker of .* is muted",
             turned(kitchen, ("Speaker", "mute"), ("Speaker", "unmute"))),
            ("card_muted", "Speaker of .* is at 0 %",
             turned(kitchen, ("Speaker", "0%"), ("Speaker", "50%"))),
            ("turned_down", "channel house is not heard here: it is turned down",
             settings(kitchen, "channel house", gain="-40dB")),
            ("not_member", "door spoke .* and was not heard here: there is no such channel",
             misspelt(kitchen)),
            ("not_member", "door spoke .* and was not heard here: there is no such channel",
             settings(kitchen, "channel house", members="garage")),
            ("not_listening", "door spoke .* and was not heard here: the channel is not listened",
             settings(kitchen, "channel house", listen="no")),
            ("no_output", "door spoke .* and was not heard here: there is no speaker",
             settings(kitchen, "audio", output="none")),
        ]
        for reason, here, deafness in rows:
            with self.subTest(reason=reason, here=here):
                with deafness:
                    self.is_deaf(kitchen, door, "house", reason, here)
                wait(kitchen.is_up, "kitchen answers")
                wait(lambda: kitchen.has_card(), "kitchen has its card")
                # What is mended is told no more, before anybody has spoken again.
                wait(lambda: not reasons(kitchen, "here"), "nothing is told any more")
                self.is_heard(kitchen, door, "house")

    def test_a_microphone_left_open_is_said_where_it_holds_the_speaker_down(self):
        kitchen, door = self.scene("kitchen", "door", audio={"duplex": "half"})
        self.is_heard(kitchen, door, "kitchen")
        self.assertEqual(kitchen.ctl("ptt", "down", "house")[0], 0)
        self.is_deaf(kitchen, door, "kitchen", "held_down",
                     "an open microphone holds the speaker down")
        # While it goes on, it is a problem of the kitchen.
        door.ctl("ptt", "down", "kitchen")
        kitchen.problem("no voice is heard here: the microphone is open to house")
        door.ctl("ptt", "up", "kitchen")
        kitchen.ctl("ptt", "up", "house")
        wait(lambda: not kitchen.is_talking(), "kitchen is silent")
        time.sleep(2)
        self.is_heard(kitchen, door, "kitchen")

    def test_a_card_that_is_gone_or_stands_still_is_told_by_both(self):
        kitchen, door = self.scene("kitchen", "door")
        kitchen.speak(300)
        for reason, verb, again, here, past in (
                ("output_lost", "unplug", "replug", "no such card now",
                 "the speaker's sound card is not there"),
                ("output_still", "hang", "unhang", "stands still",
                 "the speaker's sound card stands still")):
            # Each of the two as the one that does not hear.
            for deaf, talker in ((kitchen, door), (door, kitchen)):
                with self.subTest(reason=reason, deaf=deaf.name):
                    with done_to_card(deaf, verb, again):
                        self.card_is_told(deaf, talker, reason, here, past)
                    self.is_heard(deaf, talker, deaf.name)
                    # Both are quiet again.
                    self.assertNotIn("heard nothing", talker.ctl("status")[1])
                    self.assertNotRegex(deaf.ctl("status")[1], f"(?m)^! .*{here}")

    def card_is_told(self, deaf, talker, reason, here, past):
        code, text, percent, why = self.talk(talker, deaf.name)
        self.assertEqual((code, percent, why), (1, 0, reason), text)
        self.assertIn(f"nobody hears you: {deaf} (the speaker's sound card ", text)
        self.tells(talker, deaf, reason, text)
        self.owns_up(deaf, reason, past)
        # What is gone is its own problem, and no peer's fault.
        text = deaf.prints("status", code=4)
        self.assertRegex(text, f"(?m)^! .*{here}")
        text = deaf.prints("doctor", "status", code=4)
        self.assertRegex(text, f"(?m)^FAIL  status .*{here}")
        (peer,) = deaf.status()["peers"]
        self.assertEqual((peer["state"], peer["problem"]), ("up", False))
        for words in (("peers",), ("stats", talker.name)):
            self.assertRegex(deaf.ctl(*words)[1], rf"(?m)^{talker} +up")

    def test_an_announcement_or_page_that_nobody_heard_ends_with_one_and_says_why(self):
        kitchen, door = self.scene("kitchen", "door")
        path = str(kitchen.folder) + "/tone.wav"
        wav.write(path, sound.tone(900, 1, -20))

        def announced(*more):
            return door.ctl("announce", "house", "--file", path, *more, seconds=30)

        def paged(*more):
            return door.ctl("page", "house", "--seconds", "2", *more, seconds=30)

        for does in (announced, paged):
            code, text, _ = does()
            self.assertEqual(code, 0, text)
            self.assertRegex(text, r"heard: kitchen \d+ %")
        self.assertEqual(kitchen.ctl("dnd", "on")[0], 0)
        for does in (announced, paged):
            code, text, _ = does()
            self.assertEqual(code, 1, text)
            self.assertIn(
                "heard: kitchen nothing (do not disturb is on, or quiet hours are)", text)
            code, text, _ = does("--json")
            self.assertEqual(code, 1, text)
            found = json.loads(text)
            self.assertEqual(found["heard"], [
                {"peer": "kitchen", "percent": 0, "reason": "do_not_disturb", "detail": None}])
        self.assertIn("do_not_disturb", reasons(kitchen, "here"))
        kitchen.ctl("dnd", "off")
        self.assertEqual(reasons(kitchen, "here"), [])
        kitchen.sections["policy door"] = {"announce": "deny"}
        kitchen.reload()
        self.assertIn("heard: kitchen nothing (the policy does not allow it)", announced()[1])
        self.assertIn("denied", reasons(kitchen, "here"))
        del kitchen.sections["policy door"]
        kitchen.reload()
        wait(lambda: not reasons(kitchen, "here"), "what is allowed again is told no more")
        kitchen.stop()
        wait(lambda: door.peer("kitchen")["state"] == "down", "kitchen is down")
        code, text, _ = announced()
        self.assertEqual((code, "heard: kitchen nothing (it is down)" in text), (1, True), text)
        text = door.prints("ptt", "down", "house", code=1)
        self.assertIn("nobody hears you: kitchen (it is down)", text)

    def test_a_call_and_a_call_light_say_by_a_code_what_came_of_them(self):
        kitchen, door = self.scene("kitchen", "door")

        def outcome(*words):
            code, text, _ = door.ctl(*words, "--json")
            return code, json.loads(text)["outcome"]

        kitchen.ctl("dnd", "on")
        self.assertEqual(outcome("call", "kitchen"), (1, "do_not_disturb"))
        kitchen.ctl("dnd", "off")
        self.assertEqual(outcome("call", "kitchen"), (0, "calling"))
        door.ctl("hangup")
        code, text, _ = door.ctl("call", "nobody", "--json")
        self.assertEqual((code, json.loads(text)["error"]["code"]), (1, "unknown_target"))
        # A call light that no lamp shows is not done.
        text = door.prints("signal", "kitchen", code=1)
        self.assertIn("nothing there shows it", text)
        self.assertEqual(outcome("signal", "kitchen"), (1, "unseen"))
        self.assertEqual(outcome("signal", "kitchen", "--no-wait"), (0, None))
        kitchen.sections["lamp bell"] = {"line": "GPIO24", "show": "calling"}
        kitchen.reload()
        wait(lambda: [one for one in kitchen.status()["lamps"] if one["name"] == "bell"
                      and one["fault"] is None], "kitchen has a lamp")
        self.assertEqual(outcome("signal", "kitchen"), (0, "done"))
