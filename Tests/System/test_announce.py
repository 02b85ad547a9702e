"""Pages and announcements: heard without an answer, after a tone; ended by whoever speaks or rests,
over do-not-disturb only by right; a file is said as loud as it is, and only what is a file.
"""

import os
import pathlib
import signal
import subprocess
import time
import wave

import numpy

from callers import CallersTest
from lab import Scene, SceneTest, listen, measure, sound, wait
from stage import place, process
from stage.wav import RATE

DUCK = -12
RING, PAGE = 622, 1222
"""The second note of the chime, and a tone that does not show in a tenth of a second of it."""


def write_wav(path, samples, rate=RATE, channels=1):
    with wave.open(str(path), "wb") as file:
        file.setparams((channels, 2, rate, 0, "NONE", ""))
        whole = numpy.clip(numpy.round(samples), -32768, 32767).astype("<i2")
        file.writeframes(numpy.repeat(whole, channels).tobytes())


class Announce(SceneTest):
    def scene(self, *names):
        scene = self.enterContext(Scene(*names))
        scene.introduce(*scene.stations)
        return scene

    def announce(self, station, path, *more):
        return station.ctl("announce", "house", "--file", str(path), *more, seconds=30)

    def test_it_is_heard_as_it_is_in_the_file_after_a_tone(self):
        scene = self.scene("kitchen", "garage")
        kitchen, garage = scene.stations
        scene.start()
        said = sound.syllables(6, seed=5, level=-20)
        path = pathlib.Path(scene.folder, "supper.wav")
        # Two channels of another rate: mixed, and resampled.
        write_wav(path, said[::2], RATE // 2, channels=2)
        garage.record()
        done = self.announce(kitchen, path)
        code, text, error = done
        self.assertEqual(code, 0, error)
        self.assertIn("announcing 6.0 s to house: garage", text)
        self.assertRegex(text, r"heard: garage (9\d|100) %")
        heard = garage.recorded().samples
        alike = sound.likenesses(said, heard, longest=len(heard) / RATE)
        likeness, late = alike[:, 0].min(), alike[:, 1]
        self.assertTrue(likeness > 0.8, f"it is {likeness:.2f} alike")
        self.assertTrue(numpy.ptp(late) < 0.1, f"something is left out or put in: {late}")
        first = int(late[0] * RATE)
        louder = measure.level(heard[first:first + len(said)]) - measure.level(said)
        self.assertTrue(abs(louder) < 1.5, f"it is {louder:.1f} dB louder than the file")
        print(f"{likeness:.2f} alike, {numpy.ptp(late):.2f} s, {louder:.1f} dB")
        for station in scene.stations:
            self.assert_no_heap_calls(station)
        # The last of its three notes, which speech has, too.
        self.assertGreater(max(sound.tone_track(heard[:first], 784)), -40, "the tone before it")

    def test_it_is_said_beside_a_key_and_ends_with_its_reader(self):
        scene = self.scene("kitchen", "garage")
        kitchen, garage = scene.stations
        scene.start()
        path = pathlib.Path(scene.folder, "tone.wav")
        write_wav(path, sound.tone(900, 5, -20))
        kitchen.speak(500)
        garage.record()
        reader = subprocess.Popen(
            [place.program("intercomctl"), "--config", kitchen.etc, "announce", "house", "--file",
             str(path)], stdout=subprocess.PIPE, text=True)
        self.assertIn("announcing", reader.stdout.readline())
        time.sleep(1.5)
        self.assertIn("announce a file to house\n", kitchen.ctl("status")[1])
        with kitchen.talking():
            both = listen()
        reader.send_signal(signal.SIGINT)
        reader.wait()
        reader.stdout.close()
        wait(lambda: not garage.hears(kitchen), "garage hears no more")
        after = listen()
        heard = garage.recorded()
        # One mouth is mixed once: whichever of its streams came first.
        self.assert_heard(heard.span(*both), 900)
        self.assert_silent(heard.span(*after))
        done = self.announce(kitchen, path, "--priority", "high")
        self.assertEqual(done[0], 0, "the next one is not held up")
        self.assertNotIn("announce a file", kitchen.ctl("status")[1])

    def test_what_is_no_sound_is_refused_and_said_why(self):
        scene = self.scene("kitchen", "garage")
        kitchen = scene.stations[0]
        scene.start()
        folder = pathlib.Path(scene.folder)
        good = folder / "good.wav"
        write_wav(good, sound.tone(500, 1))
        data = good.read_bytes()
        huge = folder / "huge.wav"
        header = data[:40] + (2**31 - 1000).to_bytes(4, "little")
        with huge.open("wb") as file:
            file.write(header)
            file.truncate(2**31)
        for name, content, reason in (
                ("text.wav", b"hello, this is no sound at all", "is not a WAV file"),
                ("cut.wav", data[:-4000], "is cut short: it ends before its sound does"),
                ("song.mp3", b"ID3\x04\0\0\0\0\0\0\0\0", "make one: ffmpeg -i FILE")):
            (folder / name).write_bytes(content)
            done = self.announce(kitchen, folder / name)
            self.assertEqual(done[:2], (1, ""), name)
            self.assertIn(reason, done[2])
        for path, reason in ((folder / "absent.wav", "No such file"), (folder, "directory"),
                             (huge, "too long: at most 60 s")):
            done = self.announce(kitchen, path)
            self.assertEqual(done[:2], (1, ""), path)
            self.assertIn(reason, done[2])
        done = kitchen.ctl("announce", "attic", "--file", str(good))
        self.assertIn("no peer or channel attic", done[2])
        done = kitchen.ctl("announce", "house", "--file", str(good), "--priority", "loud")
        self.assertEqual(done[0], 2)
        self.assertEqual(kitchen.ctl("announce", "house")[0], 2)
        # None of them was left behind.
        self.assertEqual(self.announce(kitchen, good)[0], 0)

    def test_it_comes_by_a_pipe_of_a_length_that_nobody_knew(self):
        scene = self.scene("kitchen", "garage")
        kitchen, garage = scene.stations
        scene.start()
        path = pathlib.Path(scene.folder) / "speech.wav"
        write_wav(path, sound.tone(500, 1))
        data = path.read_bytes()
        # As espeak-ng --stdout writes it.
        path.write_bytes(data[:40] + (0x7ffff000).to_bytes(4, "little") + data[44:])
        fifo = path.with_name("fifo.wav")
        os.mkfifo(fifo)
        announce = (f"{place.program('intercomctl')} --config {kitchen.etc}"
                    " announce house --file")
        for words in (f"{announce} {path}", f"cat {path} | {announce} -",
                      f"cat {path} | {announce} /dev/stdin", f"{announce} <(cat {path})",
                      f"(sleep 1; cat {path} >{fifo}) & {announce} {fifo}"):
            done = process.run(["bash", "-c", words], seconds=30)
            self.assertEqual(done[0], 0, f"{words}: {done[2]}")
            self.assertIn("announcing 1.0 s to house", done[1])
            self.assertRegex(done[1], r"heard: garage (9\d|100) %")
        done = process.run(["bash", "-c", f"head -c 1000 /dev/zero | {announce} -"])
        self.assertIn("standard input is not a WAV file", done[2])
        self.assertTrue(garage.is_up())


class Pages(CallersTest):
    def page(self, station, *words, target="house"):
        """A page that goes on; it ends with the test."""
        pager = subprocess.Popen(
            [place.program("intercomctl"), "--config", str(station.etc), "page", target,
             "--seconds", "30", *words], stdout=subprocess.DEVNULL)

        def end():
            pager.terminate()
            return pager.wait(place.PATIENCE)
        end.kill = pager.kill
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
        error = attic.complains("reply", "down")
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

    def test_an_emergency_turns_all_else_down_by_12_db(self):
        kitchen, garage, attic = self.scene(
            "kitchen", "garage", "attic", policy={"emergency": "allow"})
        kitchen.speak(PAGE)
        garage.speak(900)

        def levels(hertz, seconds, step):
            """How loud a tone is at attic alone, in an emergency, and after it; and the page."""
            attic.record()
            found = [listen(seconds)]
            end = self.page(kitchen, "--priority", "emergency")
            self.watches[attic].saw("page")
            found.append(listen(seconds))
            end()
            time.sleep(1)
            found.append(listen(seconds))
            heard = attic.recorded()
            self.assert_heard(heard.span(*found[1]), PAGE)
            return [sound.tone_track(heard.span(*span), hertz, step).max() for span in found]

        with garage.talking():
            talk = levels(900, 0.6, 0.5)
        # It rings every three seconds, and is no voice.
        self.ring(garage, attic)
        ring = levels(RING, 3.2, 0.1)
        for what, (alone, under, after) in (("talk", talk), ("ring", ring)):
            self.assertTrue(abs(under - alone - DUCK) < 1 and abs(after - alone) < 1,
                            f"a {what} of {alone:.1f} dBFS is at {under:.1f}, then at {after:.1f}")
        self.do(attic, "reject")

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

    def test_it_ends_when_its_channel_is_gone(self):
        kitchen, _, _ = self.scene("kitchen", "garage", "attic")
        kitchen.sections["channel yard"] = {"members": "garage"}
        kitchen.reload()
        self.page(kitchen, target="yard")
        del kitchen.sections["channel yard"]
        kitchen.reload()
        wait(lambda: not kitchen.is_talking(), "the microphone closes")


MUTATIONS = (
    # No emergency is heard over do-not-disturb.
    ("Sources/Station/Switchboard/Switchboard+Requests.swift",
     "if isRest(binding.priority) { return }", "if availability == .doNotDisturb { return }",
     "Pages.test_an_emergency_is_heard_over_do_not_disturb_only_where_it_may"),
    # An emergency leaves talks as loud as they are.
    ("Sources/Media/Listen/Talkers.swift",
     "let duck: Gain = level < highest ? plan.duck : .unity",
     "let duck: Gain = level < highest ? .unity : .unity",
     "Pages.test_an_emergency_turns_all_else_down_by_12_db"),
    # An emergency leaves a ring as loud as it is.
    ("Sources/Media/Listen/Tones.swift", "let duck: Gain = isOutranked ? plan.duck : .unity",
     "let duck: Gain = isOutranked ? .unity : .unity",
     "Pages.test_an_emergency_turns_all_else_down_by_12_db"),
    # A page outlives its channel.
    ("Sources/Station/Switchboard/Wish.swift",
     "if let name = pager.name, !names.contains(name) { endPage() }", "",
     "Pages.test_it_ends_when_its_channel_is_gone"),
    # An announcement outlives its reader.
    ("Sources/Station/Switchboard/Wish.swift",
     "if announcer.forget(hasGone) { stopAnnouncement() }", "",
     "Announce.test_it_is_said_beside_a_key_and_ends_with_its_reader"),
    # Do-not-disturb ends no page that is heard.
    ("Sources/Station/Switchboard/Wish.swift", "if !isSame { readAnew() }",
     "_ = isSame", "Pages.test_who_wants_to_rest_hears_no_more_of_it"),
    # No tone comes before a page.
    ("Sources/Media/Listen/Tones.swift", "if now - pageHeardAt >= Self.pagePause { play(.page) }",
     "", "Announce.test_it_is_heard_as_it_is_in_the_file_after_a_tone"),
)
