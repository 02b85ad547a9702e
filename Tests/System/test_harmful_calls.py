"""A paired peer that calls again and again keeps nobody else from being rung or answered."""

import time
import unittest

from conduct import ConductTest, set_up
from lab import longer, wait
from test_protocol_records import call_id

CALL, ANNOUNCE = 0, 2
BUSY = 486
IN_A_ROW = 16
ANNOUNCED_S = 60
"""How long an announcement may be; its listener ends it 3 s later."""
RUNG_S = 120
"""How long a peer may ring and announce, of which a sixth comes back."""

setUpModule = set_up


class Calls(ConductTest):
    def offer(self, peer, mode=CALL, ttl=30_000):
        """Calls kitchen; returns the call's id, and what came of it: an answer's name and cause."""
        since, call = len(peer.arrivals), call_id()
        peer.post("OFFER", id=call, mode=mode, priority=0, ttl=ttl, ref=bytes(8))

        def answer():
            return [one.record for name in ("RINGING", "ANSWER", "REJECT")
                    for one in peer.got(name, since) if one.record.fields["id"] == call]

        came = wait(answer, f"{peer.name} gets an answer")[0]
        return call, came.name, came.fields.get("cause")

    def is_idle(self):
        return self.kitchen.status()["call"]["state"] == "idle"

    def cancel(self, peer, call):
        peer.post("CANCEL", id=call, cause=0)
        wait(self.is_idle, "kitchen rings no more")

    def test_after_many_calls_in_a_row_another_is_rung_for(self):
        before = len(self.history())
        names = []
        for _ in range(IN_A_ROW + 4):
            call, name, cause = self.offer(self.friend)
            names.append((name, cause))
            if name == "RINGING":
                self.cancel(self.friend, call)
        self.assertEqual(names[0], ("RINGING", None))
        self.assertEqual(names[IN_A_ROW:], [("REJECT", BUSY)] * 4)
        # Of those nobody keeps a line, but status names who it was.
        self.assertLessEqual(len(self.history()) - before, IN_A_ROW)
        self.assertIn("friend", "\n".join(
            line for line in self.kitchen.ctl("status")[1].splitlines() if "refused" in line))
        call, name, _ = self.offer(self.other)
        self.assertEqual(name, "RINGING")
        self.cancel(self.other, call)

    def history(self):
        return self.kitchen.ctl("history")[1].splitlines()


class Announcements(ConductTest):
    """Of a peer that goes on and on, as if it did not know when they are over."""

    offer, is_idle, cancel = Calls.offer, Calls.is_idle, Calls.cancel

    @longer
    def test_an_announcement_ends_by_itself_and_two_minutes_of_them_are_enough(self):
        # Of the other one's calls something has been counted.
        peer = self.low
        for number in range(3):
            call, name, cause = self.offer(peer, ANNOUNCE)
            if number == 2:
                self.assertEqual((name, cause), ("REJECT", BUSY))
                break
            self.assertEqual(name, "ANSWER")
            begun = time.monotonic()
            while not self.is_idle():
                self.assertLess(time.monotonic() - begun, ANNOUNCED_S + 8)
                peer.bind(31, call[-8:], purpose=2)
                time.sleep(2)
            self.assertGreater(time.monotonic() - begun, ANNOUNCED_S - 5)
        call, name, _ = self.offer(self.other)
        self.assertEqual(name, "RINGING")
        self.cancel(self.other, call)


if __name__ == "__main__":
    unittest.main()
