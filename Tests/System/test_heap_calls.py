"""The media loop allocates and frees nothing, whatever happens to it; and the counter counts."""

import time
import unittest

from lab import Scene, SceneTest, wait


class HeapCalls(SceneTest):
    def calls(self):
        """The count of both stations; the media loop tells it every 64 turns."""
        time.sleep(0.9)
        return sum(station.status()["media"]["heap_calls"] for station in self.scene.stations)

    def test_none_from_the_start_through_talk_rekey_and_faults(self):
        with Scene("kitchen", "garage") as self.scene:
            kitchen, garage = self.scene.stations
            for station in self.scene.stations:
                station.watches_heap = True
                station.sections["session"] = {"rekey-after": "1s"}
            self.scene.introduce(kitchen, garage)
            self.scene.start()
            kitchen.speak(500)
            with kitchen.talking():
                before = garage.counters()
                kitchen.moved("packets_sent", kitchen.counters(), 300)
                garage.moved("packets_opened", before, 300)
                for side in ("capture", "playback"):
                    kitchen.card.do("xrun", side)
                with garage.talking():
                    time.sleep(0.3)
                self.assertEqual(self.calls(), 0)
            kitchen.card.do("unplug")
            wait(lambda: kitchen.has_card("absent"), "kitchen has lost its card")
            kitchen.card.do("replug")
            wait(kitchen.has_card, "kitchen has its card again")
            self.assertEqual(self.calls(), 0)

            # A card whose transfers allocate is noticed.
            kitchen.card.do("malloc", "on")
            wait(lambda: self.calls() > 10, "the counter trips")


if __name__ == "__main__":
    unittest.main()
