"""Settings are taken over while people talk; whom they do not concern hears nothing of it."""

import contextlib
import os
import signal
import socket
import time

from lab import PATIENCE, Scene, SceneTest, exact, listen, place, wait
from stage.identity import Identity

TONES = {"garage": 500, "office": 800, "attic": 1100}


class UnderSpeech(SceneTest):
    """Three peers talk to the kitchen without a pause, and the kitchen to them."""

    LOSSES = ("frames_lost", "dropped_unbound", "dropped_ignored", "dropped_voices",
              "dropped_index", "dropped_authentication", "dropped_replay", "events_lost")

    @classmethod
    def setUpClass(cls):
        cls.scene = cls.enterClassContext(Scene("kitchen", *TONES))
        cls.kitchen, *cls.others = cls.scene.stations
        for other in cls.others:
            cls.scene.introduce(cls.kitchen, other)
        cls.scene.start()
        for one, tone in zip(cls.scene.stations, (300, *TONES.values())):
            one.speak(tone)
            one.press()
        for other in cls.others:
            wait(lambda other=other: cls.kitchen.hears(other), f"kitchen hears {other}")
            wait(lambda other=other: other.hears("kitchen"), f"{other} hears kitchen")
        time.sleep(0.5)

    def losses(self):
        return {(str(one), name): one.counters()[name]
                for one in self.scene.stations for name in self.LOSSES}

    def change(self, round_):
        """One of the many things that may change around those who talk."""
        kitchen, sections = self.kitchen, self.kitchen.sections
        guest = f"guest{round_ // 4}"
        if round_ % 4 == 0:
            kitchen.write_peer(guest, Identity().text, f"127.0.0.1:{place.closed_port()}")
            sections["audio"]["rx-hold"] = f"{200 + round_}ms"
        elif round_ % 4 == 1:
            sections["channel yard"] = {"members": guest}
            sections["talk"] = {"max-talk": f"{60 + round_}s"}
        elif round_ % 4 == 2:
            sections["lamp trouble"] = {"line": "GPIO24", "show": "fault"}
            sections["button yard"] = {"line": "GPIO27", "talk": "yard"}
        else:
            for title in ("channel yard", "button yard", "lamp trouble"):
                del sections[title]
            kitchen.remove_peer(guest)
        return kitchen.reload()

    def test_nobody_who_talks_loses_a_frame(self):
        before = self.losses()
        for one in self.scene.stations:
            one.record()
        start = time.monotonic_ns()
        for round_ in range(12):
            self.assertTrue(self.change(round_), "nothing has changed")
            time.sleep(0.15)
        time.sleep(0.4)
        end = time.monotonic_ns()
        lost = self.losses()
        self.assertTrue(lost == before, f"{lost}, and {before} before")
        heard = self.kitchen.recorded()
        for other, tone in zip(self.others, TONES.values()):
            self.assertTrue(other.is_talking(), other)
            self.assert_steady(heard, (start, end), tone, 0.95, f"{other} at kitchen")
            self.assert_steady(other.recorded(), (start, end), 300, 0.95, f"kitchen at {other}")
        self.assert_no_heap_calls(self.kitchen)
        self.assertEqual(len(self.kitchen.status()["peers"]), len(self.others))


