"""Whatever README, docs and the manual pages show is true: each example is run as it stands."""

import itertools
import os
import pathlib
import re

import examples
import test_far_examples
from codes import CODE, ShownCode
from lab import ROOT, Scene, SceneTest, listen, wait
from neighbours import OnOneLan
from stage.identity import Identity

SITES = sorted(path.name for path in (ROOT / "docs/sites").glob("*.md"))
PAGES = ["README.md", *(str(path.relative_to(ROOT)) for path in (ROOT / "docs").glob("**/*.md"))]
TALK, CALL, THIRD = "GPIO17", "GPIO27", "GPIO22"
BASE = {"[channel house]": "[channel house]\nmembers = *\n", "[station]": "[station]\nname = box\n",
        "[relay door]": "[relay door]\nline = GPIO26\n"}


class Sites(SceneTest):
    def setting(self, page):
        """The stations of a page, with its sessions played; returns them by name."""
        text = examples.read(f"docs/sites/{page}")
        texts = examples.configs(text)
        scene = self.enterContext(Scene(*texts))
        examples.settle(scene, texts)
        runner = examples.Runner(scene)
        sessions = examples.blocks(text, "text")
        self.assertTrue(sessions, "the page shows no commands")
        for station in scene.stations:
            self.assertEqual(station.ctl("config", "check")[0], 0)
        for body in sessions:
            runner.run(body)
        return scene.stations

    def calls(self, station, state):
        wait(lambda: station.status()["call"]["state"] == state, f"{station} shows {state}")

    def hold(self, station, line, seconds=0.7):
        station.press(line)
        listen(seconds - 0.4)
        station.release(line)

    def tap(self, station, line, times=1):
        for _ in range(times):
            station.press(line)
            station.release(line)

    def heard(self, by, hertz, least=-30.0):
        by.record()
        span = listen()
        self.assert_heard(by.recorded().span(*span), hertz, least)

    def test_two_rooms(self):
        kitchen, garage = self.setting("two-rooms.md")
        # The tone of the refused call, during which the microphone sends silence, is over.
        listen()
        kitchen.speak(500)
        with kitchen.talking(TALK):
            self.heard(garage, 500)
        self.hold(garage, CALL)
        self.calls(kitchen, "ringing")
        wait(lambda: kitchen.is_lit("GPIO24"), "the lamp flashes", interval=0.01)
        self.tap(kitchen, CALL)
        self.calls(garage, "active")
        self.heard(garage, 500)
        self.tap(garage, CALL, times=2)
        self.calls(kitchen, "idle")
        self.assertFalse(garage.is_lit("GPIO24"), "it missed none")

    def test_door_station(self):
        frontdoor, kitchen, study = self.setting("door-station.md")
        self.tap(frontdoor, TALK)
        for station in (kitchen, study):
            self.calls(station, "ringing")
        self.tap(kitchen, TALK)
        self.calls(frontdoor, "active")
        self.calls(study, "idle")
        kitchen.speak(500)
        self.heard(frontdoor, 500)
        kitchen.said("relay door: on for 3 s, by peer study")
        wait(lambda: not kitchen.is_lit("GPIO24"), "the door is closed")
        self.hold(kitchen, TALK)
        wait(lambda: kitchen.is_lit("GPIO24"), "the door opens", interval=0.01)
        kitchen.said("by button door")
        wait(lambda: not kitchen.is_lit("GPIO24"), "the door is closed")
        # Who has taken the box outside has no more rights than it.
        said = frontdoor.prints("relay", "door", "kitchen", code=1)
        self.assertIn("relay door: not allowed or not known there", said)
        self.assertFalse(kitchen.is_lit("GPIO24"))
        self.assertNotIn("[relay", frontdoor.ctl("config", "show")[1])
        for station in (kitchen, study):
            self.assertRegex(station.ctl("peer", "show", "frontdoor")[1],
                             "allowed: record\ndenied: announce, drop-in, monitor, high, emerg")
        self.tap(kitchen, TALK, times=2)
        self.calls(frontdoor, "idle")
        self.assertIn("may be opened by kitchen, study", frontdoor.ctl("status")[1])

    def test_workshop(self):
        bandsaw, booth, foreman = sorted(self.setting("workshop.md"), key=str)
        foreman.speak(500)
        bandsaw.speak(800)
        with foreman.talking(CALL):
            self.heard(bandsaw, 500)
            booth.record()
            listen()
            self.assert_silent(booth.recorded().samples[-24_000:])
            # Both keys together.
            self.tap(foreman, THIRD)
            self.heard(booth, 500)
            self.heard(bandsaw, 500)
            self.tap(foreman, THIRD)
        wait(lambda: not foreman.is_talking(), "foreman is silent")
        with bandsaw.talking(THIRD):
            self.heard(foreman, 800)

    def test_nursery(self):
        nursery, bedroom = self.setting("nursery.md")
        wait(lambda: nursery.is_lit("GPIO23"), "its lamp is lit all the time")
        listen(4)
        nursery.speak(600)
        wait(nursery.is_talking, "the voice opens the microphone")
        wait(lambda: bedroom.is_lit("GPIO23"), "the bedroom sees it", interval=0.01)
        # The page has turned the volume down to 60, which is 20 dB.
        self.heard(bedroom, 600, least=-40)
        nursery.hush()
        wait(lambda: not nursery.is_talking(), "it closes")
        bedroom.speak(500)
        with bedroom.talking(TALK):
            self.heard(nursery, 500)

    def test_every_page_is_played_here(self):
        far = (case for case in vars(test_far_examples).values() if isinstance(case, type))
        played = {name.removeprefix("test_").replace("_", "-") + ".md"
                  for case in (type(self), *far) for name in dir(case)}
        self.assertEqual([page for page in SITES if page not in played], [])
        self.assertGreaterEqual(len(SITES), 4)
        readme = examples.read("README.md")
        for page in SITES:
            self.assertIn(f"(docs/sites/{page})", readme)



