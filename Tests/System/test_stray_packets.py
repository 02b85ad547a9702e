"""What leaves a station: packets to configured peers and to the resolver, and to nobody else; and
what an observer sees of a talk.
"""

import os
import random
import socket
import struct
import time
import unittest

from lab import SceneTest, listen, longer, sanitizer, wait
from stage import island
from stage.identity import Identity
from stage.namespace import is_allowed
from stage.wire import BadNet

GARAGE, NOBODY, STRANGER = "192.0.2.2", "192.0.2.7", "192.0.2.9"
MINUTES = float(os.environ.get("INTERCOM_STRAY_MINUTES", "60"))
SECONDS = 2


def ethernet(kind, body):
    return bytes(12) + struct.pack("!H", kind) + body


def datagram(protocol, target, port=0):
    header = bytes([0x45, 0]) + bytes(7) + bytes([protocol]) + bytes(6) + socket.inet_aton(target)
    return ethernet(island.ETH_P_IP, header + struct.pack("!HHHH", 1, port, 8, 0))


class Judge(unittest.TestCase):
    """The guard itself."""

    PEERS = {(GARAGE, 5577)}

    def stray(self, frame):
        return island.stray([island.dissect(frame)], self.PEERS)

    def test_what_is_meant_passes(self):
        arp = bytes(24) + socket.inet_aton(GARAGE)
        for frame in (datagram(17, GARAGE, 5577), datagram(17, island.RESOLVER, 53),
                      ethernet(island.ETH_P_ARP, arp)):
            self.assertEqual(self.stray(frame), [])

    def test_all_else_is_stray(self):
        arp = bytes(24) + socket.inet_aton(STRANGER)
        for frame in (datagram(17, STRANGER, 5577), datagram(17, GARAGE, 5578),
                      datagram(17, GARAGE, 53), datagram(17, island.RESOLVER, 5577),
                      datagram(1, GARAGE), datagram(1, STRANGER), datagram(6, GARAGE, 5577),
                      datagram(17, "255.255.255.255", 5577), ethernet(island.ETH_P_ARP, arp),
                      ethernet(0x86DD, bytes(60)), ethernet(0x88CC, bytes(60)), b"short"):
            self.assertEqual(len(self.stray(frame)), 1, frame)