class Pair(SceneTest):
    """The kitchen and the garage, which are changed in every way."""

    @classmethod
    def setUpClass(cls):
        cls.scene = cls.enterClassContext(Scene("kitchen", "garage"))
        cls.kitchen, cls.garage = cls.scene.stations

    def setUp(self):
        for one, other in ((self.kitchen, self.garage), (self.garage, self.kitchen)):
            one.stop()
            if other in one.known:
                one.forgets(other)
            one.sections.pop("channel yard", None)
            one.sections.pop("talk", None)
            one.sections["button ptt"] = {"line": "GPIO17", "talk": "house"}
        self.scene.introduce(self.kitchen, self.garage)
        self.scene.start()
        self.addCleanup(self.let_go)
        self.kitchen.speak(500)

    def let_go(self):
        """One that has failed leaves no key down to the next."""
        self.kitchen.lines.do("replug", "gpiochip0")
        for line in ("GPIO17", "GPIO22"):
            self.kitchen.release(line)

    def check_heard(self, line="GPIO17"):
        self.assert_talk(self.kitchen, self.garage, line=line)

    def test_more_than_can_be_meant_is_not_read(self):
        many = "".join(f"[channel c{number}]\n" for number in range(20_000))
        for folder, count, text in (("", 1, many), ("peers.d/", 200, "")):
            for number in range(count):
                name = "intercomd.conf" if not folder else f"{folder}many{number}.conf"
                with open(f"{self.kitchen.etc}/{name}", "w", encoding="ascii") as file:
                    file.write(text)
            errors = self.kitchen.complains("reload")
            self.assertRegex(errors, "at most 131072 bytes|at most 128 are read")
            self.kitchen.write_config()
        for number in range(200):
            os.unlink(f"{self.kitchen.etc}/peers.d/many{number}.conf")
        self.check_heard()

    def test_a_hangup_signal_does_the_same_and_the_journal_says_what_changed(self):
        self.kitchen.sections["channel yard"] = {"members": "*"}
        self.kitchen.write_config()
        self.kitchen.process.send_signal(signal.SIGHUP)
        self.kitchen.said("settings: + [channel yard]")
        self.assertEqual(len(self.kitchen.status()["channels"]), 2)

    def test_a_peer_comes_and_goes(self):
        before = self.kitchen.counters()
        self.kitchen.forgets(self.garage)
        self.assertEqual(self.kitchen.reload(), ["- [peer garage]"])
        for name, value in self.kitchen.counters().items():
            self.assertGreaterEqual(value, before[name], name)
        # It is told, and need not wait for its own patience to end.
        wait(lambda: self.garage.peer("kitchen")["state"] == "down", "kitchen is down at garage")
        self.assertEqual(self.kitchen.status()["peers"], [])
        self.kitchen.knows(self.garage)
        self.assertEqual(self.kitchen.reload(), ["+ [peer garage]"])
        self.scene.together()
        self.check_heard()
        # It was forgotten without a restart: what its channels are it has told anew.
        self.garage.speak(800)
        self.assert_talk(self.garage, self.kitchen, 800)

    def test_whoever_asks_in_the_same_moment_is_answered_too(self):
        self.kitchen.forgets(self.garage)
        with contextlib.ExitStack() as links:
            # All of it lies there when the daemon looks, the signal first.
            self.kitchen.process.send_signal(signal.SIGSTOP)
            self.kitchen.process.send_signal(signal.SIGHUP)
            callers = []
            for _ in range(6):
                link = links.enter_context(socket.socket(socket.AF_UNIX, socket.SOCK_STREAM))
                link.connect(os.path.join(self.kitchen.run, "control.sock"))
                link.settimeout(PATIENCE)
                link.sendall(b'{"v":1,"do":"version"}\n')
                callers.append(link)
            self.kitchen.process.send_signal(signal.SIGCONT)
            for link in callers:
                self.assertIn(b'"ok":true', link.recv(4096))
            self.kitchen.process.send_signal(signal.SIGSTOP)
            self.kitchen.knows(self.garage)
            self.kitchen.process.send_signal(signal.SIGHUP)
            for link in callers:
                link.sendall(b'{"v":1,"do":"version"}\n')
            self.kitchen.process.send_signal(signal.SIGCONT)
            for link in callers:
                self.assertIn(b'"ok":true', link.recv(4096))
        self.scene.together()
        self.check_heard()

    def test_a_key_moves_to_another_line_and_another_target(self):
        self.kitchen.sections["button ptt"]["line"] = "GPIO22"
        self.kitchen.reload()
        wait(lambda: self.kitchen.status()["buttons"][0]["state"] == "released", "the key is there")
        self.check_heard("GPIO22")
        self.kitchen.press("GPIO22")
        wait(self.kitchen.is_talking, "kitchen talks")
        self.kitchen.sections["button ptt"]["talk"] = "garage"
        self.kitchen.reload()
        # Held down, it does not speak to someone else now.
        wait(lambda: not self.kitchen.is_talking(), "kitchen is silent")
        self.kitchen.release("GPIO22")
        with self.kitchen.talking("GPIO22"):
            self.assertEqual(self.kitchen.status()["microphone"]["targets"], ["garage"])
        self.check_heard("GPIO22")

    def test_the_cards_are_used_otherwise(self):
        audio = self.kitchen.sections["audio"]
        for entries, changes in (
                ({"period": "10ms", "periods": 2}, 2), ({"jitter": "low"}, 1),
                ({"input": "none"}, 1), ({"input": audio["input"], "period": "5ms"}, 2)):
            audio.update(entries)
            self.assertEqual(len(self.kitchen.reload()), changes, entries)
            if audio["input"] == "none":
                wait(lambda: self.kitchen.status()["audio"]["input"]["state"] == "none", "no mic")
                continue
            wait(self.kitchen.has_card, "kitchen has its card")
            self.check_heard()
        self.assert_no_heap_calls(self.kitchen)

    def test_sound_that_stands_still_is_said_and_takes_the_settings_later(self):
        stall = f"{self.kitchen.folder}/stall"
        self.kitchen.stop()
        self.kitchen.environment, self.kitchen.preloads = {"STALL": stall}, [
            place.lab("libstall.so")]
        with open(stall, "w", encoding="ascii"):
            self.kitchen.start()
        self.kitchen.ready()
        self.kitchen.problem("the audio thread stands still")
        # A key that was not read yet is not said to be up.
        self.assertEqual(self.kitchen.status()["buttons"][0]["state"], "unreadable")
        os.unlink(stall)
        wait(lambda: self.kitchen.status()["buttons"][0]["state"] == "released", "it is read")
        self.scene.together()
        wait(lambda: not self.kitchen.problems(), "the sound goes on")
        with open(stall, "w", encoding="ascii"):
            self.kitchen.problem("the audio thread stands still")
            self.kitchen.sections["audio"]["rx-hold"] = "210ms"
            self.kitchen.write_config()
            code, text, errors = self.kitchen.ctl("reload")
            self.assertEqual((code, text), (1, ""))
            self.assertIn("the audio thread stands still", errors)
            # Asked for by a signal now, it is done as soon as it can be.
            self.kitchen.sections["audio"]["rx-hold"] = "220ms"
            self.kitchen.write_config()
            self.kitchen.process.send_signal(signal.SIGHUP)
            os.unlink(stall)
        self.kitchen.said("220ms")
        self.kitchen.preloads, self.kitchen.environment = [], {}
        del self.kitchen.sections["audio"]["rx-hold"]
        self.check_heard()

    def runs(self, is_running, when):
        """Waits until the microphone's card runs, or rests."""
        wait(lambda: self.kitchen.card.status()["capture"]["running"] == is_running,
             f"{when}, the microphone's card runs: {is_running}")

    @exact
    def test_preroll_changes_in_a_talk_and_both_go_on_being_heard(self):
        self.garage.speak(800)
        before = {one: one.counters() for one in self.scene.stations}
        for value, runs in (("0ms", 0), ("60ms", 1), ("0ms", 0)):
            self.garage.record()
            with self.kitchen.talking():
                start, _ = listen(0.3)
                self.kitchen.sections.setdefault("talk", {})["preroll"] = value
                self.assertEqual(len(self.kitchen.reload()), 1)
                _, end = listen(0.3)
            self.assert_steady(
                self.garage.recorded(), (start, end), 500, 0.95, f"preroll = {value}")
            self.runs(runs, f"after a talk with preroll = {value}")
            self.kitchen.record()
            with self.garage.talking():
                span = listen()
            self.assert_steady(self.kitchen.recorded(), span, 800, 0.99, "then, at kitchen")
        # A new pre-roll lets the card stop and start: that costs a frame or two each time.
        for one, frames in ((self.kitchen, 0), (self.garage, 2 * 3)):
            lost = {name: count - before[one][name] for name, count in one.counters().items()
                    if name in ("frames_lost", "concealed_ms") or name.endswith("_xruns")}
            self.assertLessEqual(lost.pop("frames_lost"), frames, lost)
            self.assertLessEqual(lost.pop("concealed_ms"), 10 * frames, lost)
            self.assertFalse(any(lost.values()), f"{one}: {lost}")


MUTATIONS = (
    # The card runs on after a talk.
    ("Sources/Media/Cards/CardPair.swift", "guard !keepsCapturing, isCapturing else",
     "guard false, isCapturing else",
     "Pair.test_preroll_changes_in_a_talk_and_both_go_on_being_heard"),
    # A button stays on its former line.
    ("Sources/Media/Hardware/Lines.swift",
     "return line == other.line && bias == other.bias && active == other.active",
     "return bias == other.bias && active == other.active",
     "Pair.test_a_key_moves_to_another_line_and_another_target"),
)
