"""A paired peer that sends on every stream keeps nobody else from being heard."""

import time
import unittest

from conduct import ConductTest, set_up
from lab import sound, wait
from peer import opus, records

setUpModule = set_up

NORMAL, HIGH, EMERGENCY = range(3)
STREAMS = range(2, 10)
A_SECOND = 3
"""Packets of silence on each stream."""


class Voices(ConductTest):
    def begin_silence(self, priority):
        """Eight streams of silence, 3 packets a second each, for as long as the test lasts.

        They have all voices before anybody else begins: whoever spoke before has none any more.
        """
        time.sleep(1.2)
        since = len(self.friend.arrivals)
        for stream in STREAMS:
            self.friend.bind(stream, records.channel("house"), priority=priority)
        talks = [self.friend.talk(stream, [opus.SILENCE] * 60, frame_ms=1000 // A_SECOND)
                 for stream in STREAMS]
        self.addCleanup(lambda: [talk.end() for talk in talks])
        wait(lambda: "friend: sends on" in "\n".join(self.kitchen.notes()),
             "status names the peer that takes so many voices")
        if priority > NORMAL:
            # Nobody gave it that right, and it is told so.
            self.came(self.friend, "RESULT", since, status=1)
        time.sleep(1.5)

    def level_of(self, stream):
        """The loudness of a tone that the other peer says meanwhile, as kitchen hears it."""
        self.kitchen.record()
        began = time.monotonic_ns()
        talk = self.other.talk(stream, opus.encoded(sound.tone(700, 2)))
        wait(lambda: talk.is_over, "it has said all")
        time.sleep(0.3)
        heard = self.kitchen.recorded().span(began + 600_000_000, began + 1_800_000_000)
        return sound.tone_level(heard, 700)

    def test_eight_streams_of_silence_hold_no_place_of_anothers(self):
        self.other.bind(1, records.channel("house"))
        alone = self.level_of(1)
        print(f"alone: {alone:.1f} dBFS")
        for priority in (NORMAL, HIGH, EMERGENCY):
            with self.subTest(priority):
                self.begin_silence(priority)
                level = self.level_of(1)
                print(f"beside eight streams of priority {priority}: {level:.1f} dBFS")
                # Nor do they turn it down.
                self.judge(level > alone - 3, f"{level:.1f} dBFS, alone {alone:.1f}")
                self.doCleanups()

    def test_an_emergency_of_one_who_may_is_heard_at_once(self):
        self.kitchen.sections["policy other"] = {"emergency": "allow"}
        self.kitchen.reload()
        self.begin_silence(HIGH)
        self.other.bind(3, records.channel("house"), purpose=1, priority=EMERGENCY)
        level = self.level_of(3)
        print(f"an emergency: {level:.1f} dBFS")
        self.judge(level > -24, f"{level:.1f} dBFS")


if __name__ == "__main__":
    unittest.main()