class Manuals(SceneTest):
    def check(self, main, peers="", psks=("frontdoor.psk", "house.psk")):
        """What `config check` says of files as they stand."""
        with Scene("box") as scene:
            (box,) = scene.stations
            box.environment["STATE_DIRECTORY"] = box.state
            for name in psks:
                box.write_psk(name, "5a" * 32)
            for path, text in (("intercomd.conf", main), ("peers.d/x.conf", peers)):
                with open(os.path.join(box.etc, path), "w", encoding="utf-8") as file:
                    file.write(text)
            return box.ctl("config", "check")

    def whole(self, text):
        """An example as main file and peers' file; where it is a part, what it leaves out."""
        if text.lstrip().startswith("[peer "):
            return "".join(BASE.values()), text
        missing = [part for title, part in BASE.items()
                   if title not in text and not (title == "[relay door]" and "GPIO26" in text)]
        peer = f"[peer frontdoor]\nkey = {Identity(b'f' * 32).text}\n"
        extra = f"[peer garage]\nkey = {Identity(b'g' * 32).text}\n"
        return "".join(missing) + text, peer + extra

    def test_every_configuration_is_right(self):
        texts = [body for page in PAGES if "/sites/" not in page
                 for body in examples.blocks(examples.read(page), "ini")]
        texts += examples.man_blocks(examples.read("docs/intercomd.conf.5"))
        self.assertGreaterEqual(len(texts), 4)
        for text in texts:
            code, _, error = self.check(*self.whole(text))
            self.assertEqual(code, 0, f"{error}\n{text}")

    def test_the_configuration_of_the_manual_and_of_readme_runs(self):
        texts = [examples.man_blocks(examples.read("docs/intercomd.conf.5"))[0],
                 examples.blocks(examples.read("README.md"), "ini")[0]]
        for text in texts:
            with Scene("kitchen") as scene:
                examples.settle(scene, {"kitchen": text})
                self.assertEqual(scene.stations[0].status()["buttons"][0]["state"], "released")

    def test_the_sessions_of_the_manual(self):
        bodies = examples.man_blocks(examples.read("docs/intercomctl.1"))
        sessions = [body for body in bodies if examples.PROMPT.match(body.splitlines()[0])]
        self.assertEqual(len(sessions), 2)
        for body in sessions:
            with Scene("kitchen", "garage") as scene:
                # Whom a session makes known is not known before.
                if "peer add" not in body:
                    scene.introduce(*scene.stations)
                scene.start()
                examples.Runner(scene).run(body)

    def commands(self, page, title):
        """The commands in a section of a page, as words."""
        section = examples.read(page).split(f"\n## {title}\n")[1].split("\n## ")[0]
        return [line.removeprefix("sudo ").split() for line in examples.INLINE.findall(section)]

    def test_the_first_talk_of_readme(self):
        first, show, enter, *others = self.commands("README.md", "First talk")
        self.assertEqual(first, ["intercomctl", "setup"])
        self.assertEqual((show, enter[:2]), (["intercomctl", "pair"], ["intercomctl", "pair"]))
        with Scene("kitchen", "garage") as scene:
            runner = examples.Runner(scene)
            scene.start(together=False)
            kitchen, garage = scene.stations
            screen = ShownCode(kitchen.folder, kitchen.etc)
            self.addCleanup(screen.end)
            # A code of the same form. Here is no LAN on which the stations could find each other;
            # `test_pairing_lan` types the code alone.
            self.assertEqual(len(enter), 3)
            self.assertRegex(f"the code is {enter[2]}", CODE)
            at = f"127.0.0.1:{kitchen.port}"
            runner.type(garage, ["intercomctl", "pair", at, screen.code], [])
            self.assertEqual(screen.ended(), 0)
            for one, other in (scene.stations, scene.stations[::-1]):
                one.wait_for(other)
                peer = one.peer(str(other))
                self.assertTrue(peer["psk"] and peer["verified"])
                # A message is sealed to a key that the other tells a moment after it is up.
                wait(lambda one=one: any((pathlib.Path(one.state) / "messages").glob("*.key")),
                     f"{one} has the key of {other}")
            self.assertGreater(len(others), 1)
            for words in others:
                for station in scene.stations:
                    if words[-1] != station.name:
                        runner.type(station, words, [])

    def test_what_operate_does(self):
        found = [words for title in ("Peers", "Change settings")
                 for words in self.commands("docs/operate.md", title)
                 if words[1] != "pair"]
        self.assertIn(["intercomctl", "reload"], found)
        with Scene("kitchen", "garage") as scene:
            runner = examples.Runner(scene)
            scene.start(together=False)
            shown = 0
            for words in found:
                others = [word for word in words if word in ("kitchen", "garage")]
                for station in scene.stations:
                    # Whoever is named in a command is the other.
                    if station.name not in others:
                        runner.type(station, words, [])
                        shown += 1
            self.assertGreater(shown, 12)
            for one, other in (scene.stations, scene.stations[::-1]):
                one.wait_for(other)
                self.assertTrue(one.peer(str(other))["psk"])
            scene.stations[0].ask("reload")
            self.assertTrue(scene.stations[0].peer("garage")["verified"])

    def test_every_command_that_is_named_is_one(self):
        lines = {tuple(words) for page in PAGES for words in examples.commands(examples.read(page))}
        self.assertGreater(len(lines), 60)
        kitchen, = self.enter("kitchen")
        kitchen.write_config()
        for words in sorted(lines):
            self.assertEqual(self.wrong(kitchen, words), "", " ".join(words))

    def wrong(self, station, words):
        """What is wrong with how a command is spelt: all that may follow it in brackets is left
        out, and nothing is done."""
        plain = [word for word in words if not re.search(r"[\[\]…]", word)]
        names = [" ".join(plain[:2]), plain[0]]
        helped = [station.ctl("help", *name.split()) for name in names]
        # The first word alone may be a group, such as "test": its help is a list.
        is_group = helped[1][0] == 0 and not helped[1][1].startswith("usage:")
        if is_group and len(plain) == 1:
            return ""
        if helped[0][0] != 0 and (is_group or helped[1][0] != 0):
            return helped[0][2] if is_group else helped[1][2]
        lines = next(text for code, text, _ in helped if code == 0).splitlines()
        # A long one goes on below.
        usage = " ".join(itertools.takewhile(
            lambda line: line.startswith(("usage:", "  [")), lines))
        for word in plain:
            if word.startswith("--") and word.split("=")[0] not in usage + "--config --socket":
                return f"{word} is not in: {usage}"
        return ""


