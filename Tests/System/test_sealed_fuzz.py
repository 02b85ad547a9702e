"""A paired peer that seals what it sends: mutated records and sound under a true session.

tools/fuzz --peer sends a million; here it is a short form. Kitchen talks to garage, mallory is a
peer of garage's that means harm. Judged as tools/fuzz does: garage lives, has not grown, its media
thread makes no heap call, and kitchen's speech is heard before, meanwhile and after.
"""

import json
import os
import random
import secrets
import time
import unittest

from lab import Scene, test_seed, wait  # and what lies beside the stage
from fuzz.run import Fuzz, control
from peer import audio, records
from peer.frames import AUDIO, CONTROL, COVER, START
from peer.live import Live, beside
from peer.records import LAYOUT, Record, record
from stage.people import heard_meanwhile

SHORT, RATE = 20_000, 4000
"""Datagrams, and how many a second: garage opens each of them."""
TALK = 200_000
"""Datagrams during one talk: a button held for two minutes counts as stuck."""
BATCH = 200
CHECK = 2
"""Batches after which mallory sees whether its session lives."""
OPENED = 0.9
"""The share of what was sent that garage must have opened: else nothing was tried."""
HEARD = 0.99
"""The share of the talk that must be heard."""
CLOSE = LAYOUT["CLOSE"][0]
SIZES = {kind: sum(int(size) for _, size in fields) for kind, fields in LAYOUT.values()}


class Mallory:
    """Makes plaintexts that are nearly right."""

    def __init__(self, chance):
        self.chance, self.kinds, self.spurt = chance, {}, chance.randrange(1 << 16)

    def body(self, kind):
        """A body of the right size, its fields mostly small numbers or those of true records."""
        size = SIZES.get(kind) or self.chance.choice((0, 1, 4, 8, 60))
        if self.chance.random() < 0.5:
            return self.chance.randbytes(size)
        return bytes(self.chance.choice((0, 0, 0, 1, 2, 3, 31, 255)) for _ in range(size))

    def control(self):
        kinds = [kind for kind in (*SIZES, 15, 25, 99, 255) if kind != CLOSE]
        some = [Record(kind, self.body(kind))
                for kind in self.chance.choices(kinds, k=self.chance.randrange(1, 9))]
        size = self.chance.choice((64, 64, 200, 1207))
        while sum(len(one.encoded) for one in some) > size:
            some.pop()
        plain = bytearray(records.packed(*some, size=size))
        for _ in range(self.chance.choice((0, 0, 1, 2, 8))):
            plain[self.chance.randrange(len(plain))] ^= 1 << self.chance.randrange(8)
        return bytes(plain)

    def sound(self):
        self.spurt += self.chance.choice((1, 1, 1, 1, 2, 5, -3, 400))
        length, depth = self.chance.randrange(1, 90), self.chance.randrange(8)
        frames = [bytes([self.chance.choice((0x08, 0x78, 0xF8, 0xFF, 0x03))])
                  + self.chance.randbytes(length - 1) for _ in range(depth + 1)]
        plain = bytearray(audio.packed(self.spurt, frames, kind=self.chance.randrange(2),
                                       offset=self.chance.randrange(1, 5)))
        for _ in range(self.chance.choice((0, 0, 1, 4))):
            plain[self.chance.randrange(min(len(plain), 12))] ^= 1 << self.chance.randrange(8)
        return bytes(plain[:1207])

    def next(self):
        """Flags and plaintext."""
        kind = self.chance.choices(("control", "sound", "cover", "noise"), (6, 6, 1, 2))[0]
        self.kinds[kind] = self.kinds.get(kind, 0) + 1
        if kind == "control":
            return CONTROL | self.chance.choice((0, 0, 0, self.chance.randrange(64))), \
                self.control()
        if kind == "sound":
            return AUDIO | self.chance.choice((0, START)) | self.chance.randrange(32), self.sound()
        noise = self.chance.randbytes(self.chance.choice((64, 65, 300, 1207)))
        return (COVER if kind == "cover" else self.chance.randrange(256)), noise