@unittest.skipUnless(is_allowed(), "needs root, to make network namespaces")
class StrayPackets(SceneTest):
    def setUp(self):
        self.kitchen, self.garage = self.enter("kitchen", "garage")
        self.island = self.enterContext(
            island.Island(self.scene.folder, GARAGE, STRANGER))
        self.peers = {(GARAGE, self.garage.port), (NOBODY, 5577)}
        self.kitchen.launcher, self.garage.launcher = self.island.inside, self.island.outside
        del self.kitchen.sections["network"]["listen"]
        self.garage.sections["network"]["listen"] = GARAGE
        # One by name, one who never answers, one whose name nobody knows.
        self.island.names["garage.lab"] = GARAGE
        self.kitchen.write_peer(
            "garage", self.garage.public_key, f"garage.lab:{self.garage.port}")
        self.kitchen.write_peer("attic", Identity().text, f"{NOBODY}:5577")
        self.kitchen.write_peer("cellar", Identity().text, "cellar.lab")
        self.garage.write_peer(
            "kitchen", self.kitchen.public_key, f"{island.OWN}:{self.kitchen.port}")
        self.scene.start(together=False)
        self.kitchen.wait_for(self.garage)
        self.kitchen.speak(500)
        self.chance = random.Random(7)
        self.stranger = self.island.socket(
            self.island.outside, socket.AF_INET, socket.SOCK_DGRAM)
        self.stranger.bind((STRANGER, 5577))
        self.stranger.setblocking(False)

    def pester(self, count=200):
        """What strangers send: nonsense, near-handshakes, packets of sessions there are not."""
        before = self.kitchen.counters()
        for _ in range(count):
            size = self.chance.choice([0, 1, 40, 96, 103, 1188, 1232, 1400])
            head = self.chance.choice([b"", b"\1\1\1\0", b"\2\1\1\0", b"\3\1\1\0", b"\x10"])
            self.stranger.sendto((head + self.chance.randbytes(size))[:max(size, 1)],
                                 (island.OWN, self.kitchen.port))
            time.sleep(0.0001)
        wait(lambda: self.refused() - self.refused(before) >= count // 2, "they have arrived")

    def refused(self, counters=None):
        counters = counters or self.kitchen.counters()
        return sum(value for name, value in counters.items() if "dropped" in name)

    def run_for(self, seconds, idle):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.garage.record()
            with self.kitchen.talking():
                span = listen(1.0)
            self.assert_heard(self.garage.recorded().span(*span), 500)
            self.pester()
            with self.garage.talking():
                wait(lambda: self.kitchen.hears(self.garage), "kitchen hears garage")
            time.sleep(min(idle, max(0.0, end - time.monotonic())))

    def check(self):
        """All of it was seen, it is what there was to send, and nothing of it is stray."""
        self.assertEqual(self.island.missed(), 0, "frames that nobody looked at")
        frames = list(self.island.frames)
        count = lambda *what: sum((one.kind, one.target) == what for one in frames)
        print(f"{len(frames)} frames: {count('udp', GARAGE)} to the peer, "
              f"{count('udp', island.RESOLVER)} to the resolver, "
              f"{count('arp', NOBODY)} questions for the absent peer")
        self.assertGreater(count("udp", GARAGE), 50)
        self.assertGreater(count("arp", NOBODY), 0)
        self.assertLessEqual({"garage.lab", "cellar.lab"}, self.island.questions)
        with self.assertRaises(BlockingIOError):
            self.stranger.recv(2048)
        found = island.stray(frames, self.peers)
        self.assertEqual(found, [], "\n".join(map(str, found[:10])))

    def test_idle_talk_and_strangers(self):
        self.run_for(4, idle=2)
        self.check()
        # One that was taken out gets three goodbyes and answers, and nothing of what is said.
        self.kitchen.remove_peer("garage")
        self.kitchen.reload()
        time.sleep(0.2)
        before = len(self.island.frames)
        with self.kitchen.talking():
            listen(1.0)
        sent = [one for one in self.island.frames[before:] if one[:2] == ("udp", GARAGE)]
        self.assertLess(len(sent), 4, "sound is a hundred packets a second")
        # The guard sees it when there is one.
        planted = self.island.socket(self.island.inside, socket.AF_INET, socket.SOCK_DGRAM)
        planted.sendto(b"hello", (STRANGER, 9))
        wait(lambda: island.stray(list(self.island.frames), self.peers), "the guard trips")
        with self.assertRaises(AssertionError):
            self.check()

    @longer
    @unittest.skipUnless("INTERCOM_STRAY_MINUTES" in os.environ, "tools/soak --stray runs it")
    def test_an_hour(self):
        self.run_for(MINUTES * 60, idle=20)
        self.check()


def seconds_of(span):
    return (span[1] - span[0]) / 1e9


class Observed(SceneTest):
    def test_a_talk_shows_by_its_time_and_not_by_its_words(self):
        kitchen, garage = self.enter("kitchen", "garage")
        for one in self.scene.stations:
            one.sections["talk"] = {"tail": "0ms"}
        badnet = BadNet(self.scene, kitchen, garage, seed=5)
        self.scene.introduce(kitchen, garage, via=badnet)
        self.scene.start()
        kitchen.speak(500)
        # A first talk: both have all they need to know of each other by then.
        with kitchen.talking():
            wait(lambda: garage.hears("kitchen"), "garage hears kitchen")
        time.sleep(3)
        path = badnet.capture()
        spans = []
        for talks in (False, True, False):
            start = time.monotonic_ns()
            if talks:
                with kitchen.talking():
                    time.sleep(SECONDS)
            else:
                time.sleep(SECONDS)
            spans.append((start, time.monotonic_ns()))
        found = [(at, len(data)) for at, data in badnet.timed(path, kitchen, 16)]
        for one in self.scene.stations:
            self.assertEqual(one.status()["media"]["heap_calls"],
                             None if sanitizer.NAME else 0)
        rates = [sum(start <= at < end for at, _ in found) / seconds_of((start, end))
                 for start, end in spans]
        self.assertLess(rates[0], 1)
        self.assertGreater(rates[1], 50)
        self.assertEqual(len({size for _, size in found}), 1, "one length")
        # SPURT_END comes in a rhythm of its own.
        after = [at for at, _ in found if at >= spans[2][0] + 150_000_000]
        self.assertLess(len(after), 4)
