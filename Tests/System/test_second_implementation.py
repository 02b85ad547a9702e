"""A daemon and the second implementation understand each other: sessions, sound and new keys."""

import itertools
import secrets
import socket
import time

from lab import Scene, SceneTest, sound, wait
from peer import opus, records
from peer.frames import START
from peer.live import Live, beside

TONES = [400 + 170 * number for number in range(8)]
VOICES = len(TONES)
"""As many as a station plays at once."""


def hosts():
    """Loopback addresses of this machine, of one family or both."""
    found = ["127.0.0.1"]
    try:
        with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as one:
            one.bind(("::1", 0))
        return [*found, "::1"]
    except OSError:
        return found


class SecondImplementation(SceneTest):
    """Each suite, with psk and without, over IPv4 and IPv6, and either side initiates.

    One daemon has all these peers at once; its keys live for 2 s.
    """

    @classmethod
    def setUpClass(cls):
        scene = cls.enterClassContext(Scene("kitchen"))
        cls.kitchen, = scene.stations
        del cls.kitchen.sections["network"]["listen"]
        cls.kitchen.sections["session"] = {"rekey-after": "2s"}
        rows = itertools.product((1, 2), (None, secrets.token_bytes(32)), hosts(), (True, False))
        cls.peers = [beside(cls.kitchen, f"row{number}", suite=suite, psk=psk, host=host,
                            called=called)
                     for number, (suite, psk, host, called) in enumerate(rows)]
        cls.callers = cls.peers[1::2]
        # Sound is made before anybody talks: it takes a processor.
        cls.sounds = [opus.encoded(sound.tone(hertz, 1.0, -18)) for hertz in TONES]
        cls.enterClassContext(Live(*cls.peers))
        cls.kitchen.begin()
        for peer in cls.callers:
            peer.keep_up()
        wait(lambda: all(peer.is_up for peer in cls.peers), "all peers have a session")
        for peer in cls.callers:
            # From here on they renew keys when a test says so.
            peer.manners.upkeep = False
        wait(cls.kitchen.has_card, "kitchen has its card")
        for peer in cls.peers:
            peer.bind(1, records.channel("house"))

    def renew(self, peers):
        """Lets those who call ask for new keys, and waits until the others of them have some, too.
        """
        before = [peer.slots.switches for peer in peers]
        for peer in peers:
            if peer in self.callers:
                peer.initiate()
        wait(lambda: all(peer.slots.switches > then for peer, then in zip(peers, before)),
             "all have new keys")

    def test_all_are_up_as_they_were_set(self):
        for peer in self.peers:
            with self.subTest(peer.name):
                shown = self.kitchen.peer(peer.name)
                self.assertEqual((shown["state"], shown["suite"], shown["psk"]),
                                 ("up", peer.suite, peer.psk is not None))
                host, port = peer.wire.address
                self.assertIn(shown["endpoint"], (f"{host}:{port}", f"[{host}]:{port}"))
                self.assertEqual(peer.slots.all[0].initiator, peer in self.callers)
                self.assertEqual(peer.dropped, {})

    def test_kitchen_is_heard_through_new_keys(self):
        self.kitchen.speak(500)
        with self.kitchen.talking():
            time.sleep(0.4)
            self.renew(self.peers)
            time.sleep(0.3)
        wait(lambda: all(len(peer.got("SPURT_END")) >= 3 for peer in self.peers),
             "the talkspurt's end is told three times")
        self.kitchen.hush()
        ref = records.channel("house")
        for peer in self.peers:
            with self.subTest(peer.name):
                (stream,) = peer.ear.streams
                heard = peer.ear[stream]
                self.assertEqual(peer.bindings()[stream]["ref"], ref)
                self.assertGreaterEqual(len(heard.sessions), 2)
                self.assertTrue(heard.missing() == [], f"missing: {heard.missing()}")
                level = sound.tone_level(heard.samples(), 500)
                self.assertTrue(level > -20, f"500 Hz not heard: {level:.1f} dBFS")
                # The start bit is that of the first 100 ms and of the pre-roll.
                starts = [bool(flags & START) for flags in heard.flags]
                self.assertEqual(starts, sorted(starts, reverse=True))
                self.assertIn(sum(starts), range(10, 80))
                ends = {one.record.fields["last"] for one in peer.got("SPURT_END")}
                self.assertEqual(ends, {max(heard.frames) & 0xFFFF})
                self.assertTrue(heard.ended)
                self.assertEqual(peer.dropped, {})

    def test_peers_are_heard_through_new_keys(self):
        for first in range(0, len(self.peers), VOICES):
            group = self.peers[first:first + VOICES]
            # A voice keeps its place for a moment.
            wait(lambda: not any(peer["talking"] for peer in self.kitchen.status()["peers"]),
                 "it is quiet")
            time.sleep(0.5 if first else 0.0)
            before = self.kitchen.counters()
            self.kitchen.record()
            talks = [peer.talk(1, itertools.cycle(frames))
                     for peer, frames in zip(group, self.sounds)]
            time.sleep(0.5)
            start = time.monotonic_ns()
            self.renew(group)
            time.sleep(max(0.3, 0.9 - (time.monotonic_ns() - start) / 1e9))
            end = time.monotonic_ns()
            heard = self.kitchen.recorded().span(start, end)
            for talk in talks:
                talk.end()
            for hertz in TONES[:len(group)]:
                self.assert_heard(heard, hertz, least=-40)
            weakest = min(sound.tone_level(heard, hertz) for hertz in TONES[:len(group)])
            silent = sound.tone_level(heard, TONES[0] + 85)
            self.assertTrue(silent < weakest - 10, f"a tone of no talker: {silent:.1f} dBFS")
            wait(lambda: all(talk.is_over for talk in talks), "all have said it")
            for talk in talks:
                self.assertGreaterEqual(len({session for _, session in talk.sent}), 2)
            sent = sum(len(talk.sent) for talk in talks)
            self.kitchen.moved("frames_mixed", before, sent)
            after = self.kitchen.counters()
            for name in after:
                # Handshakes may cross: both sides renew keys.
                if "dropped" in name and not name.startswith("handshake"):
                    self.assertEqual(after[name], before[name], name)
            self.assertEqual(after["frames_lost"], before["frames_lost"])
