"""Nine talk at once: eight voices are mixed, and the one too many is counted; and a page to 31."""

import pathlib
import unittest

import numpy
from lab import Scene, SceneTest, listen, longer, sound, wait
from stage import wav
from stage.wav import RATE


class ManyStations(SceneTest):
    @longer
    def test_eight_voices_are_mixed_and_a_ninth_is_counted(self):
        with Scene("hall", *(f"room{number}" for number in range(9))) as scene:
            hall, *rooms = scene.stations
            scene.introduce(*scene.stations)
            scene.start()
            tones = {room.name: 400 + 130 * place for place, room in enumerate(rooms)}
            for room in rooms:
                room.speak(tones[room.name])
            hall.record()
            for room in rooms[:8]:
                room.press()
            wait(lambda: all(hall.hears(room) for room in rooms[:8]), "hall hears eight")
            before = hall.counters()
            rooms[8].press()
            hall.moved("dropped_voices", before)
            span = listen()
            for room in rooms:
                room.release()
            heard = hall.recorded().span(*span)
            for room in rooms[:8]:
                self.assert_heard(heard, tones[room.name])
            with self.assertRaises(AssertionError):
                self.assert_heard(heard, tones[rooms[8].name])

    @longer
    def test_a_page_begins_everywhere_within_one_frame(self):
        names = [f"room{number}" for number in range(31)]
        with Scene("hall", *names) as scene:
            hall, *rooms = scene.stations
            for room in rooms:
                scene.introduce(hall, room)
            scene.start()
            path = pathlib.Path(scene.folder, "page.wav")
            wav.write(str(path), sound.tone(1000, 2))
            for room in rooms:
                room.record()
            before = hall.counters()["frames_sent"]
            code, text, error = hall.ctl("announce", "house", "--file", str(path), seconds=60)
            self.assertEqual(code, 0, error)
            sent = hall.counters()["frames_sent"] - before
            moments = []
            for room in rooms:
                heard = room.recorded()
                track = sound.tone_track(heard.samples, 1000, 0.0025)
                moments.append(heard.moment(int(numpy.argmax(track > -30) * 0.0025 * RATE)))
            # Encoded once: the file, and the silence in which the tone sounds there.
            self.assertLess(sent, 290)
            spread = (max(moments) - min(moments)) / 1e6
            self.assertLessEqual(spread, 10, f"{text}: first sound {spread:.1f} ms apart")


if __name__ == "__main__":
    unittest.main()
