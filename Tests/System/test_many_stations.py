"""Nine talk at once: eight voices are mixed, and the one too many is counted."""

import unittest

from lab import Scene, SceneTest, listen, longer, wait


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


if __name__ == "__main__":
    unittest.main()