class SiteOfOperate(OnOneLan):
    """The commands of operate.md that make and change a site, as they stand there, on one LAN."""

    SECTION = examples.read("docs/operate.md").split("\n## A site of many stations\n")[1].split(
        "\n## ")[0]
    SECONDS = 5
    """"Within seconds", of that page."""

    def item(self, title):
        """The commands of an item, as words."""
        (line,) = [one for one in self.SECTION.splitlines() if one.startswith(f"- **{title}**")]
        return [command.split("intercomctl ")[1].split()
                for command in examples.INLINE.findall(line)]

    def type(self, one, words):
        one.prints(*words)

    def soon(self, condition, what):
        wait(condition, what, seconds=self.SECONDS)

    def bring(self, one, show, enter):
        """A box shows a code, which is typed at the kitchen box."""
        screen = ShownCode(one.folder, one.etc, *show[1:])
        self.addCleanup(screen.end)
        self.type(self.kitchen, [screen.code if word == "CODE" else word for word in enter])
        self.assertEqual(screen.ended(), 0, screen.text)

    def peer(self, one, name):
        """What a station says of a peer; nothing where it has none of this name."""
        return next((peer for peer in one.status()["peers"] if peer["name"] == name), {})

    def test_it_is_made_and_changed(self):
        names = ("kitchen", "garage", "attic", "bedroom")
        self.kitchen, garage, attic, bedroom = stations = self.enter(*names, known=False)
        self.start(*stations)
        (block,) = examples.blocks(self.SECTION, "sh")
        init, show, enter = examples.commands(f"```sh\n{block}```\n")
        self.assertIn("begins the site and two bring in each further box, so twelve boxes take 23",
                      self.SECTION)
        self.type(self.kitchen, init)
        for one in (garage, attic, bedroom):
            self.bring(one, show, enter)
        for one in stations:
            one.wait_for(*(other for other in stations if other is not one))
        self.assert_talk(attic, bedroom)

        channel, = self.item("A channel for all")
        self.type(self.kitchen, channel)
        for one in (attic, bedroom):
            self.soon(lambda one=one: any(
                has["name"] == channel[2] for has in one.status()["channels"]), f"{one} has it")

        for words, state in zip(self.item("A box that one station wants nothing of"),
                                ("down", "up"), strict=True):
            self.type(attic, words)
            self.soon(lambda state=state: self.peer(attic, "garage").get("state") == state, state)

        self.type(self.kitchen, *self.item("A box that is gone, or stolen"))
        for one in (attic, bedroom):
            self.soon(lambda one=one: not self.peer(one, "garage"), f"{one} drops it")
        show, enter, *_ = self.item("A box that comes back")
        self.bring(garage, show, enter)
        garage.wait_for(attic, bedroom)

        self.type(self.kitchen, *self.item("Another name"))
        self.soon(lambda: self.peer(bedroom, "workshop").get("state") == "up", "its other name")


