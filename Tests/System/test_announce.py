"""A file is said to a channel: as loud as it is, beside the microphone, and only what is a file."""

import os
import pathlib
import signal
import subprocess
import time
import unittest
import wave

import numpy
from lab import Scene, SceneTest, listen, sound, wait
from stage import place
from stage.wav import RATE


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
        likeness, level = self.found(said, heard)
        self.judge(likeness > 0.8, f"it is {likeness:.2f} alike")
        self.judge(abs(level) < 1.5, f"it is {level:.1f} dB louder than the file")
        for station in scene.stations:
            self.assert_no_heap_calls(station)
        # The tone before it: the last of its three notes.
        self.assertGreater(max(sound.tone_track(heard, 784)), -40)

    def found(self, said, heard):
        """How alike a recording is to what was said, and how much louder.

        Of windows, for one xrun, which a busy machine makes, moves all that comes after: how alike
        seven of ten are, and how loud the middle one.
        """
        a, b = sound.envelope(said), sound.envelope(heard)
        alike = sound.likenesses(said, heard, longest=len(b) / 100)
        louder = []
        for number, (_, late) in enumerate(alike):
            first, lag = 50 * number, round(100 * late)
            x, y = a[first : first + 150], b[first + lag : first + lag + 150]
            louder.append(sound.decibels(numpy.mean(y**2)) - sound.decibels(numpy.mean(x**2)))
        # Nothing is left out, and nothing put in, in the middle of it. Where an xrun falls into a
        # window, another place may be more like it than its own: these three say nothing.
        lags = alike[numpy.argsort(alike[:, 0])[3:], 1]
        self.judge(numpy.ptp(lags) < 0.3, f"it comes late: {alike}")
        return numpy.quantile(alike[:, 0], 0.3), numpy.median(louder)

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

    def test_what_is_no_sound_is_refused_and_said_why(self):
        scene = self.scene("kitchen", "garage")
        kitchen = scene.stations[0]
        scene.start()
        folder = pathlib.Path(scene.folder)
        good = folder / "good.wav"
        write_wav(good, sound.tone(500, 1))
        data = good.read_bytes()
        fifo = folder / "fifo.wav"
        os.mkfifo(fifo)
        huge = folder / "huge.wav"
        header = data[:40] + (2**31 - 1000).to_bytes(4, "little")
        with huge.open("wb") as file:
            file.write(header)
            file.truncate(2**31)
        cases = {
            "text.wav": (b"hello, this is no sound at all", "is not a WAV file"),
            "cut.wav": (data[:-4000], "is cut short: 1.0 s of 1.0 s are there"),
            "mp3.wav": (data[:20] + b"\x55\x00" + data[22:], "compressed"),
            "rate.wav": (data[:24] + (300_000).to_bytes(4, "little") + data[28:], "300000"),
            "six.wav": (data[:22] + b"\x06\x00" + data[24:], "6 channels"),
            "none.wav": (data[:44].replace(data[40:44], b"\0\0\0\0"), "no sound in it"),
        }
        for name, (content, reason) in cases.items():
            (folder / name).write_bytes(content)
            done = self.announce(kitchen, folder / name)
            self.assertEqual(done[:2], (1, ""), name)
            self.assertIn(reason, done[2])
        for path, reason in ((folder / "absent.wav", "No such file"), (folder, "directory"),
                             (fifo, "plain file"), (huge, "too long")):
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


if __name__ == "__main__":
    unittest.main()