class SealedFuzz(unittest.TestCase):
    def storm(self, peer, mallory, count):
        """Seals and sends so many, and keeps a session meanwhile; returns how many sessions."""
        sent, start = 0, time.monotonic()
        sock, = peer.wire.sockets
        first = len(peer.slots.all)
        while sent < count:
            with peer.lock:
                session = peer.slots.current
                for _ in range(BATCH if session else 0):
                    flags, plain = mallory.next()
                    sock.sendto(session.seal(flags, plain, peer.clock()), session.endpoint)
                    sent += 1
                # What came back is of no interest, and would fill the memory.
                peer.wire.arriving.seen.clear()
                del peer.arrivals[:-50]
            if session is None or sent // BATCH % CHECK == 0:
                # What was not sent meanwhile is not made up for: garage opens no such burst.
                start += self.revive(peer)
            time.sleep(max(0.0, start + sent / RATE - time.monotonic()))
        return len(peer.slots.all) - first + 1

    def talk(self, fuzz, peer, mallory, count):
        """A storm while kitchen talks; returns (sessions, the share of the talk that was heard)."""
        with heard_meanwhile(fuzz.kitchen, fuzz.garage) as heard:
            sessions = self.storm(peer, mallory, count)
        return sessions, heard["share"]

    def revive(self, peer):
        """Some noise was a CLOSE, or keys are old: another session, if a PING has no answer.

        Returns how long that took.
        """
        data, start = secrets.token_bytes(4), time.monotonic()
        peer.send_if_up(record("PING", data=data))
        while time.monotonic() < start + 1:
            if any(one.record.fields["data"] == data for one in peer.got("PONG")):
                return time.monotonic() - start
            time.sleep(0.005)
        sessions = len(peer.slots.all)
        peer.initiate()
        wait(lambda: len(peer.slots.all) > sessions and peer.is_up, "mallory has a session again")
        return time.monotonic() - start

    def test_a_peer_that_seals_nonsense_does_no_harm(self):
        count = int(os.environ.get("INTERCOM_FUZZ_PEER", SHORT))
        seed = int(os.environ.get("INTERCOM_FUZZ_SEED") or test_seed())
        with Scene("kitchen", "garage") as scene:
            fuzz = Fuzz(scene, seed)
            kitchen, garage = scene.stations
            peer = beside(garage, "mallory", called=False)
            with Live(peer):
                fuzz.start()
                peer.keep_up()
                wait(lambda: peer.is_up, "mallory has a session")
                # Its noise would be heard: here kitchen's tone alone is judged.
                garage.ask("state", set="mute", what="mallory", on=True)
                mallory = Mallory(random.Random(seed))
                self.storm(peer, mallory, 2000)
                before, opened = fuzz.size(), garage.counters()["packets_opened"]
                own = kitchen.counters()["packets_sent"]
                heap = garage.status()["media"]["heap_calls"]
                sessions, shares, start = 0, [], time.monotonic()
                for first in range(0, count, TALK):
                    made, share = self.talk(fuzz, peer, mallory, min(TALK, count - first))
                    sessions += made
                    shares.append(share)
                seconds = time.monotonic() - start
                time.sleep(0.5)
                own = kitchen.counters()["packets_sent"] - own
                opened = garage.counters()["packets_opened"] - opened - own
                heap = garage.status()["media"]["heap_calls"] - heap
                fuzz.check_speech("after")
            fuzz.judge_growth(before)
            print(json.dumps({
                "sealed": count, "opened": opened, "kinds": mallory.kinds, "sessions": sessions,
                "seconds": seconds, "shares": shares, "heap_calls": heap}))
            self.assertEqual(fuzz.complaints, [])
            self.assertEqual(heap, 0)
            self.assertGreater(opened, OPENED * count, "little of it was sealed as garage opens it")
            self.assertGreater(min(shares), HEARD)
            # The same judges see a daemon that has ended.
            self.assertEqual(control(fuzz), [])