class NegativeControls(SceneTest):
    """A broken example is noticed."""

    def test_a_configuration_that_is_wrong(self):
        checks = Manuals()
        text = examples.blocks(examples.read("README.md"), "ini")[0]
        for right, wrong in (("members", "membres"), ("GPIO17", ""), ("house\n", "garden\n")):
            self.assertIn(right, text)
            broken = text.replace(right, wrong, 1)
            self.assertEqual(checks.check(*checks.whole(broken))[0], 1, wrong)

    def test_a_page_whose_commands_are_wrong(self):
        text = examples.read("docs/sites/two-rooms.md")
        texts = examples.configs(text)
        with Scene(*texts) as scene:
            examples.settle(scene, texts)
            runner = examples.Runner(scene)
            for body in ("kitchen$ intercomctl anser", "kitchen$ intercomctl ptt down attic",
                         "kitchen$ intercomctl peers\nno peers", "attic$ intercomctl peers",
                         "kitchen$ rm -r /", "kitchen$ intercomctl hangup"):
                with self.assertRaises(AssertionError, msg=body):
                    runner.run(body)

    def test_a_command_that_is_misspelt_in_a_sentence(self):
        kitchen, = self.enter("kitchen")
        kitchen.write_config()
        for line in ("`intercomctl statsu`", "`intercomctl history --since-ever`",
                     "`sudo intercomctl peer adopt NAME`"):
            (words,) = examples.commands(line)
            self.assertNotEqual(Manuals().wrong(kitchen, words), "", line)
